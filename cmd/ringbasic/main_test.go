package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"ringbasic": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		UpdateScripts:       os.Getenv("UPDATE") == "1",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("XDG_CACHE_HOME", env.WorkDir+"/.cache")
			env.Setenv("HOME", env.WorkDir)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			// readonly DIR: nothing can be created in it, by root either.
			"blockdir": func(ts *testscript.TestScript, _ bool, args []string) {
				ts.Check(os.RemoveAll(ts.MkAbs(args[0])))
				ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte("a file where a folder should be\n"), 0o644))
			},
			// exitcode N command…: the command ends with exit code N.
			"exitcode": func(ts *testscript.TestScript, _ bool, args []string) {
				err := ts.Exec(args[1], args[2:]...)
				code := "0"
				if exit, ok := err.(interface{ ExitCode() int }); ok {
					code = itoa(exit.ExitCode())
				} else if err != nil {
					ts.Fatalf("%v", err)
				}
				if code != args[0] {
					ts.Fatalf("exit code %s, want %s\n%s%s", code, args[0], ts.ReadFile("stdout"), ts.ReadFile("stderr"))
				}
			},
		},
	})
}

func itoa(n int) string { return string(rune('0' + n)) }
