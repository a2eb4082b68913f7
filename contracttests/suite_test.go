package contracttests

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/recording"
)

const codesFile = "../generated/ringcentral/codes.gen.go"

// suite is everything that has to agree.
type suite struct {
	files      fs.FS // recordings/… and waivers.yaml
	spec       string
	codes      string // the source with the constants
	contract   *contract.Contract
	recordings []*recording.Recording
	waivers    []contract.Waiver
}

// load reads a suite from its files.
func load(files fs.FS, spec, codes string) (*suite, error) {
	s := &suite{files: files, spec: spec, codes: codes}
	doc, err := openapi3.NewLoader().LoadFromData([]byte(spec))
	if err != nil {
		return nil, err
	}
	if s.contract, err = contract.New(doc); err != nil {
		return nil, err
	}
	data, err := fs.ReadFile(files, "waivers.yaml")
	if err != nil {
		return nil, err
	}
	if s.waivers, err = contract.ParseWaivers("waivers.yaml", data); err != nil {
		return nil, err
	}
	s.recordings, err = recording.ReadDir(files, "recordings")
	return s, err
}

// committed is the suite as it is in the repository. The files are held in memory, for the negative controls.
func committed(t *testing.T) *suite {
	t.Helper()
	spec, err := os.ReadFile("../spec/openapi.yaml")
	require.NoError(t, err)
	codes, err := os.ReadFile(codesFile)
	require.NoError(t, err)
	s, err := load(inMemory(t, "testdata"), string(spec), string(codes))
	require.NoError(t, err)
	return s
}

func inMemory(t *testing.T, dir string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(name, "negative/") {
			return err
		}
		data, err := os.ReadFile(path.Join(dir, name))
		files[name] = &fstest.MapFile{Data: data}
		return err
	}))
	return files
}

// TestContract plays each recording through the generated client.
func TestContract(t *testing.T) {
	t.Parallel()
	s := committed(t)
	p := player{s.contract}
	groups := map[string]map[int][]*recording.Recording{}
	for _, r := range s.recordings {
		name := exported(r.Folder())
		if groups[name] == nil {
			groups[name] = map[int][]*recording.Recording{}
		}
		groups[name][r.Response.Status] = append(groups[name][r.Response.Status], r)
	}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, status := range slices.Sorted(maps.Keys(groups[name])) {
				t.Run(strconv.Itoa(status), func(t *testing.T) {
					t.Parallel()
					for _, r := range groups[name][status] {
						t.Run(r.Case(), func(t *testing.T) {
							t.Parallel()
							for _, problem := range s.contract.Check(r) {
								t.Error(problem)
							}
							out := p.play(r)
							for _, problem := range out.problems {
								t.Error(problem)
							}
							for _, path := range out.unknown {
								t.Logf("tolerated: the schema names no %s", path)
							}
						})
					}
				})
			}
		})
	}
}

// TestCoverage shows that nothing that the description names goes without a recording, and that no recording goes
// without an operation or a row.
func TestCoverage(t *testing.T) {
	t.Parallel()
	s := committed(t)
	report := s.contract.CheckAll(s.recordings, s.waivers)
	for _, problem := range report.Problems {
		t.Error(problem)
	}
	for _, problem := range report.Unknown {
		t.Logf("tolerated: %s", problem)
	}
	for _, w := range s.waivers {
		t.Logf("waived: %s: %s", w.Cell, w.Reason)
	}
	t.Logf("exercised of what the description names:\n%s", report.Table())
}

// TestConstants shows that the client's constants, the documented codes and the codes that recordings raise are the same.
func TestConstants(t *testing.T) {
	t.Parallel()
	s := committed(t)
	for _, problem := range s.constants() {
		t.Error(problem)
	}
}

// constants compares the constants in the source with the codes of the description and with what recordings raise.
func (s *suite) constants() []string {
	file, err := parser.ParseFile(token.NewFileSet(), codesFile, s.codes, 0)
	if err != nil {
		return []string{err.Error()}
	}
	declared := map[string]bool{}
	var problems []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "ErrorCode" {
			return true
		}
		for i, name := range spec.Names {
			value := spec.Values[i].(*ast.BasicLit).Value
			code, err := strconv.Unquote(value)
			if err != nil || strings.ReplaceAll(code, "-", "") != name.Name {
				problems = append(problems, fmt.Sprintf("the constant %s is %s", name.Name, value))
			}
			declared[code] = true
		}
		return true
	})
	documented := map[string]bool{}
	for _, row := range s.contract.Platform {
		documented[row.Code] = true
	}
	for _, op := range s.contract.Operations {
		for _, row := range op.Rows {
			documented[row.Code] = true
		}
	}
	raised := map[string]bool{}
	for _, r := range s.recordings {
		for _, code := range (player{s.contract}).play(r).raised {
			raised[string(code)] = true
		}
	}
	problems = append(problems, less(documented, declared, "is documented, and there is no constant")...)
	problems = append(problems, less(declared, documented, "is a constant, and nobody documents it")...)
	problems = append(problems, less(declared, raised, "is a constant that no recording raises")...)
	slices.Sort(problems)
	return problems
}

func less(a, b map[string]bool, text string) []string {
	var missing []string
	for code := range a {
		if !b[code] {
			missing = append(missing, code+" "+text)
		}
	}
	return missing
}

// TestDocumented shows that the client lists the rows of the description, word for word.
func TestDocumented(t *testing.T) {
	t.Parallel()
	s := committed(t)
	rows := func(list []ringcentral.DocumentedError) []contract.Row {
		var all []contract.Row
		for _, e := range list {
			all = append(all, contract.Row{Status: e.Status, Code: string(e.Code), Message: e.Message})
		}
		return all
	}
	total := 0
	for _, op := range s.contract.Operations {
		require.Equal(t, op.Rows, rows(ringcentral.Documented(op.ID)), op.ID)
		total += len(op.Rows)
	}
	require.Equal(t, 64, total)
	require.Equal(t, s.contract.Platform, rows(ringcentral.DocumentedForAll()))
	require.Equal(t, s.spec, string(ringcentral.Spec()), "the embedded description is stale: run make generate")
}

// TestUnusualAnswersAreRecorded shows that the table of unusual answers has no entry too many.
func TestUnusualAnswersAreRecorded(t *testing.T) {
	t.Parallel()
	recorded := map[string]bool{}
	for _, r := range committed(t).recordings {
		if r.Meta.Row == "none" {
			recorded[r.Name()] = true
		}
	}
	for name := range unusual {
		require.True(t, recorded[name], "no recording %s", name)
	}
}

// TestHugeErrorPage is the one answer that is too large for a recording.
func TestHugeErrorPage(t *testing.T) {
	t.Parallel()
	transport := httpmock.NewMockTransport()
	transport.RegisterNoResponder(httpmock.NewStringResponder(http.StatusBadGateway, strings.Repeat("<p>busy</p>", 1_000_000)))
	client, err := ringcentral.NewClient(server, ringcentral.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(t, err)
	_, err = client.ReadCustomGreeting(t.Context(), "~", "~", "1004")
	var apiError *ringcentral.APIError
	require.ErrorAs(t, err, &apiError)
	require.Equal(t, http.StatusBadGateway, apiError.Status)
	require.Len(t, apiError.Body, ringcentral.MaxErrorBody)
	require.Empty(t, apiError.Code)
	require.False(t, apiError.Documented)
}
