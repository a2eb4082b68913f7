package runtime

import (
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

type kind string

func (kind) Values() []kind { return []kind{"Red", "Blue/Green"} }

type level int

func (level) Values() []level { return []level{1, 2} }

type part struct {
	Name   *string `json:"name,omitempty"`
	Nested *part   `json:"nested,omitempty"`
}

type open struct {
	A                    *string        `json:"a,omitempty"`
	AdditionalProperties map[string]int `json:"-"`
}

func (o *open) UnmarshalJSON([]byte) error { return nil }

type union struct{}

func (u *union) UnmarshalJSON([]byte) error { return nil }

type gadget struct {
	ID     ID              `json:"id"`
	Kind   *kind           `json:"kind,omitempty"`
	Level  level           `json:"level,omitempty"`
	Count  *int            `json:"count,omitempty"`
	On     *bool           `json:"on,omitempty"`
	Parts  []part          `json:"parts,omitempty"`
	Labels map[string]kind `json:"labels,omitempty"`
	Open   *open           `json:"open,omitempty"`
	Union  *union          `json:"union,omitempty"`
	Any    any             `json:"any,omitempty"`
	Lists  [][]string      `json:"lists,omitempty"`
	Data   []byte          `json:"data,omitempty"`
}

// answering is a client whose server gives one answer, with what its observer is told.
func answering(t testing.TB, status int, body string, options ...Option) (*Client, *[]Observation) {
	t.Helper()
	var told []Observation
	send := roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
	})
	options = append([]Option{WithHTTPClient(&http.Client{Transport: send}), WithObserver(func(o Observation) { told = append(told, o) })}, options...)
	c, err := NewClient("https://host.example", options...)
	require.NoError(t, err)
	return c, &told
}

func TestObserve(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want *Observation
	}{
		"all known": {` { "id" : 1, "kind":"Red","level":2,"count":3,"on":true,"parts":[ {"name":"a","nested":{"name":null}} , {} ],` +
			`"labels":{"x":"Red"},"open":{"a":"b","c":4},` +
			`"union":{"z":1},"any":{"z":[1,{"y":"]}"}]},"lists":[["a"],[]],"data":"AA==" } `, nil},
		"escaped": {`{"id":"1","k\u0069nd":"Blue\/Green","parts":[{"n\u0061me":"\"}"}]}`, nil},
		"null":    {`{"id":"1","kind":null,"parts":null,"count":null,"lists":[null]}`, nil},
		"members": {`{"id":"1","color":{"a":[1,"}"]},"parts":[{"x":1},{"x":2,"nested":{"y":[]}}],"a.b c":1,"Jane Doe":1,"+4930123456":2}`,
			&Observation{UnknownMembers: []string{"*", "color", "parts[].nested.y", "parts[].x"}}},
		"values": {`{"id":"1","kind":"Green","level":7,"labels":{"Jane Doe":"Pink"},"parts":[{"name":"Pink"}]}`,
			&Observation{UnknownValues: []UnknownValue{{"kind", "Green"}, {"level", "7"}, {"labels.*", "Pink"}}}},
		"values that are none": {`{"id":"1","kind":"Jane Doe","labels":{"a":"12025550101"}}`,
			&Observation{UnknownValues: []UnknownValue{{"kind", ""}, {"labels.*", ""}}}},
		"types": {`{"id":true,"kind":1,"level":"1","count":"3","on":"true","parts":{"a":1},"labels":[],"lists":["a",[1]],"open":"x"}`,
			&Observation{WrongTypes: []WrongType{{"kind", "string", "number"}, {"level", "number", "string"}, {"count", "number", "string"},
				{"on", "boolean", "string"},
				{"parts", "array", "object"}, {"labels", "object", "array"}, {"lists[]", "array", "string"}, {"lists[][]", "string", "number"},
				{"open", "object", "string"}}}},
		"a name that begins escaped": {`{"\u0069d":"1"}`, nil},
		"a member and a value": {`{"id":"1","color":1,"kind":"Green"}`,
			&Observation{UnknownMembers: []string{"color"}, UnknownValues: []UnknownValue{{"kind", "Green"}}}},
		"a member and a type": {`{"id":"1","color":1,"count":"3"}`,
			&Observation{UnknownMembers: []string{"color"}, WrongTypes: []WrongType{{"count", "number", "string"}}}},
		"another root": {`[1,2]`, &Observation{WrongTypes: []WrongType{{"", "object", "array"}}}},
		"no JSON":      {`{"id":`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c, told := answering(t, 200, test.body, WithRepeatedObservations())
			_, _ = fetch[gadget](t.Context(), c, newRequest(&Operation{ID: "readThing", Path: "/"}, nil), 200)
			if test.want == nil {
				require.Empty(t, *told)
				return
			}
			test.want.Operation, test.want.Status, test.want.Documented = "readThing", 200, true
			require.Equal(t, []Observation{*test.want}, *told)
		})
	}
}

func TestObserveErrors(t *testing.T) {
	documentedErrors = map[string][]DocumentedError{"readThing": {{Status: 404, Code: "CMN-102"}}}
	defer func() { documentedErrors = nil }()
	for name, test := range map[string]struct {
		status int
		body   string
		want   *Observation
	}{
		"documented":     {404, `{"errorCode":"CMN-102"}`, nil},
		"another status": {403, `{"errorCode":"CMN-102"}`, &Observation{Operation: "readThing", Status: 403, Code: "CMN-102"}},
		"another code": {404, `{"errors":[{"errorCode":"CMN-468","message":"Jane Doe"}]}`,
			&Observation{Operation: "readThing", Status: 404, Code: "CMN-468"}},
		"what is no code":         {404, `{"errorCode":"call +1 202 555 0101"}`, &Observation{Operation: "readThing", Status: 404}},
		"a page":                  {502, `<html>`, &Observation{Operation: "readThing", Status: 502}},
		"an undocumented success": {202, `{"id":"1"}`, &Observation{Operation: "readThing", Status: 202}},
	} {
		t.Run(name, func(t *testing.T) {
			c, told := answering(t, test.status, test.body, WithRepeatedObservations())
			op := &Operation{ID: "readThing", Path: "/"}
			_, err := fetch[gadget](t.Context(), c, newRequest(op, nil), 200)
			require.Error(t, err)
			require.Error(t, call(t.Context(), c, newRequest(op, nil), 200))
			_, err = download(t.Context(), c, newRequest(op, nil), 200)
			require.Error(t, err)
			if test.want == nil {
				require.Empty(t, *told)
				return
			}
			require.Equal(t, []Observation{*test.want, *test.want, *test.want}, *told)
		})
	}
}

// The same is told once in a process, whatever client it is.
func TestObserveOnce(t *testing.T) {
	for range 2 {
		c, told := answering(t, 200, `{"id":"1","onceOnly":1}`)
		for range 3 {
			_, err := fetch[gadget](t.Context(), c, newRequest(&Operation{ID: "once", Path: "/"}, nil), 200)
			require.NoError(t, err)
		}
		require.LessOrEqual(t, len(*told), 1)
	}
	c, told := answering(t, 200, `{"id":"1","onceOnly":1,"more":2}`)
	_, err := fetch[gadget](t.Context(), c, newRequest(&Operation{ID: "once", Path: "/"}, nil), 200)
	require.NoError(t, err)
	require.Len(t, *told, 1)
}

func TestObservationJSON(t *testing.T) {
	data, err := json.Marshal(Observation{Operation: "a", Status: 200, Documented: true, UnknownMembers: []string{"b"}})
	require.NoError(t, err)
	require.JSONEq(t, `{"operation":"a","status":200,"code":"","documented":true,"unknownMembers":["b"]}`, string(data))
}

// Whatever valid JSON there is, looking at it ends, and finds nothing where everything fits.
func FuzzObserve(f *testing.F) {
	for _, seed := range []string{`{}`, `[]`, `"\""`, `{"a":[{"b":"\\"},1e5,null,true]}`, `{"parts":[{"name":"x","y":{}}]}`, ` { "a" : [ ] } `} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			return
		}
		l := looker{data: data}
		l.value(shapeOf(reflect.TypeFor[gadget]()), nil)
		l.space()
		require.Equal(t, len(data), l.at, "it goes to the end")
		free := looker{data: data}
		free.value(&shape{}, nil)
		free.space()
		require.Equal(t, len(data), free.at)
		require.Empty(t, free.o)
	})
}

// BenchmarkObserver compares calls without an observer and with one that has nothing to tell.
func BenchmarkObserver(b *testing.B) {
	body := `{"id":"1003","kind":"Red","count":3,"on":true,"parts":[` + strings.Repeat(`{"name":"a part with a name","nested":{"name":"within"}},`, 20) +
		`{}],"labels":{"x":"Red"}}`
	for _, with := range []string{"without", "with"} {
		b.Run(with, func(b *testing.B) {
			c, _ := answering(b, 200, body)
			if with == "without" {
				c.observe = nil
			}
			op := &Operation{ID: "readThing", Path: "/"}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := fetch[gadget](b.Context(), c, newRequest(op, nil), 200); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// An error whose body breaks off keeps its status and says why it says no more. That it has no code that is documented
// is no news of the document.
func TestBrokenError(t *testing.T) {
	var told []Observation
	send := roundTripper(func(*http.Request) (*http.Response, error) {
		body := io.MultiReader(strings.NewReader(`{"errorCode":"CMN-`), iotest.ErrReader(io.ErrUnexpectedEOF))
		return &http.Response{StatusCode: 404, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(body)}, nil
	})
	c, err := NewClient("https://host.example", WithHTTPClient(&http.Client{Transport: send}), WithRepeatedObservations(),
		WithObserver(func(o Observation) { told = append(told, o) }))
	require.NoError(t, err)
	_, err = fetch[gadget](t.Context(), c, newRequest(&Operation{ID: "readThing", Path: "/"}, nil), 200)
	var e *APIError
	require.ErrorAs(t, err, &e)
	require.Equal(t, 404, e.Status)
	require.Equal(t, `{"errorCode":"CMN-`, string(e.Body))
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.EqualError(t, err, "readThing: 404 Not Found: the error's body broke off: unexpected EOF")
	require.Empty(t, told)
}
