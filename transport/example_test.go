package transport_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/transport"
)

// platform stands in for the vendor: it grants a token and answers everything
// else with a status. A service's tests have package ringcentraltest for that.
func platform(status int) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/restapi/oauth/token" {
			fmt.Fprint(w, `{"access_token":"abc","token_type":"bearer","expires_in":3600}`)
			return
		}
		if status == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", "60")
		}
		w.WriteHeader(status)
		fmt.Fprint(w, `{"id":"4001","type":"Voicemail"}`)
	}))
}

// What a service does: one Transport for the program, below the generated client.
func Example() {
	server := platform(http.StatusOK) // in production: ringcentral.ServerProduction
	defer server.Close()

	t, err := transport.New(transport.Config{
		Server: server.URL,
		Credentials: transport.Credentials{ // from the environment or a vault
			ClientID:     "my-app",
			ClientSecret: transport.NewSecret("secret"),
			JWT:          transport.NewSecret("a.b.c"),
		},
		Group: ringcentral.ThrottlingGroup,
		OnEvent: func(_ context.Context, e transport.Event) { // to a log or to metrics
			fmt.Println(e.Kind, e.Method, e.Path, e.Status)
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := ringcentral.NewClient(server.URL, ringcentral.WithHTTPClient(t.Client()))
	if err != nil {
		fmt.Println(err)
		return
	}
	greeting, err := client.ReadCustomGreeting(context.Background(), "~", "~", "4001")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*greeting.ID, *greeting.Type)
	// Output:
	// token POST /restapi/oauth/token 200
	// 4001 Voicemail
}

// A request that would have to wait longer than its context allows is not sent.
func ExampleThrottledError() {
	server := platform(http.StatusTooManyRequests)
	defer server.Close()
	t, err := transport.New(transport.Config{
		Server:      server.URL,
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

// However a credential is printed, it does not show.
func ExampleSecret() {
	c := transport.Credentials{ClientID: "my-app", JWT: transport.NewSecret("a.b.c")}
	fmt.Printf("%v\n%+v\n%s\n", c, c, c.JWT)
	// Output:
	// {my-app [redacted] [redacted]}
	// {ClientID:my-app ClientSecret:[redacted] JWT:[redacted]}
	// [redacted]
}
