package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/project"
)

// The bars of this project.
var (
	buildBars = [2]float64{0.40, 0.75}
	driftBars = [2]float64{0.35, 0.70}
)

// build measures the main job.
func (b *bench) build(ctx context.Context) error {
	project := filepath.Join(b.dir, "project")
	for _, folder := range []string{"spec", "overlays"} {
		if err := os.CopyFS(filepath.Join(project, folder), os.DirFS(folder)); err != nil {
			return err
		}
	}
	p, err := build.Load(os.DirFS("."), true)
	if err != nil {
		return err
	}
	selected, err := build.Select(p.Pin, p.Select)
	if err != nil {
		return err
	}
	var ids []string
	for _, op := range selected.Operations {
		ids = append(ids, document.Text(op.Node, "operationId"))
	}
	whole, err := wholeOpenAPI3()
	if err != nil {
		return err
	}
	config := "package: peer\ngenerate: {models: true, client: true}\noutput: " + filepath.Join(
		b.dir,
		"peer.go",
	) + "\noutput-options:\n  include-operation-ids: [" + strings.Join(
		ids,
		", ",
	) + "]\n"
	for name, data := range map[string][]byte{"whole.yaml": whole, "config.yaml": []byte(config)} {
		if err := os.WriteFile(filepath.Join(b.dir, name), data, 0o644); err != nil {
			return err
		}
	}
	if err := b.goBuild(ctx, "oapi-codegen", peers,
		"github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"); err != nil {
		return err
	}
	ours := contestant{"ringbasic build", []string{filepath.Join(b.dir, "ringbasic"), "build", "-C", project}, ".", 0}
	peer := contestant{
		"oapi-codegen",
		[]string{
			filepath.Join(b.dir, "oapi-codegen"),
			"-config",
			filepath.Join(b.dir, "config.yaml"),
			filepath.Join(b.dir, "whole.yaml"),
		},
		".",
		0,
	}
	m, err := b.alternate(ctx, ours, peer)
	if err != nil {
		return err
	}
	return b.versus("build: the pin to the client", buildBars, ours, peer, m)
}

// wholeOpenAPI3 is the whole pin as OpenAPI 3, in YAML like the pin, for peers that read nothing else.
func wholeOpenAPI3() ([]byte, error) {
	doc, err := document.ReadFile(filepath.FromSlash(project.PinFile))
	if err != nil {
		return nil, err
	}
	var v2 openapi2.T
	if err := json.Unmarshal(document.JSON(doc.Root), &v2); err != nil {
		return nil, err
	}
	v3, err := openapi2conv.ToV3(&v2)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(v3)
	if err != nil {
		return nil, err
	}
	root, err := document.ParseYAML("converted", text)
	if err != nil {
		return nil, err
	}
	document.Sort(root)
	return document.Encode(root, "")
}

// drift measures the comparison with a newer document.
func (b *bench) drift(ctx context.Context, newer string) error {
	ours, err := filepath.Abs(newer)
	if err != nil {
		return err
	}
	older := synthetic(1_700_000)
	if newer == "" {
		ours = filepath.Join(b.dir, "newer.yaml")
		if err := os.WriteFile(ours, older, 0o644); err != nil {
			return err
		}
	} else if older, err = repaired(newer); err != nil {
		return err
	}
	// The peer refuses the vendor's documents: it gets two of that size that it accepts.
	from, to := filepath.Join(b.dir, "older.yaml"), filepath.Join(b.dir, "changed.yaml")
	changed := bytes.ReplaceAll(older, []byte("maxLength: 80"), []byte("maxLength: 70"))
	for name, text := range map[string][]byte{from: older, to: changed} {
		if err := os.WriteFile(name, text, 0o644); err != nil {
			return err
		}
	}
	if err := b.goBuild(ctx, "oasdiff", peers, "github.com/oasdiff/oasdiff"); err != nil {
		return err
	}
	our := contestant{
		"ringbasic drift",
		[]string{filepath.Join(b.dir, "ringbasic"), "drift", ours, "--fail-on", "none"},
		".",
		0,
	}
	peer := contestant{"oasdiff changelog", []string{filepath.Join(b.dir, "oasdiff"), "changelog", from, to}, ".", 0}
	m, err := b.alternate(ctx, our, peer)
	if err != nil {
		return err
	}
	return b.versus(fmt.Sprintf("drift: the pin to a document of %d KB", len(older)/1000), driftBars, our, peer, m)
}

// repaired is a document without the discriminator mappings that lead nowhere, for which the peer refuses it whole.
func repaired(name string) ([]byte, error) {
	doc, err := document.ReadFile(name)
	if err != nil {
		return nil, err
	}
	document.Schemas(doc.Root, func(schema *yaml.Node) {
		mapping := document.Get(schema, "discriminator", "mapping")
		if mapping == nil {
			return
		}
		kept := document.Mapping()
		for key, value := range document.Pairs(mapping) {
			if _, err := document.Resolve(doc.Root, value.Value); err == nil {
				kept.Content = append(kept.Content, key, value)
			}
		}
		document.Set(document.Get(schema, "discriminator"), "mapping", kept)
	})
	return document.Encode(doc.Root, "")
}

// scale shows how the cost of drift grows with the size of the upstream document and with the selected operations.
func (b *bench) scale(ctx context.Context) error {
	var contestants []contestant
	for _, factor := range []int{1, 2, 4, 8} {
		operations := factor * 12_500
		path := filepath.Join(b.dir, fmt.Sprintf("scale-%d.yaml", operations))
		if err := os.WriteFile(path, small.document(operations), 0o644); err != nil {
			return err
		}
		contestants = append(
			contestants,
			contestant{
				fmt.Sprintf("%d operations, 6 selected", operations),
				[]string{filepath.Join(b.dir, "ringbasic"), "drift", path, "--fail-on", "none"},
				".",
				0,
			},
		)
	}
	for _, factor := range []int{1, 2, 4, 8} {
		selected := factor * 50
		project := filepath.Join(b.dir, fmt.Sprintf("select-%d", selected))
		if err := os.MkdirAll(filepath.Join(project, "overlays"), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(project, "overlays", "10-select.yaml"), selectFirst(selected),
			0o644); err != nil {
			return err
		}
		path := filepath.Join(b.dir, "scale-12500.yaml")
		contestants = append(
			contestants,
			contestant{
				fmt.Sprintf("12500 operations, %d selected", selected),
				[]string{
					filepath.Join(b.dir, "ringbasic"),
					"drift",
					"-C",
					project,
					"--base",
					path,
					path,
					"--fail-on",
					"none",
				},
				".",
				0,
			},
		)
	}
	runs := *b
	runs.runs = min(b.runs, 3)
	m, err := runs.alternate(ctx, contestants...)
	if err != nil {
		return err
	}
	fmt.Fprintf(b.out, "\nscale: drift on synthetic documents (medians of %d runs)\n", runs.runs)
	w := tabwriter.NewWriter(b.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\twall\tpeak memory\tof the first\t\n")
	for i, c := range contestants {
		first := m[i/4*4]
		fmt.Fprintf(
			w,
			"%s\t%d ms\t%d MiB\t%.1f×\t\n",
			c.name,
			m[i].wall.Milliseconds(),
			m[i].peak>>10,
			ratio(m[i].wall, first.wall),
		)
	}
	return w.Flush()
}

// template is what a synthetic document repeats, with its number: an operation and the schema that it returns.
type template struct{ operation, schema string }

// large is about as wordy as the vendor's documents.
var large = template{`    get:
      operationId: read%[1]d
      x-throttling-group: Light
      parameters:
        - {name: id, in: path, required: true, schema: {type: string, maxLength: 80}}
        - {name: view, in: query, schema: {type: string, enum: [Simple, Detailed]}}
      responses:
        '200':
          description: What was asked for
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing%[1]d'}
`, `    Thing%[1]d:
      type: object
      required: [id]
      properties:
        id: {type: string, description: What identifies it among all the others of its kind}
        uri: {type: string, format: uri, description: Where it is to be found by whoever is allowed to see it}
        name: {type: string, maxLength: 80, description: What people call it}
        state: {type: string, enum: [Enabled, Disabled, Frozen]}
        next: {$ref: '#/components/schemas/Thing%[1]d'}
`}

// small lets 100,000 operations stay below the largest document that is read.
var small = template{`    get:
      operationId: read%[1]d
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        '200': {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/T%[1]d'}}}}
`, `    T%[1]d:
      type: object
      properties:
        name: {type: string, maxLength: 80}
        next: {$ref: '#/components/schemas/T%[1]d'}
`}

// synthetic is an OpenAPI 3.0 document of about the given size in bytes that every tool accepts.
func synthetic(size int) []byte {
	return large.document(size / (len(large.operation) + len(large.schema) + 20))
}

// document repeats the template n times.
func (t template) document(n int) []byte {
	var buf bytes.Buffer
	buf.WriteString("openapi: 3.0.3\ninfo: {title: Synthetic, version: '1'}\npaths:\n")
	for i := range n {
		fmt.Fprintf(&buf, "  /thing%[1]d/{id}:\n"+t.operation, i)
	}
	buf.WriteString("components:\n  schemas:\n")
	for i := range n {
		fmt.Fprintf(&buf, t.schema, i)
	}
	return buf.Bytes()
}

// selectFirst is a select overlay for the first n operations of a synthetic document.
func selectFirst(n int) []byte {
	operations := make([]string, n)
	for i := range operations {
		operations[i] = fmt.Sprintf("GET /thing%d/{id}", i)
	}
	return build.SelectOverlay(operations...)
}
