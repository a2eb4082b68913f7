package contracttests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/recording"
)

// TestMutations changes one character of each documented row: of its code and of its message, in the description, in
// the recording and in the client's constant. Each change has to be found. Which character it is differs from row to
// row.
func TestMutations(t *testing.T) {
	t.Parallel()
	s := committed(t)
	n := 0
	for i, e := range s.exchanges {
		// What has no row is for TestRecordings to tell.
		if e.Meta.Row == "none" || e.Response.Status < http.StatusBadRequest {
			continue
		}
		op := e.check().Operation
		if op == nil {
			continue
		}
		rows, platform := op.Rows, e.Folder() == contract.Platform
		if platform {
			rows = s.contract.Platform
		}
		at := slices.IndexFunc(rows, func(row errorcodes.Row) bool { return row.Status == e.Response.Status && row.Code == e.Code() })
		if at < 0 {
			continue
		}
		row := rows[at]
		n++

		// The description. A number in a template stands for any number: TestDocumented compares those.
		code, message := row, row
		code.Code = mutate(row.Code, i)
		changes := []errorcodes.Row{code}
		if row.Message != "" {
			message.Message = mutateOutside(row.Message, i)
			changes = append(changes, message)
		}
		for _, changed := range changes {
			rows := slices.Clone(rows)
			rows[at] = changed
			require.NotEmpty(t, withRows(s.contract, op, platform, rows).Check(e.Recording).Problems, "%s: description says %s %q", e.File, changed,
				changed.Message)
		}

		// The recording: its name, and each place where the body has the code or the message.
		renamed := *e.Recording
		renamed.File = strings.Replace(e.File, row.Code, mutate(row.Code, i), 1)
		require.NotEmpty(t, s.contract.Check(&renamed).Problems, renamed.File)
		for _, text := range said(t, e.Recording) {
			quoted := []byte(quote(text))
			for at := range bytes.Count(e.Response.Body, quoted) {
				changed := *e.Recording
				changed.Response.Body = replaceNth(e.Response.Body, quoted, []byte(quote(mutate(text, i))), at)
				found := len(s.contract.Check(&changed).Problems) > 0 || text != row.Code && row.Message == ""
				require.True(t, found, "%s: body says\n%s", e.File, changed.Response.Body)
			}
		}
	}
	require.Greater(t, n, 64+63)

	codes := slices.Sorted(maps.Keys(s.documentedCodes()))
	for i, code := range codes {
		if i%8 != 0 {
			continue // parsing takes its time, and they are all alike
		}
		files := maps.Clone(s.files)
		old, by := fmt.Sprintf("ErrorCode = %q", code), fmt.Sprintf("ErrorCode = %q", mutate(code, i))
		require.Contains(t, string(files[codesFile].Data), old)
		files[codesFile] = &fstest.MapFile{Data: bytes.Replace(files[codesFile].Data, []byte(old), []byte(by), 1)}
		changed, err := load(files, s)
		require.NoError(t, err)
		require.NotEmpty(t, changed.constants(), by)
	}
}

// withRows is a contract with other rows for an operation or for the platform.
func withRows(c *contract.Contract, op *contract.Operation, platform bool, rows []errorcodes.Row) *contract.Contract {
	out := *c
	if platform {
		out.Platform = rows
		return &out
	}
	own := *op
	own.Rows = rows
	out.Operations = slices.Clone(c.Operations)
	out.Operations[slices.Index(c.Operations, op)] = &own
	return &out
}

// said are code and message of an error body's first error, as they stand there.
func said(t *testing.T, r *recording.Recording) []string {
	var body recordedError
	require.NoError(t, json.Unmarshal(r.Response.Body, &body))
	d := detail(map[string]json.RawMessage{"errorCode": []byte(quote(body.ErrorCode)), "message": []byte(quote(body.Message))})
	if len(body.Errors) > 0 {
		d = detail(body.Errors[0])
	}
	return []string{string(d.Code), d.Message}
}

func quote(s string) string { return show(s) }

// mutate changes the i-th character, counted around the end.
func mutate(s string, i int) string {
	b := []byte(s)
	at := i % len(b)
	switch c := b[at]; {
	case c == '9' || c == 'Z' || c == 'z':
		b[at]--
	case c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z':
		b[at]++
	default:
		b[at] = '_'
	}
	return string(b)
}

// mutateOutside changes the next letter that is not in ${name} or {name}.
func mutateOutside(template string, i int) string {
	for ; ; i++ {
		at := i % len(template)
		open, closed := strings.LastIndexByte(template[:at], '{'), strings.LastIndexByte(template[:at], '}')
		if open > closed || strings.ContainsRune("${}0123456789+", rune(template[at])) {
			continue
		}
		return mutate(template, at)
	}
}

func replaceNth(s, old, by []byte, n int) []byte {
	at := 0
	for range n {
		at += bytes.Index(s[at:], old) + len(old)
	}
	at += bytes.Index(s[at:], old)
	return slices.Concat(s[:at], by, s[at+len(old):])
}
