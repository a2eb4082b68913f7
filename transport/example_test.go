package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/ringbasic/ringbasic/transport"
)

// platform stands in for the vendor: it grants a token and then refuses the
// first request.
func platform() *httptest.Server {
	refused := false
	return httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/restapi/oauth/token":
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"access_token":"abc","token_type":"bearer","expires_in":3600}`)
		case !refused:
			refused = true
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusTooManyRequests)
		default:
			fmt.Fprint(w, `{"uri":"…","id":"4001"}`)
		}
	}))
}

// What a service does: one Transport for the program. Server and Base are left
// out there; OnEvent goes to its log or its metrics.
func Example() {
	server := platform()
	defer server.Close()

	t, err := transport.New(transport.Config{
		Server: server.URL,
		Base:   server.Client().Transport,
		Credentials: transport.Credentials{
			ClientID:     "my-app",
			ClientSecret: transport.NewSecret(orElse(os.Getenv("RINGCENTRAL_CLIENT_SECRET"), "secret")),
			JWT:          transport.NewSecret(orElse(os.Getenv("RINGCENTRAL_JWT"), "a.b.c")),
		},
		Group: func(*http.Request) string { return "Light" },
		OnEvent: func(_ context.Context, e transport.Event) {
			fmt.Println(e.Kind, e.Method, e.Group, e.Wait)
		},
		Clock: leapingClock(), // so that the example takes no minute
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := t.Client().Get(server.URL + "/restapi/v1.0/account/~/extension/~/greeting/4001")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Println(resp.StatusCode, string(body), err)
	// Output:
	// token POST Auth 0s
	// retry GET Light 1m0s
	// wait GET Light 1m0s
	// 200 {"uri":"…","id":"4001"} <nil>
}

// A request that would have to wait longer than its context allows is not sent.
func ExampleThrottledError() {
	server := platform()
	defer server.Close()
	t, err := transport.New(transport.Config{
		Server:      server.URL,
		Base:        server.Client().Transport,
		TokenSource: static("abc"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	ctx = transport.WithGroup(ctx, "Heavy")
	for range 2 {
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/restapi/v1.0/account/~", nil)
		resp, err := t.Client().Do(req)
		if throttled := (*transport.ThrottledError)(nil); errors.As(err, &throttled) {
			fmt.Println("come back in", throttled.Wait.Round(time.Minute))
			continue
		}
		resp.Body.Close()
		fmt.Println("status", resp.StatusCode, "Retry-After", resp.Header.Get("Retry-After"))
	}
	// Output:
	// status 429 Retry-After 60
	// come back in 1m0s
}

// A POST is repeated after a 5xx only if its caller says that this is harmless.
func ExampleWithRetryUnsafe() {
	ctx := transport.WithRetryUnsafe(context.Background())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, transport.ServerProduction+"/restapi/v1.0/…", nil)
	fmt.Println(req.Method, err)
	// Output: POST <nil>
}

// However a credential is printed, it does not show.
func ExampleSecret() {
	c := transport.Credentials{ClientID: "my-app", JWT: transport.NewSecret("a.b.c")}
	fmt.Printf("%v\n%+v\n%s\n", c, c, c.JWT)
	// Output:
	// {my-app [redacted] [redacted]}
	// {ClientID:my-app ClientSecret:[redacted] JWT:[redacted]}
	// [redacted]
}

func leapingClock() transport.Clock {
	now := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	return transport.Clock{
		Now: func() time.Time { return now },
		Sleep: func(_ context.Context, d time.Duration) error {
			now = now.Add(d)
			return nil
		},
	}
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
