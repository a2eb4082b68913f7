// Package live sends the requests of recordings to a real account and compares what the server says with what is
// recorded.
//
// In go the built description, the recordings, and from the environment the account: RINGCENTRAL_SERVER (the vendor's
// production server if it is empty), RINGCENTRAL_CLIENT_ID, RINGCENTRAL_CLIENT_SECRET and RINGCENTRAL_JWT. Out comes a
// [Report] with one [Result] a recording and, in record mode, the rewritten recordings. Nothing is written here.
//
// # What is sent
//
// Reads, and requests that must fail: those that break the description on purpose, name what does not exist, or
// provoke an error code that follows from the request alone. Everything else that is not a GET or HEAD would create or
// change something, or would if the account were another one (403 CMN-401 is answered to a perfectly good request), and
// is sent only with [Config.AllowWrites], and then only to [Config.Account], never to "~". Should a request that had to
// fail be accepted, the report says what it made, and without AllowWrites no further one of the kind is sent.
//
// Never sent are recordings of the folder platform that no request can provoke: expired tokens, throttling, gateway
// pages; and those whose response breaks the description.
//
// Ids in recordings are placeholders. An account of "~" or 1001 becomes Config.Account, else "~"; an extension 1002
// becomes "~"; 0, 9998 and 9999 are nobody's and are sent as they stand; every other one needs its real id in
// [Config.IDs], or from a recording that created it earlier in the same run, else the recording is skipped and the
// report says which id is missing.
//
// Requests go one after another through package transport, in the usage-plan group that the description gives
// (x-throttling-group): it keeps to the group's limit, and after a 429 sends nothing in the group until the penalty is
// over. A 401 ends the run.
//
// # What is compared
//
// The status; of an error the code, and the message with the documented template, as package errorcodes matches it, or
// with the recorded message where none is documented; of a success the shape of the JSON: which members there are, 200
// levels deep, and of which type, items of a list taken together. Nothing is compared below a list that is empty on one
// side. What the server says must also be valid by the description. Of each kind of difference twenty are told, and
// what several items of a list have in common once.
//
// # What is recorded
//
// In record mode every answer that is of the recorded status and code replaces the recorded response, redacted, with
// source live, the day, and the version that the server gives at /restapi/v1.0. Request and note stay. Differences of a
// message or of the shape are recorded and listed. Recordings are kept, and the report says why, where the server
// contradicts status or code or sends no JSON (in a file of that name it would be wrong), where a list is empty that
// the recording fills or the reverse (the account has less, or the recording is about the empty list), in the folder
// platform, and where after redaction something still looks like a secret or a real number. An answer that was recorded
// before changes nothing.
//
// # Secrets
//
// Credentials and tokens are in no result, error or recording, not even when a server repeats them, nor are ids of the
// account in recordings. The report does name the ids of what a run has created, so that they can be removed.
package live

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/lazyregexp"
	"github.com/ringbasic/ringbasic/internal/project"
	"github.com/ringbasic/ringbasic/internal/recording"
	"github.com/ringbasic/ringbasic/internal/traffic"
	"github.com/ringbasic/ringbasic/transport"
)

// The environment that says which account is asked. IDs is a list like "1003=4004,1005=4006".
const (
	EnvServer = "RINGCENTRAL_SERVER"
	EnvID     = "RINGCENTRAL_CLIENT_ID"
	EnvSecret = "RINGCENTRAL_CLIENT_SECRET"
	EnvJWT    = "RINGCENTRAL_JWT"
	EnvIDs    = "RINGCENTRAL_IDS"
)

// bodyTimeout is how long a response may take once it has begun.
const bodyTimeout = time.Minute

// Config says what to run, and where.
type Config struct {
	Getenv func(string) string // nil: os.Getenv
	Spec   []byte              // the built description
	// the extension that names an operation's usage-plan group; "": x-throttling-group
	Throttling string
	Recordings []*recording.Recording // sorted by file, as recording.ReadDir gives them

	Only        string            // a pattern of path.Match for "folder/name" or "folder"; "": all
	AllowWrites bool              // also what creates or changes something; needs Account
	Account     string            // real id that stands for "~" and 1001; "": "~"
	IDs         map[string]string // placeholder -> real id; comes before RINGCENTRAL_IDS
	Record      bool              // fill Report.Files

	Progress func(Progress)    // told before each request, after it, and when one waits; nil: nobody is
	Base     http.RoundTripper // nil: the network
}

// UsageError is a mistake of whoever called.
type UsageError struct{ error }

func usagef(format string, args ...any) error { return UsageError{fmt.Errorf(format, args...)} }

// Run runs. With an error there may be a report of what was done before it.
func Run(ctx context.Context, c Config) (*Report, error) {
	r, err := newRun(c)
	if err != nil {
		return nil, err
	}
	defer r.client.CloseIdleConnections()
	defer context.AfterFunc(ctx, func() { _ = r.transport.Close() })() // it ends the fetch of a token, too
	if err := r.authenticate(); err != nil {
		return nil, cmp.Or(ctx.Err(), err)
	}
	if c.Record {
		r.askVersion(ctx)
	}
	err = r.all(ctx)
	report := r.report(ctx.Err() == nil && err == nil)
	if err != nil {
		err = errors.New(told(saidBy(r.redactor(), err)))
		if ctx.Err() != nil {
			err = ctx.Err()
		}
	}
	return report, err
}

// run is one run.
type run struct {
	Config
	contract  *contract.Contract
	root      *yaml.Node         // the description
	texts     *traffic.Anonymous // of the report
	groups    map[string]string  // method and path -> usage-plan group
	transport *transport.Transport
	client    *http.Client
	server    string
	secrets   []string
	ids       ids
	pace      *pace
	described string // the version of the description
	version   string // that the server gives, else described
	accepted  int    // writes that had to fail and did not, or perhaps did not
	exchanges []*exchange
}

// exchange is one recording and what came of it.
type exchange struct {
	recorded *recording.Recording
	op       *contract.Operation
	group    string
	reason   string // why it was not sent, else empty
	err      error  // why there is no answer
	answer   *recording.Response
}

func newRun(c Config) (*run, error) {
	if c.Getenv == nil {
		c.Getenv = os.Getenv
	}
	r := &run{
		Config: c,
		server: cmp.Or(strings.TrimRight(strings.TrimSpace(c.Getenv(EnvServer)), "/"), transport.ServerProduction),
	}
	var err error
	if r.ids, err = newIDs(c, r.server); err != nil {
		return nil, err
	}
	if c.AllowWrites && c.Account == "" {
		return nil, usagef("writes need an account that is named: give its id with --account")
	}
	if r.Recordings, err = selected(c.Recordings, c.Only); err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(c.Spec)
	if err != nil {
		return nil, fmt.Errorf("built description: %w", err)
	}
	if r.contract, err = contract.New(doc); err != nil {
		return nil, fmt.Errorf("built description: %w", err)
	}
	text, err := document.Parse(project.SpecFile, c.Spec)
	if err != nil {
		return nil, fmt.Errorf("built description: %w", err)
	}
	r.root = text.Root
	r.described = doc.Info.Version
	r.groups = map[string]string{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			r.groups[method+" "+path], _ = op.Extensions[cmp.Or(c.Throttling, "x-throttling-group")].(string)
		}
	}
	return r, r.connect()
}

// connect makes the transport from the environment.
func (r *run) connect() error {
	credentials := transport.Credentials{
		ClientID:     r.Getenv(EnvID),
		ClientSecret: transport.NewSecret(r.Getenv(EnvSecret)),
		JWT:          transport.NewSecret(r.Getenv(EnvJWT)),
	}
	var missing []string
	for _, name := range []string{EnvID, EnvSecret, EnvJWT} {
		value := strings.TrimSpace(r.Getenv(name))
		if value == "" {
			missing = append(missing, name)
		}
		r.secrets = append(r.secrets, spellings(value)...)
	}
	if len(missing) > 0 {
		return fmt.Errorf(
			"not set: %s: they are the credentials of an application with JWT authentication",
			strings.Join(missing, ", "),
		)
	}
	r.secrets = append(r.secrets, basic(r.Getenv(EnvID), r.Getenv(EnvSecret))...)
	r.pace = newPace(r.Progress)
	var err error
	r.transport, err = transport.New(transport.Config{
		Server: r.server, Credentials: credentials, Base: r.Base, OnEvent: r.pace.event,
		MaxBody: recording.MaxSize,
	})
	if err != nil {
		// The message names fields of a structure that no user has seen.
		return fmt.Errorf("%s: %s", EnvServer, strings.ReplaceAll(err.Error(), "transport.Config.Server: ", ""))
	}
	r.client = r.transport.Client()
	r.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return nil
}

// selected are the recordings that a pattern matches.
func selected(all []*recording.Recording, pattern string) ([]*recording.Recording, error) {
	if pattern == "" {
		return all, nil
	}
	if _, err := path.Match(pattern, ""); err != nil {
		return nil, usagef("the pattern %q: %w", pattern, err)
	}
	var found []*recording.Recording
	for _, r := range all {
		whole, _ := path.Match(pattern, name(r))
		folder, _ := path.Match(pattern, r.Folder())
		if whole || folder {
			found = append(found, r)
		}
	}
	if len(found) == 0 {
		return nil, usagef(
			"the pattern %q matches no recording: they are called like createAnsweringRule/400-AWR-111",
			pattern,
		)
	}
	return found, nil
}

func name(r *recording.Recording) string { return r.Folder() + "/" + r.Name() }

// authenticate fetches the token before anything else, so that bad credentials are one error and not one a recording.
func (r *run) authenticate() error {
	token, err := r.transport.TokenSource().Token()
	if err != nil {
		return errors.New(told(saidBy(r.redactor(), err)))
	}
	if !slices.Contains(r.secrets, token.AccessToken) {
		r.secrets = append(r.secrets, spellings(token.AccessToken)...)
	}
	return nil
}

// versionPath answers with the version of the API, to anybody.
const versionPath = "/restapi/v1.0"

// askVersion asks the server for the version of its API; without an answer it is the description's.
func (r *run) askVersion(ctx context.Context) {
	r.version = r.described
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.server+versionPath, nil)
	if err != nil {
		return
	}
	answer, err := r.send(req, "")
	if err != nil || answer.Status != http.StatusOK {
		return
	}
	if v := versionString(answer.Body); v != "" {
		r.version = v
	}
}

var versionPattern = lazyregexp.New(`^[0-9]{1,6}(\.[0-9]{1,6}){1,4}$`)

// all decides on each recording and sends what is to be sent.
func (r *run) all(ctx context.Context) error {
	for _, recorded := range r.Recordings {
		x := &exchange{recorded: recorded}
		var params map[string]string
		x.op, params = r.contract.Find(recorded.Request.Method, recorded.Request.Target().EscapedPath())
		if x.op != nil {
			x.group = r.groups[x.op.Method+" "+x.op.Path]
		}
		x.reason = r.refuse(x, params)
		r.exchanges = append(r.exchanges, x)
	}
	for i, x := range r.exchanges {
		if err := ctx.Err(); err != nil {
			return err
		}
		if x.reason != "" {
			continue
		}
		req, missing, err := r.request(ctx, x)
		switch {
		case err != nil:
			x.reason = err.Error()
			continue
		case len(missing) > 0:
			x.reason = missingIDs(missing)
			continue
		case r.accepted > 0 && !r.AllowWrites && !safe(x.recorded.Request.Method):
			x.reason = "a request that had to fail was accepted, or may have been: no more of them are sent"
			continue
		}
		r.pace.begin(name(x.recorded), r.ahead(i))
		if err := r.authenticate(); err != nil {
			return err
		}
		x.answer, x.err = r.send(req, x.group)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r.pace.end(x, r.ahead(i+1))
		if perhapsMade(x) {
			r.accepted++
		}
		if x.err != nil {
			continue
		}
		r.learn(x)
		if x.answer.Status == http.StatusUnauthorized && x.recorded.Response.Status != http.StatusUnauthorized {
			code, message := errorOf(x.answer.Body)
			return fmt.Errorf(
				"%s: status 401 %s %q: the account does not let this application in: nothing more was sent",
				name(x.recorded),
				code,
				message,
			)
		}
	}
	return nil
}

// ahead are the groups of what is still to be sent, as far as is known.
func (r *run) ahead(from int) []string {
	var groups []string
	for _, x := range r.exchanges[from:] {
		if x.reason != "" {
			continue
		}
		if _, missing, err := r.request(context.Background(), x); err == nil && len(missing) == 0 {
			groups = append(groups, x.group)
		}
	}
	return groups
}

// send sends a request and reads the answer.
func (r *run) send(req *http.Request, group string) (*recording.Response, error) {
	ctx, cancel := context.WithCancelCause(transport.WithGroup(req.Context(), group))
	defer cancel(nil)
	resp, err := r.client.Do(req.WithContext(ctx))
	if err != nil {
		if outer := (*url.Error)(nil); errors.As(err, &outer) {
			err = outer.Err // the recording's name says which request it was
		}
		return nil, err
	}
	defer resp.Body.Close()
	r.pace.learn(group, resp.Header)
	timer := time.AfterFunc(bodyTimeout, func() { cancel(fmt.Errorf("no complete answer within %v", bodyTimeout)) })
	defer timer.Stop()
	defer context.AfterFunc(ctx, func() { _ = resp.Body.Close() })() // whatever the body makes of the context
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, cmp.Or(context.Cause(ctx), err)
	}
	return &recording.Response{Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
}

// learn notes what a request has made.
func (r *run) learn(x *exchange) {
	if !made(x) {
		return
	}
	if x.recorded.Response.Status >= 400 {
		r.accepted++
	}
	placeholder, id := topID(x.recorded.Response.Body), topID(x.answer.Body)
	if isPlaceholder(placeholder) && realID().MatchString(id) && r.ids.real[placeholder] == "" {
		r.ids.real[placeholder] = id
	}
}

// made tells whether a request created or changed something.
func made(x *exchange) bool {
	return x.answer != nil && x.answer.Status/100 == 2 && !safe(x.recorded.Request.Method)
}

// perhapsMade tells whether a request may have created or changed something: it was sent, and no answer, or none of the
// server behind the gateway, says that it was refused.
func perhapsMade(x *exchange) bool {
	if safe(x.recorded.Request.Method) || made(x) {
		return false
	}
	if throttled := (*transport.ThrottledError)(nil); errors.As(x.err, &throttled) {
		return false // not sent
	}
	return x.err != nil || x.answer != nil && x.answer.Status >= http.StatusInternalServerError
}

func safe(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// request makes what is sent for a recording, and lists the placeholders without a real id.
func (r *run) request(ctx context.Context, x *exchange) (*http.Request, []string, error) {
	if x.op == nil {
		return nil, nil, errors.New("no operation of the description")
	}
	missing := map[string]bool{}
	changed := x.recorded.Request // a copy; its maps are shared and not written to
	changed.Body = r.ids.body(&changed, missing)
	body, err := changed.Wire()
	if err != nil {
		return nil, nil, err
	}
	target := x.recorded.Request.Target()
	address := r.server + r.ids.path(x.op.Path, target.EscapedPath(), missing)
	if target.RawQuery != "" {
		address += "?" + target.RawQuery
	}
	reader := bytes.NewReader(body) // which lets the transport send it again; what is empty is no body
	req, err := http.NewRequestWithContext(ctx, x.recorded.Request.Method, address, reader)
	if err != nil {
		return nil, nil, err
	}
	req.Header = x.recorded.Request.Header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.Header.Del("Authorization") // the transport's
	req.Header.Set("User-Agent", "ringbasic (+https://github.com/ringbasic/ringbasic)")
	return req, sorted(missing), nil
}
