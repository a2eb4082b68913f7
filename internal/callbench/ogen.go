package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The program itself, and what it calls ogen's client with, which is no part of this module.
//
//go:embed calls.go main.go server.go ogen.go ogen.go.txt
var sources embed.FS

// withOgen generates ogen's client from the built document into a module of its own in a temporary folder, builds this
// program there a second time with that client linked in, and runs it. The go command may ask the module proxy.
func withOgen(ctx context.Context, w io.Writer, root, version string, rounds, each int) (err error) {
	if root, err = filepath.Abs(root); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "ringbasic-callbench")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	files, err := moduleFiles(root, version)
	if err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	document := filepath.Join(root, "spec", "openapi.yaml")
	program := filepath.Join(dir, "callbench")
	for _, args := range [][]string{
		{
			"go", "run", "github.com/ogen-go/ogen/cmd/ogen@" + version,
			"--config", "ogen.yaml", "--target", "ogenapi", "--package", "ogenapi", document,
		},
		{"go", "mod", "tidy"},
		{"go", "build", "-o", program, "."},
	} {
		cmd := exec.CommandContext(ctx, args[0], args[1:]...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=", "GOWORK=off")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", strings.Join(args[:3], " "), err, strings.TrimSpace(string(out)))
		}
	}
	cmd := exec.CommandContext(ctx, program, fmt.Sprintf("-rounds=%d", rounds), fmt.Sprintf("-calls=%d", each))
	cmd.Stdout, cmd.Stderr = w, os.Stderr
	return cmd.Run()
}

// moduleFiles are those of the temporary module.
func moduleFiles(root, version string) (map[string][]byte, error) {
	const own = "github.com/ringbasic/ringbasic"
	files := map[string][]byte{
		"go.mod": fmt.Appendf(nil, "module example.com/callbench\n\ngo 1.26\n\n"+
			"require (\n\tgithub.com/ogen-go/ogen %s\n\t%s v0.0.0\n)\n\nreplace %s => %s\n", version, own, own, root),
		// Only what a call needs: no server, no traces.
		"ogen.yaml": []byte("generator:\n  features:\n    disable_all: true\n    enable: [paths/client]\n"),
	}
	entries, err := sources.ReadDir(".")
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		text, err := sources.ReadFile(entry.Name())
		if err != nil {
			return nil, err
		}
		name := entry.Name()
		if name == "ogen.go.txt" {
			name = "ogenways.go"
			files["ogen.go.txt"] = text // what is embedded is embedded there, too
		}
		files[name] = text
	}
	return files, nil
}
