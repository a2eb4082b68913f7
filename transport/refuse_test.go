package transport

import (
	"io"
	"net/http"
	"strings"
	"testing"
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
