package runtime

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// An object in the query as one value has names and values in turn, without what is null.
func TestQueryObjectAsOneValue(t *testing.T) {
	t.Parallel()
	r := newRequest(&testOperation, nil)
	r.addQueryObject("v", map[string]any{"b": json.Number("1e400"), "a": "x,y", "n": nil}, "|")
	require.NoError(t, r.err)
	require.Equal(t, []string{"v=a|x%2Cy|b|1e400"}, r.lists)
}

// A success of exactly the largest size is read, one byte more is not.
func TestLargestSuccess(t *testing.T) {
	for size, want := range map[int]string{MaxBody: "", MaxBody + 1: "createThing: 200 OK: not the documented response: the body is larger than 67108864 bytes"} {
		const before, after = `{"name":"n"`, "}"
		body := io.MultiReader(strings.NewReader(before), bytes.NewReader(bytes.Repeat([]byte{' '}, size-len(before)-len(after))), strings.NewReader(after))
		client, err := NewClient("https://host", WithHTTPClient(&http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: jsonHeader(), Body: io.NopCloser(body)}, nil
		})}))
		require.NoError(t, err)
		result, err := create(t, client)
		if want == "" {
			require.NoError(t, err)
			require.Equal(t, "n", result.Name)
			continue
		}
		require.EqualError(t, err, want)
	}
}

// A connection that was upgraded, which no method can use, is closed unread: no context would end the reading.
func TestUpgradedConnection(t *testing.T) {
	for name, use := range map[string]func(*Client, *request) error{
		"call":     func(c *Client, r *request) error { return call(t.Context(), c, r) },
		"fetch":    func(c *Client, r *request) error { _, err := fetch[thing](t.Context(), c, r, 200); return err },
		"download": func(c *Client, r *request) error { _, err := download(t.Context(), c, r, 200); return err },
	} {
		body := &counter{}
		client, err := NewClient("https://host", WithHTTPClient(&http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 101, Header: http.Header{"Upgrade": {"x"}}, Body: body}, nil
		})}))
		require.NoError(t, err)
		r := newRequest(&testOperation, nil)
		r.setPath("accountId", "~")
		var refused *APIError
		require.ErrorAs(t, use(client, r), &refused, name)
		require.Equal(t, counter{closed: true}, *body, name)
		require.Equal(t, "createThing: 101 Switching Protocols (undocumented)", refused.Error())
		require.Equal(t, "x", refused.Header.Get("Upgrade"))
	}
}

// Two hundred characters are told as they are.
func TestBrief(t *testing.T) {
	t.Parallel()
	require.Equal(t, strings.Repeat("ä", 200), brief(strings.Repeat("ä", 200)))
	require.Equal(t, strings.Repeat("ä", 200)+"…", brief(strings.Repeat("ä", 201)))
}

// What does not print is a space.
func TestBriefPrints(t *testing.T) {
	t.Parallel()
	require.Equal(t, "a [31mb c d e f\ufffd g größe h", brief("a\x1b[31mb\r\nc\u202ed\u2028e\u009bf\xff\ue000g größe\u200bh\x00"))
}

// A file has the type that the description names, unless it says another.
func TestFileType(t *testing.T) {
	client, last := echo(t)
	for own, want := range map[string]string{"": "audio/mpeg", "audio/wav": "audio/wav"} {
		r := newRequest(&testOperation, nil)
		r.setPath("accountId", "~")
		f := newForm()
		f.addFileAs("binary", File{ContentType: own, Reader: strings.NewReader("x")}, "audio/mpeg")
		r.setForm(f)
		require.NoError(t, call(t.Context(), client, r))
		require.Equal(t, want, readForm(t, last)[0].contentType)
	}
}

// An empty file has a length like any other; what a form without files cannot hold is an error.
func TestForms(t *testing.T) {
	client, last := echo(t)
	require.NoError(t, upload1(t, client, File{Reader: strings.NewReader("")}))
	require.False(t, last.chunked)
	require.Equal(t, int64(len(last.body)), last.length)

	*last = seen{}
	r := newRequest(&testOperation, nil)
	r.setPath("accountId", "~")
	f := newURLForm()
	f.addJSON("options", func() {})
	r.setForm(f)
	require.EqualError(t, call(t.Context(), client, r), "createThing: json: unsupported type: func()")
	require.Equal(t, seen{}, *last, "nothing is sent")
}

// A read of an upload gives something or an error, and one of nothing takes nothing.
func TestUploadReads(t *testing.T) {
	t.Parallel()
	u := newUpload(t.Context(), []io.Reader{inMemory{strings.NewReader("ab")}, inMemory{strings.NewReader("")}, strings.NewReader("cd"),
		inMemory{strings.NewReader("e")}})
	n, err := u.Read(nil)
	require.NoError(t, err)
	require.Zero(t, n)
	var got []byte
	for {
		p := make([]byte, 8)
		n, err := u.Read(p)
		got = append(got, p[:n]...)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		require.Positive(t, n)
	}
	require.Equal(t, "abcde", string(got))
}

func TestIDOfNothing(t *testing.T) {
	t.Parallel()
	var id ID
	require.EqualError(t, id.UnmarshalJSON(nil), "an id must be a string or a number, not what is no JSON")
}

// What is told is kept apart up to a bound, and not told beyond it.
func TestObservationsAreBounded(t *testing.T) {
	told.Lock()
	before := told.observations
	told.observations = map[string]bool{}
	for i := range maxTold - 1 {
		told.observations[fmt.Sprint(i)] = true
	}
	told.Unlock()
	defer func() {
		told.Lock()
		defer told.Unlock()
		told.observations = before
	}()
	var got []int
	c := &Client{observe: func(o Observation) { got = append(got, o.Status) }}
	for _, status := range []int{501, 501, 502, 503} {
		c.tell(Observation{Status: status})
	}
	require.Equal(t, []int{501}, got)
}

// keeping keeps its JSON, naming is read field by field.
type (
	keeping struct {
		Raw json.RawMessage `json:"-"`
	}
	naming struct {
		A string `json:"a"`
	}
)

func (k *keeping) UnmarshalJSON([]byte) error { return nil }
func (n *naming) UnmarshalJSON([]byte) error  { return nil }

func TestShapes(t *testing.T) {
	t.Parallel()
	require.Equal(t, "number", shapeOf(reflect.TypeFor[Nullable[int]]()).kind)
	require.Equal(t, "object", shapeOf(reflect.TypeFor[*Nullable[part]]()).kind)
	require.Empty(t, shapeOf(reflect.TypeFor[keeping]()).kind)
	require.Equal(t, "object", shapeOf(reflect.TypeFor[naming]()).kind)
}

// A word has letters, four digits at most, and signs within; it is no longer than 64 bytes.
func TestIsWord(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"a": true, "z": true, "A": true, "Z": true, "_": true, "0": true, "9": true, "a-b.c/d+e:f": true, "AWR-1234": true, "AWR-12345": false,
		"": false, "-a": false, ".": false, "/": false, "+": false, ":": false, "a@": false, "a[": false, "a`": false, "a{": false, "a b": false, "ä": false,
		strings.Repeat("x", 64): true, strings.Repeat("x", 65): false,
	} {
		require.Equal(t, want, isWord(s), s)
	}
}

// A hundred facts of an answer are told.
func TestFactsAreBounded(t *testing.T) {
	for _, n := range []int{99, 100, 101, 300} {
		members := []string{`"id":"1"`}
		for i := range n {
			members = append(members, fmt.Sprintf(`"x%03d":1`, i))
		}
		c, told := answering(t, 200, "{"+strings.Join(members, ",")+"}", WithRepeatedObservations())
		_, err := fetch[gadget](t.Context(), c, newRequest(&Operation{ID: "readThing", Path: "/"}, nil), 200)
		require.NoError(t, err)
		require.Len(t, (*told)[0].UnknownMembers, min(n, 100))
	}
}

type tree struct {
	Any   any    `json:"any,omitempty"`
	Many  []part `json:"many,omitempty"`
	Loose []any  `json:"loose,omitempty"`
	Child *tree  `json:"child,omitempty"`
}

// An answer is looked at a thousand levels deep, however much stands beside.
func TestDepthIsBounded(t *testing.T) {
	observe := func(body string) []Observation {
		c, told := answering(t, 200, body, WithRepeatedObservations())
		_, err := fetch[tree](t.Context(), c, newRequest(&Operation{ID: "readThing", Path: "/"}, nil), 200)
		require.NoError(t, err)
		return *told
	}
	for levels, seen := range map[int]bool{999: true, 1_000: true, 1_001: false} {
		body := strings.Repeat(`{"child":`, levels-1) + `{"new":1}` + strings.Repeat("}", levels-1)
		require.Equal(t, seen, len(observe(body)) == 1, "%d", levels)
	}
	list := strings.TrimSuffix(strings.Repeat("{},", 1_500), ",")
	for _, beside := range []string{`"many":[` + list + `]`, `"loose":[` + list + `]`} {
		told := observe(`{` + beside + `,"child":{"new":1}}`)
		require.Len(t, told, 1)
		require.Equal(t, []string{"child.new"}, told[0].UnknownMembers)
	}
}

// A result may be a number by itself.
func TestObserveNumber(t *testing.T) {
	c, told := answering(t, 200, `7`, WithRepeatedObservations())
	result, err := fetch[level](t.Context(), c, newRequest(&Operation{ID: "readThing", Path: "/"}, nil), 200)
	require.NoError(t, err)
	require.Equal(t, level(7), *result)
	require.Equal(t, []UnknownValue{{"", "7"}}, (*told)[0].UnknownValues)
}

// RFC 9110 §5.1, §5.5.
func TestValidHeader(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"X-A": true, "~": true, "!": true, "": false, " ": false, "a b": false, "a:": false, "a\x7f": false, "ä": false} {
		require.Equal(t, want, validHeader(name, "v"), "%q", name)
	}
	for value, want := range map[string]bool{"": true, " a\tb~": true, "ä": true, "a\nb": false, "\x1f": false, "\x7f": false} {
		require.Equal(t, want, validHeader("X-A", value), "%q", value)
	}
}

// A call ends with the shorter of its own time and the client's.
func TestTimeOfACall(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ own, client, want time.Duration }{
		{0, 0, 0}, {0, time.Hour, time.Hour}, {time.Hour, 0, time.Hour}, {2 * time.Hour, time.Hour, time.Hour}, {time.Hour, 2 * time.Hour, time.Hour},
		{-time.Hour, time.Hour, time.Hour}, {-time.Hour, 0, 0},
	} {
		r := &request{timeout: c.own}
		ctx, cancel := r.context(t.Context(), &Client{http: &http.Client{Timeout: c.client}})
		defer cancel()
		until, ok := ctx.Deadline()
		require.Equal(t, c.want > 0, ok, "%v", c)
		if ok {
			require.InDelta(t, c.want, time.Until(until), float64(time.Minute), "%v", c)
		}
	}
}

// What is no JSON may be of any type, unless the operation asks for one.
func TestDownloadAccepts(t *testing.T) {
	client, last := echo(t)
	for _, own := range []string{"", "audio/wav"} {
		r := newRequest(&testOperation, nil)
		r.setPath("accountId", "~")
		want := "*/*"
		if own != "" {
			r.setHeader("Accept", own)
			want = own
		}
		stream, err := download(t.Context(), client, r)
		require.NoError(t, err)
		require.NoError(t, stream.Close())
		require.Equal(t, want, last.header.Get("Accept"))
	}
}

// page is one of a list, told of in each way.
type page struct {
	Paging *struct {
		Last int `json:"totalPages"`
	} `json:"paging"`
	Navigation *struct {
		Next *string `json:"nextPage"`
	} `json:"navigation"`
	Token string   `json:"pageToken"`
	List  []string `json:"list"`
}

// Pages are asked for as long as a result tells of a further one, from the one that the caller asks for.
func TestPages(t *testing.T) {
	t.Parallel()
	byNumber, byToken := paged{"page", "paging.totalPages", "navigation.nextPage", ""}, paged{"token", "", "", "pageToken"}
	next, done := `{"navigation":{"nextPage":"x"}}`, `{"navigation":{}}`
	failed := errors.New("no connection")
	for name, c := range map[string]struct {
		paged   paged
		start   string
		answers []string // "" for none, "!" for an error
		asked   []string
		problem string
	}{
		"one page": {byNumber, "", []string{`{"paging":{"totalPages":1}}`}, []string{""}, ""},
		"three pages": {byNumber, "", []string{`{"paging":{"totalPages":3}}`, `{"paging":{"totalPages":3}}`, `{"paging":{"totalPages":3}}`},
			[]string{"", "2", "3"}, ""},
		"from the second":        {byNumber, "2", []string{`{"paging":{"totalPages":3}}`, `{"paging":{"totalPages":3}}`}, []string{"2", "3"}, ""},
		"beyond the last":        {byNumber, "5", []string{`{"paging":{"totalPages":3}}`}, []string{"5"}, ""},
		"no number is the first": {byNumber, "x", []string{`{"paging":{"totalPages":2}}`, `{"paging":{"totalPages":2}}`}, []string{"x", "2"}, ""},
		"the last is known":      {byNumber, "", []string{`{"paging":{"totalPages":1},"navigation":{"nextPage":"x"}}`}, []string{""}, ""},
		"a link to the next":     {byNumber, "", []string{next, next, done}, []string{"", "2", "3"}, ""},
		"nothing is told":        {byNumber, "", []string{`{}`}, []string{""}, ""},
		"tokens":                 {byToken, "", []string{`{"pageToken":"a b"}`, `{"pageToken":"c"}`, `{}`}, []string{"", "a b", "c"}, ""},
		"from a token":           {byToken, "a", []string{`{"pageToken":"b"}`, `{}`}, []string{"a", "b"}, ""},
		"the same token": {byToken, "", []string{`{"pageToken":"a"}`, `{"pageToken":"a"}`}, []string{"", "a"},
			"the server gives token as the token of the page that it is the token of"},
		"an error":       {byNumber, "", []string{next, "!"}, []string{"", "2"}, "no connection"},
		"no result":      {byNumber, "", []string{""}, []string{""}, ""},
		"not a number":   {paged{"page", "list", "", ""}, "", []string{`{"list":["a"]}`}, []string{""}, ""},
		"no such member": {paged{"page", "token.of", "list.of", ""}, "", []string{`{"pageToken":"a","list":["a"]}`}, []string{""}, ""},
	} {
		var asked []string
		call := func(opts []CallOption) (*page, error) {
			r := newRequest(&testOperation, opts)
			r.final()
			asked = append(asked, r.query.Get(c.paged.parameter))
			switch answer := c.answers[len(asked)-1]; answer {
			case "":
				return nil, nil
			case "!":
				return nil, failed
			default:
				var p page
				require.NoError(t, json.Unmarshal([]byte(answer), &p))
				return &p, nil
			}
		}
		var start []CallOption
		if c.start != "" {
			start = []CallOption{callOption(func(r *request) { r.addQuery(c.paged.parameter, c.start) })}
		}
		results, problem := 0, ""
		for p, err := range pages(start, c.paged, call) {
			if err != nil {
				require.Nil(t, p)
				problem = err.Error()
				continue
			}
			results++
		}
		require.Equal(t, c.asked, asked, name)
		require.Equal(t, c.problem, problem, name)

		// Whoever has seen enough is given no more.
		asked = nil
		for range pages(start, c.paged, call) {
			break
		}
		require.Len(t, asked, 1, name)
	}
	require.False(t, memberOf(reflect.ValueOf(&page{Token: "x"}), "").IsValid())
}
