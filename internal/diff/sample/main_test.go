package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSample(t *testing.T) {
	var findings []string
	for range 30 {
		findings = append(findings, `{"id":"req-type","severity":"breaking","operation":"GET /a","location":"l","old":"a","new":"b","line":3}`)
	}
	findings = append(findings, `{"id":"rare","severity":"breaking","operation":"GET /a","location":"m"}`, `{"id":"safe","severity":"safe"}`)
	report := `{"findings":[` + strings.Join(findings, ",") + `]}`
	draw := func(number int, seed uint64) string {
		var out strings.Builder
		require.NoError(t, run(strings.NewReader(report), &out, number, seed, "breaking"))
		return out.String()
	}
	ten := draw(10, 1)
	require.Equal(t, ten, draw(10, 1))
	require.Equal(t, 11, strings.Count(ten, "\n"))
	require.Contains(t, ten, "10 of 31\n")
	require.Contains(t, ten, "req-type GET /a | l  | a → b | line 3\n")
	require.Contains(t, ten, "rare GET /a | m  | <nil> → <nil> | line 0\n")
	require.Contains(t, draw(100, 2), "31 of 31\n")
	require.NotContains(t, draw(100, 2), "safe")

	require.ErrorContains(t, run(strings.NewReader("x"), nil, 1, 1, "breaking"), "the input is no report as drift --format json writes it")
	require.EqualError(t, run(strings.NewReader(report), nil, 0, 1, "breaking"), "-n 0: it must be at least 1")
}
