package ringbasic_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Actions of others run at a commit, which nobody can move, with its release in a comment, which dependabot reads and
// keeps up.
func TestActionsArePinned(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(".github/workflows/*.yml")
	require.NoError(t, err)
	files = append(files, "action.yml")
	pinned := regexp.MustCompile(`^uses: (\./|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$)`)
	found := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		for line := range strings.Lines(string(data)) {
			line = strings.TrimPrefix(strings.TrimSpace(line), "- ")
			if strings.HasPrefix(line, "uses:") {
				found++
				require.Regexp(t, pinned, line, "%s: name the commit, and the release behind it", file)
			}
		}
	}
	require.Greater(t, found, 5)
	dependabot, err := os.ReadFile(".github/dependabot.yml")
	require.NoError(t, err)
	require.Contains(t, string(dependabot), "package-ecosystem: github-actions")
}
