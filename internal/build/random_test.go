package build_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/names"
	"github.com/ringbasic/ringbasic/internal/overlay"
	"github.com/ringbasic/ringbasic/internal/project"
)

// puzzle puts documents together from valid pieces.
type puzzle struct {
	*rand.Rand
	components int
	budget     int
}

func (p *puzzle) pick(list ...string) string { return list[p.IntN(len(list))] }

func (p *puzzle) ref() string {
	return fmt.Sprintf("{$ref: '#/components/schemas/%s'}", p.name(p.IntN(p.components)))
}

// name is that of a component; some are called like something of the client, or as Go would not have it.
func (p *puzzle) name(i int) string {
	odd := []string{"File", "APIError", "client", "type", "ID", "my-thing", "my_thing", "9lives", "Error.Body", "Server", "_", "0", "AB1"}
	if i%3 == 1 {
		return odd[i%len(odd)]
	}
	return fmt.Sprintf("C%d", i)
}

// schema is a schema, in flow style.
func (p *puzzle) schema(depth int) string {
	p.budget--
	if depth > 4 || p.budget < 0 {
		return p.pick("{type: string}", "{type: integer}", "{}", p.ref())
	}
	inner := func() string { return p.schema(depth + 1) }
	extra := ""
	if p.IntN(5) == 0 {
		extra = ", " + p.pick("nullable: true", "readOnly: true", "deprecated: true", "description: \"a `text` */ with\\nlines\"", "default: 1", "default: x",
			"x-go-name: Stolen",
			"x-go-type: string", "x-order: 3", "title: type", "format: binary", "format: date-time", "example: {$ref: nowhere}", "maxLength: 3",
			"pattern: '(?<!x)y'", "minProperties: 1")
	}
	switch p.IntN(17) {
	case 0, 1, 2:
		var properties, required []string
		for i := range p.IntN(4) {
			name := p.pick("id", "name", "type", "a-b", "a_b", "Ab", "$ref2", "x-go-name", "error", "1st", "with space", "items",
				"?", "日本", "_", "#", "get", "additional_properties") + p.pick("", strconv.Itoa(i))
			if slices.ContainsFunc(properties, func(other string) bool { return strings.HasPrefix(other, strconv.Quote(name)+":") }) {
				continue
			}
			properties = append(properties, fmt.Sprintf("%q: %s", name, inner()))
			if p.IntN(3) == 0 {
				required = append(required, strconv.Quote(name))
			}
		}
		text := "{type: object, properties: {" + strings.Join(properties, ", ") + "}"
		if len(required) > 0 {
			text += ", required: [" + strings.Join(required, ", ") + "]"
		}
		if p.IntN(5) == 0 {
			text += ", additionalProperties: " + p.pick("true", "false", inner())
		}
		return text + extra + "}"
	case 3:
		return "{type: array, items: " + inner() + extra + "}"
	case 4:
		return "{type: object, additionalProperties: " + inner() + extra + "}"
	case 5:
		return "{" + p.pick("allOf", "anyOf", "oneOf") + ": [" + inner() + ", " + inner() + "]" + extra + "}"
	case 6:
		return "{allOf: [" + p.ref() + "]" + extra + "}"
	case 7:
		return "{oneOf: [" + p.ref() + ", " + p.ref() + "], discriminator: {propertyName: type" + p.pick("", ", mapping: {a: '#/components/schemas/C0'}") +
			"}" + extra + "}"
	case 8:
		return "{type: string, enum: [" + p.pick("a, b", "a, A", "'', ' '", "1st, 2nd", "type, func", "'a b', a-b", "a", "'+1', '-1'") + "]" + extra + "}"
	case 9:
		return "{type: integer, enum: [" + p.pick("1, 2", "-1, 1", "0", "1000000") + "]" + extra + "}"
	case 10:
		return "{not: " + inner() + extra + "}"
	case 11, 12:
		return p.ref()
	case 13: // what may be null beside members
		return "{type: object, properties: {e: {type: " + p.pick("string", "integer", "boolean") + ", nullable: true}, f: " + inner() +
			"}, additionalProperties: " + p.pick("{type: string, nullable: true}", "{type: array, nullable: true, items: {type: string}}", p.ref(), inner()) +
			p.pick("", ", oneOf: ["+p.ref()+"]") + extra + "}"
	case 14: // lists and maps in each other
		return "{type: array, items: " + p.pick("{type: array, items: "+p.ref()+"}", "{type: object, additionalProperties: "+p.ref()+"}",
			"{allOf: ["+p.ref()+"]}", "{type: array, nullable: true, items: {allOf: ["+p.ref()+"], nullable: true}}") + extra + "}"
	case 15: // what no list or enumeration should hold
		return "{" + p.pick("oneOf: []", "anyOf: []", "allOf: []", "type: integer, enum: [1, true]", "type: integer, enum: [1, []]", "type: boolean, enum: [true]",
			"type: string, enum: ['?', 日本, '½']") + extra + "}"
	default:
		return "{type: " + p.pick("string", "integer", "number", "boolean", "object", "array, items: {}") + extra + "}"
	}
}

// document is one with a few operations.
func (p *puzzle) document() string {
	var b strings.Builder
	b.WriteString("openapi: 3.0.3\ninfo: {title: \"T */ `\", version: '1'}\nservers: [{url: 'https://host.example/v1'}]\npaths:\n")
	for i := range 1 + p.IntN(2) {
		p.budget = 40
		path := fmt.Sprintf("/p%d/{id}", i)
		fmt.Fprintf(&b, "  %s:\n    %s:\n      operationId: %s\n      parameters:\n        - {name: id, in: path, required: true, schema: {type: string}}\n",
			path, p.pick("post", "put", "patch"), p.pick("do", "do-it", "Get", "type")+strconv.Itoa(i))
		if p.IntN(2) == 0 {
			fmt.Fprintf(&b, "        - {name: %s, in: %s, schema: %s%s}\n", p.pick("q", "page", "a-b", "'filter[x]'", "'?'", "'#'", "日本", "'{{'"),
				p.pick("query", "header"), p.schema(4),
				p.pick("", ", style: form, explode: false", ", required: true"))
		}
		if p.IntN(3) > 0 {
			fmt.Fprintf(&b, "      requestBody: {content: {%s: {schema: %s%s}}}\n",
				p.pick("application/json", "application/json", "multipart/form-data", "application/x-www-form-urlencoded", "text/plain",
					"'application/json; charset=utf-8'"), p.schema(0), p.pick("", "", ", encoding: {id: null}"))
		}
		if p.IntN(3) == 0 {
			fmt.Fprintf(&b, "      x-error-codes: [{status: 400, code: %s}, {status: 400, code: %s}]\n", p.pick("AB-1", "NotNull", "C0", "_", "Server"),
				p.pick("AB1", "AB-1", "Spec", "C2"))
		}
		fmt.Fprintf(&b, "      responses: {'%s': {description: d, content: {%s: {schema: %s}}}}\n", p.pick("200", "200", "201", "default", "2XX"),
			p.pick("application/json", "application/json", "'*/*'", "text/csv", "application/hal+json"), p.schema(0))
	}
	b.WriteString("components:\n  schemas:\n")
	for i := range p.components {
		p.budget = 30
		fmt.Fprintf(&b, "    %s: %s\n", p.name(i), p.schema(0))
	}
	return b.String()
}

// documents is how many are tried. RINGBASIC_DOCUMENTS says another number.
func documents(t *testing.T) int {
	if text := os.Getenv("RINGBASIC_DOCUMENTS"); text != "" {
		n, err := strconv.Atoi(text)
		require.NoError(t, err)
		return n
	}
	return 250
}

// Each document that is put together of valid pieces is built, and then compiles, or is refused by a message; within seconds,
// and without a panic. The build itself type-checks what it makes, and refuses what would not compile.
func TestRandomDocuments(t *testing.T) {
	t.Parallel()
	start := uint64(1)
	if text := os.Getenv("RINGBASIC_SEED"); text != "" {
		var err error
		start, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
	}
	built, refused := 0, map[string]int{}
	for seed := start; seed < start+uint64(documents(t)); seed++ {
		p := &puzzle{Rand: rand.New(rand.NewPCG(seed, 7)), components: 3 + int(seed%5)}
		text := p.document()
		doc, err := document.Parse("vendor.yaml", []byte(text))
		require.NoError(t, err, "seed %d:\n%s", seed, text)
		var there []string
		for op := range document.Operations(doc.Root) {
			there = append(there, op.String())
		}
		sel, err := overlay.Parse(project.SelectFile, build.SelectOverlay(there...))
		require.NoError(t, err)
		start := &build.Project{Pin: doc, Select: sel, Config: project.DefaultConfig()}
		start.Config.Getters = seed%3 == 0
		if seed%2 == 0 {
			start.Names, err = names.Parse(project.NamesFile, nil)
			require.NoError(t, err)
		}
		problem := make(chan error, 1)
		go func() {
			defer func() {
				if r := recover(); r != nil {
					problem <- fmt.Errorf("PANIC: %v", r)
				}
			}()
			_, err := build.Run(context.Background(), start, false)
			problem <- err
		}()
		select {
		case err = <-problem:
		case <-time.After(20 * time.Second): // a second is meant, and other tests run beside this one
			t.Fatalf("seed %d does not end:\n%s", seed, text)
		}
		if err == nil {
			built++
			continue
		}
		message := err.Error()
		for _, bad := range []string{"PANIC", "has become Go", "runtime error", ".gen.go", "oapi-codegen"} {
			require.NotContains(t, message, bad, "seed %d:\n%s", seed, text)
		}
		first, _, _ := strings.Cut(message, "\n")
		if i := strings.LastIndex(first, ": "); i > 0 {
			first = first[i+2:]
		}
		refused[first[:min(len(first), 60)]]++
	}
	t.Logf("%d built, refused: %v", built, refused)
	require.Greater(t, built, documents(t)/4)
}
