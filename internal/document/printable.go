package document

import (
	"strconv"
	"strings"
	"unicode"
)

// Printable spells what does not print: line breaks and control characters, which could break out of a line or steer a
// terminal. Texts of documents, servers and files go through it wherever people read them.
func Printable(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRuneToASCII(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}

// PrintableLines is [Printable] line by line, for an error that has several. A line that a runner of GitHub Actions
// would take for a command stays in the line before it: none of ours begins so.
func PrintableLines(s string) string {
	var b strings.Builder
	for i, line := range strings.Split(s, "\n") {
		begin := strings.TrimSpace(line)
		switch {
		case i == 0:
		case strings.HasPrefix(begin, "::"), strings.HasPrefix(begin, "##["):
			b.WriteString(`\n`)
		default:
			b.WriteByte('\n')
		}
		b.WriteString(Printable(line))
	}
	return b.String()
}
