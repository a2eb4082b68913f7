package recording

import (
	"bytes"
	"cmp"
	"encoding/base64"
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
	Kind string // "token", "phone number", "e-mail address", "personal number", "id", "name", "UUID", "IP address"
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
	// equals is what stands between a name and its value, as it is and escaped.
	equals = `\s*(?:[:=]|%(?:25)*3[adAD]|\\+u003[adAD])\s*`
	// text is what a secret is made of.
	text = `[^\s"\\&,;{}<>]{2,}`
	// secretWords name a secret wherever they stand before a colon or an equals sign.
	secretWords = `(?:access|refresh|id)[_-]?token|assertion|passw(?:or)?[dt]|passphrase|` +
		`(?:client|app|api|session)[_-]?(?:id|key|secret)|cookie|code_verifier|jwt|x-[a-z-]*(?:token|secret|key)|` +
		`token|secret|private[_-]?key`
	// shortWords do so where nothing but a sign stands before them; paramWords in a form alone.
	shortWords = `pass|pwd|pw|pin|otp`
	paramWords = `bearer|sig|signature|x-amz-(?:signature|credential|security-token)|(?:php|j)?sess(?:ion)?(?:id)?|` +
		`code_challenge`
	// mailbox, at and domain are the parts of an e-mail address, as anybody writes them.
	mailbox = `[\pL\pM\pN._+#$%&'*=?^{|}~!-]`
	at      = `(?:@|%(?:25)*40|\\+u0040)+`
	domain  = `(?:[\pL\pM\pN_-]+(?:\.[\pL\pM\pN_-]+)*|\[[0-9A-Fa-f:.]+\])`
	// gap may stand between the digits of a phone number.
	gap = `(?:[-. ()/*]{0,3}|\+)`
	// front is no part of another number, and no date or time.
	front = `(?:^|[^-0-9A-Za-z_.:/]|[^0-9][-.:/])`
	// date is written with the day or the month first.
	date = `\(?[0-3][0-9][-./ ][0-3][0-9][-./ ](?:19|20)[0-9]{2}\b`
	// owners are what has an id.
	owners = `account|extension|user|rule|greeting|owner|contact|mailbox|brand|device|company|site|queue|group|recording`
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
	atSign       = lazyregexp.New(at)
	// encodedNumber is a phone number, ordinary what a sentence goes on with.
	encodedNumber = lazyregexp.New(`^\+?[0-9]{7,15}$`)
	ordinary      = lazyregexp.New(
		`(?i)^(is|was|are|the|not|an?|no|of|for|it|this|that|must|can|cannot|has|expired|invalid|missing|required|none|` +
			`status|errors?|type|value|length|unauthorized|forbidden|denied|unknown|failed|bearer)\W*$`,
	)
)

// detectors in the order in which they are applied. What one has replaced none of the later finds. They are compiled
// when something is scanned: most commands scan nothing.
var detectors = sync.OnceValue(func() []detector {
	return []detector{
		{
			"token",
			regexp.MustCompile(
				`((?:eyJ|eyA|ew[ok0])[A-Za-z0-9_-]{5,}\.(?:[A-Za-z0-9_-]*\.){0,3}[A-Za-z0-9_-]{3,}(?:\.[A-Za-z0-9_-]+)*)`,
			),
			nil,
		},
		// All of a key is one, to its end.
		{"token", regexp.MustCompile(`(?s)(-----BEGIN [A-Z0-9 ]+-----.*?(?:-----END [A-Z0-9 ]+-----|\z))`), nil},
		{"token", regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*:\\*/\\*/([^\s/?#"<>]+)@`), isRedacted},
		{"token", regexp.MustCompile(`(?i)\bdigest\s+([a-z]+\s*=\s*\\*"[^\n]*)`), nil},
		{
			"token",
			regexp.MustCompile(
				`(?i)authorization\\*"?` + equals + `\\*"?(?:(?:bearer|basic|digest)\s+)?([^\s"'\\,;{}<>]{2,})`,
			),
			func(core, before, after string) bool {
				return placeholder(core, before, after) || scheme().MatchString(core)
			},
		},
		{
			"token",
			regexp.MustCompile(`(?i)\b(?:bearer|basic)(?:[ +]|%20)+([A-Za-z0-9._~+/=-]{6,})`),
			func(core, _, _ string) bool {
				return core == Redacted ||
					len(core) < 20 && !strings.ContainsAny(core, "0123456789=_") && !isEncoded(core)
			},
		},
		{
			"token",
			regexp.MustCompile(`(?i)(?:` + secretWords + `)\\*["']?` + equals + `\\*["']?(` + text + `)`),
			placeholder,
		},
		{
			"token",
			regexp.MustCompile(`(?i)(?:\b|_)(?:` + shortWords + `)\\*["']?` + equals + `\\*["']?(` + text + `)`),
			placeholder,
		},
		{"token", regexp.MustCompile(`(?i)(?:\b|_)(?:` + paramWords + `)=(` + text + `)`), placeholder},
		// As people say it.
		{
			"token",
			regexp.MustCompile(
				`(?i)\b(?:password|passphrase|secret|token|pin|api[ _-]?key)\s+(?:is\s+)?\\*["']?([A-Za-z0-9_+/=-]{6,})`,
			),
			func(core, _, _ string) bool { return core == Redacted || !mixed(core) },
		},
		{"token", regexp.MustCompile(`(?i)<(?:` + secretWords + `|` + shortWords + `)>([^<]{2,})<`), isRedacted},
		{"token", regexp.MustCompile(`(?i)\b(?:key|sid|auth)=(` + text + `)`), func(core, _, _ string) bool {
			return len(core) < 6 || !mixed(core)
		}},
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
		// What begins so is a key of a known vendor.
		{
			"token",
			regexp.MustCompile(
				`\b((?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{12,}|` +
					`(?:gh[pousr]_|github_pat_|glpat-|xox[a-z]-|AIza|[srp]k_(?:live|test)_|ya29\.)[A-Za-z0-9_-]{10,})`,
			),
			nil,
		},
		{"UUID", regexp.MustCompile(`(?i)\b([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b`), nil},
		{"token", regexp.MustCompile(`([A-Za-z0-9_-]{20,})`), func(core, _, _ string) bool { return !opaque(core) }},
		{"token", regexp.MustCompile(`([A-Za-z0-9+/_-]{8,}={0,2})`), func(core, _, _ string) bool {
			return !isEncoded(core)
		}},
		{
			"e-mail address",
			regexp.MustCompile(`(\\*"[^"\\\n@]{1,64}\\*"` + at + domain + `)`),
			isExample,
		},
		// A slash is part of it where no path can be meant.
		{
			"e-mail address",
			regexp.MustCompile(`(?:^|[\s"'(<,;])(` + mailbox + `+(?:/+` + mailbox + `+)+` + at + domain + `)`),
			isExample,
		},
		{"e-mail address", regexp.MustCompile(`([\pL\pM\pN._+#$%&'*?^{|}~!-]+` + at + domain + `)`), isExample},
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
			"personal number",
			regexp.MustCompile(
				`\b([3-6][0-9]{3}(?:[- ][0-9]{4}){2}[- ][0-9]{1,7}|3[0-9]{3}[- ][0-9]{6}[- ][0-9]{5}|` +
					`[0-9]{3}-[0-9]{2}-[0-9]{4})\b`,
			),
			nil,
		},
		{
			"phone number",
			regexp.MustCompile(`((?:\+|%2[Bb])(?:[0-9]{7,15}|\(?[0-9](?:` + gap + `[0-9]){6,14}))`),
			func(core, _, after string) bool {
				return fictional().MatchString(phoneDigits(core)) && !startsWithDigit(after)
			},
		},
		{
			"phone number",
			regexp.MustCompile(
				`((?:1[-. ]{0,2})?(?:\([2-9][0-9]{2}\)[-. ]{0,3}|[2-9][0-9]{2}[-. ])[0-9]{3}[-. ]?[0-9]{4})`,
			),
			func(core, before, after string) bool {
				return endsWithDigit(before) || startsWithDigit(after) || fictional().MatchString(phoneDigits(core))
			},
		},
		// Numbers that begin with 0, national or 00, and those with an area code in parentheses.
		{
			"phone number",
			regexp.MustCompile(
				front + `(?:` + date + `|(\(?0[0-9]{1,5}\)?[-. ()/]{1,3}[0-9]{1,9}(?:[-. ]{1,2}[0-9]{1,8}){0,5}))`,
			),
			func(core, _, after string) bool {
				n := len(phoneDigits(core))
				return n < 9 || n > 16 || startsWithDigit(after)
			},
		},
		{
			"phone number",
			regexp.MustCompile(front + `([0-9]{1,3} ?\([0-9]{2,5}\)[- ]?[0-9]{2,4}(?:[- ][0-9]{2,4}){1,3})`),
			func(core, _, after string) bool {
				return len(phoneDigits(core)) < 9 || startsWithDigit(after) || fictional().MatchString(phoneDigits(core))
			},
		},
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
		{"id", regexp.MustCompile(`\b(?:id|[a-zA-Z]*Id)` + equals + `\[?([0-9]{5,})`), keepID},
		{
			"id",
			regexp.MustCompile(`(?i)\b(?:` + owners + `)s?(?:[ _-]?ids?)?(?:\s+is)?[ :=#\[(]{1,3}([0-9]{5,})`),
			keepID,
		},
		{"id", regexp.MustCompile(`([0-9]{7,})`), keepID},
	}
})

// isEncoded tells whether s is base64 of a user and a password, an address or a number.
func isEncoded(s string) bool {
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(s, "-_") {
		encoding = base64.RawURLEncoding
	}
	data, err := encoding.DecodeString(strings.TrimRight(s, "="))
	if err != nil || len(data) < 4 {
		return false
	}
	for _, c := range data {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return bytes.ContainsAny(data[1:len(data)-1], ":@") || encodedNumber().Match(data)
}

// mixed tells whether s has letters and digits.
func mixed(s string) bool {
	return strings.ContainsAny(s, "0123456789") && strings.Trim(s, "0123456789") != ""
}

func isRedacted(core, _, _ string) bool { return core == Redacted }

// isExample tells whether an e-mail address is nobody's, or what is left of credentials in a URL.
func isExample(core, _, _ string) bool {
	plain := atSign().ReplaceAllString(core, "@")
	return exampleHost().MatchString(plain) || strings.HasPrefix(plain, Redacted+"@")
}

func placeholder(core, _, _ string) bool {
	return core == Redacted || core == Token || core == "null" || core == "true" || core == "false" ||
		ordinary().MatchString(core)
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
		if m[2] < 0 {
			continue // it is a date
		}
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
// for documentation, numbers of cards, and ids: of five digits in a path, after the name of what has it or as a member
// whose name ends in id, of seven anywhere. The ids of presets and other dictionaries are everybody's. It also looks
// behind percent-encoding, the escapes of JSON and HTML, and the digits and signs that stand for those of ASCII.
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
		views := []string{line, unescape(line, jsonEscape(), 2), unescape(line, percentEscape(), 3)}
		for i := range views {
			views[i] = fold(views[i])
		}
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
	jsonEscape    = lazyregexp.New(`\\+u([0-9a-fA-F]{4})`)
	percentEscape = lazyregexp.New(`%([0-9a-fA-F]{2})`)
)

// unescape replaces the escapes of all but control characters, rounds times over for what is escaped twice.
func unescape(s string, escape *regexp.Regexp, rounds int) string {
	for range rounds {
		was := s
		s = escape.ReplaceAllStringFunc(s, func(e string) string {
			digits := escape.FindStringSubmatch(e)[1]
			n, _ := strconv.ParseUint(digits, 16, 16)
			switch {
			case n < ' ' || n == 0x7f:
				return e
			case len(digits) == 2:
				return string([]byte{byte(n)})
			}
			return string(rune(n))
		})
		if s == was {
			break
		}
	}
	return s
}

// htmlEscape is that of a sign that addresses and numbers are written with; digits and letters are none.
var htmlEscape = lazyregexp.New(`&#(?:0*(32|4[0-35-7]|58|61|64|95)|[xX]0*(20|2[89abdefABDEF]|3[adAD]|40|5[fF]));`)

// fold writes the signs and digits that stand for those of ASCII as these: full-width ones, digits of other scripts,
// dashes, blanks of a fixed width, and the escapes of HTML. Folding what was folded changes nothing.
func fold(s string) string {
	s = strings.Map(func(c rune) rune {
		switch {
		case c < 0x80:
			return c
		case c == 0xa0 || c >= 0x2000 && c <= 0x200a || c == 0x202f || c == 0x205f || c == 0x3000:
			return ' '
		case c >= 0x2010 && c <= 0x2015 || c == 0x2212 || c == 0xfe58 || c == 0xfe63:
			return '-'
		case c == 0x3002 || c == 0xff61 || c == 0x2024 || c == 0xfe52:
			return '.'
		case c == 0xfe6b:
			return '@'
		case strings.ContainsRune("\uff06\uff03\uff1b", c):
			return c // they would make an escape
		case c > 0xff00 && c < 0xff5f:
			return c - 0xfee0
		case unicode.IsDigit(c):
			return '0' + digitValue(c)
		}
		return c
	}, s)
	if !strings.Contains(s, "&#") {
		return s
	}
	return htmlEscape().ReplaceAllStringFunc(s, func(e string) string {
		m := htmlEscape().FindStringSubmatch(e)
		n, _ := strconv.ParseUint(m[1], 10, 8)
		if m[1] == "" {
			n, _ = strconv.ParseUint(m[2], 16, 8)
		}
		return string(rune(n))
	})
}

// digitValue is what a digit counts. Those of a script stand in a row, from 0 to 9.
func digitValue(c rune) rune {
	for _, r := range unicode.Nd.R16 {
		if rune(r.Lo) <= c && c <= rune(r.Hi) {
			return (c - rune(r.Lo)) % 10
		}
	}
	for _, r := range unicode.Nd.R32 {
		if rune(r.Lo) <= c && c <= rune(r.Hi) {
			return (c - rune(r.Lo)) % 10
		}
	}
	return 0
}
