package recording

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ringbasic/ringbasic/internal/lazyregexp"
)

// Placeholders that stand in recordings for what is nobody else's business.
const (
	Token    = "{{token}}" // an access token; editors set the variable
	Redacted = "redacted"  // any other secret
	// 2^53+1, the first integer that a float64 loses: the one large id that is no one's
	LargeID     = "9007199254740993"
	Boundary    = "ringbasic-boundary"
	firstID     = 1001
	lastID      = 9999
	firstNumber = 101
)

// Redactor replaces what identifies an account, a person or a secret by placeholders: the same value by the same
// placeholder for as long as the Redactor lives, whether it stands in a URL, a header or a body, and as the same JSON
// type. Use one for all recordings of a session. Redacting what was redacted changes nothing.
//
//	access token in Authorization                 Bearer {{token}}
//	other tokens, passwords, client ids           redacted
//	ids of accounts, extensions, rules, …         1001, 1002, …
//	phone numbers                                 +12025550100, …
//	e-mail addresses                              user1@example.com, …
//	extension numbers                             101, …
//	names of extensions                           Person 1, …
//	UUIDs                                         uuid-1, …
//	IP addresses                                  192.0.2.0, …
//	numbers of cards                              redacted
//
// Ids of four digits and less are placeholders already; ids of the vendor's dictionaries (preset greetings, languages)
// are the same for everybody and stay. It is not safe for concurrent use.
type Redactor struct {
	secrets []string
	known   map[string]string // kind and value -> placeholder
	taken   map[string]int    // kind -> how many
	public  map[string]bool   // ids of dictionaries
	used    map[string]bool   // placeholders of ids that Assign has given away
}

// NewRedactor makes a Redactor that also replaces these very values wherever they stand: client id, client secret,
// assertion, token.
func NewRedactor(secrets ...string) *Redactor {
	r := &Redactor{
		known:  map[string]string{},
		taken:  map[string]int{},
		public: map[string]bool{},
		used:   map[string]bool{},
	}
	for _, s := range secrets {
		if len(s) >= 4 && s != Redacted && s != Token {
			r.secrets = append(r.secrets, s)
		}
	}
	// The longest first: one secret may be part of another.
	slices.SortFunc(r.secrets, func(a, b string) int { return len(b) - len(a) })
	return r
}

// Assign makes placeholder stand for an id from now on, and for no other: so a new recording of an exchange keeps the
// placeholders of the old one. Without an id the placeholder is only set aside.
func (r *Redactor) Assign(id, placeholder string) {
	r.used[placeholder] = true
	if id != "" {
		r.known["id "+id] = placeholder
	}
}

// Recording gives a redacted copy. A multipart boundary becomes [Boundary].
func (r *Redactor) Recording(in *Recording) *Recording {
	out := *in
	out.Meta.Document, out.Meta.Note = r.Text(in.Meta.Document), r.Text(in.Meta.Note)
	out.Request.URL = r.URL(in.Request.URL)
	out.Request.Body = r.Body(in.Request.Header, in.Request.Body)
	out.Request.Header = r.Header(in.Request.Header)
	out.Response.Body = r.Body(in.Response.Header, in.Response.Body)
	out.Response.Header = r.Header(in.Response.Header)
	return &out
}

// headers are those that say something about the exchange, and what a value of them has to be. All others are left
// out: cookies, dates, hops.
var headers = map[string]func() *regexp.Regexp{
	"Accept":                 lazyregexp.New(`^` + mediaRange + `(?:, ?` + mediaRange + `)*$`),
	"Accept-Language":        lazyregexp.New(`^` + language + `(?:, ?` + language + `)*$`),
	"Allow":                  lazyregexp.New(`^(?:` + method + `)(?:, ?(?:` + method + `))*$`),
	"Authorization":          nil,
	"Content-Disposition":    nil,
	"Content-Language":       lazyregexp.New(`^` + language + `(?:, ?` + language + `)*$`),
	"Content-Type":           nil,
	"Location":               nil,
	"Rcrequestid":            lazyregexp.New(`^(?:[0-9a-fA-F]{8}(?:-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}|uuid-[0-9]+)$`),
	"Retry-After":            lazyregexp.New(`^(?:[0-9]{1,9}|` + httpDate + `)$`),
	"Www-Authenticate":       nil,
	"X-Rate-Limit-Group":     lazyregexp.New(`^[a-z]{1,20}$|^(?:Light|Medium|Heavy|Auth)$`),
	"X-Rate-Limit-Limit":     lazyregexp.New(`^[0-9]{1,9}$`),
	"X-Rate-Limit-Remaining": lazyregexp.New(`^[0-9]{1,9}$`),
	"X-Rate-Limit-Window":    lazyregexp.New(`^[0-9]{1,9}$`),
}

const (
	mediaRange = `(?:\*|application|audio|font|image|message|model|multipart|text|video)/[A-Za-z0-9.+*-]{1,60}` +
		`(?:; ?(?:q=[01](?:\.[0-9]{1,3})?|charset=[A-Za-z0-9-]{1,20}))*`
	httpDate = `[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT`
	language = `(?:\*|[a-z]{2,3}(?:-(?:[A-Z][a-z]{3}|[A-Za-z]{2}|[0-9]{3}))*)(?:; ?q=[01](?:\.[0-9]{1,3})?)?`
	method   = `GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE|CONNECT`
)

// Header gives a redacted copy with the headers that tell something about the exchange; the others, cookies among
// them, are left out. What does not have the form that its header has to have is replaced.
func (r *Redactor) Header(h http.Header) http.Header {
	out := http.Header{}
	for name, values := range h {
		form, known := headers[name]
		if !known {
			continue
		}
		for _, v := range values {
			switch name {
			case "Authorization":
				v = "Bearer " + Token
			case "Content-Disposition":
				v = disposition(v)
			case "Content-Type":
				v = contentType(v)
			case "Location":
				v = r.URL(v)
			case "Www-Authenticate":
				v = challenge(v)
			default:
				if !form().MatchString(v) {
					v = Redacted
				}
				v = r.Text(v)
			}
			out[name] = append(out[name], v)
		}
	}
	return out
}

// disposition keeps what is to be done with a body; the name of the file is somebody's.
func disposition(v string) string {
	kind, params, err := mime.ParseMediaType(v)
	switch {
	case err != nil || kind != "attachment" && kind != "inline":
		return Redacted
	case len(params) == 0:
		return kind
	}
	return kind + `; filename="` + Redacted + `"`
}

// challenge keeps the scheme and the error.
func challenge(v string) string {
	kind := challengeScheme().FindString(v)
	if kind == "" {
		return Redacted
	}
	if e := challengeError().FindString(v); e != "" {
		return kind + " " + e
	}
	return kind
}

var (
	mediaType       = lazyregexp.New(`^` + mediaRange + `$`)
	challengeScheme = lazyregexp.New(`^(?:Basic|Bearer|Digest)\b`)
	challengeError  = lazyregexp.New(`\berror="(?:invalid_request|invalid_token|insufficient_scope)"`)
)

// contentType keeps a media type and its charset. A boundary becomes [Boundary]. All else it may have is nobody's need.
func contentType(v string) string {
	if mediaType().MatchString(v) {
		return v
	}
	kind, params, err := mime.ParseMediaType(v)
	if err != nil && kind == "" || !mediaType().MatchString(kind) {
		return Redacted
	}
	kept := map[string]string{}
	if charset := params["charset"]; mediaType().MatchString(kind + ";charset=" + charset) {
		kept["charset"] = charset
	}
	if params["boundary"] != "" {
		kept["boundary"] = Boundary
	}
	return mime.FormatMediaType(kind, kept)
}

// URL redacts a URL or a part of one.
func (r *Redactor) URL(s string) string {
	path, query, found := strings.Cut(s, "?")
	path = r.Text(path)
	if !found {
		return path
	}
	return path + "?" + r.form(query)
}

// form redacts what is encoded as a form or a query.
func (r *Redactor) form(s string) string {
	pairs := strings.Split(s, "&")
	for i, pair := range pairs {
		key, value, found := strings.Cut(pair, "=")
		if found {
			pairs[i] = r.Text(key) + "=" + r.value(key, value)
		} else {
			pairs[i] = r.Text(pair)
		}
	}
	return strings.Join(pairs, "&")
}

// Body redacts the body of a message with header h.
func (r *Redactor) Body(h http.Header, body []byte) []byte {
	if len(body) == 0 {
		return body
	}
	for _, m := range dictionaryID().FindAllSubmatch(body, -1) {
		r.public[string(m[1])] = true
	}
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	switch {
	case boundary(h) != "":
		return []byte(r.parts(string(body), boundary(h)))
	case kind == "application/x-www-form-urlencoded":
		return []byte(r.form(string(body)))
	case looksLikeJSON(string(body)):
		return []byte(r.json(string(body)))
	}
	return []byte(r.Text(string(body)))
}

func looksLikeJSON(s string) bool {
	s = strings.TrimSpace(s)
	return s != "" && (s[0] == '{' || s[0] == '[' || s[0] == '"')
}

var partName = lazyregexp.New(`(?i)^content-disposition:.*\bname="?([^";]*)`)

// parts redacts a multipart body as it stands in a recording.
func (r *Redactor) parts(body, old string) string {
	var out []string
	var content []string
	field, inHeader := "", false
	flush := func() {
		if content != nil {
			text := strings.Join(content, "\n")
			if looksLikeJSON(text) {
				text = r.json(text)
			} else {
				text = r.value(field, text)
			}
			out = append(out, text)
		}
		content, field = nil, ""
	}
	for _, line := range strings.Split(body, "\n") {
		bare := strings.TrimSuffix(line, "\r")
		switch {
		case bare == "--"+old || bare == "--"+old+"--":
			flush()
			out = append(out, strings.Replace(line, old, Boundary, 1))
			inHeader = bare == "--"+old
		case inHeader && bare == "":
			out = append(out, line)
			inHeader = false
			content = []string{}
		case inHeader:
			if m := partName().FindStringSubmatch(bare); m != nil {
				field = m[1]
			}
			out = append(out, r.Text(line))
		case content != nil:
			content = append(content, line)
		default:
			out = append(out, r.Text(line))
		}
	}
	flush()
	return strings.Join(out, "\n")
}

// json redacts the scalars of a JSON text in place: order, white space and types stay. From where it is no longer
// JSON, it is taken as plain text.
func (r *Redactor) json(s string) string {
	type level struct {
		object bool
		key    string
		isKey  bool // the next token is a key
		parent string
	}
	var b strings.Builder
	var stack []level
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	end := 0 // of what is written
	for {
		token, err := d.Token()
		if err != nil {
			rest := s[end:]
			if n := len(stack); n > 0 && stack[n-1].object && !stack[n-1].isKey {
				// The value is broken, but its key is known.
				value := strings.TrimLeft(rest, " \t\r\n:\"")
				b.WriteString(rest[:len(rest)-len(value)])
				rest = r.value(stack[n-1].key, value)
				b.WriteString(rest)
				return b.String()
			}
			b.WriteString(r.Text(rest))
			return b.String()
		}
		stop := int(d.InputOffset())
		start := end + len(s[end:stop]) - len(strings.TrimLeft(s[end:stop], " \t\r\n,:"))
		raw := s[start:stop]
		b.WriteString(s[end:start])
		end = stop
		top := &level{}
		if len(stack) > 0 {
			top = &stack[len(stack)-1]
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				stack = append(stack, level{object: t == '{', isKey: t == '{', key: top.key, parent: top.key})
			} else {
				stack = stack[:len(stack)-1]
				if len(stack) > 0 {
					stack[len(stack)-1].isKey = stack[len(stack)-1].object
				}
			}
			b.WriteString(raw)
			continue
		case string:
			if top.object && top.isKey {
				top.key, top.isKey = t, false
				b.WriteString(quote(raw, t, r.Text(t)))
				continue
			}
			b.WriteString(quote(raw, t, r.jsonString(top.parent, top.key, t)))
		case json.Number:
			b.WriteString(r.number(top.parent, top.key, raw))
		default:
			b.WriteString(raw)
		}
		top.isKey = top.object
	}
}

// quote gives the JSON string for now, as it was written if it did not change.
func quote(raw, was, now string) string {
	if was == now {
		return raw
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(now) // a string cannot fail
	return strings.TrimSuffix(b.String(), "\n")
}

// IsID reports whether a member, in an object that is the member parent of another or "", holds an id that tells
// something about an account: not one of the vendor's dictionaries (preset greetings, languages), which are the same
// for everybody.
func IsID(parent, key string) bool { return idKey().MatchString(key) && !isPublicID(parent, key) }

func isPublicID(parent, key string) bool {
	return (parent == "preset" || parent == "language") && key == "id" || key == "presetId" || key == "languageId"
}

func (r *Redactor) jsonString(parent, key, s string) string {
	if (strings.HasPrefix(s, "{") || strings.HasPrefix(s, "[")) && json.Valid([]byte(s)) {
		return r.json(s) // JSON within a string
	}
	switch {
	case isPublicID(parent, key):
		return s
	case (personal[parent] && key == "name" || personKey().MatchString(key)) && s != "":
		return r.placeholder("person", s)
	case phoneKey().MatchString(key) && writtenPhone().MatchString(s) && len(phoneDigits(s)) >= 7:
		return r.phone(s)
	}
	return r.value(key, s)
}

func (r *Redactor) number(parent, key, raw string) string {
	switch {
	case secretKey().MatchString(key):
		return "0"
	case isPublicID(parent, key) || strings.ContainsAny(raw, ".eE"):
		return raw
	}
	sign := ""
	digits, negative := strings.CutPrefix(raw, "-")
	if negative {
		sign = "-"
	}
	return sign + r.value(key, digits)
}

var (
	secretKey = lazyregexp.New(
		`(?i)^(.*[_-])?(access[_-]?token|refresh[_-]?token|id[_-]?token|token|assertion|password|pin|secret|` +
			`client[_-]?secret|client[_-]?id|sig|signature|x-amz-(credential|signature|security-token)|pass|passwd|` +
			`app[_-]?key|app[_-]?secret|api[_-]?key|authorization|cookie|` +
			`session|(?:php|j)?sess(?:ion[_-]?)?id|` +
			`credentials|jwt|passphrase|otp|pin[_-]?code|pwd|private[_-]?key|code_verifier|username|` +
			`owner[_-]?id|endpoint[_-]?id)$`,
	)
	idKey     = lazyregexp.New(`^(id|[a-zA-Z]*Ids?|[a-z_]*_id)$`)
	phoneKey  = lazyregexp.New(`(?i)^(.*phone_?number|caller_?id|phone|mobile|fax)$`)
	numberKey = lazyregexp.New(`^extensionNumber$`)
	personKey = lazyregexp.New(
		`(?i)^(first|last|middle|nick|full|given|family|display|contact|caller|callee|user)_?name$`,
	)
	// writtenPhone is a number as people write it, with blanks and the like.
	writtenPhone = lazyregexp.New(`^\+?[0-9() ./-]+$`)
	// personal are the members whose name is that of somebody.
	personal = map[string]bool{
		"extension": true, "recipient": true, "recipients": true, "owner": true, "contact": true, "contacts": true,
		"callers": true,
		"caller":  true, "callee": true, "from": true, "to": true, "sender": true, "user": true, "creator": true,
		"author":       true,
		"participants": true, "lastModifiedBy": true, "assignee": true, "delegate": true, "person": true,
	}
	allDigits = lazyregexp.New(`^[0-9]+$`)
)

// value redacts s, which stands under key in a body, a form or a query.
func (r *Redactor) value(key, s string) string {
	switch {
	case s == "" || s == Redacted || s == Token:
		return s
	case secretKey().MatchString(key):
		return Redacted
	case strings.EqualFold(key, "partnerId") && s != "":
		return r.placeholder("partner", s)
	case numberKey().MatchString(key) && allDigits().MatchString(s):
		return r.placeholder("number", s)
	case phoneKey().MatchString(key) && allDigits().MatchString(s) && len(s) >= 7:
		return r.phone(s)
	case IsID("", key) && allDigits().MatchString(s):
		return r.id(s)
	}
	return r.Text(s)
}

// Text redacts what is recognizable wherever it stands.
func (r *Redactor) Text(s string) string {
	for _, secret := range r.secrets {
		s = strings.ReplaceAll(s, secret, Redacted)
	}
	for _, m := range dictionaryID().FindAllStringSubmatch(s, -1) {
		r.public[m[1]] = true
	}
	// Where nothing is found, s stays as it was written.
	folded := fold(s)
	found := folded
	// A replacement may complete what a detector before it looks for.
	for range maxRounds {
		was := found
		for _, d := range detectors() {
			found = replace(d, found, func(groups []string) string { return r.found(d, groups) })
		}
		if found = fold(found); found == was {
			break
		}
	}
	if found == folded {
		return s
	}
	return found
}

const maxRounds = 10

// found gives the replacement of what a detector found.
func (r *Redactor) found(d detector, groups []string) string {
	core := groups[1]
	switch d.kind {
	case "token", "personal number":
		return Redacted
	case "e-mail address":
		// It is the same however its sign is escaped, and stays escaped so.
		sign := atSign().FindString(core)
		address := r.placeholder("mail", atSign().ReplaceAllString(core, "@"))
		return strings.Replace(address, "@", sign, 1)
	case "phone number":
		return r.phone(core)
	case "UUID":
		return r.placeholder("uuid", strings.ToLower(core))
	case "IP address":
		return r.placeholder("ip", core)
	}
	return r.id(core)
}

// phone gives a 555 number for a phone number, with a plus sign, %2B or nothing in front as it had.
func (r *Redactor) phone(s string) string {
	prefix := ""
	for _, p := range []string{"+", "%2B", "%2b"} {
		if rest, ok := strings.CutPrefix(s, p); ok {
			prefix, s = p, rest
		}
	}
	digits := strings.TrimPrefix(phoneDigits(s), "00")
	if fictional().MatchString(digits) {
		return prefix + s
	}
	if len(digits) == 10 && prefix == "" {
		return r.placeholder("phone", "1"+digits)[1:]
	}
	return prefix + r.placeholder("phone", digits)
}

func (r *Redactor) id(s string) string {
	if len(s) <= 4 || s == LargeID || r.public[s] || fictional().MatchString(s) {
		return s
	}
	return r.placeholder("id", s)
}

// patterns tell a placeholder of each kind, so that redacting it again leaves it alone.
var patterns = map[string]func() *regexp.Regexp{
	"mail":    lazyregexp.New(`^user[0-9]+@example\.com$`),
	"number":  lazyregexp.New(`^[0-9]{1,3}$`),
	"partner": lazyregexp.New(`^partner-[0-9]+$`),
	"person":  lazyregexp.New(`^Person [0-9]+$`),
}

func (r *Redactor) placeholder(kind, value string) string {
	if p := patterns[kind]; p != nil && p().MatchString(value) {
		return value
	}
	key := kind + " " + value
	if p, ok := r.known[key]; ok {
		return p
	}
	n := r.taken[kind]
	r.taken[kind]++
	var p string
	switch kind {
	case "id":
		p = strconv.Itoa(min(firstID+n, lastID))
		for r.used[p] && firstID+n < lastID {
			n++
			p = strconv.Itoa(firstID + n)
		}
		r.taken[kind] = n + 1
	case "number":
		p = strconv.Itoa(min(firstNumber+n, 999))
	case "phone":
		areas := []string{"202", "212", "303", "312", "415", "503", "617", "702", "805", "916"}
		p = fmt.Sprintf("1%s55501%02d", areas[n/100%len(areas)], n%100)
	case "ip":
		p = fmt.Sprintf("%s.%d", []string{"192.0.2", "198.51.100", "203.0.113"}[n/256%3], n%256)
	case "mail":
		p = fmt.Sprintf("user%d@example.com", n+1)
	case "partner":
		p = fmt.Sprintf("partner-%d", n+1)
	case "person":
		p = fmt.Sprintf("Person %d", n+1)
	case "uuid":
		p = fmt.Sprintf("uuid-%d", n+1)
	}
	r.known[key] = p
	return p
}
