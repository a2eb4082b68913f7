package recording

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Problem is something in a recording that looks like a secret or like a real person's number.
type Problem struct {
	Line int    // from 1
	Kind string // "token", "phone number", "e-mail address", "id", "UUID"
	Text string // how it begins: a report must not repeat a secret
}

func (p Problem) String() string {
	return fmt.Sprintf("%d: looks like a real %s: %s", p.Line, p.Kind, p.Text)
}

// detector finds one kind of thing. Group 1 of its expression is what is replaced; keep tells what may stay.
type detector struct {
	kind string
	re   *regexp.Regexp
	keep func(core, before, after string) bool
}

const secretWords = `access[_-]?token|refresh[_-]?token|id[_-]?token|assertion|password|client[_-]?secret|client[_-]?id|app[_-]?key|app[_-]?secret|api[_-]?key|session[_-]?id|set-cookie|cookie|code_verifier|jwt`

var (
	dictionaryID = regexp.MustCompile(`/dictionary/[a-z-]+/([0-9]+)`)
	fictional    = regexp.MustCompile(`^1?[2-9][0-9]{2}55501[0-9]{2}$`)
	exampleHost  = regexp.MustCompile(`(?i)@([a-z0-9-]+\.)*(example|example\.(com|org|net)|test|invalid)$`)
	compactDate  = regexp.MustCompile(`^20[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])$`) // as in ?v=20180816
	inDictionary = regexp.MustCompile(`/dictionary/[a-z-]+/$`)
)

// detectors in the order in which they are applied. What one has replaced none of the later finds.
var detectors = []detector{
	{"token", regexp.MustCompile(`(eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{3,}(?:\.[A-Za-z0-9_-]*)?)`), nil},
	{"token", regexp.MustCompile(`(?i)\b(?:bearer|basic)(?:[ +]|%20)+([A-Za-z0-9._~+/=-]{6,})`), func(core, _, _ string) bool {
		return core == Redacted || len(core) < 20 && !strings.ContainsAny(core, "0123456789=_")
	}},
	{"token", regexp.MustCompile(`(?i)\b(?:` + secretWords + `)\\*"?\s*[:=]\s*\\*"?([^\s"\\&,;{}<>]{2,})`), func(core, _, _ string) bool {
		return core == Redacted || core == "null" || core == "true" || core == "false"
	}},
	{"UUID", regexp.MustCompile(`(?i)\b([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b`), nil},
	{"token", regexp.MustCompile(`([A-Za-z0-9_-]{32,})`), func(core, _, _ string) bool { return !opaque(core) }},
	{"e-mail address", regexp.MustCompile(`([A-Za-z0-9._+-]+(?:@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})`), func(core, _, _ string) bool {
		return exampleHost.MatchString(strings.Replace(core, "%40", "@", 1))
	}},
	{"phone number", regexp.MustCompile(`((?:\+|%2[Bb])[0-9]{7,15})`), func(core, _, after string) bool {
		return fictional.MatchString(strings.TrimLeft(strings.TrimPrefix(strings.ToUpper(core), "%2B"), "+")) && !startsWithDigit(after)
	}},
	{"phone number", regexp.MustCompile(`((?:\+?1[-. ])?\(?[2-9][0-9]{2}\)?[-. ][0-9]{3}[-. ][0-9]{4})`), func(core, before, after string) bool {
		return endsWithDigit(before) || startsWithDigit(after) || strings.Contains(core, "555-01") || strings.Contains(core, "555.01") || strings.Contains(core, "555 01")
	}},
	{"id", regexp.MustCompile(`/(?:pid=)?([0-9]{5,})`), func(core, before, after string) bool {
		return core == LargeID || inDictionary.MatchString(before) || isWordStart(after)
	}},
	{"id", regexp.MustCompile(`([0-9]{7,})`), func(core, _, _ string) bool {
		return core == LargeID || fictional.MatchString(core) || compactDate.MatchString(core)
	}},
}

// opaque tells whether a long run of letters and digits looks like a token and not like a name.
func opaque(s string) bool {
	var digits, lower, upper, changes int
	for i, c := range s {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case unicode.IsLower(c):
			lower++
		case unicode.IsUpper(c):
			upper++
		}
		if i > 0 && unicode.IsDigit(c) != unicode.IsDigit(rune(s[i-1])) {
			changes++
		}
	}
	return digits > 0 && lower+upper > 0 && changes > 2
}

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }
func endsWithDigit(s string) bool   { return s != "" && s[len(s)-1] >= '0' && s[len(s)-1] <= '9' }
func isWordStart(s string) bool {
	return s != "" && (s[0] >= 'a' && s[0] <= 'z' || s[0] >= 'A' && s[0] <= 'Z' || s[0] == '_')
}

// lookBehind is how much of the text before a find the detectors may look at.
const lookBehind = 100

// replace replaces group 1 of what d finds in s.
func replace(d detector, s string, by func(groups []string) string) string {
	var b strings.Builder
	end := 0
	for _, m := range d.re.FindAllStringSubmatchIndex(s, -1) {
		core := s[m[2]:m[3]]
		if d.keep != nil && d.keep(core, s[max(0, m[2]-lookBehind):m[2]], s[m[3]:]) {
			continue
		}
		b.WriteString(s[end:m[2]])
		b.WriteString(by([]string{s[m[0]:m[1]], core}))
		end = m[3]
	}
	b.WriteString(s[end:])
	return b.String()
}

// Scan lists what in a recording, or in any other text, looks like a secret or a real number: tokens, phone numbers that
// are not 555-01xx, e-mail addresses that are not at example.com and the like, UUIDs, and ids of five digits in a path or
// seven anywhere. It also looks behind percent-encoding and the escapes of JSON. Sorted by line; a thing is reported
// once a line.
func Scan(data []byte) []Problem {
	seen := map[Problem]bool{}
	for number, line := range strings.Split(string(data), "\n") {
		for _, view := range []string{line, unescape(line, jsonEscape, 2), unescape(line, percentEscape, 1)} {
			for _, d := range detectors {
				replace(d, view, func(groups []string) string {
					seen[Problem{number + 1, d.kind, begin(groups[1])}] = true
					return groups[1]
				})
			}
		}
	}
	var found []Problem
	for p := range seen {
		found = append(found, p)
	}
	slices.SortFunc(found, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Text, b.Text))
	})
	return found
}

// begin is enough of a secret to find it.
func begin(s string) string {
	if n := min(6, len(s)/2); n < len(s) {
		return strconv.Quote(s[:n]) + "…"
	}
	return strconv.Quote(s)
}

var (
	jsonEscape    = regexp.MustCompile(`\\+u00([0-9a-fA-F]{2})`)
	percentEscape = regexp.MustCompile(`%([0-9a-fA-F]{2})`)
)

// unescape replaces the escapes of printable ASCII characters, rounds times over for what is escaped twice.
func unescape(s string, escape *regexp.Regexp, rounds int) string {
	for range rounds {
		s = escape.ReplaceAllStringFunc(s, func(e string) string {
			n, _ := strconv.ParseUint(e[len(e)-2:], 16, 8)
			if n < ' ' || n > '~' {
				return e
			}
			return string(rune(n))
		})
	}
	return s
}
