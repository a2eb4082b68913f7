package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/ringcentraltest"
	"github.com/ringbasic/ringbasic/transport"
	"golang.org/x/oauth2"
)

func TestDrift(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"1004","type":"Jingle","owner":"Jane Doe"}`)
	}))
	defer server.Close()
	var out, lines strings.Builder
	log := slog.New(slog.NewTextHandler(&out, nil))
	client, err := ringcentral.NewClient(server.URL, ringcentral.WithObserver(drifted(log, &lines)))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second tells nothing new
		if _, err := client.ReadCustomGreeting(t.Context(), "~", "~", "1004"); err != nil {
			t.Fatal(err)
		}
	}
	const want = `{"operation":"readCustomGreeting","status":200,"code":"","documented":true,"unknownMembers":["owner"],` +
		`"unknownValues":[{"path":"type","value":"Jingle"}]}` + "\n"
	if lines.String() != want {
		t.Errorf("got %s", lines.String())
	}
	if got := unknown.Get("readCustomGreeting").String(); got != "1" {
		t.Errorf("counted %s", got)
	}
	if !strings.Contains(out.String(), "msg=drift operation=readCustomGreeting") || strings.Contains(out.String(), "Jane") {
		t.Error(out.String())
	}
}

func TestObservability(t *testing.T) {
	platform := ringcentraltest.NewServer(t)
	var out strings.Builder
	log := slog.New(slog.NewTextHandler(&out, nil))
	if _, err := readGreeting(t.Context(), log, platform.Client(), "1004"); err != nil {
		t.Fatal(err)
	}
	platform.Fail("readCustomGreeting", ringcentral.CMN102)
	if _, err := readGreeting(t.Context(), log, platform.Client(), "1004"); err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"operation=readCustomGreeting status=200 attempts=1", "status=404", "code=CMN-102 documented=true"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	observe(log)(context.Background(), transport.Event{Kind: transport.EventWait, Group: "Heavy"})
	if events.Get("wait Heavy").String() != "1" {
		t.Errorf("counted %s", events)
	}
}

func TestAttempts(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"id":"1004"}`)
	}))
	defer server.Close()
	var out strings.Builder
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	tr, err := transport.New(transport.Config{
		Server: server.URL, TokenSource: oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "t"}),
		Group: ringcentral.ThrottlingGroup, Operation: ringcentral.OperationID, OnAttempt: attempted(log),
	})
	if err != nil {
		t.Fatal(err)
	}
	client, err := ringcentral.NewClient(server.URL, ringcentral.WithHTTPClient(tr.Client()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readGreeting(t.Context(), log, client, "1004"); err != nil {
		t.Fatal(err)
	}
	if got := attempts.Get("readCustomGreeting 200").String(); got != "1" {
		t.Errorf("counted %s", got)
	}
	if milliseconds.Get("readCustomGreeting") == nil {
		t.Error("no time was taken")
	}
	const want = "attempt.operation=readCustomGreeting attempt.method=GET attempt.group=Medium attempt.attempt=1 attempt.status=200"
	if !strings.Contains(out.String(), want) {
		t.Errorf("%q is not in\n%s", want, out.String())
	}
}
