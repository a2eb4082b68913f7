// Package ringcentralmock has responders for github.com/jarcoal/httpmock that answer as the server of package
// ringcentraltest does, for services whose tests have a mock of the network in place of a server:
//
//	mock := httpmock.NewMockTransport()
//	platform := ringcentraltest.NewHandler()
//	ringcentralmock.Register(mock, ringcentral.ServerProduction, platform)
//	client, err := ringcentral.NewClient("", ringcentral.WithHTTPClient(&http.Client{Transport: mock}))
//
//	platform.Fail("createAnsweringRule", ringcentral.AWR179)
//
// It is a package of its own so that ringcentraltest imports nothing but the client.
package ringcentralmock

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"

	"github.com/jarcoal/httpmock"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/ringcentraltest"
)

// Responder answers a request as the server does: with what was queued by its Reply, Fail and Throttle, or else with a
// recorded success. Answers come late, in part (the fault is [io.ErrUnexpectedEOF]) or not at all ([io.EOF]) as there.
func Responder(platform *ringcentraltest.Server) httpmock.Responder {
	return func(r *http.Request) (*http.Response, error) {
		if r.Body == nil {
			r = r.Clone(r.Context())
			r.Body = http.NoBody
		}
		w := httptest.NewRecorder()
		whole := serve(platform, w, r)
		if err := r.Context().Err(); err != nil {
			return nil, err
		}
		if !whole && w.Body.Len() == 0 {
			return nil, io.EOF
		}
		resp := w.Result()
		resp.Request = r
		if !whole {
			resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(w.Body.Bytes()), broken{}))
		}
		return resp, nil
	}
}

// broken is where a connection ends in the middle of a body.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// serve is false if the server broke off.
func serve(platform *ringcentraltest.Server, w http.ResponseWriter, r *http.Request) (whole bool) {
	defer func() {
		switch p := recover(); {
		case p == nil:
		case errors.Is(asError(p), http.ErrAbortHandler):
			whole = false
		default:
			panic(p) // a mistake of whoever set the server up
		}
	}()
	platform.ServeHTTP(w, r)
	return true
}

func asError(p any) error {
	err, _ := p.(error)
	return err
}

var variable = regexp.MustCompile(`\{[^}]+\}`)

// Register has a mock answer the operations of the client at the base URL, and the token endpoint, as the server does.
// What else the service calls is for other responders.
func Register(mock *httpmock.MockTransport, base string, platform *ringcentraltest.Server) {
	responder := Responder(platform)
	base = strings.TrimSuffix(base, "/")
	for _, op := range ringcentral.Operations() {
		parts := variable.Split(base+op.Path, -1)
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		pattern := "^" + strings.Join(parts, "[^/?]+") + `(\?.*)?$`
		mock.RegisterRegexpResponder(op.Method, regexp.MustCompile(pattern), responder)
	}
	mock.RegisterResponder(http.MethodPost, base+"/restapi/oauth/token", responder)
}
