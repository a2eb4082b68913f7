package runtime

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"
)

// File is a file to upload. It is streamed: never held in memory as a whole.
//
// If Reader tells its size (it has a Len method, or is an io.Seeker such as *os.File), the request carries a
// Content-Length; else it is sent in chunks. If Reader is an io.Seeker, the request can be repeated by a transport that
// retries. The caller closes what it opened.
type File struct {
	Name        string    // the file name that the server is told, such as "greeting.wav"
	ContentType string    // such as "audio/wav" or "audio/mpeg"; "" means application/octet-stream
	Reader      io.Reader // what is sent, from its present position to its end
}

// form is a multipart/form-data body (RFC 7578): text between files, each file read when it is sent.
type form struct {
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

func (f *form) part(header textproto.MIMEHeader, data []byte) {
	w, err := f.writer.CreatePart(header)
	if err == nil {
		_, err = w.Write(data)
	}
	f.err = errors.Join(f.err, err)
}

func (f *form) addField(name string, value any) {
	f.part(textproto.MIMEHeader{"Content-Disposition": {mime.FormatMediaType("form-data", map[string]string{"name": name})}}, []byte(fmt.Sprint(value)))
}

func (f *form) addJSON(name string, value any) {
	data, err := json.Marshal(value)
	f.err = errors.Join(f.err, err)
	f.part(textproto.MIMEHeader{
		"Content-Disposition": {mime.FormatMediaType("form-data", map[string]string{"name": name})},
		"Content-Type":        {"application/json"},
	}, data)
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
	if _, _, err := mime.ParseMediaType(contentType); err != nil {
		f.err = errors.Join(f.err, fmt.Errorf("%s: content type %q: %w", name, contentType, err))
		return
	}
	fileName := file.Name
	if fileName == "" {
		fileName = name
	}
	f.part(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition(name, fileName)},
		"Content-Type":        {contentType},
	}, nil)
	f.texts = append(f.texts, bytes.Clone(f.buffer.Bytes()))
	f.buffer.Reset()
	f.files = append(f.files, file)
}

// setForm makes the form the request's body.
func (r *request) setForm(f *form) {
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
	starts := make([]int64, len(f.files))
	for i, file := range f.files {
		size, start, seekable := extent(file.Reader)
		starts[i] = start
		r.body.rewinds = r.body.rewinds && seekable
		if size < 0 || r.body.length < 0 {
			r.body.length = -1
		} else {
			r.body.length += size
		}
	}
	first := true
	r.body.open = func() (io.ReadCloser, error) {
		var parts []io.Reader
		for i, text := range f.texts {
			parts = append(parts, bytes.NewReader(text))
			if i == len(f.files) {
				break
			}
			if !first {
				if _, err := f.files[i].Reader.(io.Seeker).Seek(starts[i], io.SeekStart); err != nil {
					return nil, err
				}
			}
			parts = append(parts, f.files[i].Reader)
		}
		first = false
		return io.NopCloser(io.MultiReader(parts...)), nil
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
