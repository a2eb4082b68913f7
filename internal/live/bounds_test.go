package live

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/recording"
	"github.com/ringbasic/ringbasic/transport"
)

// list is a body of n things.
func list(n int, thing func(i int) string) string {
	things := make([]string, n)
	for i := range things {
		things[i] = thing(i)
	}
	return strings.Join(things, ",")
}

// What is told of a body is bounded, however large and deep it is: lists are told once, and of each kind of difference
// the first twenty.
func TestDifferencesAreBounded(t *testing.T) {
	nested := func(open, inner, close string, depth int) string {
		return strings.Repeat(open, depth) + inner + strings.Repeat(close, depth)
	}
	for _, c := range []struct {
		name, recorded, answered string
		first, last              string
		count                    int
	}{
		{
			"items", `{"records":[]}`, `{"records":[` + list(20_000, func(int) string { return `{"type":1}` }) + `]}`, "", "", 0,
		}, {
			"items of another type", `{"records":[{"type":"a"}]}`,
			`{"records":[` + list(20_000, func(int) string { return `{"type":1}` }) + `]}`,
			"records[].type is number, recorded is text", "records[].type is number, recorded is text", 1,
		}, {
			"twenty members", `{}`, `{` + list(20, func(i int) string { return fmt.Sprintf(`"k%02d":{"a":1}`, i) }) + `}`,
			"k00 is sent by the server, and not recorded", "k19 is sent by the server, and not recorded", 20,
		}, {
			"many members", `{"a":1}`, `{` + list(20_000, func(i int) string { return fmt.Sprintf(`"k%05d":{"a":1}`, i) }) + `}`,
			"a is recorded, the server does not send it", "and 19980 more: sent by the server, and not recorded", 22,
		}, {
			"many recorded", `{` + list(20_000, func(i int) string { return fmt.Sprintf(`"k%05d":1`, i) }) + `}`, `{}`,
			"k00000 is recorded, the server does not send it", "and 19980 more: recorded, the server does not send it", 21,
		}, {
			"many types", `{` + list(21, func(i int) string { return fmt.Sprintf(`"k%02d":1`, i) }) + `}`,
			`{` + list(21, func(i int) string { return fmt.Sprintf(`"k%02d":""`, i) }) + `}`,
			"k00 is text, recorded is number", "and 1 more: of another type", 21,
		}, {
			"one that is as deep as it is looked into", `{"a":` + nested("[", "1", "]", maxNesting-1) + `}`,
			`{"a":` + nested("[", "true", "]", maxNesting-1) + `}`,
			"a" + strings.Repeat("[]", (maxPath-1)/2) + "[… is boolean, recorded is number", "", 1,
		}, {
			"one that is deeper", `{"a":` + nested("[", "1", "]", maxNesting) + `}`, `{"a":` + nested("[", "true", "]", maxNesting) + `}`, "", "", 0,
		}, {
			"deep lists", `{}`, `{` + list(50, func(i int) string { return fmt.Sprintf(`"k%02d":`, i) + nested("[", "", "]", 9000) }) + `}`,
			"k00 is sent by the server, and not recorded", "and 30 more: sent by the server, and not recorded", 21,
		}, {
			"deep on both sides", `{"a":` + nested(`{"a":`, "1", "}", 9000) + `}`, `{"a":` + nested(`{"a":`, "true", "}", 9000) + `}`, "", "", 0,
		}, {
			"long names, and many below them", nested(`{"`+strings.Repeat("n", 5000)+`":`, "{}", "}", 150),
			nested(`{"`+strings.Repeat("n", 5000)+`":`, `{`+list(50_000, func(i int) string { return fmt.Sprintf(`"k%05d":1`, i) })+`}`, "}", 150),
			strings.Repeat("n", maxPath) + "… is sent by the server, and not recorded", "and 49980 more: sent by the server, and not recorded", 21,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			found := shapeDifferences([]byte(c.recorded), []byte(c.answered), asItIs)
			require.Len(t, found, c.count)
			if c.count > 0 {
				require.Equal(t, c.first, found[0])
			}
			if c.last != "" {
				require.Equal(t, c.last, found[len(found)-1])
			}
		})
	}
}

func TestEmptinessIsBounded(t *testing.T) {
	body := func(inner string) *recording.Response {
		return &recording.Response{Body: []byte(`{` + list(20_000, func(i int) string { return fmt.Sprintf(`"k%05d":[%s]`, i, inner) }) + `}`)}
	}
	found := emptiness(body(""), body("1"), asItIs)
	require.Len(t, found, 21)
	require.Equal(t, "k00000 is empty in the recording only", found[0])
	require.Equal(t, "and 19980 more: empty", found[20])
	require.Equal(t, "k00000 is empty in the server's answer only", emptiness(body("[]"), body(""), asItIs)[0])
	deep := &recording.Response{Body: []byte(strings.Repeat("[", 9000) + strings.Repeat("]", 9000))}
	require.Empty(t, emptiness(deep, deep, asItIs))
}

// A fault that all items of a list have is told once.
func TestInvaliditiesAreBounded(t *testing.T) {
	one := func(at string) contract.Violation {
		return contract.Violation{Keyword: "type", At: at, Text: "must be a string"}
	}
	for _, c := range []struct {
		violations []contract.Violation
		want       []string
	}{
		{nil, nil},
		{[]contract.Violation{one("/records/0/id")}, []string{"type at /records/0/id: must be a string"}},
		{
			[]contract.Violation{one("/records/0/id"), one("/records/0/ids/7"), one("/records/1/id"), one("/records/1/ids/7"), one("/records/22/id"),
				one("/records/22/id2"), {Keyword: "enum", At: "/records/0/id", Text: "must be a string"}},
			[]string{"type at /records/0/id: must be a string (and 2 more)", "type at /records/0/ids/7: must be a string (and 1 more)",
				"type at /records/22/id2: must be a string", "enum at /records/0/id: must be a string"},
		},
		{[]contract.Violation{one("/0"), one("/1"), one("/a/1/2"), one("/a/3/4")},
			[]string{"type at /0: must be a string (and 1 more)", "type at /a/1/2: must be a string (and 1 more)"}},
	} {
		var want []string
		for _, text := range c.want {
			want = append(want, "not valid by the description: "+text)
		}
		require.Equal(t, want, invalidities(c.violations, asItIs))
	}
	var many []contract.Violation
	for i := range 20_000 {
		many = append(many, one(fmt.Sprintf("/k%05d/0", i)))
	}
	found := invalidities(many, asItIs)
	require.Len(t, found, 21)
	require.Equal(t, "and 19980 more: not valid by the description", found[20])
}

// Names of members cannot leave their place.
func TestNamesOfPlaces(t *testing.T) {
	for path, want := range map[string]string{
		"": "the body", "id": "id", "records[].id": "records[].id", "[]": "[]", "_a": "_a", "9": "9", "größe": "größe", "a b": "a b",
		"::error::x": `"::error::x"`, " ::error::x": `" ::error::x"`, "##[x": `"##[x"`, "a\x1b[31m": `"a\x1b[31m"`, "a\n::error::": `"a\n::error::"`,
		"a\u202e": `"a\u202e"`, "a\u2028": `"a\u2028"`, "a\u009b": `"a\u009b"`, `"`: `"\""`,
	} {
		require.Equal(t, want, at(path))
	}
}

// What is told of the server's texts prints on one line, and has an end.
func TestToldTexts(t *testing.T) {
	for text, want := range map[string]string{
		"größe":                          "größe",
		"a\x1b]0;x\a\r\n::error::b":      `a\x1b]0;x\a\r\n::error::b`,
		"a\u202e\u2028\u009b":            `a\u202e\u2028\u009b`,
		strings.Repeat("ä", maxText):     strings.Repeat("ä", maxText),
		strings.Repeat("ä", maxText+1):   strings.Repeat("ä", maxText) + "…",
		strings.Repeat("ä", maxText+900): strings.Repeat("ä", maxText) + "…",
	} {
		require.Equal(t, want, told(text))
	}
}

// What comes from outside is redacted, figures of ours are not.
func TestOwnFigures(t *testing.T) {
	redact := recording.NewRedactor("S3cretS3cretS3cret")
	const id = "400130001004"
	require.Equal(t, "the answer is larger than 1048576 bytes",
		saidBy(redact, fmt.Errorf("after 2 tries: %w", &transport.BodyTooLargeError{Limit: 1 << 20})))
	require.NotContains(t, saidBy(redact, errors.New("S3cretS3cretS3cret of "+id)), "S3cret")
	require.NotContains(t, saidBy(redact, errors.New(id)), id)

	found := shapeDifferences([]byte(`{}`), []byte(`{"`+id+`":1,`+list(20_020, func(i int) string { return fmt.Sprintf(`"k%05d":1`, i) })+`}`), redact.Text)
	require.NotContains(t, found[0], id)
	require.Equal(t, "and 20001 more: sent by the server, and not recorded", found[20])
	var many []contract.Violation
	for i := range 20_002 {
		many = append(many, contract.Violation{Keyword: "type", At: fmt.Sprintf("/records/%d/id", i), Text: id})
	}
	texts := invalidities(many, redact.Text)
	require.Len(t, texts, 1)
	require.NotContains(t, texts[0], id)
	require.True(t, strings.HasSuffix(texts[0], " (and 20001 more)"), texts[0])
}

func asItIs(s string) string { return s }
