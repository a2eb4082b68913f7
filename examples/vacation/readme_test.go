package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The two commands of README.md do what it says, at an address that is free.
func TestReadme(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		if command, ok := strings.CutPrefix(line, "    "); ok {
			lines = append(lines, strings.TrimSpace(command))
		}
	}
	if len(lines) != 3 || lines[0] != "go run ./cmd/ringbasic serve" {
		t.Fatalf("README.md shows other commands: %q", lines)
	}
	dir := t.TempDir()
	built := func(name string) string {
		t.Helper()
		out, err := exec.Command("go", "build", "-o", filepath.Join(dir, filepath.Base(name)), "../../"+name).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return filepath.Join(dir, filepath.Base(name))
	}
	server := exec.Command(built("cmd/ringbasic"), "serve", "--addr", "127.0.0.1:0")
	server.Dir = filepath.Join("..", "..")
	said, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	address := ""
	for lines := bufio.NewScanner(said); address == "" && lines.Scan(); {
		address = regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(lines.Text())
	}
	go func() { _, _ = io.Copy(io.Discard, said) }()

	if err := os.WriteFile(filepath.Join(dir, "greeting.wav"), []byte("RIFF"), 0o600); err != nil {
		t.Fatal(err)
	}
	settings, args, ok := strings.Cut(strings.Replace(lines[1], "http://127.0.0.1:4010", address, 1), " go run ./examples/vacation ")
	if !ok {
		t.Fatalf("README.md shows another command: %q", lines[1])
	}
	cmd := exec.Command(built("examples/vacation"), strings.Fields(args)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), strings.Fields(settings)...)
	out, err := cmd.CombinedOutput()
	if err != nil || strings.TrimSpace(string(out)) != lines[2] {
		t.Errorf("%v: %s", err, out)
	}
}
