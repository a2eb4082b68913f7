package pin_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/pin"
)

const layout = `openapi: 3.0.3
paths:
  /a:
    parameters:
      - $ref: '#/components/parameters/P~1Q'
    get:
      responses: {}
    post:
      responses:
        "200":
          schema:
            $ref: '#/components/schemas/A'
  /b:
    get:
      x: '#/components/schemas/B'
components:
  parameters:
    P/Q:
      name: q
  schemas:
    A:
      properties:
        c:
          $ref: '#/components/schemas/C/properties/d'
        d:
          $ref: '#/components/schemas/H'
        get:
          type: string
    B:
      type: string
    C:
      x-text: |
        /b:

            get:
    H: {}
    E:
      type: string
    F:
      type: string
    G:
      type: string
  securitySchemes:
    key:
      type: http
`

func TestExcerpt(t *testing.T) {
	excerpt, operations := pin.Excerpt([]byte(layout), []string{"/a"})
	require.Equal(t, 3, operations)
	want := strings.Replace(layout, "  /b:\n    get:\n      x: '#/components/schemas/B'\n", "\n\n\n", 1)
	for _, name := range []string{"B", "E", "F", "G"} {
		want = strings.Replace(want, "    "+name+":\n      type: string\n", "\n\n", 1)
	}
	require.Equal(t, lines(want), lines(string(excerpt)))
	for range 20 { // the entries are in a map
		again, _ := pin.Excerpt([]byte(layout), []string{"/a"})
		require.Equal(t, string(excerpt), string(again))
	}
	root, err := document.ParseYAML("x", excerpt)
	require.NoError(t, err)
	require.Equal(t, strings.Count(layout[:strings.Index(layout, "x-text")], "\n")+1, document.Get(root, "components", "schemas", "C", "x-text").Line)
}

func lines(s string) []string {
	var all []string
	for line := range strings.SplitSeq(s, "\n") {
		all = append(all, strings.TrimRight(line, " "))
	}
	return all
}

func TestExcerptGivesUp(t *testing.T) {
	for name, change := range map[string][2]string{
		"a mapping":              {"        c:\n", "        c:\n          mapping:\n"},
		"a path that is not":     {"  /a:\n", "  /z:\n"},
		"a key of its own":       {"  /b:\n    get:", "  ? /b\n  : get:"},
		"a component's own key":  {"    B:\n", "    ? B\n    : x: y\n      "},
		"a reference to nothing": {"'#/components/schemas/A'", "'#/components/schemas/D'"},
		"an escaped reference":   {"'#/components/schemas/A'", "'#/components/schemas/%41'"},
		"a name with a space":    {"'#/components/schemas/A'", "'#/components/schemas/A B'"},
		"a name with a quote":    {"'#/components/schemas/A'", "'#/components/schemas/A''B'"},
		"a path elsewhere":       {"'#/components/schemas/A'", "'#/paths/~1b/get/x'"},
		"other quotes":           {"'#/components/schemas/A'", `"#/components/schemas/A"`},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(layout, change[0], change[1], 1)
			require.NotEqual(t, layout, text)
			excerpt, operations := pin.Excerpt([]byte(text), []string{"/a"})
			require.Equal(t, text, string(excerpt))
			require.Equal(t, -1, operations)
		})
	}
}
