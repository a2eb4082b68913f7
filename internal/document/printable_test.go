package document_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/document"
)

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"Größe \\ \"a\" 日本 🎉":      "Größe \\ \"a\" 日本 🎉",
		"a\x1b[31mb\r\n::error::":  `a\x1b[31mb\r\n::error::`,
		"\u0085\u2028\u202e\ufeff": `\u0085\u2028\u202e\ufeff`,
		"\x00\x7f\xff":             `\x00\x7f` + "\ufffd",
		"\U000e0001":               `\U000e0001`,
		"":                         "",
	} {
		require.Equal(t, want, document.Printable(in), "%q", in)
	}
}

// Lines stay lines, but none that a runner of GitHub Actions takes for a command.
func TestPrintableLines(t *testing.T) {
	for in, want := range map[string]string{
		"a.yaml:1: x\nb.yaml:2: y":       "a.yaml:1: x\nb.yaml:2: y",
		"a\x1b\n  b\r\nc":                "a\\x1b\n  b\\r\nc",
		"a\n::error::b\n ##[group]c\n:d": `a\n::error::b\n ##[group]c` + "\n:d",
		"::error::a":                     "::error::a", // stands behind "ringbasic: "
		"a\n":                            "a\n",
		"a\n\n::stop-commands::x":        "a\n" + `\n::stop-commands::x`,
	} {
		require.Equal(t, want, document.PrintableLines(in), "%q", in)
	}
}
