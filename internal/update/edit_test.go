package update

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/overlay"
)

const head = "overlay: 1.0.0\ninfo: {title: T, version: 1.0.0}\nx-speakeasy-jsonpath: rfc9535\n# All of them.\nactions:\n"

func TestTrim(t *testing.T) {
	t.Parallel()
	const block = head + `  # About the first.
  - target: $.a
    description: >-
      One that is long
      and goes on.
    update:
      x: 1

  # About the second.
  - target: $.b
    description: Two.
    update:
      description: D
      properties:
        # About p.
        p:
          description: |
            Of p.

            More of p.
        q: {description: Of q.}
        "r":
          description: Of r.
  - {target: $.c, description: Three., update: {properties: {s: {description: Of s.}, t: {description: Of t.}}}}
`
	for name, test := range map[string]struct {
		text    string
		actions []int
		strays  []diff.Stray
		want    string
	}{
		"nothing": {block, nil, nil, block},
		"the first action, with its comment": {block, []int{7}, nil, head + `
  # About the second.
  - target: $.b
    description: Two.
    update:
      description: D
      properties:
        # About p.
        p:
          description: |
            Of p.

            More of p.
        q: {description: Of q.}
        "r":
          description: Of r.
  - {target: $.c, description: Three., update: {properties: {s: {description: Of s.}, t: {description: Of t.}}}}
`},
		"keys": {block, nil, []diff.Stray{{Name: "p", Line: 21}, {Name: "r", Line: 27}, {Name: "s", Line: 29}}, head + `  # About the first.
  - target: $.a
    description: >-
      One that is long
      and goes on.
    update:
      x: 1

  # About the second.
  - target: $.b
    description: Two.
    update:
      description: D
      properties:
        q: {description: Of q.}
  - {target: $.c, description: Three., update: {properties: {t: {description: Of t.}}}}
`},
		"all keys of a mapping": {block, []int{7, 29}, []diff.Stray{{Name: "p", Line: 21}, {Name: "q", Line: 26}, {Name: "r", Line: 27}}, head + `
  # About the second.
  - target: $.b
    description: Two.
    update:
      description: D
`},
		"a second key in braces, beside an action that stays as it is": {block, []int{7}, []diff.Stray{{Name: "t", Line: 29}}, head + `
  # About the second.
  - target: $.b
    description: Two.
    update:
      description: D
      properties:
        # About p.
        p:
          description: |
            Of p.

            More of p.
        q: {description: Of q.}
        "r":
          description: Of r.
  - {target: $.c, description: Three., update: {properties: {s: {description: Of s.}}}}
`},
		"a key in braces whose line begins alike": {
			head + "  - target: $.a\n    description: One.\n    update:\n      position: {properties: {p: {description: Of p.}, q: {description: Of q.}}}\n",
			nil, []diff.Stray{{Name: "p", Line: 9}},
			head + "  - target: $.a\n    description: One.\n    update:\n      position: {properties: {q: {description: Of q.}}}\n",
		},
		"a key that begins a line in braces": {
			head + "  - target: $.a\n    description: One.\n    update: {properties: {\n      p: {description: Of p.}, q: {description: Of q.}}}\n",
			nil, []diff.Stray{{Name: "p", Line: 9}},
			head + "  - target: $.a\n    description: One.\n    update: {properties: {q: {description: Of q.}}}\n",
		},
		"all actions": {block, []int{7, 15, 29}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := trim("overlays/x.yaml", []byte(test.text), test.actions, test.strays)
			require.NoError(t, err)
			require.Equal(t, test.want, string(got))
			if test.want == "" {
				require.Nil(t, got)
				return
			}
			_, err = overlay.Parse("overlays/x.yaml", got)
			require.NoError(t, err)
		})
	}
}

// An action that shares its lines with another one, or with the list, is not taken out: the other one would go with it.
func TestTrimRefuses(t *testing.T) {
	t.Parallel()
	const start = "overlay: 1.0.0\ninfo: {title: T, version: 1.0.0}\nx-speakeasy-jsonpath: rfc9535\n"
	const a, b = "{target: $.a, description: d, update: {x: 1, z: 1}}", "{target: $.b, description: d, update: {y: 1, z: 1}}"
	const ofA = "target: $.a\n    description: d\n    update: {x: 1, z: 1}\n"
	for _, c := range []struct {
		text string
		line int
	}{
		{start + "actions: [" + a + ", " + b + "]\n", 4},
		{start + "actions: [" + a + ",\n  " + b + "]\n", 5},
		{start + "actions:\n  -\n    " + ofA + "  - " + b + "\n", 6},
		{"{overlay: 1.0.0, info: {title: T, version: 1.0.0}, x-speakeasy-jsonpath: rfc9535, actions: [" + a + ", " + b + "]}\n", 1},
	} {
		_, err := overlay.Parse("o.yaml", []byte(c.text))
		require.NoError(t, err)
		want := fmt.Sprintf("o.yaml:%d: what is gone cannot be taken out: begin each action behind a dash, on a line of its own", c.line)
		_, err = trim("o.yaml", []byte(c.text), []int{c.line}, nil)
		require.EqualError(t, err, want, c.text)
		for _, name := range []string{"x", "y"} {
			if strings.Contains(strings.Split(c.text, "\n")[c.line-1], "{"+name+":") {
				_, err = trim("o.yaml", []byte(c.text), nil, []diff.Stray{{Name: name, Line: c.line}})
				require.EqualError(t, err, want, c.text)
			}
		}
		got, err := trim("o.yaml", []byte(c.text), nil, nil)
		require.NoError(t, err)
		require.Equal(t, c.text, string(got), "nothing is gone")
	}
	got, err := trim("o.yaml", []byte(start+"actions:\n- "+a+"\n-   "+b+"\n"), []int{5}, nil)
	require.NoError(t, err)
	require.Equal(t, start+"actions:\n-   "+b+"\n", string(got))
}

func TestPlaceOf(t *testing.T) {
	t.Parallel()
	for pointer, want := range map[string]string{
		"/paths/~1a~1{b}/post/responses/400/content/application~1json/schema/$ref": "POST /a/{b} response 400 application/json schema $ref",
		"/components/schemas/Thing/properties/a~0b/type":                           "Thing.properties.a~b.type",
		"/servers/0/url":             "servers.0.url",
		"/paths/~1a/get":             "paths./a.get",
		"/paths/~1a/get/operationId": "GET /a operationId",
		"/tags/0/externalDocs/url":   "tags.0.externalDocs.url",
	} {
		require.Equal(t, want, placeOf(pointer))
	}
}

// Lines are those that YAML counts, whatever ends them: an action is taken out whole, and no other one with it.
func TestTrimLineBreaks(t *testing.T) {
	t.Parallel()
	for _, lineBreak := range []string{"\n", "\r", "\r\n", "\u0085", "\u2028", "\u2029"} {
		text := strings.ReplaceAll(head+"  # about it\n  - target: $.a\n    description: d\n    update: {x: 1}\n"+
			"  - target: $.b\n    description: d\n    update: {y: 1}\n", "    description: d\n", "    description: d"+lineBreak)
		before, err := overlay.Parse("o.yaml", []byte(text))
		require.NoError(t, err, "%q", lineBreak)
		for i, want := range []string{"$.b", "$.a"} {
			got, err := trim("o.yaml", []byte(text), []int{before.Actions[i].Line}, nil)
			require.NoError(t, err)
			after, err := overlay.Parse("o.yaml", got)
			require.NoError(t, err, "%q: %s", lineBreak, got)
			require.Len(t, after.Actions, 1, "%q", lineBreak)
			require.Equal(t, want, after.Actions[0].Target)
			require.Equal(t, i == 1, strings.Contains(string(got), "about it"), "%q: its comment goes with it", lineBreak)
		}
	}
}
