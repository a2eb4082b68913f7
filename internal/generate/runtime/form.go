package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"strings"
	"sync"
	"unicode"
)

// File is a file to upload. It is streamed: never held in memory as a whole.
//
// If Reader tells its size (it has a Len method, or is an io.Seeker such as *os.File), the request carries a
// Content-Length, and what is added to the file meanwhile is not sent; else it is sent in chunks. If Reader is an
// io.Seeker, the request can be repeated by a transport that retries. The caller closes what it opened. A call does not
// wait for a Read that hangs: one that is under way when the context ends, or when a server answers before it has read
// all, may go on when the method has returned.
type File struct {
	Name        string    // the file name that the server is told, such as "greeting.wav"
	ContentType string    // such as "audio/wav" or "audio/mpeg"; "" means application/octet-stream
	Reader      io.Reader // what is sent, from its present position to its end
}

// form is a multipart/form-data body (RFC 7578): text between files, each file read when it is sent.
type form struct {
	values url.Values // of an application/x-www-form-urlencoded body; nil for one of parts
	buffer bytes.Buffer
	writer *multipart.Writer
	texts  [][]byte // what comes before each file, and last what comes after all
	files  []File
	err    error
}

func newForm() *form {
	f := &form{}
	f.writer = multipart.NewWriter(&f.buffer)
	return f
}

// newURLForm is a form without files, sent like a query.
func newURLForm() *form {
	f := newForm()
	f.values = url.Values{}
	return f
}

// part adds a part. Its name is quoted, as servers are used to from browsers, although a token need not be.
func (f *form) part(name, contentType string, data []byte) {
	if f.values != nil {
		f.values.Add(name, string(data))
		return
	}
	header := textproto.MIMEHeader{"Content-Disposition": {`form-data; name="` + name + `"`}}
	if contentType != "" {
		header.Set("Content-Type", contentType)
	}
	f.write(header, data)
}

func (f *form) write(header textproto.MIMEHeader, data []byte) {
	w, err := f.writer.CreatePart(header)
	if err == nil {
		_, err = w.Write(data)
	}
	f.err = errors.Join(f.err, err)
}

func (f *form) addField(name string, value any) { f.part(name, "", []byte(plain(value))) }

func (f *form) addJSON(name string, value any) {
	data, err := json.Marshal(value)
	f.err = errors.Join(f.err, err)
	f.part(name, "application/json", data)
}

// addFileAs adds a file that is of a type unless it says another.
func (f *form) addFileAs(name string, file File, contentType string) {
	if file.ContentType == "" {
		file.ContentType = contentType
	}
	f.addFile(name, file)
}

func (f *form) addFile(name string, file File) {
	if file.Reader == nil {
		f.err = errors.Join(f.err, fmt.Errorf("%s: the file has no Reader", name))
		return
	}
	contentType := file.ContentType
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	if _, _, err := mime.ParseMediaType(contentType); err != nil || strings.ContainsFunc(contentType, unicode.IsControl) {
		f.err = errors.Join(f.err, fmt.Errorf("%s: %q is not a content type", name, contentType))
		return
	}
	fileName := file.Name
	if fileName == "" {
		fileName = name
	}
	f.write(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition(name, fileName)},
		"Content-Type":        {contentType},
	}, nil)
	f.texts = append(f.texts, bytes.Clone(f.buffer.Bytes()))
	f.buffer.Reset()
	f.files = append(f.files, file)
}

// setForm makes the form the request's body.
func (r *request) setForm(f *form) {
	if f.values != nil {
		if f.err != nil {
			r.fail("%w", f.err)
			return
		}
		r.setBytes("application/x-www-form-urlencoded", []byte(f.values.Encode()))
		return
	}
	if err := errors.Join(f.err, f.writer.Close()); err != nil {
		r.fail("%w", err)
		return
	}
	f.texts = append(f.texts, f.buffer.Bytes())
	r.contentType = f.writer.FormDataContentType()
	r.body = body{hasBytes: true, rewinds: true}
	for _, text := range f.texts {
		r.body.length += int64(len(text))
	}
	sizes, starts := make([]int64, len(f.files)), make([]int64, len(f.files))
	for i, file := range f.files {
		size, start, seekable := extent(file.Reader)
		if size == 0 && !(seekable && start == 0) { // an empty file is the server's to refuse
			r.fail("%w", errEmptyFile)
			return
		}
		sizes[i], starts[i] = size, start
		r.body.rewinds = r.body.rewinds && seekable
		if size < 0 || r.body.length < 0 {
			r.body.length = -1
		} else {
			r.body.length += size
		}
	}
	var last *upload
	r.body.open = func(ctx context.Context) (io.ReadCloser, error) {
		var parts []io.Reader
		if last != nil {
			if err := last.abandon(ctx); err != nil {
				return nil, err
			}
			for i, file := range f.files {
				if _, err := file.Reader.(io.Seeker).Seek(starts[i], io.SeekStart); err != nil {
					return nil, err
				}
			}
		}
		for i, text := range f.texts {
			parts = append(parts, bytes.NewReader(text))
			if i < len(f.files) {
				parts = append(parts, atMost(sizes[i], f.files[i].Reader))
			}
		}
		last = newUpload(ctx, io.MultiReader(parts...))
		return last, nil
	}
}

// atMost is a file without what is added to it while it is sent: the request's length is told. A size of -1 has no limit.
func atMost(size int64, r io.Reader) io.Reader {
	if size < 0 {
		return &someBytes{r: r}
	}
	return io.LimitReader(r, size)
}

// errEmptyFile is a file that has nothing to send although it is none that begins empty: its Reader was read before.
const errEmptyFile fileError = "the file has nothing left to send, it was sent before: give each call a Reader of its own, at the file's start"

type fileError string

func (e fileError) Error() string { return string(e) }

// someBytes is a file of unknown size, which has to have something in it.
type someBytes struct {
	r    io.Reader
	some bool
}

func (s *someBytes) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if s.some = s.some || n > 0; err == io.EOF && !s.some {
		err = errEmptyFile
	}
	return n, err
}

// upload is a body that lets go of its files when it is closed and when the call's context ends: a transport waits for a
// read that is under way before it gives up, and may still be reading for a try that has failed when the next one begins
// at the files' start. So the files are read aside, into a buffer that is the upload's own: a late read harms nobody.
type upload struct {
	ctx     context.Context
	closed  chan struct{}
	close   func()
	body    io.Reader
	buffer  []byte
	reading chan struct{} // full while the body is read
}

func newUpload(ctx context.Context, body io.Reader) *upload {
	u := &upload{ctx: ctx, closed: make(chan struct{}), body: body, buffer: make([]byte, 32<<10), reading: make(chan struct{}, 1)}
	u.close = sync.OnceFunc(func() { close(u.closed) })
	return u
}

func (u *upload) Read(p []byte) (int, error) {
	if err := u.ended(); err != nil {
		return 0, err
	}
	var n int
	var err error
	done := make(chan struct{})
	chunk := u.buffer[:min(len(p), len(u.buffer))]
	select {
	case u.reading <- struct{}{}:
		go func() {
			n, err = u.body.Read(chunk)
			<-u.reading
			close(done)
		}()
	case <-u.closed: // abandoned in the meantime: done never comes
	}
	select {
	case <-done:
		return copy(p, chunk[:n]), err
	case <-u.closed:
	case <-u.ctx.Done():
	}
	return 0, u.ended()
}

// ended tells why the upload is over, if it is.
func (u *upload) ended() error {
	select {
	case <-u.closed:
		return errors.New("the upload is closed")
	default:
		return context.Cause(u.ctx)
	}
}

func (u *upload) Close() error {
	u.close()
	return nil
}

// abandon closes the upload and returns when nothing reads the files any more, or with the context's error.
func (u *upload) abandon(ctx context.Context) error {
	u.close()
	select {
	case u.reading <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// extent tells how many bytes are left to read, -1 if that cannot be known, where the reader stands, and whether it can
// come back there.
func extent(r io.Reader) (size, start int64, seekable bool) {
	if s, ok := r.(io.Seeker); ok {
		start, err := s.Seek(0, io.SeekCurrent)
		if err == nil {
			end, err := s.Seek(0, io.SeekEnd)
			_, back := s.Seek(start, io.SeekStart)
			if err == nil && back == nil {
				return end - start, start, true
			}
		}
	}
	if l, ok := r.(interface{ Len() int }); ok {
		return int64(l.Len()), 0, false
	}
	return -1, 0, false
}
