package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
)

// The JSON view has the keys of the policy, all of them and no others, and no list is null.
func TestJSONShape(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*diff.Report{"everything": everything(), "nothing": nothing()} {
		var doc map[string]any
		d := json.NewDecoder(strings.NewReader(render(t, "json", r, options)))
		require.NoError(t, d.Decode(&doc))
		require.False(t, d.More(), "one document")
		keys := []string{"errorCodes", "findings", "outside", "overlays", "pinned", "recordings", "summary", "upstream"}
		if name == "everything" {
			keys = append(keys, "document", "waivers", "names")
		}
		requireKeys(t, doc, keys...)
		requireKeys(t, doc["pinned"], "source", "sha256", "apiVersion")
		requireKeys(t, doc["upstream"], "source", "sha256", "apiVersion")
		requireKeys(t, doc["summary"], "breaking", "risky", "safe", "waived", "handled", "go")
		requireKeys(t, doc["errorCodes"], "added", "removed", "messageChanged")
		lists := []any{doc["findings"], doc["overlays"], doc["recordings"], doc["outside"]}
		for _, kind := range []string{"added", "removed", "messageChanged"} {
			rows := doc["errorCodes"].(map[string]any)[kind]
			lists = append(lists, rows)
			for _, row := range rows.([]any) {
				requireKeys(t, row, "operation", "status", "code", "message")
			}
		}
		for _, list := range lists {
			require.NotNil(t, list, name)
		}
		require.Len(t, doc["findings"], len(r.Findings))
		for _, f := range doc["findings"].([]any) {
			keys := []string{}
			for _, optional := range []string{"places", "overlay"} {
				if f.(map[string]any)[optional] != nil {
					keys = append(keys, optional)
				}
			}
			requireKeys(t, f, append(keys, "id", "severity", "operation", "location", "attribute", "old", "new", "rule", "implied", "go", "line", "waived",
				"handledBy")...)
			f := f.(map[string]any)
			require.NotNil(t, f["implied"])
			for _, i := range f["implied"].([]any) {
				requireKeys(t, i, "location", "kind")
			}
			if f["go"] != nil {
				requireKeys(t, f["go"], "verdict", "symbols")
			}
		}
		for _, o := range doc["overlays"].([]any) {
			keys := []string{"file", "line", "target", "state"}
			if o.(map[string]any)["overrides"] != nil {
				keys = append(keys, "overrides", "strays")
			}
			requireKeys(t, o, keys...)
		}
		for _, rec := range doc["recordings"].([]any) {
			requireKeys(t, rec, "file", "problem")
		}
		for _, w := range doc["outside"].([]any) {
			requireKeys(t, w, "message", "line")
		}
	}
}

func requireKeys(t *testing.T, object any, want ...string) {
	t.Helper()
	var got []string
	for key := range object.(map[string]any) {
		got = append(got, key)
	}
	require.ElementsMatch(t, want, got)
}

func TestArtifact(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"https://example.com/a b.yaml?v=1": "example.com/a%20b.yaml?v=1",
		"new.yaml":                         "new.yaml",
		"../a b/100%.yaml":                 "../a%20b/100%25.yaml",
		"a:b.yaml":                         "./a:b.yaml",
		"/srv/new.yaml":                    "file:///srv/new.yaml",
		"standard input":                   "standard%20input",
	} {
		require.Equal(t, want, artifact(source))
	}
}

// JUnit counts as failed what fails the build, and skips what is waived or handled, with the reason.
func TestJUnit(t *testing.T) {
	t.Parallel()
	for _, failOn := range diff.FailOn {
		r := everything()
		text := render(t, "junit", r, Options{FailOn: failOn})
		var doc struct {
			Tests    int `xml:"tests,attr"`
			Failures int `xml:"failures,attr"`
			Skipped  int `xml:"skipped,attr"`
			Suites   []struct {
				Name     string `xml:"name,attr"`
				Tests    int    `xml:"tests,attr"`
				Failures int    `xml:"failures,attr"`
				Skipped  int    `xml:"skipped,attr"`
				Cases    []struct {
					Name    string `xml:"name,attr"`
					Failure *struct {
						Message string `xml:"message,attr"`
					} `xml:"failure"`
					Skipped *struct {
						Message string `xml:"message,attr"`
					} `xml:"skipped"`
				} `xml:"testcase"`
			} `xml:"testsuite"`
		}
		require.NoError(t, xml.Unmarshal([]byte(text), &doc))
		var tests, failures int
		var reasons []string
		for _, s := range doc.Suites {
			names := map[string]bool{}
			failed, skipped := 0, 0
			for _, c := range s.Cases {
				require.False(t, names[c.Name], "two cases %q of %s", c.Name, s.Name)
				names[c.Name] = true
				require.False(t, c.Failure != nil && c.Skipped != nil)
				if c.Failure != nil {
					failed++
				}
				if c.Skipped != nil {
					skipped++
					reasons = append(reasons, c.Skipped.Message)
				}
			}
			require.Equal(t, []int{len(s.Cases), failed, skipped}, []int{s.Tests, s.Failures, s.Skipped}, s.Name)
			tests += s.Tests
			failures += failed
		}
		want := map[string]int{"none": 0, "breaking": 7, "risky": 14, "any": 20}[failOn] + 1 // and the waiver
		require.Equal(t, want, failures, failOn)
		require.Equal(t, []int{tests, failures, len(reasons)}, []int{doc.Tests, doc.Failures, doc.Skipped})
		slices.Sort(reasons)
		require.Equal(t, []string{"handled by overlays/20-repair.yaml:19", "handled by overlays/20-repair.yaml:19", "waived"}, reasons)
		require.Equal(t, len(r.Findings)+2, tests, "and the waiver, and the operation without findings")
	}
}

// Every line is a workflow command, as the runner reads it, and gives back what was put in.
func TestGitHub(t *testing.T) {
	t.Parallel()
	r := everything()
	r.Upstream.Source = "a:b,c\n%.yaml"
	o := options
	o.Verbose = true
	command := regexp.MustCompile(`^::(error|warning|notice) ([^:]*)::(.*)$`)
	data := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%")
	property := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
	levels := map[string]int{}
	order := []string{"error", "notice", "warning"}
	for n, text := range strings.Split(strings.TrimSuffix(render(t, "github", r, o), "\n"), "\n") {
		m := command.FindStringSubmatch(text)
		require.NotNil(t, m, "line %d: %s", n+1, text)
		levels[m[1]]++
		properties := map[string]string{}
		for _, p := range strings.Split(m[2], ",") {
			key, value, ok := strings.Cut(p, "=")
			require.True(t, ok, "%q in %s", p, text)
			properties[key] = property.Replace(value)
		}
		require.Contains(t, []string{"", "spec/waivers.yaml", r.Upstream.Source}, properties["file"])
		require.NotEmpty(t, properties["title"])
		if strings.Contains(m[3], "%25") {
			require.Contains(t, data.Replace(m[3]), "::e% %0A", "%s", text)
		}
		if n < 2 {
			require.Equal(t, order[n], m[1], "the waiver that fails, then the verdict")
		}
	}
	require.Equal(t, map[string]int{"error": 8, "warning": 7, "notice": 10}, levels)

	quiet := render(t, "github", r, options)
	require.Equal(t, 1, strings.Count(quiet, "::notice"), "what does not matter is a number in the one notice")
	require.Equal(t, "a%25b%0D%0Ac:d,e", githubData.Replace("a%b\r\nc:d,e"))
	require.Equal(t, "a%25b%0D%0Ac%3Ad%2Ce", githubProperty.Replace("a%b\r\nc:d,e"))

	r.Upstream.Source = "https://example.com/new.yaml"
	require.NotContains(t, render(t, "github", r, options), "file=http", "a URL is no file of the repository")
}

// A machine format is one document, and nothing else is on the stream.
func TestOneDocument(t *testing.T) {
	t.Parallel()
	for _, r := range []*diff.Report{everything(), nothing()} {
		for _, format := range []string{"json", "sarif"} {
			require.True(t, json.Valid([]byte(render(t, format, r, options))), format)
		}
		d := xml.NewDecoder(bytes.NewReader([]byte(render(t, "junit", r, options))))
		depth, roots := 0, 0
		for {
			token, err := d.Token()
			if token == nil {
				require.ErrorContains(t, err, "EOF")
				break
			}
			switch token.(type) {
			case xml.StartElement:
				if depth == 0 {
					roots++
				}
				depth++
			case xml.EndElement:
				depth--
			}
		}
		require.Equal(t, 1, roots)
	}
}
