package traffic

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"time"
)

type harEntry struct {
	Started string `json:"startedDateTime"`
	Request struct {
		Method   string      `json:"method"`
		URL      string      `json:"url"`
		Headers  []harHeader `json:"headers"`
		BodySize int         `json:"bodySize"`
		PostData *struct {
			MimeType string `json:"mimeType"`
			Text     string `json:"text"`
			Encoding string `json:"encoding"`
			Params   []struct {
				Name        string `json:"name"`
				Value       string `json:"value"`
				ContentType string `json:"contentType"`
			} `json:"params"`
		} `json:"postData"`
	} `json:"request"`
	Response struct {
		Status  int         `json:"status"`
		Headers []harHeader `json:"headers"`
		Content struct {
			Size     int     `json:"size"`
			MimeType string  `json:"mimeType"`
			Text     *string `json:"text"`
			Encoding string  `json:"encoding"`
		} `json:"content"`
	} `json:"response"`
}

type harHeader struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// ReadHAR gives each entry of a HAR file to visit, in order. It holds one entry at a time, whatever the size of the
// file.
func ReadHAR(name string, r io.Reader, visit func(*Exchange) error) error {
	lines := &lineReader{r: r, line: 1}
	d := json.NewDecoder(lines)
	fail := func(err error) error {
		if errors.Is(err, io.EOF) {
			err = errors.New("the file ends too early")
		}
		return fmt.Errorf("%s:%d: not a HAR file: %w", name, lines.at(d.InputOffset()), err)
	}
	if err := open(d, '{'); err != nil {
		return fail(err)
	}
	found := false
	err := members(d, func(key string) error {
		if key != "log" {
			return skip(d)
		}
		if err := open(d, '{'); err != nil {
			return err
		}
		return members(d, func(key string) error {
			if key != "entries" {
				return skip(d)
			}
			found = true
			if err := open(d, '['); err != nil {
				return err
			}
			for d.More() {
				var e harEntry
				// The decoder stands behind the comma or the bracket; the entry begins on this line or a later one.
				start := d.InputOffset()
				if err := d.Decode(&e); err != nil {
					return err
				}
				x, err := e.exchange()
				if err != nil {
					return fmt.Errorf("entry: %w", err)
				}
				x.File, x.Line = name, lines.entry(start)
				if err := visit(x); err != nil {
					return visitError{err}
				}
			}
			_, err := d.Token()
			return err
		})
	})
	if stop := (visitError{}); errors.As(err, &stop) {
		return stop.error
	}
	if err == nil && !found {
		err = errors.New("it has no log.entries")
	}
	if err != nil {
		return fail(err)
	}
	return nil
}

// visitError keeps what visit says apart from what is wrong with the file.
type visitError struct{ error }

func open(d *json.Decoder, want json.Delim) error {
	t, err := d.Token()
	if err == nil && t != want {
		err = fmt.Errorf("%q was expected", want.String())
	}
	return err
}

// members calls visit for each key of an object whose brace was read; visit reads the value.
func members(d *json.Decoder, visit func(key string) error) error {
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		key, _ := t.(string)
		if err := visit(key); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// skip passes over one value without holding it.
func skip(d *json.Decoder) error {
	for depth := 0; ; {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

func (e *harEntry) exchange() (*Exchange, error) {
	u, err := url.Parse(e.Request.URL)
	if err != nil {
		return nil, errors.New("its URL cannot be read") // the URL itself may hold a token
	}
	x := &Exchange{Method: strings.ToUpper(e.Request.Method), URL: u, Status: e.Response.Status}
	if t, err := time.Parse(time.RFC3339, e.Started); err == nil {
		x.Day = t.UTC().Format(time.DateOnly)
	}
	x.Request.Header, x.Response.Header = header(e.Request.Headers), header(e.Response.Headers)
	if p := e.Request.PostData; p != nil {
		setType(x.Request.Header, p.MimeType)
		for _, f := range p.Params {
			x.Request.Form = append(x.Request.Form, Field{Name: f.Name, Value: f.Value, Type: f.ContentType})
		}
		x.Request.Body, x.Request.Cut = decode(p.Text, p.Encoding)
		x.Request.Captured = p.Text != "" || len(p.Params) > 0
	}
	c := e.Response.Content
	setType(x.Response.Header, c.MimeType)
	if c.Text != nil {
		x.Response.Body, x.Response.Cut = decode(*c.Text, c.Encoding)
		x.Response.Captured = *c.Text != "" || c.Size == 0
	}
	x.Request.unpack()
	x.Response.unpack()
	if c.Size > len(x.Response.Body) {
		x.Response.Cut = true
	}
	return x, nil
}

// header leaves out the pseudo headers of HTTP/2.
func header(list []harHeader) http.Header {
	h := http.Header{}
	for _, one := range list {
		if one.Name != "" && !strings.HasPrefix(one.Name, ":") {
			h.Add(textproto.CanonicalMIMEHeaderKey(one.Name), one.Value)
		}
	}
	return h
}

// setType gives a message the type that the capture has, if its headers say none.
func setType(h http.Header, kind string) {
	if h.Get("Content-Type") == "" && kind != "" && kind != "x-unknown" {
		h.Set("Content-Type", kind)
	}
}

// decode gives the bytes of a text. Base64 that was cut off gives those until there.
func decode(text, encoding string) (body []byte, cut bool) {
	if encoding != "base64" {
		return []byte(text), false
	}
	body, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		body, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	}
	return body, err != nil
}

// lineReader counts the lines of what is read through it. It remembers line feeds only ahead of the last question.
type lineReader struct {
	r     io.Reader
	read  int64
	last  byte
	feeds []int64 // where the lines end that no question has passed: at a line feed, or the carriage return before it
	line  int
}

func (l *lineReader) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	for i, c := range p[:n] {
		if c == '\n' {
			end := l.read + int64(i)
			if l.last == '\r' {
				end--
			}
			l.feeds = append(l.feeds, end)
		}
		l.last = c
	}
	l.read += int64(n)
	return n, err
}

// at is the line of an offset. Offsets may only grow.
func (l *lineReader) at(offset int64) int {
	n := 0
	for n < len(l.feeds) && l.feeds[n] < offset {
		n++
	}
	l.line += n
	l.feeds = append(l.feeds[:0], l.feeds[n:]...)
	return l.line
}

// entry is the line of an entry that begins behind offset: at the next line, if that follows at once.
func (l *lineReader) entry(offset int64) int {
	line := l.at(offset)
	// Files are written either on one line, or with each entry on lines of its own, behind "," or "[" and a line feed.
	if len(l.feeds) > 0 && l.feeds[0]-offset <= 1 {
		line++
	}
	return line
}
