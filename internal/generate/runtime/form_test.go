package runtime

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// traceNew counts the connections that are made.
func traceNew(ctx context.Context, n *atomic.Int32) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		if !info.Reused {
			n.Add(1)
		}
	}})
}

func upload1(t *testing.T, c *Client, file File) error {
	t.Helper()
	r := newRequest(&testOperation, nil)
	r.setPath("accountId", "~")
	f := newForm()
	f.addField("type", "Voicemail")
	f.addJSON("options", map[string]bool{"loop": true})
	f.addFile("binary", file)
	r.setForm(f)
	_, err := fetch[thing](t.Context(), c, r)
	return err
}

type formPart struct{ disposition, contentType, text string }

func readForm(t *testing.T, s *seen) []formPart {
	t.Helper()
	media, params, err := mime.ParseMediaType(s.header.Get("Content-Type"))
	require.NoError(t, err)
	require.Equal(t, "multipart/form-data", media)
	reader := multipart.NewReader(strings.NewReader(s.body), params["boundary"])
	var parts []formPart
	for {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return parts
		}
		require.NoError(t, err)
		data, err := io.ReadAll(part)
		require.NoError(t, err)
		parts = append(parts, formPart{part.Header.Get("Content-Disposition"), part.Header.Get("Content-Type"), string(data)})
	}
}

func TestForm(t *testing.T) {
	client, last := echo(t)
	path := filepath.Join(t.TempDir(), "tone.wav")
	require.NoError(t, os.WriteFile(path, []byte("RIFFtone"), 0o600))
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	halfRead := strings.NewReader("xxRIFFtone")
	_, err = io.CopyN(io.Discard, halfRead, 2)
	require.NoError(t, err)
	for _, c := range []struct {
		name    string
		reader  io.Reader
		chunked bool
	}{
		{"a file", file, false},
		{"a reader that has been read from", halfRead, false},
		{"a buffer", bytes.NewBufferString("RIFFtone"), false},
		{"a stream", iotest.OneByteReader(strings.NewReader("RIFFtone")), true},
		{"a pipe", pipe(t, "RIFFtone"), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.NoError(t, upload1(t, client, File{Name: `my "tone".wav`, ContentType: "audio/wav", Reader: c.reader}))
			require.Equal(t, []formPart{
				{`form-data; name="type"`, "", "Voicemail"},
				{`form-data; name="options"`, "application/json", `{"loop":true}`},
				{`form-data; name="binary"; filename="my \"tone\".wav"`, "audio/wav", "RIFFtone"},
			}, readForm(t, last))
			require.Equal(t, c.chunked, last.chunked)
			if c.chunked {
				require.Equal(t, int64(-1), last.length)
			} else {
				require.Equal(t, int64(len(last.body)), last.length)
			}
		})
	}
	require.NoError(t, upload1(t, client, File{Reader: strings.NewReader("x")}))
	require.Equal(t, formPart{`form-data; name="binary"; filename="binary"`, "application/octet-stream", "x"}, readForm(t, last)[2])
}

// A file that was sent is not sent again as nothing. One that is empty from the beginning is sent as it is.
func TestFileUsedTwice(t *testing.T) {
	client, _ := echo(t)
	require.NoError(t, upload1(t, client, File{Reader: strings.NewReader("")}))
	for name, reader := range map[string]io.Reader{
		"seekable": strings.NewReader("RIFFtone"), "buffer": bytes.NewBufferString("RIFFtone"), "stream": iotest.OneByteReader(strings.NewReader("RIFFtone")),
	} {
		file := File{Reader: reader}
		require.NoError(t, upload1(t, client, file), name)
		require.ErrorContains(t, upload1(t, client, file), "the file has nothing left to send, it was sent before", name)
	}
}

// What is added to a file while it is sent does not belong to it.
func TestGrowingFile(t *testing.T) {
	client, last := echo(t)
	file, err := os.Create(filepath.Join(t.TempDir(), "tone.wav"))
	require.NoError(t, err)
	defer file.Close()
	_, err = file.WriteAt([]byte("RIFFtone"), 0)
	require.NoError(t, err)
	require.NoError(t, upload1(t, client, File{Reader: &growingFile{file}}))
	require.Equal(t, "RIFFtone", readForm(t, last)[2].text)
}

// growingFile grows before it is read.
type growingFile struct{ *os.File }

func (f *growingFile) Read(p []byte) (int, error) {
	if _, err := f.WriteAt([]byte("tone"), 8); err != nil {
		return 0, err
	}
	return f.File.Read(p)
}

// pipe is the reading end of an operating-system pipe: a file that cannot seek.
func pipe(t *testing.T, text string) io.Reader {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { r.Close() })
	_, err = w.WriteString(text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return r
}

func TestBoundariesDiffer(t *testing.T) {
	client, last := echo(t)
	require.NoError(t, upload1(t, client, File{Reader: strings.NewReader("a")}))
	first := last.header.Get("Content-Type")
	require.NoError(t, upload1(t, client, File{Reader: strings.NewReader("a")}))
	require.NotEqual(t, first, last.header.Get("Content-Type"))
}

func TestFormRefusals(t *testing.T) {
	client, last := echo(t)
	require.EqualError(t, upload1(t, client, File{Name: "a.wav"}), "createThing: binary: the file has no Reader")
	for _, contentType := range []string{"wav;;", "audio/wav\r\nX-Evil: 1", "a b", "audio/wav\n", "audio/wav; a=\"b\r\nX-Evil: 1\""} {
		err := upload1(t, client, File{ContentType: contentType, Reader: strings.NewReader("a")})
		require.EqualError(t, err, fmt.Sprintf("createThing: binary: %q is not a content type", contentType))
	}
	require.Empty(t, last.method)
	err := upload1(t, client, File{Reader: iotest.ErrReader(errors.New("disk on fire"))})
	require.ErrorContains(t, err, "disk on fire")
	// A name cannot end the header. The server may still be at the upload that broke off: this one goes to another.
	client, last = echo(t)
	require.NoError(t, upload1(t, client, File{Name: "a\r\nX-Evil: 1", Reader: strings.NewReader("a")}))
	require.Equal(t, `form-data; name="binary"; filename="a%0D%0AX-Evil: 1"`, readForm(t, last)[2].disposition)
}

// What can be rewound can be sent again, from where it stood at first; what cannot, not.
func TestRewind(t *testing.T) {
	tries := 0
	var bodies []string
	client, err := NewClient("https://host", WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		tries++
		data, err := io.ReadAll(io.LimitReader(r.Body, 300)) // the first try is given up in the middle
		require.NoError(t, err)
		bodies = append(bodies, string(data))
		if r.GetBody == nil {
			return nil, errors.New("no second try")
		}
		again, err := r.GetBody()
		require.NoError(t, err)
		_, err = r.Body.Read(make([]byte, 1))
		require.EqualError(t, err, "the upload is closed", "the first try lets go of the file")
		data, err = io.ReadAll(again)
		require.NoError(t, err)
		require.NoError(t, again.Close())
		require.Len(t, data, int(r.ContentLength))
		bodies = append(bodies, string(data))
		return &http.Response{StatusCode: 200, Header: jsonHeader(), Body: io.NopCloser(strings.NewReader(`{"name":"n"}`))}, nil
	})}))
	require.NoError(t, err)
	reader := strings.NewReader("skipped|" + strings.Repeat("tone", 200))
	_, err = reader.Seek(8, io.SeekStart)
	require.NoError(t, err)
	require.NoError(t, upload1(t, client, File{Reader: reader}))
	require.Len(t, bodies, 2)
	require.True(t, strings.HasPrefix(bodies[1], bodies[0]))
	require.Equal(t, 200, strings.Count(bodies[1], "tone"))
	require.NotContains(t, bodies[1], "skipped")

	err = upload1(t, client, File{Reader: bytes.NewBufferString("tone")})
	require.EqualError(t, err, `createThing: Post "https://host/v1/account/~/thing": no second try`)
}

// A second try waits for a read of the first that is under way. Run with -race.
func TestRewindWaits(t *testing.T) {
	var waiting atomic.Bool
	client, err := NewClient("https://host", WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		done := make(chan struct{})
		first := r.Body
		go func() {
			defer close(done)
			_, _ = io.Copy(io.Discard, first)
		}()
		for !waiting.Load() { // until the copy reads the file
			runtime.Gosched()
		}
		again, err := r.GetBody()
		require.NoError(t, err)
		data, err := io.ReadAll(again)
		require.NoError(t, err)
		require.Len(t, data, int(r.ContentLength))
		<-done
		return &http.Response{StatusCode: 200, Header: jsonHeader(), Body: io.NopCloser(strings.NewReader(`{"name":"n"}`))}, nil
	})}))
	require.NoError(t, err)
	require.NoError(t, upload1(t, client, File{Reader: &slowFile{Reader: *bytes.NewReader(make([]byte, 1<<20)), reading: &waiting}}))
}

// A Read that hangs holds no call up, be it under way when the context, the client's time or the transport's patience
// ends.
func TestHangingRead(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	defer server.Close()
	upload := func(ctx context.Context, httpClient *http.Client) error {
		r, w := io.Pipe()
		defer w.Close()
		go func() { _, _ = w.Write(make([]byte, 70000)) }() // then nothing more comes
		client, err := NewClient(server.URL, WithHTTPClient(httpClient))
		require.NoError(t, err)
		request := newRequest(&testOperation, nil)
		request.setPath("accountId", "~")
		f := newForm()
		f.addFile("binary", File{Reader: r})
		request.setForm(f)
		return call(ctx, client, request)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, upload(ctx, http.DefaultClient), context.DeadlineExceeded)
	require.ErrorIs(t, upload(t.Context(), &http.Client{Timeout: 50 * time.Millisecond}), context.DeadlineExceeded)
	err := upload(t.Context(), &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		time.AfterFunc(50*time.Millisecond, func() { r.Body.Close() })
		_, err := io.Copy(io.Discard, r.Body)
		return nil, err
	})})
	require.ErrorContains(t, err, "the upload is closed")
}

// A second try does not wait longer for a read of the first than its context allows.
func TestRewindGivesUp(t *testing.T) {
	file := &hangingFile{Reader: *bytes.NewReader([]byte("tone")), read: make(chan struct{}), hang: make(chan struct{})}
	defer close(file.hang)
	f := newForm()
	f.addFile("binary", File{Reader: file})
	r := newRequest(&testOperation, nil)
	r.setForm(f)
	first, err := r.body.open(t.Context())
	require.NoError(t, err)
	done := make(chan error)
	go func() {
		_, err := io.Copy(io.Discard, first)
		done <- err
	}()
	<-file.read
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = r.body.open(ctx)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.EqualError(t, <-done, "the upload is closed")
}

// A read may begin just when the next try has found that there is none.
func TestReadOfAbandoned(t *testing.T) {
	u := newUpload(t.Context(), []io.Reader{strings.NewReader("tone")})
	u.reading <- struct{}{}
	time.AfterFunc(20*time.Millisecond, func() { u.Close() })
	n, err := u.Read(make([]byte, 4))
	require.Zero(t, n)
	require.EqualError(t, err, "the upload is closed")
}

// hangingFile tells when it is read, and waits then until hang is closed.
type hangingFile struct {
	bytes.Reader
	read, hang chan struct{}
}

func (f *hangingFile) Read(p []byte) (int, error) {
	close(f.read)
	<-f.hang
	return f.Reader.Read(p)
}

// slowFile tells when it is first read.
type slowFile struct {
	bytes.Reader
	reading *atomic.Bool
}

func (f *slowFile) Read(p []byte) (int, error) {
	f.reading.Store(true)
	return f.Reader.Read(p[:min(len(p), 512)])
}

// A large file goes through in constant memory.
func TestConstantMemory(t *testing.T) {
	const size = 256 << 20
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"name":"%d %d"}`, n, r.ContentLength)
	}))
	defer server.Close()
	client, err := NewClient(server.URL)
	require.NoError(t, err)
	r := newRequest(&testOperation, nil)
	r.setPath("accountId", "~")
	f := newForm()
	f.addFile("binary", File{Reader: io.NewSectionReader(zeros{}, 0, size)})
	r.setForm(f)

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	result, err := fetch[thing](t.Context(), client, r)
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	var sent, declared int64
	_, err = fmt.Sscan(result.Name, &sent, &declared)
	require.NoError(t, err)
	require.Equal(t, declared, sent)
	require.Greater(t, sent, int64(size))
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20), "bytes allocated in all")
}

type zeros struct{}

func (zeros) ReadAt(p []byte, _ int64) (int, error) {
	clear(p)
	return len(p), nil
}
