package recording

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
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

// However a secret or a person's number is spelled, it is replaced, and where it is left, the scan tells.
func TestEverySpelling(t *testing.T) {
	base64Of := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	for left, spellings := range map[string][]string{
		"46": { // of a phone number
			"020-7946-0000", "(020) 7946 0000", "020 7946 0000", "020/79460000", "020.7946.0000", "0044 20 7946 0000", "00442079460000",
			"+44 (0) 20 / 7946 0000", "+44 (0)20 7946 0000", "+44+20+7946+0000", "+44*20*7946*0000", "020\u00a07946\u00a00000", "020\u20117946\u20110000",
			"020\u20137946\u20130000", "０２０７９４６００００", "०२०-७९४६-००००", "tel:020 7946 0000", "020&#45;7946&#x2d;0000", "&#43;44 20 7946 0000",
			"05 46 46 46 46", "05.46.46.46.46", "03-1246-5678", "0171/146 46 67", "030 / 90 46 20", "0049 30 904620", "03.04.2026 020 7946 0000",
			"1(650)246-0000", "1 (650) 246-0000", "650\u2011246\u20110000", "+1+650+246+0000", "+1\u00a0650\u00a0246\u00a00000", "8 (495) 146-45-67",
		},
		"jane": { // of an e-mail address
			"jane@acme.com", `"jane doe"@acme.com`, "jane!@acme.com", "jane@localhost", "jane@acme", "jane＠acme.com", "jane@acme。com", "jane&#64;acme.com",
			"jane&#x40;acme.com", "jane'o@acme.com", "o'jane@acme.com", "jane/x@acme.com", "jane#x@acme.com", "jane&x@acme.com", "&#106;jane@acme.com",
			"jane%2540acme.com", "jane@@acme.com", "jane@acme_x.com", "jane@acme.c0m", "jane@[192.0.2.1]", "mailto:jane@acme.com", "/x/jane@acme.com",
			"jane\u0301@acme.com", "janeराम@मोहन.ईन्फो",
		},
		"अ":                        {"अनु@मोहन.ईन्फो"},
		base64Of("jane:pass")[:6]:  {base64Of("jane:pass"), "Basic " + base64Of("jane:pass"), "Basic " + base64Of("jane:pas")},
		base64Of("+4420794600"):    {base64Of("+4420794600")},
		base64Of("jane@acme")[:10]: {base64Of("jane@acme.com")},
		"hunter": { // of a secret
			"https://jane:hunter22@localhost/x", "postgres://jane:hunter22@db:5432/x", "https://jane:hunter22@example.com/x", "https://hunter22@example.com/x",
			"https://jane:p%40hunter@example.com/x", "https://jane:p@hunter@example.com/x", "/x?sig=hunter22", "signature=hunter22", "X-Amz-Signature=hunter22",
			"X-Amz-Credential=hunter22", "PHPSESSID=hunter22", "JSESSIONID=hunter22", "session=hunter22", "sessionid=hunter22", "passphrase=hunter22",
			"otp=hunter22", "pw=hunter22", "secret: hunter22", "pass: hunter22", "pwd: hunter22", "token: hunter22", "private_key: hunter",
			"private-key: hunter", "PASS : 'hunter22'", "password='hunter22'", "password is hunter22", "the client secret is hunter22", "token hunter22",
			"api key hunter22", "password 'hunter22'", "<password>hunter22</password>", "access_token%253Dhunter22", "access_token%3Dhunter22",
			`password\u003dhunter22`, "code_challenge=hunter22", "auth=hunter22", "key=hunter22", "sid=hunter22",
			`Authorization: Digest username="hunter", response="6629fae49393"`, `Digest username="hunter"`,
		},
		"1234": {"pin=123456", "PIN: 123456", "user_pin=123456", "otp=123456", "accountId: 12345", "accountId=12345", "Account [123456]", "account 123456",
			"extension id 123456", "id=123456", "rule #123456", "4123 1234 1234 1234", "4123-1234-1234-1234", "3712 123456 12345", "123-45-1234"},
		"IOSF":   {"AKIAIOSFODNN7ABCDEFG"},
		"16C7":   {"ghp_16C7e42F292c6912E7710c838347Ae178B4a"},
		"abcdef": {"xoxb-123456789012-abcdefABCDEF"},
		"MIIE": {"-----BEGIN RSA PRIVATE KEY-----\nMIIEabc\nMIIE\n-----END RSA PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY-----\nMIIEabc\n",
			`-----BEGIN PRIVATE KEY-----\nMIIEabc\n-----END PRIVATE KEY-----`, "-----BEGIN PGP PRIVATE KEY BLOCK-----\nMIIE"},
		"hbGci": {"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI2In0.c2ln", "eyJhbGciOiJSUzI1NiJ9..abc.def.ghi", "eyJhbGciOiJkaXIifQ..a.b.cde"},
		"ewog":  {"ewogICJhbGciOiAiSFMyNTYiCn0.eyJhIjoxfQ.abc"},
		"ew0K":  {"ew0KICJhbGciOiAiSFMyNTYiCn0.eyJhIjoxfQ.abc"},
	} {
		for _, spelling := range spellings {
			for _, in := range []string{spelling, "it is " + spelling + " here", "(" + spelling + ")"} {
				got := NewRedactor().Text(in)
				require.NotContains(t, fold(got), left, in)
				require.Empty(t, Scan([]byte(got)), "%s: %s", in, got)
				require.Equal(t, got, NewRedactor().Text(got), "redacting again changes it")
				require.NotEmpty(t, Scan([]byte(in)), in)
				quoted, err := json.Marshal(in)
				require.NoError(t, err)
				require.NotEmpty(t, Scan(quoted), in)
			}
		}
	}
	// What surrounds it stays.
	for in, want := range map[string]string{
		"call 020\u20137946\u20130000 now":                       "call 12025550100 now",
		"0044 20 79460000, +442079460000":                        "12025550100, +12025550100",
		"on 03.04.2026 12:30 020 7946 0000, 3 times":             "on 03.04.2026 12:30 12025550100, 3 times",
		"https://jane:hunter@localhost/x":                        "https://redacted@localhost/x",
		"/account/jane@acme.com/x":                               "/account/user1@example.com/x",
		"a\n-----BEGIN X KEY-----\nMIIE\n-----END X KEY-----\nb": "a\nredacted\nb",
	} {
		require.Equal(t, want, NewRedactor().Text(in), in)
	}
}

// Dates, times, versions, prices, sentences and what the vendor's errors say are nobody's.
func TestOrdinaryTexts(t *testing.T) {
	texts := []string{
		"2026-04-05", "2026-04-05T01:02:03Z", "2026-04-05 12:30:00", "2026-04-05 12-30-00", "05.04.2026 12:30", "05/04/2026 12:30", "05-04-2026 12-30-00",
		"04/15/2026 08:00", "from 01.04.2026 to 05.04.2026", "09:00 - 18:00", "00:00:00", "08:00 2026", "0.1.2", "1.0.36", "v1.0.36", "go1.26.1",
		"$1,234.50", "1.234,50 EUR", "99.95", "0.05", "10 to 20 of 1000", "1 000 000", "127 symbols", "50%", "a – b", "don’t", "“name”", "naïve café", "№ 5",
		"R&D", "a/b", "C:\\x", "x@", "@param", "it's 5 @ 3", "status: 400", "token: expired", "an access token: status 400", "secret: missing",
		"Password is required", "password must have 8 to 12 letters", "token type", "PIN is invalid", "key=name", "sortKey=a1b2c3", "spin=fast", "compass: north",
		"session: closed", "design=modern", "https://platform.ringcentral.com/restapi/v1.0/account/~/extension/1001", "account 1001, extension 101",
		"extension 1001", "user: 12", "Basic realm", "digest of the day", "BEGIN", "user1@example.com", "+12025550100", "2025550100",
		"business-hours-rule", "AWR-111", "CMN-101, AGW-402", "audio/x-wav", "application/json; charset=utf-8", "en-US, de;q=0.5", "QWxhZGRpbg",
	}
	spec, err := os.ReadFile("../../spec/openapi.yaml")
	require.NoError(t, err)
	doc, err := document.Parse("openapi.yaml", spec)
	require.NoError(t, err)
	count := 0
	var collect func(n *yaml.Node, inside bool)
	collect = func(n *yaml.Node, inside bool) {
		if inside && n.Kind == yaml.ScalarNode && !strings.Contains(n.Value, "Number +1") { // a number in an example
			texts, count = append(texts, n.Value), count+1
		}
		for i, child := range n.Content {
			collect(child, inside || n.Kind == yaml.MappingNode && i%2 == 1 && n.Content[i-1].Value == "x-error-codes")
		}
	}
	collect(doc.Root, false)
	require.Greater(t, count, 100)
	for _, text := range texts {
		require.Equal(t, text, NewRedactor().Text(text))
		require.Empty(t, Scan([]byte(text)), text)
	}
}
