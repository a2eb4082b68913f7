package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
	"github.com/ringbasic/ringbasic/ringcentraltest"
)

// The program against a server that answers from the recordings, and one that refuses.
func TestFirstCall(t *testing.T) {
	program := filepath.Join(t.TempDir(), "first-call")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	platform := ringcentraltest.NewServer(t)
	run := func() (string, error) {
		cmd := exec.Command(program)
		cmd.Env = append(os.Environ(), "RINGCENTRAL_SERVER="+platform.URL, "RINGCENTRAL_CLIENT_ID=id", "RINGCENTRAL_CLIENT_SECRET=secret",
			"RINGCENTRAL_JWT=a.b.c")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := run(); err != nil || out != "created rule 1003\n" {
		t.Errorf("%v: %s", err, out)
	}
	platform.Fail("createAnsweringRule", ringcentral.AWR179)
	if out, err := run(); err == nil || out[len(out)-len("choose a shorter name\n"):] != "choose a shorter name\n" {
		t.Errorf("%v: %s", err, out)
	}
}
