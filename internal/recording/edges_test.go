package recording

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

const smallest = "# source: documentation\n# document: d\n# date: 2018-08-28\n\nGET {{server}}/a\n###\nHTTP/1.1 200 OK\n"

func TestSizes(t *testing.T) {
	head := smallest + "\n"
	for size, want := range map[int]string{MaxSize: "", MaxSize + 1: "r.http: larger than 1048576 bytes"} {
		text := head + strings.Repeat("x", size-len(head)-1) + "\n"
		r, err := Parse("r.http", []byte(text))
		require.Equal(t, want, said(err))
		_, err = readBounded(fstest.MapFS{"r.http": {Data: []byte(text)}}, "r.http")
		require.Equal(t, want, said(err))
		if want == "" {
			data, err := Format(r)
			require.NoError(t, err)
			require.Equal(t, text, string(data))
		}
	}
	_, err := readBounded(fstest.MapFS{}, "r.http")
	require.ErrorContains(t, err, "r.http")
	r, err := Parse("r.http", []byte(smallest))
	require.NoError(t, err)
	for n, want := range map[int]string{MaxHeaders: "", MaxHeaders + 1: "r.http: more than 100 header lines"} {
		r.Request.Header = http.Header{"X": make([]string, n)}
		data, err := Format(r)
		require.Equal(t, want, said(err))
		if want == "" {
			_, err = Parse("r.http", data)
			require.NoError(t, err)
		}
	}
}

func said(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestStatuses(t *testing.T) {
	r, err := Parse("r.http", []byte(smallest))
	require.NoError(t, err)
	for status, good := range map[int]bool{99: false, 100: true, 599: true, 600: false, 999: false} {
		r.Response.Status = status
		_, err := Format(r)
		require.Equal(t, good, err == nil, status)
		_, err = Parse("r.http", []byte(strings.Replace(smallest, statusLine(200), statusLine(status), 1)))
		require.Equal(t, good, err == nil, status)
	}
}

// The line between request and response may be the first of the file, which is wrong in another way.
func TestSeparatorInTheFirstLine(t *testing.T) {
	_, err := Parse("r.http", []byte("###\nHTTP/1.1 200 OK\n###\n"))
	require.ErrorContains(t, err, "r.http:3: a second line ###: one exchange a file")
	require.ErrorContains(t, err, "no request above ###")
	require.NotContains(t, err.Error(), "no line ###")
}

func TestSecretsThatAreGiven(t *testing.T) {
	r := NewRedactor("open", "open-sesame", "and", "sesame-oil")
	require.Equal(t, "redacted, redacted, and redacted", r.Text("open, open-sesame, and sesame-oil"))
	r = NewRedactor("open-sesame", "open")
	require.Equal(t, "redacted, redacted", r.Text("open, open-sesame"))
}

// All ids of dictionaries are known before the first is met.
func TestPublicIDs(t *testing.T) {
	const in = `{"ids": [65792001, 65793001], "uris": ["/dictionary/greeting/65792001", "/dictionary/language/65793001"]}`
	require.JSONEq(t, in, string(NewRedactor().Body(http.Header{"Content-Type": {"application/json"}}, []byte(in))))
	text := "65793001 is /dictionary/greeting/65792001 or /dictionary/language/65793001"
	require.Equal(t, text, NewRedactor().Text(text))
}

func TestShortNumbersAreNoPhones(t *testing.T) {
	for in, want := range map[string]string{
		`{"phoneNumber":"020 794"}`:   `{"phoneNumber":"020 794"}`, // six digits
		`{"phoneNumber":"020 7946"}`:  `{"phoneNumber":"12025550100"}`,
		`{"phoneNumber":"207946"}`:    `{"phoneNumber":"207946"}`,
		`{"phoneNumber":"2079460"}`:   `{"phoneNumber":"12025550100"}`,
		`{"phoneNumber":2079460}`:     `{"phoneNumber":12025550100}`,
		`{"phoneNumber":207946}`:      `{"phoneNumber":207946}`,
		`{"label":"020 794 is ours"}`: `{"label":"020 794 is ours"}`,
	} {
		require.Equal(t, want, NewRedactor().json(in))
	}
}

// However many there are, two values of a kind have two placeholders as long as there are any, and each is one.
func TestPlaceholders(t *testing.T) {
	for kind, c := range map[string]struct {
		n    int
		form string
	}{
		"id":      {lastID - firstID + 1, `^[0-9]{4}$`},
		"number":  {999 - firstNumber + 1, `^[0-9]{3}$`},
		"phone":   {1000, `^1[2-9][0-9]{2}55501[0-9]{2}$`},
		"ip":      {3 * 256, `^(192\.0\.2|198\.51\.100|203\.0\.113)\.([0-9]{1,2}|1[0-9]{2}|2[0-4][0-9]|25[0-5])$`},
		"mail":    {100, `^user[0-9]+@example\.com$`},
		"partner": {100, `^partner-[0-9]+$`},
		"person":  {100, `^Person [0-9]+$`},
		"uuid":    {100, `^uuid-[0-9]+$`},
	} {
		r := NewRedactor()
		seen := map[string]bool{}
		for i := range c.n {
			p := r.placeholder(kind, fmt.Sprintf("value %d", i))
			require.Regexp(t, regexp.MustCompile(c.form), p)
			seen[p] = true
			require.Equal(t, p, r.placeholder(kind, fmt.Sprintf("value %d", i)))
		}
		require.Len(t, seen, c.n, kind)
		require.Regexp(t, regexp.MustCompile(c.form), r.placeholder(kind, "one more"), "%s: a placeholder where there is none left", kind)
	}
	r := NewRedactor()
	for n := firstID; n <= lastID; n++ {
		r.Assign("id "+strconv.Itoa(n), strconv.Itoa(n))
	}
	require.Equal(t, "9999", r.placeholder("id", "one more"), "all are given away")
}

// A letter or digit at the edge of a class is one.
func TestClasses(t *testing.T) {
	for c, is := range map[string]struct{ digit, letter bool }{
		"/": {}, "0": {digit: true}, "9": {digit: true}, ":": {}, "@": {}, "A": {letter: true}, "Z": {letter: true}, "[": {},
		"_": {letter: true}, "`": {}, "a": {letter: true}, "z": {letter: true}, "{": {}, "": {},
	} {
		require.Equal(t, is.digit, startsWithDigit(c), c)
		require.Equal(t, is.digit, endsWithDigit(c), c)
		require.Equal(t, is.letter, isWordStart(c), c)
		require.Equal(t, is.digit || is.letter, isWordEnd(c), c)
	}
}

func TestOpaque(t *testing.T) {
	for s, want := range map[string]bool{
		"abcdefghij0BCDEFGHIJK0":           true, // 0 is a digit
		"abcdefghij9BCDEFGHIJK9":           true,
		"abcdefghij12BCDEFGHIJKL":          false, // two changes
		"abcdefghijklBCDEFGHIJKL":          false,
		"20260504-20260504-20260504-20260": false, // digits alone
		"a0260504-20260504-20260504-20260": true,
		"a0260504-20260504-20260504-2026":  false, // as long as a name with a date
	} {
		require.Equal(t, want, opaque(s), s)
	}
	for s, want := range map[string]int{"Bearer abcdefghijklmnopqrs": 0, "Bearer abcdefghijklmnopqrst": 1, "Bearer abcdef1": 1} {
		require.Len(t, Scan([]byte(s)), want, s)
	}
}

func TestUnescape(t *testing.T) {
	require.Equal(t, "%1f ~%7f!", unescape("%1f%20%7e%7f%21", percentEscape(), 1))
}

func TestEverySecretOfALineIsFound(t *testing.T) {
	line := []byte("1400430664008 +16196093249 jane@ringcentral.com /dictionary/greeting/65792001 /dictionary/language/65793001 65793001 65792001")
	require.Len(t, Scan(line), 3)
	require.Len(t, Scan(bytes.Repeat(append(line, '\n'), 2)), 6)
}

// A replacement may make what something in front of it, or another detector, looks for.
func TestReplacementsThatCompleteAnother(t *testing.T) {
	for in, want := range map[string]string{
		"Bearer 020 7946 0000":      "Bearer redacted",
		"code=fe80::1":              "code=redacted",
		"020 7946 000061960932490.": "12025550100.",
	} {
		require.Equal(t, want, NewRedactor().Text(in), in)
		require.Equal(t, want, NewRedactor().Text(want), want)
	}
}
