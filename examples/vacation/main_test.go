package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/ringcentraltest"
)

func greeting(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "away.wav")
	if err := os.WriteFile(file, []byte("RIFFtone"), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestVacation(t *testing.T) {
	platform := ringcentraltest.NewServer(t)
	client := platform.Client()
	var out strings.Builder
	if err := goAway(t.Context(), client, &out, "2026-12-21", "2027-01-04", greeting(t)); err != nil {
		t.Fatal(err)
	}
	if err := switchOff(t.Context(), client, &out, "1001"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "takes messages from 2026-12-21 to 2027-01-04\n") || !strings.HasSuffix(out.String(), "rule 1001 is off\n") {
		t.Errorf("got %q", out.String())
	}
	var request ringcentral.UpdateAnsweringRuleRequest
	if err := platform.Requests("updateAnsweringRule")[0].Decode(&request); err != nil || request.Enabled == nil || *request.Enabled {
		t.Errorf("sent %+v, %v", request, err)
	}
}

// Each error that is told apart is told in words.
func TestErrorsInWords(t *testing.T) {
	for code, want := range map[ringcentral.ErrorCode]string{
		ringcentral.AWR179: "shorten it",
		ringcentral.AWR111: "AWR-111: ",
	} {
		platform := ringcentraltest.NewServer(t)
		platform.Fail("createAnsweringRule", code)
		err := goAway(t.Context(), platform.Client(), &strings.Builder{}, "2026-12-21", "2027-01-04", greeting(t))
		if err == nil || !strings.Contains(inWords(err), want) {
			t.Errorf("%s: %v", code, err)
		}
	}
	platform := ringcentraltest.NewServer(t)
	platform.Fail("createCustomUserGreeting", ringcentral.AWR129)
	err := goAway(t.Context(), platform.Client(), &strings.Builder{}, "2026-12-21", "2027-01-04", greeting(t))
	if err == nil || !strings.Contains(inWords(err), "use a WAV or MP3 file") {
		t.Errorf("got %v", err)
	}
}
