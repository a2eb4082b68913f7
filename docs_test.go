package ringbasic_test

import (
	"os"
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
