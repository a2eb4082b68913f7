package ringbasic_test

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// update has the tests write what pages show of commands' output: make pages.
var update = flag.Bool("update", false, "write what the pages show of the output of commands")

// The table of docs/drift-rules.md is what the command prints.
func TestDriftRulesPage(t *testing.T) {
	t.Parallel()
	checkPage(t, "docs/drift-rules.md", "prints this table.\n\n", "rules", "--format", "markdown")
}

// The tables of docs/errors.md are what the command prints.
func TestErrorsPage(t *testing.T) {
	t.Parallel()
	checkPage(t, "docs/errors.md", "prints this page from here on.\n", "errors", "spec/openapi.yaml", "--format", "markdown")
}

// checkPage requires that what comes after a line of a page is what ringbasic prints.
func checkPage(t *testing.T, file, after string, args ...string) {
	t.Helper()
	page, err := os.ReadFile(file)
	require.NoError(t, err)
	head, table, ok := strings.Cut(string(page), after)
	require.True(t, ok)
	want := command(t, ".", "go", append([]string{"run", "./cmd/ringbasic"}, args...)...)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(head+after+want), 0o644))
		return
	}
	require.Equal(t, want, table, "%s is stale: run make pages", file)
}

// rooms are the packages in the order of the data flow: none imports one that comes after it.
var rooms = []string{
	"internal/lazyregexp", "internal/document", "internal/project", "internal/fetch", "internal/errorcodes", "internal/recording", "internal/pin",
	"internal/overlay",
	"internal/contract", "internal/diff", "internal/names", "internal/generate", "internal/build", "internal/goapi", "internal/traffic", "internal/live",
	"internal/drift", "internal/update", "internal/report", "internal/cli",
}

func TestRooms(t *testing.T) {
	t.Parallel()
	const module = "github.com/ringbasic/ringbasic/"
	list := command(t, ".", "go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", "./...")
	seen := 0
	for line := range strings.Lines(list) {
		fields := strings.Fields(line)
		room := strings.TrimPrefix(fields[0], module)
		at := slices.Index(rooms, room)
		switch room {
		case "generated/ringcentral", "transport", "ringcentraltest":
			for _, imported := range fields[1:] {
				inside := strings.HasPrefix(imported, module+"internal/")
				require.False(t, inside && (room != "ringcentraltest" || imported != module+"internal/recording"),
					"%s is what a service imports, and imports %s", room, imported)
			}
		}
		if at < 0 {
			require.False(t, strings.HasPrefix(room, "internal/") && strings.Count(room, "/") == 1 && !slices.Contains(tools, room),
				"%s is no room: add it to the list and to docs/architecture.md", room)
			continue
		}
		seen++
		for _, imported := range fields[1:] {
			if other := slices.Index(rooms, strings.TrimPrefix(imported, module)); other >= 0 {
				require.Less(t, other, at, "%s imports %s", room, imported)
			}
		}
	}
	require.Equal(t, len(rooms), seen)
	page, err := os.ReadFile("docs/architecture.md")
	require.NoError(t, err)
	for _, room := range rooms[1:] {
		require.Contains(t, string(page), "`"+room+"`")
	}
}

// tools are programs of the project's own.
var tools = []string{"internal/breadth", "internal/callbench", "internal/chain", "internal/footprint", "internal/mutate",
	"internal/release"}
