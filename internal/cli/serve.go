package cli

import (
	"context"
	"fmt"
	"html/template"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/recording"
	"github.com/ringbasic/ringbasic/ringcentraltest"
)

// serveFlags are those of the serve command.
type serveFlags struct {
	addr     string
	anything bool
}

func (a *app) serveCommand() *cobra.Command {
	var flags serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Play the platform for services under test, from the recordings",
		Long: `
Answers the operations of this version on the loopback interface as package ringcentraltest does: with recorded
successes, which answer what was asked, and with any documented error that a request asks for in its header Prefer,
"code=AWR-111" or "status=403". Tokens are granted always. A request that the description does not allow gets 400 with
the reason. The page at / lists operations, codes and the last requests. Each request is a line on stdout. It ends with
the first signal.`[1:],
		Example: `  ringbasic serve
  RINGCENTRAL_SERVER=http://127.0.0.1:4010 go run ./examples/first-call
  curl -H 'Prefer: code=CMN-102' http://127.0.0.1:4010/restapi/v1.0/account/~/extension/~/greeting/1`,
		Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return flags.run(cmd.Context(), a) },
	}
	cmd.Flags().StringVar(&flags.addr, "addr", "127.0.0.1:4010", "where to listen; port 0 is any that is free")
	cmd.Flags().BoolVar(&flags.anything, "accept-anything", false, "do not validate requests")
	return cmd
}

// run answers until the context ends.
func (f *serveFlags) run(ctx context.Context, a *app) error {
	if _, _, err := net.SplitHostPort(f.addr); err != nil {
		return usagef("--addr %s: it must be host:port, such as 127.0.0.1:4010", f.addr)
	}
	listener, err := net.Listen("tcp", f.addr)
	if err != nil {
		return err
	}
	platform := ringcentraltest.NewHandler()
	if f.anything {
		platform.AcceptAnything()
	}
	h := &served{platform: platform, out: a.stdout, redactor: recording.NewRedactor()}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 64 << 10}
	fmt.Fprintf(a.stdout, "listening on http://%s\n", listener.Addr())
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), gracePeriod/2)
	defer cancel()
	if server.Shutdown(stop) != nil {
		_ = server.Close() // who still waits for an answer gets none
	}
	fmt.Fprintln(a.stdout, "stopped")
	return nil
}

// served answers requests, and keeps the last of them.
type served struct {
	platform *ringcentraltest.Server
	out      io.Writer
	redactor *recording.Redactor
	mu       sync.Mutex
	last     []servedLine
}

type servedLine struct {
	Method, Path, Reason string
	Status               int
}

const maxServed = 20

// maxServedBody bounds the body of a request. The platform takes uploads of 20 MB.
const maxServedBody = 64 << 20

func (h *served) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/" && r.Method == http.MethodGet {
		h.page(w)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxServedBody)
	seen := &statusWriter{ResponseWriter: w}
	began := time.Now()
	defer func() {
		stopped := recover()
		if stopped != nil {
			seen.status = 0 // no answer
		}
		h.note(r, seen, time.Since(began))
		if stopped != nil {
			panic(stopped) // net/http's own, which closes the connection
		}
	}()
	h.platform.ServeHTTP(seen, r)
}

func (h *served) note(r *http.Request, w *statusWriter, took time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	// Ids, numbers and tokens are nobody's business here either; the redactor is not for several goroutines at once.
	line := servedLine{
		Method: r.Method,
		Path:   document.Printable(h.redactor.URL(r.URL.EscapedPath())),
		Status: w.status,
		Reason: document.Printable(h.redactor.Text(w.reason())),
	}
	fmt.Fprintf(
		h.out,
		"%s %s %d %d ms%s\n",
		line.Method,
		line.Path,
		line.Status,
		took.Milliseconds(),
		strings.TrimRight(" "+line.Reason, " "),
	)
	h.last = append([]servedLine{line}, h.last[:min(len(h.last), maxServed-1)]...)
}

// statusWriter notes the status, and the beginning of an error's body for its message.
type statusWriter struct {
	http.ResponseWriter
	status int
	body   []byte
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	if w.status >= http.StatusBadRequest && len(w.body) < 4<<10 {
		w.body = append(w.body, p[:min(len(p), 4<<10)]...)
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach what is below.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush implements http.Flusher.
func (w *statusWriter) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

// reason is the code and the message of an error.
func (w *statusWriter) reason() string {
	e := errorcodes.ReadBody(w.body).First()
	return strings.TrimSpace(e.Code + " " + e.Message)
}

var servedPage = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>ringbasic serve</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}
code{font-size:.9em}
table{border-collapse:collapse}
td{padding:.2rem .8rem .2rem 0;vertical-align:top}
</style>
<h1>ringbasic serve</h1>
<p>Recorded answers of version {{.Version}} of the API. A request picks a documented error with the header
<code>Prefer: code=AWR-111</code> or <code>Prefer: status=403</code>.</p>
<h2>Last requests</h2>
{{if .Last}}<table>{{range .Last}}
<tr><td>{{.Status}}<td><code>{{.Method}} {{.Path}}</code><td>{{.Reason}}{{end}}
</table>{{else}}<p>None yet.</p>{{end}}
<h2>Operations</h2>
{{range .Operations}}<h3>{{.ID}}</h3>
<p><code>{{.Method}} {{.Path}}</code>, group {{.ThrottlingGroup}}</p>
<p>{{range .Codes}}<code>{{.}}</code> {{end}}</p>{{end}}
<h2>Any operation</h2><p>{{range .Any}}<code>{{.}}</code> {{end}}</p>
</html>
`))

func (h *served) page(w http.ResponseWriter) {
	type operation struct {
		ringcentral.Operation
		Codes []string
	}
	data := struct {
		Version    string
		Last       []servedLine
		Operations []operation
		Any        []string
	}{Version: ringcentral.APIVersion}
	codes := func(rows []ringcentral.DocumentedError) (list []string) {
		for _, row := range rows {
			list = append(list, fmt.Sprintf("%d %s", row.Status, row.Code))
		}
		return list
	}
	for _, op := range ringcentral.Operations() {
		data.Operations = append(data.Operations, operation{op, codes(ringcentral.Documented(op.ID))})
	}
	data.Any = codes(ringcentral.DocumentedForAll())
	h.mu.Lock()
	data.Last = slices.Clone(h.last)
	h.mu.Unlock()
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_ = servedPage.Execute(w, data) // who asked is gone
}
