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
	if _, _, err := mime.ParseMediaType(contentType); err != nil ||
		strings.ContainsFunc(contentType, unicode.IsControl) {
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
			parts = append(parts, inMemory{bytes.NewReader(text)})
			if i == len(f.files) {
				continue
			}
			file := atMost(sizes[i], f.files[i].Reader)
			switch f.files[i].Reader.(type) {
			case *bytes.Reader, *bytes.Buffer, *strings.Reader:
				file = inMemory{file}
			}
			parts = append(parts, file)
		}
		last = newUpload(ctx, parts)
		return last, nil
	}
}

// atMost is a file without what is added to it while it is sent: the request's length is told. A size of -1 has no
// limit.
func atMost(size int64, r io.Reader) io.Reader {
	if size < 0 {
		return &someBytes{r: r}
	}
	return io.LimitReader(r, size)
}

// errEmptyFile is a file that has nothing to send although it is none that begins empty: its Reader was read before.
const errEmptyFile fileError = "the file has nothing left to send, it was sent before: give each call a Reader of " +
	"its own, at the file's start"

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

// upload is a body that lets go of its files when it is closed and when the call's context ends: a transport waits for
// a read that is under way before it gives up, and may still be reading for a try that has failed when the next one
// begins at the files' start. So a file that may keep a reader waiting is read aside, into a buffer that is the read's
// own: a late read harms nobody.
type upload struct {
	ctx     context.Context
	closed  chan struct{}
	close   func()
	parts   []io.Reader   // what is left
	chunk   *chunk        // of the file that is being read, nil before the first read and when one is late
	reading chan struct{} // full while the body is read
}

func newUpload(ctx context.Context, parts []io.Reader) *upload {
	u := &upload{ctx: ctx, closed: make(chan struct{}), parts: parts, reading: make(chan struct{}, 1)}
	u.close = sync.OnceFunc(func() { close(u.closed) })
	return u
}

// inMemory is a part that never keeps a reader waiting.
type inMemory struct{ io.Reader }

// chunk is what a read aside has given.
type chunk struct {
	buffer [32 << 10]byte
	n      int
	err    error
	done   chan struct{} // takes one when it is read
}

// chunks are those of files that were read to their end; others are left to late reads.
var chunks = sync.Pool{New: func() any { return &chunk{done: make(chan struct{}, 1)} }}

func (u *upload) Read(p []byte) (int, error) {
	if err := u.ended(); err != nil {
		return 0, err
	}
	select {
	case u.reading <- struct{}{}:
	case <-u.closed:
		return 0, u.ended()
	case <-u.ctx.Done():
		return 0, u.ended()
	}
	for len(u.parts) > 0 {
		n, over, err := u.read(u.parts[0], p)
		if over {
			return 0, u.ended()
		}
		if err == io.EOF {
			u.parts, err = u.parts[1:], nil
		}
		if n > 0 || err != nil || len(p) == 0 {
			<-u.reading
			return n, err
		}
	}
	<-u.reading
	return 0, io.EOF
}

// read reads one part. over tells that the upload was over first: the read goes on then, and keeps reading full.
func (u *upload) read(part io.Reader, p []byte) (n int, over bool, err error) {
	if part, ok := part.(inMemory); ok {
		n, err = part.Read(p)
		return n, false, err
	}
	if u.chunk == nil {
		u.chunk = chunks.Get().(*chunk)
	}
	c := u.chunk
	size := min(len(p), len(c.buffer))
	go func() {
		c.n, c.err = part.Read(c.buffer[:size])
		c.done <- struct{}{}
	}()
	select {
	case <-c.done:
		n, err = copy(p, c.buffer[:c.n]), c.err
		if err == io.EOF {
			u.chunk = nil
			chunks.Put(c)
		}
		return n, false, err
	case <-u.closed:
	case <-u.ctx.Done():
	}
	u.chunk = nil
	go func() {
		<-c.done
		<-u.reading
	}()
	return 0, true, nil
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
