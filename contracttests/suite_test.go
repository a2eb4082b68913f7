package contracttests

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/project"
	"github.com/ringbasic/ringbasic/internal/recording"
)

// Where the suite finds what has to agree, from the top of the repository.
const (
	specFile      = "spec/openapi.yaml"
	codesFile     = "generated/ringcentral/codes.gen.go"
	waiversFile   = project.SuiteWaiversFile
	laterFile     = project.UnrecordedFile
	recordingsDir = project.RecordingsDir
)

// suite is everything that has to agree.
type suite struct {
	files     fstest.MapFS
	contract  *contract.Contract
	exchanges []*exchange // sorted by file
	waivers   []contract.Waiver
	later     *contract.Unrecorded
}

// exchange is a recording with what comes of it. Each is found out once, for all tests that ask.
type exchange struct {
	*recording.Recording
	check func() *contract.Exchange
	play  func() played
	scan  func() []recording.Problem
}

// load reads a suite from its files. What these have in common with those of another suite, if there is one, is taken
// from there: so a negative control costs what it changes.
func load(files fstest.MapFS, other *suite) (*suite, error) {
	same := func(name string) bool { return other != nil && files[name] == other.files[name] }
	s := &suite{files: files}
	if same(specFile) {
		s.contract = other.contract
	} else {
		doc, err := openapi3.NewLoader().LoadFromData(files[specFile].Data)
		if err != nil {
			return nil, err
		}
		if s.contract, err = contract.New(doc); err != nil {
			return nil, err
		}
	}
	var err error
	if s.waivers, err = contract.ParseWaivers(waiversFile, files[waiversFile].Data); err != nil {
		return nil, err
	}
	if s.later, err = contract.ParseUnrecorded(laterFile, files[laterFile].Data); err != nil {
		return nil, err
	}
	changed := maps.Clone(files)
	if other != nil {
		for _, e := range other.exchanges {
			if !same(e.File) {
				continue
			}
			delete(changed, e.File)
			if s.contract != other.contract {
				e = s.exchange(e.Recording, e.scan)
			}
			s.exchanges = append(s.exchanges, e)
		}
	}
	recordings, err := recording.ReadDir(changed, recordingsDir)
	if err != nil {
		return nil, err
	}
	for _, r := range recordings {
		s.exchanges = append(s.exchanges, s.exchange(r, sync.OnceValue(func() []recording.Problem {
			return recording.Scan(files[r.File].Data)
		})))
	}
	slices.SortFunc(s.exchanges, func(a, b *exchange) int { return strings.Compare(a.File, b.File) })
	return s, nil
}

func (s *suite) exchange(r *recording.Recording, scan func() []recording.Problem) *exchange {
	check := sync.OnceValue(func() *contract.Exchange { return s.contract.Check(r) })
	return &exchange{r, check, sync.OnceValue(func() played { return play(s.contract, check()) }), scan}
}

// repository is the suite as it is in the repository, read once.
var repository = sync.OnceValues(func() (*suite, error) {
	files := fstest.MapFS{}
	for _, root := range []string{specFile, codesFile, waiversFile, laterFile, recordingsDir} {
		err := fs.WalkDir(os.DirFS(".."), root, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			data, err := os.ReadFile(path.Join("..", name))
			files[name] = &fstest.MapFile{Data: data}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return load(files, nil)
})

func committed(t *testing.T) *suite {
	t.Helper()
	s, err := repository()
	require.NoError(t, err)
	return s
}

// TestRecordings holds each recording against the description, and plays it through the generated client.
func TestRecordings(t *testing.T) {
	t.Parallel()
	groups := map[string]map[int][]*exchange{}
	for _, e := range committed(t).exchanges {
		name := exported(e.Folder())
		if groups[name] == nil {
			groups[name] = map[int][]*exchange{}
		}
		groups[name][e.Response.Status] = append(groups[name][e.Response.Status], e)
	}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, status := range slices.Sorted(maps.Keys(groups[name])) {
				t.Run(strconv.Itoa(status), func(t *testing.T) {
					t.Parallel()
					for _, e := range groups[name][status] {
						t.Run(e.Case(), func(t *testing.T) {
							t.Parallel()
							for _, problem := range e.problems() {
								t.Error(problem)
							}
							for _, path := range e.play().unknown {
								t.Logf("tolerated: the schema names no %s", path)
							}
						})
					}
				})
			}
		})
	}
}

// problems is everything that is wrong with a single recording.
func (e *exchange) problems() []string {
	var lines []string
	for _, problem := range e.check().Problems {
		lines = append(lines, problem.String())
	}
	for _, problem := range e.play().problems {
		lines = append(lines, e.File+": "+problem)
	}
	for _, problem := range e.scan() {
		lines = append(lines, e.File+":"+problem.String())
	}
	return lines
}

// report is what all recordings together show.
func (s *suite) report() *contract.Report {
	var all []*contract.Exchange
	for _, e := range s.exchanges {
		all = append(all, e.check())
	}
	return s.contract.CheckAll(all, s.waivers, s.later)
}

// TestCoverage shows that nothing that the description names goes without a recording, and that no recording goes
// without an operation or a row.
func TestCoverage(t *testing.T) {
	t.Parallel()
	s := committed(t)
	report := s.report()
	for _, problem := range report.Problems {
		t.Error(problem)
	}
	for _, problem := range report.Unknown {
		t.Logf("tolerated: %s", problem)
	}
	for _, w := range s.waivers {
		t.Logf("waived: %s: %s", w.Cell, w.Reason)
	}
	for _, cell := range report.Listed {
		t.Logf("not recorded yet: %s", cell)
	}
	if s.later.Pin != "" && s.later.Pin != ringcentral.PinSHA256 {
		t.Errorf("%s is for the pin %s, and the pin is %s: what it lists came with another update; take it out, or run ringbasic update", laterFile,
			s.later.Pin, ringcentral.PinSHA256)
	}
	t.Logf("exercised of what the description names:\n%s", report.Table())
}

// TestConstants shows that the client's constants, the documented codes and the codes that recordings raise are the
// same.
func TestConstants(t *testing.T) {
	t.Parallel()
	for _, problem := range committed(t).constants() {
		t.Error(problem)
	}
}

// TestDocumented shows that the client carries the description, and lists its rows word for word.
func TestDocumented(t *testing.T) {
	t.Parallel()
	s := committed(t)
	for _, problem := range s.documented() {
		t.Error(problem)
	}
	rows := 0
	for _, op := range s.contract.Operations {
		rows += len(op.Rows)
	}
	require.Equal(t, 64, rows)
	require.Len(t, s.contract.Platform, 63)
}

// documented compares the rows that the client lists, and the description that it carries, with the description.
func (s *suite) documented() []string {
	var problems []string
	if !bytes.Equal(s.files[specFile].Data, ringcentral.Spec()) {
		problems = append(problems, "generated/ringcentral/spec.gen.go does not carry "+specFile+": run make generate")
	}
	compare := func(whose string, want []errorcodes.Row, got []ringcentral.DocumentedError) {
		rows := map[errorcodes.Row]int{}
		for _, row := range want {
			rows[row]++
		}
		for _, e := range got {
			rows[errorcodes.Row{Status: e.Status, Code: string(e.Code), Message: e.Message}]--
		}
		for row, n := range rows {
			switch {
			case n > 0:
				problems = append(problems, fmt.Sprintf("%s: for %s the client lacks %s %q: run make generate", codesFile, whose, row, row.Message))
			case n < 0:
				problems = append(problems, fmt.Sprintf("%s: for %s the client has %s %q, which nobody documents: run make generate", codesFile, whose, row,
					row.Message))
			}
		}
	}
	for _, op := range s.contract.Operations {
		compare(op.ID, op.Rows, ringcentral.Documented(op.ID))
	}
	compare(contract.Platform, s.contract.Platform, ringcentral.DocumentedForAll())
	slices.Sort(problems)
	return problems
}

// TestUnusualAnswersAreRecorded shows that the table of unusual answers has no entry too many.
func TestUnusualAnswersAreRecorded(t *testing.T) {
	t.Parallel()
	recorded := map[string]bool{}
	for _, e := range committed(t).exchanges {
		if e.Meta.Row == "none" {
			recorded[e.Name()] = true
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
	require.True(t, errors.As(err, &apiError))
	require.Equal(t, http.StatusBadGateway, apiError.Status)
	require.Len(t, apiError.Body, ringcentral.MaxErrorBody)
	require.Empty(t, apiError.Code)
	require.False(t, apiError.Documented)
}
