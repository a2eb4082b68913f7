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
// the first 64 KiB of its body, however it is escaped: by as many asterisks, so that lengths stay what they are said to
// be.
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
	for from := 0; from < len(data); {
		characters, length := echoed(data[from:], bearer)
		if characters < shortestEcho {
			from++
			continue
		}
		for i := range length {
			data[from+i] = '*'
		}
		from += length
	}
	return data
}

// echoed is how many of the token's first characters data begins with, and how many bytes they take.
func echoed(data []byte, bearer string) (characters, length int) {
	for ; characters < len(bearer); characters++ {
		n := spelling(data[length:], bearer[characters])
		if n == 0 {
			break
		}
		length += n
	}
	return characters, length
}

// mostSpelling is the length of the longest spelling: \\\u0061, in JSON within JSON.
const mostSpelling = 8

// spelling is how many bytes data begins with that stand for a character, 0 if they do not: the character itself, or
// what JSON (RFC 8259 §7), URLs (RFC 3986 §2.1) and pages write for it.
func spelling(data []byte, c byte) int {
	data = data[:min(len(data), mostSpelling)]
	number := func(digits []byte, base int) bool {
		n, err := strconv.ParseUint(string(digits), base, 8)
		return err == nil && byte(n) == c
	}
	slashes := len(data) - len(bytes.TrimLeft(data, `\`))
	escape := data[slashes:]
	switch {
	case slashes > 0 && len(escape) >= 5 && escape[0] == 'u' && number(escape[1:5], 16):
		return slashes + 5
	case len(data) > 1 && data[0] == '\\' && data[1] == c && strings.IndexByte(`"\/`, c) >= 0:
		return 2
	case len(data) > 2 && data[0] == '%' && number(data[1:3], 16):
		return 3
	}
	if digits, isEntity := bytes.CutPrefix(data, []byte("&#")); isEntity {
		if digits, _, whole := bytes.Cut(digits, []byte(";")); whole {
			hex := bytes.TrimLeft(digits, "xX")
			if len(hex) == len(digits) && number(digits, 10) || len(hex)+1 == len(digits) && number(hex, 16) {
				return len("&#;") + len(digits)
			}
		}
	}
	if len(data) > 0 && data[0] == c {
		return 1
	}
	return 0
}
