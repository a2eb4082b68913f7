package project_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/project"
)

func configOf(text string) (project.Config, error) {
	return project.LoadConfig(fstest.MapFS{project.ConfigFile: {Data: []byte(text)}})
}

func TestConfig(t *testing.T) {
	c, err := project.LoadConfig(fstest.MapFS{})
	require.NoError(t, err)
	require.Equal(t, project.DefaultConfig(), c)
	require.Empty(t, c.Watch, "nobody watches a vendor that was not named")

	c, err = configOf("package: acme\napi: Acme & Co.\nwatch: https://acme.example/api.yaml\nrequestId: X-Request-Id\nthrottling: x-plan\ngetters: true\n" +
		"errors: {code: err_code, list: details}\n")
	require.NoError(t, err)
	want := project.Config{Package: "acme", API: "Acme & Co.", Watch: "https://acme.example/api.yaml", RequestID: "X-Request-Id", Throttling: "x-plan"}
	want.Getters = true
	want.Errors.Code, want.Errors.Message, want.Errors.List = "err_code", "message", "details"
	require.Equal(t, want, c)
	require.Equal(t, "generated/acme/*.gen.go", c.Generated())
}

// The client is imported under its name, on every system.
func TestConfigPackage(t *testing.T) {
	for _, name := range []string{
		"internal", "vendor", "testdata", "init", "main", "func", "con", "nul", "aux", "prn", "com1", "lpt9", "json", "Acme", "a/b", "..", "\"\"", "a-b",
	} {
		_, err := configOf("package: " + name)
		require.ErrorContains(t, err, "spec/project.yaml:1:10: package: ", name)
		require.ErrorContains(t, err, "want the name of a Go package that a program may import, in lower-case letters and digits", name)
	}
	for _, name := range []string{"acme", "com", "con1", "internals", "client", "errors", "strings"} {
		c, err := configOf("package: " + name)
		require.NoError(t, err, name)
		require.Equal(t, name, c.Package)
	}
}

// What a project's file says becomes Go, folders and requests: it is refused where it could be anything else, all at
// once.
func TestConfigRefuses(t *testing.T) {
	_, err := configOf("package: Acme\napi: \"a\\nb\"\nwatch: http://u@x\nrequestId: 'a: b'\nthrottling: y\nerrors:\n  code: 'a\"'\n  message: ''\n  list: " +
		"'[]'\n")
	require.Error(t, err)
	for i, want := range []string{
		`spec/project.yaml:1:10: package: "Acme": want the name of a Go package that a program may import, in lower-case letters and digits`,
		`spec/project.yaml:2:6: api: "a\nb": want a name of at most 60 letters, digits and spaces`,
		`spec/project.yaml:3:8: watch: "http://u@x": want an https URL without user`,
		`spec/project.yaml:4:12: requestId: "a: b": want the name of a header`,
		`spec/project.yaml:5:13: throttling: "y": want an extension, x-…`,
		`spec/project.yaml:7:9: errors.code: "a\"": want the name of a member`,
		`spec/project.yaml:8:12: errors.message: "": want the name of a member`,
		`spec/project.yaml:9:9: errors.list: "[]": want the name of a member`,
	} {
		require.Equal(t, want, strings.Split(err.Error(), "\n")[i])
	}
	for text, want := range map[string]string{
		"getters: maybe":         "spec/project.yaml: yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str `maybe` into bool",
		"package: ../x":          "want the name of a Go package",
		"package: func":          "want the name of a Go package",
		"package: json":          "want the name of a Go package",
		"packages: x":            "spec/project.yaml: yaml: unmarshal errors:\n  line 1: field packages not found in type project.Config: it has package, api,",
		"package: a\npackage: b": "spec/project.yaml:2",
		"[]":                     "spec/project.yaml",
	} {
		_, err := configOf(text)
		require.ErrorContains(t, err, want, text)
	}
}
