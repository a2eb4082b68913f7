package fetch

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/ringbasic/ringbasic/internal/document"
)

// cache keeps the last document of one URL in one file: the SHA-256 of all that follows, a line of JSON, the document.
// A nil cache keeps nothing. No method fails: without a copy the document is fetched in full, and that is all.
type cache struct{ file string }

// copied is what the cache holds. A nil copy is none.
type copied struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
	Landed       string `json:"landed,omitempty"` // a digest of the URL that gave it, behind all redirects
	body         []byte
}

const (
	folder       = "ringbasic"
	maxValidator = 1 << 10 // bytes of an ETag or a date
)

// openCache names the file after a digest of the URL, without user and password: a name tells nothing, and whoever is
// asked for the document still answers 304 only to those who may read it.
func openCache(dir string, u *url.URL) *cache {
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return nil
		}
		dir = filepath.Join(base, folder)
	}
	key := *u
	key.User, key.Fragment, key.RawFragment = nil, "", ""
	sum := sha256.Sum256([]byte(key.String()))
	return &cache{filepath.Join(dir, hex.EncodeToString(sum[:])+".cache")}
}

// ask makes a request conditional on the copy (RFC 9110 §13.1), if it goes to the URL that the copy is from: what
// another one that a redirect leads to has kept since says nothing about it.
func (c *copied) ask(h http.Header, at *url.URL) {
	if c == nil || c.Landed != landing(at) {
		return
	}
	if c.ETag != "" {
		h.Set("If-None-Match", c.ETag)
	}
	if c.LastModified != "" {
		h.Set("If-Modified-Since", c.LastModified)
	}
}

func (c *cache) read() *copied {
	if c == nil {
		return nil
	}
	f, err := os.Open(c.file)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, document.MaxSize+8*maxValidator))
	if err != nil {
		return nil
	}
	sum, rest, _ := bytes.Cut(data, []byte("\n"))
	if string(sum) != digest(rest) {
		return nil
	}
	head, body, _ := bytes.Cut(rest, []byte("\n"))
	kept := &copied{body: body}
	if json.Unmarshal(head, kept) != nil {
		return nil
	}
	return kept
}

// landing identifies a URL without telling it: it may hold a signature.
func landing(at *url.URL) string {
	plain := *at
	plain.User, plain.Fragment, plain.RawFragment = nil, "", ""
	sum := sha256.Sum256([]byte(plain.String()))
	return hex.EncodeToString(sum[:])
}

func (c *cache) write(at *url.URL, h http.Header, body []byte) {
	if c == nil {
		return
	}
	kept := copied{ETag: h.Get("ETag"), LastModified: h.Get("Last-Modified"), Landed: landing(at)}
	if kept.ETag == "" && kept.LastModified == "" || len(kept.ETag)+len(kept.LastModified) > maxValidator ||
		strings.Contains(strings.ToLower(strings.Join(h.Values("Cache-Control"), ",")), "no-store") {
		_ = os.Remove(c.file) // what it holds is no longer what the server has
		return
	}
	head, err := json.Marshal(kept)
	if err != nil {
		return
	}
	// For this user's eyes: the document may have needed a password.
	if os.MkdirAll(filepath.Dir(c.file), 0o700) != nil {
		return
	}
	// Beside it and renamed, so that nobody ever reads half a copy.
	f, err := os.CreateTemp(filepath.Dir(c.file), ".new-*")
	if err != nil {
		return
	}
	defer os.Remove(f.Name()) // once it is renamed there is nothing to remove
	head = append(head, '\n')
	for _, part := range [][]byte{[]byte(digest(head, body) + "\n"), head, body} {
		if err == nil {
			_, err = f.Write(part)
		}
	}
	if closed := f.Close(); err != nil || closed != nil {
		return
	}
	_ = os.Rename(f.Name(), c.file)
}

func digest(parts ...[]byte) string {
	sum := sha256.New()
	for _, part := range parts {
		sum.Write(part)
	}
	return hex.EncodeToString(sum.Sum(nil))
}
