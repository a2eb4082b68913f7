package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// maxPeek is how many bytes of an answer are looked at for a code.
const maxPeek = 64 << 10

// tokenRefused reports whether a response says that the access token is not, or no longer, good: status 401 with the
// error invalid_token (RFC 6750 §3.1) or one of the vendor's codes for it, OAU-120 to OAU-136 and OAU-149. What is read
// of the body is put back.
func tokenRefused(resp *http.Response) bool {
	if resp == nil || resp.StatusCode != http.StatusUnauthorized {
		return false
	}
	for _, challenge := range resp.Header.Values("WWW-Authenticate") {
		if strings.Contains(challenge, `error="invalid_token"`) {
			return true
		}
	}
	said := readError(peek(resp))
	number, err := strconv.Atoi(strings.TrimPrefix(said.vendor, "OAU-"))
	return said.code == "invalid_token" ||
		err == nil && strings.HasPrefix(said.vendor, "OAU-") && (120 <= number && number <= 136 || number == 149)
}

// peek returns the first bytes of a body, which can be read again.
func peek(resp *http.Response) []byte {
	if resp.Body == nil {
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxPeek))
	rest := io.Reader(resp.Body)
	if err != nil {
		rest = failing{err}
	}
	resp.Body = &spliced{io.MultiReader(bytes.NewReader(data), rest), resp.Body}
	return data
}

// spliced is a body of which something was read already.
type spliced struct {
	io.Reader
	io.Closer
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// errorBody is what an error body says.
type errorBody struct {
	code    string // of OAuth (RFC 6749 §5.2)
	vendor  string // the vendor's: of the first entry that has one, as the outer code is often a word
	message string // the vendor's
}

// readError reads an error body, "" for what is not in it or is no text.
func readError(data []byte) errorBody {
	var body struct {
		Error     string `json:"error"`
		ErrorCode string `json:"errorCode"`
		Message   string `json:"message"`
		Errors    []struct {
			ErrorCode string `json:"errorCode"`
		} `json:"errors"`
	}
	var otherType *json.UnmarshalTypeError // what is of another type is left out
	if err := json.Unmarshal(data, &body); err != nil && !errors.As(err, &otherType) {
		return errorBody{}
	}
	e := errorBody{body.Error, body.ErrorCode, body.Message}
	for _, entry := range body.Errors {
		if entry.ErrorCode != "" {
			e.vendor = entry.ErrorCode
			break
		}
	}
	return e
}

// mask replaces what an unsuccessful response repeats of the access token, or of its beginning, in its headers and in
// the first 64 KiB of its body: by as many asterisks, so that lengths stay what they are said to be.
func mask(resp *http.Response, bearer string) {
	if len(bearer) < shortestEcho || resp.StatusCode/100 == 2 || resp.StatusCode == http.StatusSwitchingProtocols {
		return
	}
	for _, values := range resp.Header {
		for i, v := range values {
			values[i] = string(maskIn([]byte(v), bearer))
		}
	}
	maskIn(peek(resp), bearer) // what was peeked at is what will be read
}

// shortestEcho is how much of a token's beginning is taken for it.
const shortestEcho = 12

// maskIn masks in place.
func maskIn(data []byte, bearer string) []byte {
	for from := 0; ; {
		i := bytes.Index(data[from:], []byte(bearer[:shortestEcho]))
		if i < 0 {
			return data
		}
		from += i
		for n := 0; n < len(bearer) && from < len(data) && data[from] == bearer[n]; n++ {
			data[from] = '*'
			from++
		}
	}
}
