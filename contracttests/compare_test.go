package contracttests

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/ringbasic/ringbasic/internal/recording"
)

// comparer compares JSON values and says in what they differ, a line for each place.
type comparer struct {
	left, right string // what happened to either side: "recorded", "sent"
	// equal, if there is one, is asked first about what stands at a path such as "queue.transfer[0].action". Either
	// side may be nothing.
	equal func(path string, a, b any) bool
	lines []string
}

// nothing stands for a member that is not there.
type nothing struct{}

func (c *comparer) compare(path string, a, b any) {
	if c.equal != nil && c.equal(path, a, b) {
		return
	}
	switch left := a.(type) {
	case map[string]any:
		if right, ok := b.(map[string]any); ok {
			for _, key := range slices.Sorted(maps.Keys(merged(left, right))) {
				c.compare(join(path, key), member(left, key), member(right, key))
			}
			return
		}
	case []any:
		if right, ok := b.([]any); ok && len(left) == len(right) {
			for i := range left {
				c.compare(fmt.Sprintf("%s[%d]", path, i), left[i], right[i])
			}
			return
		}
	}
	if !reflect.DeepEqual(a, b) {
		c.lines = append(c.lines, fmt.Sprintf("%s: %s %s, %s %s", path, c.left, show(a), c.right, show(b)))
	}
}

func merged(a, b map[string]any) map[string]any {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

func member(object map[string]any, key string) any {
	if value, ok := object[key]; ok {
		return value
	}
	return nothing{}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// show is the JSON of a value, as much as a person wants to read of it.
func show(v any) string {
	if v == (nothing{}) {
		return "nothing"
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err.Error()
	}
	text := []rune(string(bytes.TrimSpace(b.Bytes())))
	if len(text) > 100 {
		return string(text[:100]) + "…"
	}
	return string(text)
}

// differences compares values of the same type by their JSON, and says at what they differ.
func differences(at, left, right string, a, b any) []string {
	if reflect.DeepEqual(a, b) {
		return nil
	}
	c := comparer{left: left, right: right}
	c.compare(at, generic(a), generic(b))
	if len(c.lines) == 0 { // of no consequence for JSON, and yet not the same
		return []string{fmt.Sprintf("%s: %s %#v, %s %#v", at, left, a, right, b)}
	}
	return c.lines
}

// generic is a value as it is decoded from its JSON.
func generic(v any) any {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	value, err := decode(data)
	if err != nil {
		return err.Error()
	}
	return value
}

// decode reads a JSON text and keeps numbers as they are written.
func decode(data []byte) (value any, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	err = d.Decode(&value)
	return value, err
}

// compareRequest tells in what a request as sent differs from the recorded one.
func compareRequest(r *recording.Recording, sent *http.Request, body []byte) []string {
	var found []string
	differ := func(what string, a, b any) {
		found = append(found, differences(what, "recorded", "sent", a, b)...)
	}
	want := r.Request.Target()
	differ("method", r.Request.Method, sent.Method)
	differ("path", want.EscapedPath(), sent.URL.EscapedPath())
	differ("query", want.Query(), sent.URL.Query())
	recorded, got := r.Request.Header.Clone(), sent.Header.Clone()
	got.Del("User-Agent")
	multipart := withoutBoundary(recorded)
	withoutBoundary(got)
	differ("headers", recorded, got)
	wire, err := r.Request.Wire()
	if err != nil {
		return append(found, err.Error())
	}
	switch {
	case bytes.Equal(wire, body):
	case multipart:
		a, err := readParts(r.Request.Header, wire)
		if err != nil {
			return append(found, "recorded: "+err.Error())
		}
		b, err := readParts(sent.Header, body)
		if err != nil {
			return append(found, "sent: "+err.Error())
		}
		differ("part", byName(a), byName(b))
		if sent.ContentLength != int64(len(body)) {
			found = append(found, fmt.Sprintf("Content-Length is %d, the body has %d bytes", sent.ContentLength, len(body)))
		}
	default:
		a, err := decode(wire)
		if err != nil {
			return append(found, "recorded: "+err.Error())
		}
		b, err := decode(body)
		if err != nil {
			return append(found, "sent: "+err.Error())
		}
		differ("body", a, b)
	}
	return found
}

// withoutBoundary removes what differs from one multipart request to the next, and tells whether it is one.
func withoutBoundary(h http.Header) bool {
	kind, _, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		return false
	}
	h.Set("Content-Type", kind)
	return true
}

// byName gives what each part of a multipart body has.
func byName(parts []part) map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, p := range parts {
		name := p.Name
		for n := 2; all[name] != nil; n++ {
			name = fmt.Sprintf("%s(%d)", p.Name, n)
		}
		all[name] = map[string]string{"content": strconv.QuoteToASCII(p.Content)}
		for key, value := range map[string]string{"filename": p.File, "Content-Type": p.ContentType, "Content-Transfer-Encoding": p.Encoding} {
			if value != "" {
				all[name][key] = value
			}
		}
	}
	return all
}
