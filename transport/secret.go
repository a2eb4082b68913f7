package transport

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const redacted = "[redacted]"

// Secret holds a credential that must not be printed. However it is formatted,
// logged or marshalled it reads "[redacted]". The zero Secret is empty.
type Secret struct {
	// A pointer, because fmt ignores the methods of a value that it reaches
	// through an unexported field: there it prints an address.
	value *string
}

// NewSecret wraps s, without the white space around it that files and
// environment variables tend to add.
func NewSecret(s string) Secret {
	if s = strings.TrimSpace(s); s == "" {
		return Secret{}
	}
	return Secret{&s}
}

// IsZero reports whether the secret is empty.
func (s Secret) IsZero() bool { return s.value == nil }

// Format implements [fmt.Formatter] for every verb, %#v among them.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String returns "[redacted]".
func (s Secret) String() string { return redacted }

// GoString returns "[redacted]".
func (s Secret) GoString() string { return redacted }

// LogValue returns "[redacted]".
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns "[redacted]"; encoding/json and the like use it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

func (s Secret) reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Credentials are what the vendor's JWT grant needs: the application's client id
// and secret, and the JWT that a user made for it in the developer console.
type Credentials struct {
	ClientID     string
	ClientSecret Secret
	JWT          Secret
}

func (c Credentials) isZero() bool {
	return c.ClientID == "" && c.ClientSecret.IsZero() && c.JWT.IsZero()
}

// secrets lists every spelling in which a credential is sent, and those in which
// somebody may print one.
func (c Credentials) secrets() []string {
	secret, jwt := c.ClientSecret.reveal(), c.JWT.reveal()
	basic := url.QueryEscape(c.ClientID) + ":" + url.QueryEscape(secret)
	all := []string{base64.StdEncoding.EncodeToString([]byte(basic))}
	for _, s := range []string{secret, jwt} {
		inJSON, _ := json.Marshal(s) // a string has no faults
		all = append(all, s, url.QueryEscape(s))
		for _, quoted := range []string{strconv.Quote(s), strconv.QuoteToASCII(s), string(inJSON)} {
			all = append(all, quoted[1:len(quoted)-1])
		}
	}
	return all
}

// scrub replaces every occurrence of the secrets in s.
func scrub(s string, secrets ...string) string {
	// The longest first: one may be part of another.
	secrets = slices.Clone(secrets)
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	for _, secret := range secrets {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, redacted)
		}
	}
	return s
}

// scrubError returns err itself if its text holds no secret, else an error with
// the scrubbed text and no chain, for the chain holds the secret too.
func scrubError(err error, secrets ...string) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if clean := scrub(text, secrets...); clean != text {
		return errors.New(clean)
	}
	return err
}
