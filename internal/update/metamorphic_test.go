package update

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/pin"
	"github.com/ringbasic/ringbasic/internal/project"
)

const typesFile = "generated/ringcentral/types.gen.go"

// ours is this project, in memory.
func ours(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	root := filepath.Join("..", "..")
	for _, dir := range []string{"spec", "overlays", "generated", "contracttests"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			data, err := os.ReadFile(name)
			rel, _ := filepath.Rel(root, name)
			files[filepath.ToSlash(rel)] = &fstest.MapFile{Data: data}
			return err
		})
		require.NoError(t, err)
	}
	return files
}

// updated is a project after an update, with its result.
func updated(t *testing.T, files fstest.MapFS, doc *document.Document) (fstest.MapFS, *Result) {
	t.Helper()
	made, err := pin.Make(doc)
	require.NoError(t, err)
	text, err := fs.ReadFile(files, project.LockFile)
	require.NoError(t, err)
	lock, err := pin.ParseLock(project.LockFile, text)
	require.NoError(t, err)
	lock.PinSHA256, lock.UpstreamSHA256, lock.APIVersion = pin.SHA256(made), pin.SHA256(made), document.Text(doc.Root, "info", "version")
	encoded, err := lock.Encode()
	require.NoError(t, err)
	r, err := Run(t.Context(), Input{
		Files: files, Upstream: doc, Today: time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC),
		Pin: func() (map[string][]byte, error) {
			return map[string][]byte{project.PinFile: made, project.LockFile: encoded}, nil
		},
	})
	require.NoError(t, err)
	after := fstest.MapFS{}
	for name, file := range files {
		after[name] = file
	}
	for name, data := range r.Files {
		after[name] = &fstest.MapFile{Data: data}
		if data == nil {
			delete(after, name)
		}
	}
	return after, r
}

// rewriting says the same as a document with other components.
type rewriting struct {
	name string
	of   func(w *rewriter)
}

var rewritings = []rewriting{
	{"components renamed", (*rewriter).rename},
	{"all inline", (*rewriter).inline},
	{"all extracted", (*rewriter).extract},
	{"enumerations extracted", (*rewriter).extractEnums},
	{"parameters extracted", (*rewriter).extractParameters},
	{"a component for each use", (*rewriter).split},
	{"equal components merged", (*rewriter).merge},
	{"renamed and extracted", func(w *rewriter) { w.extract(); w.rename() }},
}

// The pin in another guise changes nothing: no type, no finding, no name, and nothing is left to do. Nor does it change
// anything of an update to the vendor's document of 2026, once that has its names.
func TestMetamorphic(t *testing.T) {
	t.Parallel()
	start := ours(t)
	pinned, err := document.Parse(project.PinFile, start[project.PinFile].Data)
	require.NoError(t, err)
	newer, err := document.ReadFile(filepath.Join("..", "diff", "testdata", "documents", "2026-08.yaml"))
	require.NoError(t, err)
	later, first := updated(t, start, newer)
	require.NotEmpty(t, first.Files)
	for _, base := range []struct {
		name  string
		files fstest.MapFS
		doc   *document.Document
	}{{"pin", start, pinned}, {"2026-08", later, newer}} {
		for _, w := range rewritings {
			t.Run(base.name+"/"+w.name, func(t *testing.T) {
				t.Parallel()
				doc := *base.doc
				doc.Root = document.Clone(base.doc.Root)
				w.of(newRewriter(doc.Root))
				if w.name != "equal components merged" {
					require.False(t, sameText(base.doc.Root, doc.Root), "the rewriting did nothing")
				}
				after, r := updated(t, base.files, &doc)
				require.Empty(t, findings(r.Moved))
				require.Equal(t, string(base.files[typesFile].Data), string(after[typesFile].Data))
				require.Equal(t, string(base.files[project.NamesFile].Data), string(after[project.NamesFile].Data))
				require.Empty(t, r.Todos, "what the project has open itself is none of this")
			})
		}
	}
}

func sameText(a, b *yaml.Node) bool { return string(document.JSON(a)) == string(document.JSON(b)) }

func findings(r *diff.Report) (list []string) {
	for _, f := range r.Findings {
		list = append(list, f.ID+" "+f.Operation+" "+f.Location)
	}
	return list
}

// rewriter rewrites a document, Swagger 2.0 or OpenAPI 3.
type rewriter struct {
	root     *yaml.Node
	prefix   string // of references to schemas
	schemas  *yaml.Node
	resolver *document.Resolver
}

func newRewriter(root *yaml.Node) *rewriter {
	w := &rewriter{root: root, prefix: "#/definitions/", schemas: document.Get(root, "definitions")}
	if w.schemas == nil {
		w.prefix, w.schemas = "#/components/schemas/", document.Get(root, "components", "schemas")
	}
	w.resolver = document.NewResolver(document.Clone(root))
	return w
}

func (w *rewriter) rename() {
	for key := range document.Pairs(w.schemas) {
		key.Value = "Vendor" + key.Value
	}
	document.Refs(w.root, document.RootObject, func(at *yaml.Node, ref string, _ document.Kind) {
		if name, ok := strings.CutPrefix(ref, w.prefix); ok {
			at.Value = w.prefix + "Vendor" + name
		}
	})
}

// inline puts every component in its places, but those that hold themselves.
func (w *rewriter) inline() {
	var within func(n *yaml.Node, on []string)
	within = func(n *yaml.Node, on []string) {
		for range 50 {
			ref := document.Text(n, "$ref")
			if !strings.HasPrefix(ref, w.prefix) || slices.Contains(on, ref) || len(on) > 12 {
				break
			}
			target, err := w.resolver.Resolve(ref)
			if err != nil {
				break
			}
			on = append(slices.Clone(on), ref)
			*n = *document.Clone(target)
		}
		for _, c := range n.Content {
			within(c, on)
		}
	}
	within(w.root, nil)
}

// slots are the schemas that are not components themselves, outer before inner.
func (w *rewriter) slots() (all []*yaml.Node) {
	component := map[*yaml.Node]bool{}
	for _, schema := range document.Pairs(w.schemas) {
		component[schema] = true
	}
	parameters := map[*yaml.Node]bool{}
	for op := range document.Operations(w.root) {
		if list := document.Get(op.Node, "parameters"); list != nil {
			for _, p := range list.Content {
				parameters[p] = true
			}
		}
	}
	document.Schemas(w.root, func(schema *yaml.Node) {
		if !component[schema] && !parameters[schema] && document.Get(schema, "$ref") == nil {
			all = append(all, schema)
		}
	})
	return all
}

func (w *rewriter) add(name string, slot *yaml.Node) {
	copied := *slot
	document.Set(w.schemas, name, &copied)
	*slot = *document.Mapping(document.String("$ref"), document.String(w.prefix+name))
}

func (w *rewriter) extract() {
	w.inline()
	for i, slot := range w.slots() {
		if document.Get(slot, "properties") != nil {
			w.add(fmt.Sprintf("Extracted%d", i), slot)
		}
	}
}

func (w *rewriter) extractEnums() {
	for i, slot := range w.slots() {
		if document.Get(slot, "enum") != nil && document.Get(slot, "in") == nil {
			w.add(fmt.Sprintf("Values%d", i), slot)
		}
	}
}

func (w *rewriter) extractParameters() {
	holder, ref := w.root, "#/parameters/"
	if document.Get(w.root, "swagger") == nil {
		holder, ref = document.Get(w.root, "components"), "#/components/parameters/"
	}
	list := document.Get(holder, "parameters")
	if list == nil {
		list = document.Mapping()
		document.Set(holder, "parameters", list)
	}
	i := 0
	for op := range document.Operations(w.root) {
		params := document.Get(op.Node, "parameters")
		if params == nil {
			continue
		}
		for _, p := range params.Content {
			if document.Get(p, "$ref") == nil {
				name := fmt.Sprintf("Parameter%d", i)
				i++
				copied := *p
				document.Set(list, name, &copied)
				*p = *document.Mapping(document.String("$ref"), document.String(ref+name))
			}
		}
	}
}

// split gives every reference from an operation or another component a component of its own.
func (w *rewriter) split() {
	i := 0
	var refs []*yaml.Node
	document.Refs(w.root, document.RootObject, func(at *yaml.Node, ref string, _ document.Kind) {
		if strings.HasPrefix(ref, w.prefix) && at.Kind == yaml.ScalarNode && strings.Contains(ref, "/") {
			refs = append(refs, at)
		}
	})
	for _, at := range refs {
		target, err := w.resolver.Resolve(at.Value)
		if err != nil || !strings.HasPrefix(at.Value, w.prefix) {
			continue
		}
		i++
		name := fmt.Sprintf("%sUse%d", strings.TrimPrefix(at.Value, w.prefix), i)
		document.Set(w.schemas, name, document.Clone(target))
		at.Value = w.prefix + name
	}
}

// merge makes one component of those that say the same.
func (w *rewriter) merge() {
	first, as := map[string]string{}, map[string]string{}
	for name, schema := range document.Pairs(w.schemas) {
		text := string(document.JSON(schema))
		if first[text] == "" {
			first[text] = name.Value
		}
		as[name.Value] = first[text]
	}
	document.Refs(w.root, document.RootObject, func(at *yaml.Node, ref string, _ document.Kind) {
		if name, ok := strings.CutPrefix(ref, w.prefix); ok && as[name] != "" {
			at.Value = w.prefix + as[name]
		}
	})
}
