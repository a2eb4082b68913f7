package main

import (
	"encoding/pem"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// -update writes what the commands print into the scripts; read the difference before you commit it.
var update = flag.Bool("update", false, "rewrite the expected output in testdata/script")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ringbasic": main})
}

func TestScripts(t *testing.T) {
	// update runs go test, which must not compile the standard library for each script.
	cache, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_CACHE_HOME", filepath.Join(env.WorkDir, ".cache"))
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("GOCACHE", strings.TrimSpace(string(cache)))
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"blockdir": blockDir,
			"edit":     edit,
			"exitcode": exitCode,
			"serve":    serve,
		},
	})
}

// blockDir DIR: nothing can be created in the folder, by root either.
func blockDir(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.RemoveAll(ts.MkAbs(args[0])))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte("a file where a folder should be\n"), 0o644))
}

// edit FILE REGEXP TEXT: the one match of the expression becomes the text.
func edit(ts *testscript.TestScript, _ bool, args []string) {
	old, expr := ts.ReadFile(args[0]), regexp.MustCompile(args[1])
	if n := len(expr.FindAllString(old, -1)); n != 1 {
		ts.Fatalf("%s matches %d times in %s", args[1], n, args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(expr.ReplaceAllLiteralString(old, args[2])), 0o644))
}

// exitCode N COMMAND…: the command ends with exit code N.
func exitCode(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if exit, ok := err.(interface{ ExitCode() int }); ok {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s\n%s%s", code, args[0], ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

// serve DIR: an https server on a loopback address has the files of the script's folder DIR, or else of the script's
// root; its URL is in SERVER, its certificate is trusted, and it ends with the script.
func serve(ts *testscript.TestScript, _ bool, args []string) {
	dir, root := http.Dir(ts.MkAbs(args[0])), http.Dir(ts.MkAbs("."))
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := dir
		if f, err := dir.Open(r.URL.Path); err != nil {
			from = root
		} else {
			_ = f.Close()
		}
		http.FileServer(from).ServeHTTP(w, r)
	}))
	ts.Defer(server.Close)
	certificate := ts.MkAbs(".server.pem")
	ts.Check(os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o644))
	ts.Setenv("SSL_CERT_FILE", certificate)
	ts.Setenv("SERVER", server.URL)
}
