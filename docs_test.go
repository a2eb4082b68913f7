package ringbasic_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The table of docs/drift-rules.md is what the command prints.
func TestDriftRulesPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("docs/drift-rules.md")
	require.NoError(t, err)
	_, table, ok := strings.Cut(string(page), "prints this table.\n\n")
	require.True(t, ok)
	require.Equal(t, command(t, ".", "go", "run", "./cmd/ringbasic", "rules", "--format", "markdown"), table,
		"write the output of ringbasic rules --format markdown to the end of docs/drift-rules.md")
}

// The tables of docs/errors.md are what the command prints.
func TestErrorsPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("docs/errors.md")
	require.NoError(t, err)
	_, table, ok := strings.Cut(string(page), "prints this page from here on.\n")
	require.True(t, ok)
	require.Equal(t, command(t, ".", "go", "run", "./cmd/ringbasic", "errors", "spec/openapi.yaml", "--format", "markdown"), table,
		"write the output of ringbasic errors spec/openapi.yaml --format markdown to the end of docs/errors.md")
}

// rooms are the packages in the order of the data flow: none imports one that comes after it.
var rooms = []string{
	"internal/lazyregexp", "internal/document", "internal/project", "internal/fetch", "internal/errorcodes", "internal/recording", "internal/pin", "internal/overlay",
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
				require.False(t, inside && (room != "ringcentraltest" || imported != module+"internal/recording"), "%s is what a service imports, and imports %s", room, imported)
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
var tools = []string{"internal/breadth", "internal/callbench", "internal/chain", "internal/footprint", "internal/release"}
