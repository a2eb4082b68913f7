package live

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/lazyregexp"
	"github.com/ringbasic/ringbasic/internal/recording"
	"github.com/ringbasic/ringbasic/internal/traffic"
)

// spellings are the ways in which a secret may be repeated.
func spellings(secret string) []string {
	if secret = strings.TrimSpace(secret); secret == "" {
		return nil
	}
	all := []string{secret, url.QueryEscape(secret), url.PathEscape(secret)}
	quoted, _ := json.Marshal(secret) // a text is JSON
	return append(all, strings.TrimSuffix(strings.TrimPrefix(string(quoted), `"`), `"`))
}

// basic are those of HTTP Basic authentication.
func basic(id, secret string) []string {
	id, secret = strings.TrimSpace(id), strings.TrimSpace(secret)
	return []string{
		base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id) + ":" + url.QueryEscape(secret))),
		base64.StdEncoding.EncodeToString([]byte(id + ":" + secret)),
	}
}

// redactor makes one that gives the ids of the account the placeholders that recordings have for them already, and
// takes none of these for anything else.
func (r *run) redactor() *recording.Redactor {
	redact := recording.NewRedactor(r.secrets...)
	for _, recorded := range r.Recordings {
		for _, text := range []string{recorded.Request.URL, string(recorded.Request.Body),
			string(recorded.Response.Body)} {
			for _, number := range numbers().FindAllString(text, -1) {
				if isPlaceholder(number) && number != recording.LargeID {
					redact.Assign("", number)
				}
			}
		}
	}
	known := map[string]bool{}
	assign := func(id, placeholder string) {
		// Shorter ones are left alone anyway; the first placeholder of an id holds.
		if len(id) > 4 && digits().MatchString(id) && isPlaceholder(placeholder) && !known[id] {
			known[id] = true
			redact.Assign(id, placeholder)
		}
	}
	assign(r.ids.account, accountPlaceholder)
	for _, placeholder := range slices.Sorted(maps.Keys(r.ids.real)) {
		assign(r.ids.real[placeholder], placeholder)
	}
	for _, x := range r.exchanges {
		if x.answer != nil && x.answer.Status == x.recorded.Response.Status {
			align(x.recorded.Response.Body, x.answer.Body, assign)
		}
	}
	return redact
}

// anonymous makes what replaces texts: those that the recordings have already stay, and stand for what the server says
// in the same place.
func (r *run) anonymous() *traffic.Anonymous {
	texts := traffic.NewAnonymous(r.root)
	for _, recorded := range r.Recordings {
		texts.Learn(recorded.Request.URL)
		for _, body := range [][]byte{recorded.Request.Body, recorded.Response.Body} {
			eachText(body, func(text string) { texts.Assign(text, text) })
		}
	}
	for _, x := range r.exchanges {
		if x.answer != nil && x.answer.Status == x.recorded.Response.Status {
			alignTexts(x.recorded.Response.Body, x.answer.Body, texts.Assign)
		}
	}
	return texts
}

// eachText calls visit for each text of a JSON body.
func eachText(body []byte, visit func(string)) {
	value, err := decode(body)
	if err != nil {
		return
	}
	alignValues("", value, value, func(_ string, a, _ any) {
		if text, ok := a.(string); ok {
			visit(text)
		}
	})
}

// alignTexts pairs the texts that stand at the same places of two bodies.
func alignTexts(recorded, answered []byte, pair func(text, published string)) {
	want, wantErr := decode(recorded)
	got, gotErr := decode(answered)
	if wantErr != nil || gotErr != nil {
		return
	}
	alignValues("", want, got, func(_ string, a, b any) {
		was, isText := a.(string)
		is, areTexts := b.(string)
		if isText && areTexts && (!strings.Contains(was, "://") || traffic.IsPlaceholder(was)) {
			pair(is, was)
		}
	})
}

var (
	numbers = lazyregexp.New(`[0-9]+`)
	origin  = lazyregexp.New(`^https://[^/]+`)
)

// align pairs the ids that stand at the same places of two bodies.
func align(recorded, answered []byte, pair func(id, placeholder string)) {
	want, wantErr := decode(recorded)
	got, gotErr := decode(answered)
	if wantErr != nil || gotErr != nil {
		return
	}
	alignValues("", want, got, func(key string, a, b any) {
		// Servers differ, paths do not.
		was, is := origin().ReplaceAllString(fmt.Sprint(a), ""), origin().ReplaceAllString(fmt.Sprint(b), "")
		if !recording.IsID("", key) && !strings.HasPrefix(was, "/") {
			return
		}
		from, to := numbers().FindAllString(was, -1), numbers().FindAllString(is, -1)
		if len(from) == len(to) && numbers().ReplaceAllString(was, "0") == numbers().ReplaceAllString(is, "0") {
			for i := range from {
				pair(to[i], from[i])
			}
		}
	})
}

// alignValues calls visit for the texts and numbers that stand at the same places of two values, and the member that
// they are in.
func alignValues(key string, a, b any, visit func(key string, a, b any)) {
	switch a := a.(type) {
	case map[string]any:
		if b, ok := b.(map[string]any); ok {
			for _, key := range slices.Sorted(maps.Keys(a)) {
				alignValues(key, a[key], b[key], visit)
			}
		}
	case []any:
		if b, ok := b.([]any); ok {
			for i := range min(len(a), len(b)) {
				alignValues(key, a[i], b[i], visit)
			}
		}
	case json.Number, string:
		visit(key, a, b)
	}
}

func decode(text []byte) (value any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return value, d.Decode(&value)
}

// rewrite makes the new recording of an exchange, or says why the old one is kept. Nothing and no reason: it stays as
// it is, because nothing changed.
func (r *run) rewrite(
	x *exchange,
	differences []difference,
	redact *recording.Redactor,
	today time.Time,
) (data []byte, kept string) {
	for _, d := range differences {
		if d.grave {
			return nil, "the server contradicts it altogether"
		}
	}
	if x.recorded.Folder() == contract.Platform {
		return nil, "recordings of " + contract.Platform + " are variants on purpose"
	}
	if lists := emptiness(&x.recorded.Response, x.answer, redact.Text); len(lists) > 0 {
		return nil, strings.Join(lists, ", ")
	}
	fresh := *x.recorded
	fresh.Meta.Source, fresh.Meta.Document = "live", ""
	fresh.Meta.Date, fresh.Meta.APIVersion = today.Format(time.DateOnly), r.version
	fresh.Response = *x.answer
	fresh.Response.Header = fresh.Response.Header.Clone()
	// They are counted anew each time and would change the file for nothing.
	for _, name := range []string{"X-Rate-Limit-Remaining", "Rcrequestid"} {
		fresh.Response.Header.Del(name)
	}
	content := x.op.Content(fresh.Response.Status) // what no operation has is not sent
	var ok bool
	fresh.Response.Body, ok = r.texts.Body(fresh.Response.Header, fresh.Response.Body, content, fresh.Response.Status)
	if !ok {
		return nil, "it cannot be read whole as JSON, and may hold somebody's texts"
	}
	r.texts.Location(fresh.Response.Header)
	redacted := redact.Recording(&fresh)
	redacted.Request = x.recorded.Request // it has placeholders only
	if x.recorded.Meta.Source == "live" && x.recorded.Meta.APIVersion == r.version &&
		bytes.Equal(
			redacted.Response.Body,
			x.recorded.Response.Body,
		) && sameType(redacted.Response.Header, x.recorded.Response.Header) {
		return nil, ""
	}
	data, err := recording.Format(redacted)
	if err != nil {
		return nil, "it cannot be written: " + strings.TrimPrefix(err.Error(), redacted.File+": ")
	}
	if problems := recording.Scan(data); len(problems) > 0 {
		return nil, fmt.Sprintf("after redaction there is still something: line %s", problems[0])
	}
	return data, ""
}

func sameType(a, b http.Header) bool { return a.Get("Content-Type") == b.Get("Content-Type") }

// versionString reads the answer at versionPath.
func versionString(body []byte) string {
	var version struct {
		VersionString string `json:"versionString"`
	}
	if json.Unmarshal(body, &version) != nil || !versionPattern().MatchString(version.VersionString) {
		return ""
	}
	return version.VersionString
}
