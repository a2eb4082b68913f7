package errorcodes

import "strings"

// MaxMatched is the longest message in bytes that [Match] looks at, maxName the longest "{name}".
const (
	MaxMatched = 8 << 10
	maxName    = 64
)

// Match tells whether message is what the template documents. The parameters of a template may have any value, all
// else counts to the last dot:
//
//   - what stands in the outermost brackets, "[forwarding.rules[].id]": any text, with its brackets in pairs;
//   - a number with a plus sign, "+12025550123": any such number;
//   - the integer after the word index, "index 1": any integer;
//   - "${name}" and "{name}": any text but none at all, which "${name:-}" allows.
//
// The empty template is that of a row whose message is not documented: it matches every message.
func Match(template, message string) bool {
	if template == "" {
		return true
	}
	if len(message) > MaxMatched || len(template) > MaxMatched {
		return false
	}
	// at holds the ends of what the parts so far can match: a set, so that no choice is ever taken back.
	at, next := make([]bool, len(message)+1), make([]bool, len(message)+1)
	at[0] = true
	closing := pairs(message, '[', ']')
	for _, part := range parse(template) {
		clear(next)
		if !part.advance(message, closing, at, next) {
			return false
		}
		at, next = next, at
	}
	return at[len(message)]
}

// Fill replaces each parameter of a template by what value makes of its text: "[name]", "+12025550123", "1" (of
// "index 1") or "${name}". What comes out matches the template if value keeps to the kinds that [Match] names.
func Fill(template string, value func(parameter string) string) string {
	var b strings.Builder
	for _, p := range parse(template) {
		if p.kind == literal {
			b.WriteString(p.text)
		} else {
			b.WriteString(value(p.text))
		}
	}
	return b.String()
}

type partKind int

const (
	literal partKind = iota
	bracketed
	phoneNumber
	integer
	variable
)

// part is a piece of a template.
type part struct {
	kind partKind
	text string
}

// parse cuts a template into parts. Brackets and braces without their counterpart are literal.
func parse(template string) []part {
	squares, braces := pairs(template, '[', ']'), pairs(template, '{', '}')
	var parts []part
	start := 0 // of the literal text not yet taken
	take := func(i, end int, kind partKind) {
		if i > start {
			parts = append(parts, part{literal, template[start:i]})
		}
		parts = append(parts, part{kind, template[i:end]})
		start = end
	}
	for i := 0; i < len(template); {
		switch c := template[i]; {
		case c == '[' && squares[i] > 0:
			take(i, squares[i], bracketed)
		case c == '$' && i+1 < len(template) && template[i+1] == '{' && braces[i+1] > 0:
			take(i, braces[i+1], variable)
		case c == '{' && braces[i] > 0 && braces[i]-i <= maxName && isName(template[i+1:braces[i]-1]):
			take(i, braces[i], variable)
		case c == '+' && (i == 0 || !isWord(template[i-1])) && digits(template, i+1) > i+1:
			take(i, digits(template, i+1), phoneNumber)
		case c >= '0' && c <= '9' && afterIndex(template[:i]) && integerEnd(template, i) > 0:
			take(i, integerEnd(template, i), integer)
		default:
			i++
			continue
		}
		i = start
	}
	if start < len(template) {
		parts = append(parts, part{literal, template[start:]})
	}
	return parts
}

// advance marks in next where part can end when it begins at one of the places marked in at, and tells whether there
// is such a place. closing are the pairs of brackets of message.
func (p part) advance(message string, closing []int, at, next []bool) (found bool) {
	for i, ok := range at {
		if !ok {
			continue
		}
		end := 0
		switch p.kind {
		case literal:
			if strings.HasPrefix(message[i:], p.text) {
				end = i + len(p.text)
			}
		case bracketed:
			if i < len(message) {
				end = closing[i]
			}
		case phoneNumber:
			if i < len(message) && message[i] == '+' && digits(message, i+1) > i+1 {
				end = digits(message, i+1)
			}
		case integer:
			end = integerEnd(message, i)
		case variable:
			if !strings.HasSuffix(p.text, ":-}") {
				i++
			}
			for ; i < len(next); i++ {
				next[i], found = true, true
			}
			return found
		}
		if end > 0 {
			next[end], found = true, true
		}
	}
	return found
}

// pairs gives for each opening bracket of s the end of its pair, and 0 everywhere else.
func pairs(s string, opening, closing byte) []int {
	ends := make([]int, len(s))
	var open []int
	for i := range len(s) {
		switch s[i] {
		case opening:
			open = append(open, i)
		case closing:
			if len(open) > 0 {
				ends[open[len(open)-1]] = i + 1
				open = open[:len(open)-1]
			}
		}
	}
	return ends
}

// digits is the end of the digits of s from i on.
func digits(s string, i int) int {
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i
}

// integerEnd is the end of the integer that begins at i of s, 0 if there is none or it is the beginning of a word.
func integerEnd(s string, i int) int {
	begin := i
	if i < len(s) && s[i] == '-' {
		begin++
	}
	end := digits(s, begin)
	if end == begin || end < len(s) && isWord(s[end]) {
		return 0
	}
	return end
}

// afterIndex tells whether s ends in the word index and a space.
func afterIndex(s string) bool {
	before, ok := strings.CutSuffix(s, " ")
	if !ok || len(before) < len("index") {
		return false
	}
	cut := len(before) - len("index")
	return strings.EqualFold(before[cut:], "index") && (cut == 0 || !isWord(before[cut-1]))
}

func isWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}

// isName tells whether s is a name such as permissionName.
func isName(s string) bool {
	for i := range len(s) {
		if !isWord(s[i]) && s[i] != '.' && s[i] != '-' {
			return false
		}
	}
	return s != "" && (s[0] < '0' || s[0] > '9')
}
