package recording

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/ringbasic/ringbasic/internal/lazyregexp"
)

// Problem is something in a recording that looks like a secret or like a real person's number.
type Problem struct {
	Line int    // from 1
	Kind string // "token", "phone number", "e-mail address", "id", "UUID", "IP address"
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

const (
	// secretWords name a secret wherever they stand before a colon or an equals sign.
	secretWords = `(?:access|refresh|id)[_-]?token|assertion|passw(?:or)?d|` +
		`(?:client|app|api|session)[_-]?(?:id|key|secret)|cookie|code_verifier|jwt|x-[a-z-]*(?:token|secret|key)`
	// memberWords do so as a member of JSON or of a form; in a sentence they may stand before a colon.
	memberWords = `token|secret|private[_-]?key`
)

var (
	dictionaryID = lazyregexp.New(`/dictionary/[a-z-]+/([0-9]+)`)
	presetID     = lazyregexp.New(`"(?:preset|language)"\s*:\s*\{\s*"id"\s*:\s*"?([0-9]+)`)
	fictional    = lazyregexp.New(`^1?[2-9][0-9]{2}55501[0-9]{2}$`)
	exampleHost  = lazyregexp.New(`(?i)@([a-z0-9-]+\.)*(example|example\.(com|org|net)|test|invalid)$`)
	compactDate  = lazyregexp.New(`^20[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])$`) // as in ?v=20180816
	errorCode    = lazyregexp.New(`^[A-Z]{2,8}-[0-9]{1,5}\W?$`)
	scheme       = lazyregexp.New(`(?i)^(bearer|basic|digest)$`)
	inDictionary = lazyregexp.New(`/dictionary/[a-z-]+/$`)
)

// detectors in the order in which they are applied. What one has replaced none of the later finds. They are compiled
// when something is scanned: most commands scan nothing.
var detectors = sync.OnceValue(func() []detector {
	return []detector{
		{"token", regexp.MustCompile(`(eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{3,}(?:\.[A-Za-z0-9_-]*)?)`), nil},
		{"token", regexp.MustCompile(`(-----BEGIN [A-Z ]*PRIVATE KEY-----)`), nil},
		{
			"token",
			regexp.MustCompile(
				`(?i)authorization\\*"?\s*[:=]\s*\\*"?(?:(?:bearer|basic|digest)\s+)?([^\s"'\\,;{}<>]{2,})`,
			),
			func(core, before, after string) bool {
				return placeholder(core, before, after) || scheme().MatchString(core)
			},
		},
		{
			"token",
			regexp.MustCompile(`(?i)\b(?:bearer|basic)(?:[ +]|%20)+([A-Za-z0-9._~+/=-]{6,})`),
			func(core, _, _ string) bool {
				return core == Redacted || len(core) < 20 && !strings.ContainsAny(core, "0123456789=_")
			},
		},
		{
			"token",
			regexp.MustCompile(`(?i)(?:` + secretWords + `)\\*"?\s*[:=]\s*\\*"?([^\s"\\&,;{}<>]{2,})`),
			placeholder,
		},
		{
			"token",
			regexp.MustCompile(`(?i)(?:` + memberWords + `)(?:\\*"\s*:|\s*=)\s*\\*"?([^\s"\\&,;{}<>]{2,})`),
			placeholder,
		},
		{"token", regexp.MustCompile(`(?i)\b(?:pass|pwd|bearer)=([^\s"\\&,;{}<>]{2,})`), placeholder},
		{"token", regexp.MustCompile(`(?i)\bcode=([^\s"\\&,;{}<>]{8,})`), func(core, before, after string) bool {
			return placeholder(core, before, after) || !strings.ContainsAny(core, "0123456789") ||
				errorCode().MatchString(core)
		}},
		// A key whose letters are escaped is one that somebody hides.
		{
			"token",
			regexp.MustCompile(`(?i)%(?:4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])[\w.%-]*=([^\s"\\&,;{}<>]{2,})`),
			placeholder,
		},
		{"UUID", regexp.MustCompile(`(?i)\b([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b`), nil},
		{"token", regexp.MustCompile(`([A-Za-z0-9_-]{20,})`), func(core, _, _ string) bool { return !opaque(core) }},
		{
			"e-mail address",
			regexp.MustCompile(`([\pL0-9._+-]+(?:@|%40)[\pL0-9-]+(?:\.[\pL0-9-]+)*\.[\pL]{2,})`),
			func(core, _, _ string) bool {
				return exampleHost().MatchString(strings.Replace(core, "%40", "@", 1))
			},
		},
		{"IP address", regexp.MustCompile(`((?:[0-9]{1,3}\.){3}[0-9]{1,3})`), func(core, before, after string) bool {
			return isWordEnd(before) || strings.HasSuffix(before, ".") || startsWithDigit(after) || !isSomeones(core)
		}},
		{
			"IP address",
			regexp.MustCompile(`([0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})`),
			func(core, before, after string) bool {
				return isWordEnd(before) || isWordStart(after) || startsWithDigit(after) || !isSomeones(core)
			},
		},
		{
			"phone number",
			regexp.MustCompile(`((?:\+|%2[Bb])(?:[0-9]{7,15}|\(?[0-9](?:[-. ()]{0,2}[0-9]){6,14}))`),
			func(core, _, after string) bool {
				return fictional().MatchString(phoneDigits(core)) && !startsWithDigit(after)
			},
		},
		{
			"phone number",
			regexp.MustCompile(`((?:1[-. ])?(?:\([2-9][0-9]{2}\)[-. ]?|[2-9][0-9]{2}[-. ])[0-9]{3}[-. ]?[0-9]{4})`),
			func(core, before, after string) bool {
				return endsWithDigit(before) || startsWithDigit(after) || fictional().MatchString(phoneDigits(core))
			},
		},
		{"phone number", regexp.MustCompile(`\b(0[0-9]{2,4} [0-9]{3,4} ?[0-9]{3,4})\b`), nil},
		{
			"token",
			regexp.MustCompile(`\b([0-9a-f]{24})\b`),
			func(core, _, _ string) bool { return strings.Trim(core, "0123456789") == "" },
		},
		{
			"name",
			regexp.MustCompile(
				`"(?:first|last|middle|nick|full|given|family|display|contact|caller|callee)Name\\*"\s*:\s*\\*"([^"\\]+)`,
			),
			func(core, _, _ string) bool {
				return strings.HasPrefix(core, "Person ")
			},
		},
		{"id", regexp.MustCompile(`/(?:pid=)?([0-9]{5,})`), func(core, before, after string) bool {
			return core == LargeID || inDictionary().MatchString(before) || isWordStart(after)
		}},
		{"id", regexp.MustCompile(`"(?:id|[a-zA-Z]*Id)\\*"\s*:\s*\\*"?([0-9]{5,})`), keepID},
		{"id", regexp.MustCompile(`([0-9]{7,})`), keepID},
	}
})

func placeholder(core, _, _ string) bool {
	return core == Redacted || core == "null" || core == "true" || core == "false"
}

func keepID(core, _, _ string) bool {
	return core == LargeID || fictional().MatchString(core) || compactDate().MatchString(core)
}

// phoneDigits are the digits of a phone number, without those of an encoded plus sign.
func phoneDigits(s string) string {
	if len(s) > 3 && strings.EqualFold(s[:3], "%2B") {
		s = s[3:]
	}
	return strings.Map(func(c rune) rune {
		if c < '0' || c > '9' {
			return -1
		}
		return c
	}, s)
}

// madeUp are the addresses set aside for documentation (RFC 5737, RFC 3849).
var madeUp = []netip.Prefix{
	netip.MustParsePrefix(
		"192.0.2.0/24",
	), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("2001:db8::/32"),
}

// isSomeones tells whether s is an IP address that a machine may have.
func isSomeones(s string) bool {
	address, err := netip.ParseAddr(s)
	return err == nil && !address.IsLoopback() && !address.IsUnspecified() &&
		!slices.ContainsFunc(madeUp, func(p netip.Prefix) bool { return p.Contains(address) })
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
	if len(s) < 32 && (lower == 0 || upper == 0) {
		return false // names and dates are as long
	}
	return digits > 0 && lower+upper > 0 && changes > 2
}

func startsWithDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }
func endsWithDigit(s string) bool   { return s != "" && s[len(s)-1] >= '0' && s[len(s)-1] <= '9' }
func isWordStart(s string) bool {
	return s != "" && (s[0] >= 'a' && s[0] <= 'z' || s[0] >= 'A' && s[0] <= 'Z' || s[0] == '_')
}
func isWordEnd(s string) bool { return endsWithDigit(s) || s != "" && isWordStart(s[len(s)-1:]) }

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

// Scan lists what in a recording, or in any other text, looks like a secret or a real number: tokens, phone numbers
// that are not 555-01xx, e-mail addresses that are not at example.com and the like, UUIDs, IP addresses that are not
// for documentation, and ids: of five digits in a path or as a member whose name ends in id, of seven anywhere. The ids
// of presets and other dictionaries are everybody's. It also looks behind percent-encoding and the escapes of JSON.
// Sorted by line; a thing is reported once a line.
func Scan(data []byte) []Problem {
	public := map[string]bool{}
	for _, re := range []*regexp.Regexp{dictionaryID(), presetID()} {
		for _, m := range re.FindAllSubmatch(data, -1) {
			public[string(m[1])] = true
		}
	}
	seen := map[Problem]bool{}
	for number, line := range strings.Split(string(data), "\n") {
		views := []string{line, unescape(line, jsonEscape(), 2), unescape(line, percentEscape(), 1)}
		for i, view := range views {
			if slices.Contains(views[:i], view) {
				continue
			}
			for _, d := range detectors() {
				view = replace(d, view, func(groups []string) string {
					if d.kind == "id" && public[groups[1]] {
						return groups[1]
					}
					seen[Problem{number + 1, d.kind, begin(groups[1])}] = true
					return " " // so that it is found once
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
	jsonEscape    = lazyregexp.New(`\\+u00([0-9a-fA-F]{2})`)
	percentEscape = lazyregexp.New(`%([0-9a-fA-F]{2})`)
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
