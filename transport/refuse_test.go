package transport

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func answer(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

func TestTokenRefused(t *testing.T) {
	for code, want := range map[string]bool{
		"OAU-119": false, "OAU-120": true, "OAU-136": true, "OAU-137": false, "OAU-148": false, "OAU-149": true, "OAU-150": false,
		"CMN-128": false, "128": false, "OAU-": false, "OAU-0128": true, "": false,
	} {
		if got := tokenRefused(answer(401, `{"errorCode":"`+code+`"}`)); got != want {
			t.Errorf("%q: got %v, want %v", code, got, want)
		}
	}
}

func TestMask(t *testing.T) {
	const bearer = "abcdefghijklmnop"
	for _, c := range []struct {
		status             int
		bearer, body, want string
	}{
		{401, bearer, bearer + " and more", "**************** and more"}, // at the beginning, and with something behind
		{401, bearer, "<" + bearer + bearer + ">", "<********************************>"},
		{401, bearer, "abcdefghijkl.", "************."}, // its beginning
		{401, bearer, "abcdefghijk.", "abcdefghijk."},   // too little of it
		{401, bearer, bearer, "****************"},
		{401, bearer, "<" + bearer[:13], "<*************"}, // cut off at the end
		{500, bearer[:12], bearer, "************mnop"},     // the shortest that is masked
		{500, bearer[:11], bearer, bearer},
		{200, bearer, bearer, bearer},
		{299, bearer, bearer, bearer},
		{302, bearer, bearer, "****************"},
		// as JSON may spell it, within JSON too
		{400, bearer, `\u0061bcdefghijkl\u006d.`, strings.Repeat("*", 6+11+6) + "."},
		{400, bearer, `\u0061\u0062\u0063\u0064\u0065\u0066\u0067\u0068\u0069\u006A\u006b\u006C`, strings.Repeat("*", 6*12)},
		{400, bearer, `\\u0061bcdefghij\\\u006bl`, strings.Repeat("*", 7+9+8+1)},
		{400, "ab/d\"f\\hijklm", `<ab\/d\"f\\hijklm>`, "<" + strings.Repeat("*", 16) + ">"},
		{400, "ab/d\"f\\hijklm", `<ab/d"f\hijklm>`, "<" + strings.Repeat("*", 13) + ">"},
		{400, bearer, `\u0061bcdefghijk`, `\u0061bcdefghijk`},           // too little of it
		{400, bearer, `\u0161bcdefghijkl`, `\u0161bcdefghijkl`},         // another character
		{400, bearer, `abcdefghijkl\u00`, `************\u00`},           // no whole spelling
		{400, bearer, `\n\u0061bcdefghijkl\n`, `\n*****************\n`}, // between others
		{400, bearer, `x\uabcdefghijkl`, `x\u************`},
		// in a URL, in a page
		{302, bearer, "/x?t=%61bcdefghijk%6C&y", "/x?t=" + strings.Repeat("*", 3+10+3) + "&y"},
		{302, "ab+defghijkl/nop", "ab%2bdefghijkl%2Fnop", strings.Repeat("*", 20)},
		{302, bearer, "abcdefghijkl%6", "************%6"},
		{502, bearer, "&#97;bcdefghijk&#x6C;&#x6d;!", strings.Repeat("*", 5+10+6+6) + "!"},
		{502, "ab&defghijkl", "ab&#0038;defghijkl &#&#38", strings.Repeat("*", 18) + " &#&#38"},
	} {
		resp := answer(c.status, c.body)
		resp.Header.Set("X", c.body)
		mask(resp, c.bearer)
		body, err := io.ReadAll(resp.Body)
		if string(body) != c.want || err != nil || resp.Header.Get("X") != c.want {
			t.Errorf("%d, %q of %q: got %q and %q, %v", c.status, c.body, c.bearer, body, resp.Header.Get("X"), err)
		}
	}
}

// Each place is looked at for as long as a spelling of the beginning is.
func TestMaskOfBackslashes(t *testing.T) {
	for _, bearer := range []string{strings.Repeat(`\`, 1000) + "a", "abcdefghijklm"} {
		body := []byte(strings.Repeat(`\`, maxPeek-1) + "u")
		require.Len(t, maskIn(body, bearer), maxPeek)
	}
}

func TestReadError(t *testing.T) {
	for body, want := range map[string]errorBody{
		`{"error": "invalid_grant", "errorCode": "InvalidParameter", "message": "m", "errors": [{}, {"errorCode": "OAU-140"}, ` +
			`{"errorCode": "OAU-141"}]}`: {"invalid_grant", "OAU-140", "m"},
		`{"errorCode": "OAU-149", "message": 5, "errors": "none"}`: {"",
			"OAU-149", ""},
		`{"errorCode": ["OAU-149"], "error": "invalid_token"}`: {"invalid_token", "", ""},
		`{"errorCode": "OAU-149"`:                              {},
		`<html>OAU-149</html>`:                                 {},
		`null`:                                                 {},
		``:                                                     {},
	} {
		if got := readError([]byte(body)); got != want {
			t.Errorf("%s: got %+v, want %+v", body, got, want)
		}
	}
}
