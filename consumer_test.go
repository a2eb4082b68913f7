package ringbasic_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a service takes on board with each of the public packages: the modules of vendor/modules.txt, how many modules
// its version selection reads, and an upper bound of what it vendors.
func TestWhatConsumersGet(t *testing.T) {
	t.Parallel()
	const module = "github.com/ringbasic/ringbasic"
	for name, test := range map[string]struct {
		packages []string
		modules  []string
		graph    int // modules of go list -m all
		limit    int64
	}{
		"client":               {[]string{"generated/ringcentral"}, []string{module}, 31, 300_000},
		"client and transport": {[]string{"generated/ringcentral", "transport"}, []string{module, "golang.org/x/oauth2"}, 32, 450_000},
		"client, transport and tests": {[]string{"generated/ringcentral", "transport", "ringcentraltest"}, []string{module, "golang.org/x/oauth2"}, 32,
			800_000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := consumer(t, test.packages)
			command(t, dir, "go", "mod", "tidy")
			command(t, dir, "go", "mod", "vendor")
			text, err := os.ReadFile(filepath.Join(dir, "vendor", "modules.txt"))
			require.NoError(t, err)
			var modules []string
			for line := range strings.Lines(string(text)) {
				if fields := strings.Fields(line); len(fields) > 2 && fields[0] == "#" && !strings.Contains(line, "# "+module+" =>") {
					modules = append(modules, fields[1])
				}
			}
			require.Equal(t, test.modules, modules)
			graph := strings.Fields(command(t, dir, "go", "list", "-m", "-f", "{{.Path}}", "all"))
			require.Len(t, graph, test.graph+1, "and the consumer itself: %s", graph) // what only internal/peers needs is not among them
			vendored := size(t, filepath.Join(dir, "vendor"))
			require.Less(t, vendored, test.limit)
			require.Greater(t, vendored, test.limit/2, "the limit has become loose")
		})
	}
}

// consumer is a new module that imports packages of this one.
func consumer(t *testing.T, packages []string) string {
	t.Helper()
	root, err := os.Getwd()
	require.NoError(t, err)
	dir := t.TempDir()
	program := "package desk\n\nimport (\n"
	for _, name := range packages {
		program += "\t_ \"github.com/ringbasic/ringbasic/" + name + "\"\n"
	}
	for name, text := range map[string]string{
		"desk.go": program + ")\n",
		"go.mod": "module example.com/desk\n\ngo 1.26\n\nrequire github.com/ringbasic/ringbasic v0.0.0\n\n" +
			"replace github.com/ringbasic/ringbasic => " + root + "\n",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	return dir
}

func command(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOFLAGS=-mod=mod")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	return string(out)
}

func size(t *testing.T, dir string) (bytes int64) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			bytes += info.Size()
		}
		return err
	}))
	return bytes
}
