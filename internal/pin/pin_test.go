package pin_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/pin"
)

func makePin(t *testing.T, name string, data []byte) []byte {
	t.Helper()
	doc, err := document.Parse(name, data)
	require.NoError(t, err)
	made, err := pin.Make(doc)
	require.NoError(t, err)
	return made
}

// leaves lists every scalar of a document as "path = tag value", straight from the YAML library. Items of lists that
// are sets are told apart by value and not by place. What says PROSE is left out, and with it the keys that hold
// nothing else.
func leaves(t *testing.T, data []byte) []string {
	t.Helper()
	var doc yaml.Node
	require.NoError(t, yaml.Unmarshal(data, &doc))
	var all []string
	var walk func(n *yaml.Node, path string)
	walk = func(n *yaml.Node, path string) {
		switch n.Kind {
		case yaml.MappingNode:
			for i := 0; i < len(n.Content); i += 2 {
				walk(n.Content[i+1], path+"/"+n.Content[i].Value)
			}
		case yaml.SequenceNode:
			for i, item := range n.Content {
				last := path[strings.LastIndex(path, "/")+1:]
				key := fmt.Sprint(i)
				if slices.Contains([]string{"enum", "required", "schemes", "tags", "consumes", "produces"}, last) && item.Kind == yaml.ScalarNode {
					key = "*"
				}
				if last == "parameters" {
					key = item.Content[1].Value // a fixture's parameters begin with their name
				}
				walk(item, path+"/"+key)
			}
		default:
			if !strings.Contains(n.Value, "PROSE") {
				all = append(all, fmt.Sprintf("%s = %s %s", path, n.ShortTag(), n.Value))
			}
		}
	}
	walk(doc.Content[0], "")
	slices.Sort(all)
	return all
}

// Source and pin side by side: no fact is lost, changed or added, and no prose is left.
func TestPinIsTheFacts(t *testing.T) {
	for name, lifted := range map[string][]string{
		"swagger.yaml": {
			"/paths//rentals/{rentalId}/put/x-error-codes/0/code = !!str RNT-101",
			"/paths//rentals/{rentalId}/put/x-error-codes/0/message = !!str Bicycle [id] is not here",
			"/paths//rentals/{rentalId}/put/x-error-codes/0/status = !!int 400",
			// Scope names are facts, their descriptions are not.
			"/securityDefinitions/grant/scopes/rent = !!str ",
			"/securityDefinitions/grant/scopes/return = !!str ",
		},
		"openapi31.yaml": {
			"/components/securitySchemes/grant/flows/authorizationCode/scopes/rent = !!str ",
			"/paths//rentals/post/x-error-codes/0/code = !!str RNT-109",
			"/paths//rentals/post/x-error-codes/0/message = !!str Already rented",
			"/paths//rentals/post/x-error-codes/0/status = !!int 409",
		},
	} {
		t.Run(name, func(t *testing.T) {
			source, err := os.ReadFile(filepath.Join("testdata", name))
			require.NoError(t, err)
			made := makePin(t, name, source)

			want := append(leaves(t, source), lifted...)
			want = slices.DeleteFunc(want, func(leaf string) bool {
				// The example's rows were lifted.
				return strings.HasPrefix(leaf, "/paths//rentals/post/responses/409/content/application/json/example/")
			})
			for i, leaf := range want {
				// YAML 1.1 takes it for a date.
				want[i] = strings.Replace(leaf, "!!timestamp", "!!str", 1)
			}
			slices.Sort(want)
			require.Empty(t, cmp.Diff(want, leaves(t, made)), "want -source, +pin")

			_, body, _ := strings.Cut(string(made), "\n# Made by")
			require.NotContains(t, body, "PROSE")
			require.NotContains(t, string(made), "\r")
			require.True(t, strings.HasPrefix(string(made), "# The vendor's API description, facts only"))
		})
	}
}

func TestPinOfPinIsItself(t *testing.T) {
	for _, name := range []string{"swagger.yaml", "openapi31.yaml"} {
		source, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		once := makePin(t, name, source)
		require.Equal(t, string(once), string(makePin(t, name, once)))
	}
}

// The order in which a vendor writes keys and sets is no fact.
func TestPinHasOneOrder(t *testing.T) {
	a := "swagger: '2.0'\npaths:\n  /b: {get: {responses: {200: {}}, tags: [y, x]}}\n  /a: {}\ndefinitions:\n  T: {type: string, enum: [b, a]}\n"
	b := "definitions:\n  T: {enum: [a, b], type: string}\npaths:\n  /a: {}\n  /b: {get: {tags: [x, y], responses: {'200': {}}}}\nswagger: '2.0'\n"
	require.Equal(t, string(makePin(t, "a", []byte(a))), string(makePin(t, "b", []byte(b))))
}

const lockText = `source: https://example.com/spec.yaml
publishedAs: spec.yaml
watch: https://example.com/new.yaml
retrieved: "2026-11-24"
apiVersion: 1.0.36
upstreamSHA256: abababababababababababababababababababababababababababababababab
pinSHA256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
`

func TestLock(t *testing.T) {
	lock, err := pin.ParseLock("lock.yaml", []byte(lockText))
	require.NoError(t, err)
	encoded, err := lock.Encode()
	require.NoError(t, err)
	require.Contains(t, string(encoded), lockText)
	require.NoError(t, lock.Verify(nil), "the digest of nothing")
	require.EqualError(t, lock.Verify([]byte("x")), "spec/swagger-ring_basic.yaml does not match spec/swagger-ring_basic.lock.yaml: "+
		"pinSHA256 is e3b0c44298fc…, the file has 2d711642b726…: run ringbasic pin with the source it came from, or restore it")
}

func TestVersionAndWatch(t *testing.T) {
	doc := func(version string) *document.Document {
		d, err := document.Parse("x", []byte("openapi: 3.0.3\ninfo: {title: T, version: '"+version+"'}\npaths: {}\n"))
		require.NoError(t, err)
		return d
	}
	lock := pin.Lock{APIVersion: "1.0.36"}
	require.NoError(t, lock.VerifyVersion(doc("1.0.36")))
	require.EqualError(t, lock.VerifyVersion(doc("1.0.37")), "spec/swagger-ring_basic.yaml does not match spec/swagger-ring_basic.lock.yaml: "+
		`apiVersion is "1.0.36", the file has "1.0.37": run ringbasic pin with the source it came from, or restore it`)
	_, err := lock.WatchURL()
	require.EqualError(t, err, "spec/swagger-ring_basic.lock.yaml names no URL to watch: name a SOURCE, or set one with ringbasic pin SOURCE --watch URL")
	lock.Watch = "https://vendor.example/spec.yaml"
	watched, err := lock.WatchURL()
	require.NoError(t, err)
	require.Equal(t, lock.Watch, watched)
}

func TestLockRefuses(t *testing.T) {
	for want, change := range map[string][2]string{
		`lock.yaml:1:1: unknown key "sauce"`:                               {"source", "sauce"},
		`retrieved is not a date like 2026-11-24: "yesterday"`:             {"2026-11-24", "yesterday"},
		`lock.yaml:1:1: pinSHA256 is not a SHA-256 in lower-case hex`:      {"e3b0", "E3B0"},
		`lock.yaml:1:1: upstreamSHA256 is not a SHA-256 in lower-case hex`: {"upstreamSHA256: ab", "upstreamSHA256: "},
		`lock.yaml:3:1: duplicate key "source", first at line 1`:           {"watch", "source"},
		`lock.yaml:2:14: publishedAs must be text`:                         {"spec.yaml\nw", "[spec.yaml]\nw"},
	} {
		_, err := pin.ParseLock("lock.yaml", []byte(strings.Replace(lockText, change[0], change[1], 1)))
		require.ErrorContains(t, err, want)
	}
}

// A pin is one whole document: references to other files and hosts are refused, each with its line.
func TestPinRefusesExternalReferences(t *testing.T) {
	const text = `openapi: 3.0.3
info: {title: t, version: '1'}
paths:
  /a:
    get: {responses: {'200': {$ref: 'answers.yaml#/ok'}}}
  /b: {$ref: 'https://example.com/b.yaml'}
components:
  schemas:
    A: {properties: {a: {$ref: A.json}, b: {$ref: '#/components/schemas/B'}, example: {$ref: is a property}}}
    B: {example: {$ref: data.yaml}, default: {$ref: data.yaml}, discriminator: {propertyName: a, mapping: {x: A}}}
`
	doc, err := document.Parse("v.yaml", []byte(text))
	require.NoError(t, err)
	_, err = pin.Make(doc)
	const why = ": a pin is one whole document, and nothing is fetched for it: bundle the vendor's files into one first"
	require.EqualError(t, err, `v.yaml:5:37: external reference "answers.yaml#/ok"`+why+`
v.yaml:6:14: external reference "https://example.com/b.yaml"`+why+`
v.yaml:9:32: external reference "A.json"`+why+`
v.yaml:9:94: external reference "is a property"`+why)

	many := strings.Replace(text, "  schemas:\n", "  schemas:\n    M: {allOf: ["+strings.Repeat("{$ref: other.yaml}, ", 30)+"]}\n", 1)
	doc, err = document.Parse("v.yaml", []byte(many))
	require.NoError(t, err)
	_, err = pin.Make(doc)
	require.ErrorContains(t, err, "v.yaml: and 14 external references more")
}
