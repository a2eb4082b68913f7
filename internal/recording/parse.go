package recording

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
)

// Parse reads a recording. The error names file and line of everything that is wrong.
func Parse(name string, data []byte) (*Recording, error) {
	p := &parser{name: name}
	if len(data) > MaxSize {
		return nil, fmt.Errorf("%s: larger than %d bytes", name, MaxSize)
	}
	for i, line := range bytes.Split(data, []byte("\n")) {
		if err := checkText(string(line)); err != nil {
			p.fail(i+1, "%v", err)
			return nil, p.err()
		}
	}
	text, ended := strings.CutSuffix(string(data), "\n")
	p.lines = strings.Split(text, "\n")
	if len(data) == 0 {
		return nil, fmt.Errorf("%s:1: the file is empty", name)
	}
	if !ended {
		p.fail(len(p.lines), "the last line does not end in a line feed")
	}
	// Without the separator nothing else can be told apart.
	cut := -1
	for i, line := range p.lines {
		switch {
		case !strings.HasPrefix(line, separator):
		case line != separator:
			p.fail(i+1, "%q: the line between request and response is %s alone", line, separator)
		case cut >= 0:
			p.fail(i+1, "a second line %s: one exchange a file", separator)
		default:
			cut = i
		}
	}
	if cut < 0 {
		p.fail(len(p.lines), "no line %s between request and response", separator)
		return nil, p.err()
	}
	r := &Recording{File: name}
	p.end = cut
	p.meta(&r.Meta)
	p.requestLine(&r.Request)
	r.Request.Header, r.Request.Body = p.message()
	p.at, p.end = cut+1, len(p.lines)
	p.status(&r.Response)
	r.Response.Header, r.Response.Body = p.message()
	if err := p.err(); err != nil {
		return nil, err
	}
	return r, nil
}

type problem struct {
	line int
	text string
}

type parser struct {
	name     string
	lines    []string
	at, end  int // the next line and the end of the part that is read, from 0
	problems []problem
}

func (p *parser) fail(line int, format string, args ...any) {
	p.problems = append(p.problems, problem{line, fmt.Sprintf(format, args...)})
}

func (p *parser) err() error {
	slices.SortFunc(p.problems, func(a, b problem) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.text, b.text))
	})
	var errs []error
	for _, w := range p.problems {
		errs = append(errs, fmt.Errorf("%s:%d: %s", p.name, w.line, w.text))
	}
	return errors.Join(errs...)
}

// next gives the next line of the part and its number.
func (p *parser) next() (line string, number int, ok bool) {
	if p.at >= p.end {
		return "", p.end + 1, false
	}
	p.at++
	return p.lines[p.at-1], p.at, true
}

// meta reads the lines at the top and the empty lines below them.
func (p *parser) meta(m *Meta) {
	at := map[string]int{}
	for p.at < p.end && strings.HasPrefix(p.lines[p.at], "#") {
		line, number, _ := p.next()
		key, value, ok := strings.Cut(strings.TrimPrefix(line, "#"), ":")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		field := m.field(key)
		switch {
		case !ok:
			p.fail(number, "%q is not # key: value", line)
		case field == nil:
			p.fail(number, "unknown key %q: the keys are %s", key, strings.Join(metaKeys, ", "))
		case value == "":
			p.fail(number, "%s has no value", key)
		case at[key] > 0:
			p.fail(number, "%s is said twice, first in line %d", key, at[key])
		default:
			*field, at[key] = value, number
		}
	}
	for key, text := range m.check() {
		p.fail(max(at[key], 1), "%s", text)
	}
	for p.at < p.end && p.lines[p.at] == "" {
		p.at++
	}
}

func (p *parser) requestLine(r *Request) {
	line, number, ok := p.next()
	if !ok {
		p.fail(number, "no request above %s", separator)
		return
	}
	method, rest, _ := strings.Cut(line, " ")
	target, ok := strings.CutPrefix(rest, Server)
	if !ok {
		p.fail(number, "%q is not a request line: it has to be a method, a blank, %s and a path", line, Server)
		return
	}
	if err := checkRequestLine(method, target); err != nil {
		p.fail(number, "%v", err)
	}
	r.Method, r.URL = method, target
}

func (p *parser) status(r *Response) {
	line, number, ok := p.next()
	if !ok {
		p.fail(p.end, "no response below %s", separator)
		return
	}
	digits, found := strings.CutPrefix(line, "HTTP/1.1 ")
	digits, _, _ = strings.Cut(digits, " ")
	status, err := strconv.Atoi(digits)
	switch {
	case !found || err != nil || len(digits) != 3 || status < 100 || status > 599:
		p.fail(number, "%q is not a status line like HTTP/1.1 200 OK", line)
	case line != statusLine(status):
		p.fail(number, "%q has to be %q", line, statusLine(status))
	}
	r.Status = status
}

// message reads headers and body.
func (p *parser) message() (http.Header, []byte) {
	h := http.Header{}
	first := p.at
	for {
		line, number, ok := p.next()
		if !ok {
			return h, nil
		}
		if line == "" {
			break
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			p.fail(number, "%q is not a header: the body begins after an empty line", line)
			continue
		}
		name, value = textproto.CanonicalMIMEHeaderKey(name), strings.TrimSpace(value)
		if err := checkHeader(name, value); err != nil {
			p.fail(number, "%v", err)
			continue
		}
		h[name] = append(h[name], value)
		if p.at-first > MaxHeaders {
			p.fail(number, "more than %d header lines", MaxHeaders)
			return h, nil
		}
	}
	if body := strings.Join(p.lines[p.at:p.end], "\n"); body != "" {
		return h, []byte(body)
	}
	return h, nil
}
