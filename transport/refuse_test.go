package transport

import "testing"

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
