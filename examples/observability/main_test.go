package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/ringcentraltest"
	"github.com/ringbasic/ringbasic/transport"
)

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
	for _, want := range []string{"operation=readCustomGreeting status=200", "status=404", "code=CMN-102 documented=true"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	observe(log)(context.Background(), transport.Event{Kind: transport.EventWait, Group: "Heavy"})
	if events.Get("wait Heavy").String() != "1" {
		t.Errorf("counted %s", events)
	}
}
