package ringbasic_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// Lines have at most 120 columns, those of tests 160. What cannot be broken may be wider: tables, code and addresses in
// Markdown, targets of overlays, recordings, and what is generated.
func TestWidth(t *testing.T) {
	t.Parallel()
	whole := map[string]*regexp.Regexp{
		".md": regexp.MustCompile(`^(\||    |<!-- |.*\]\(https?://)`), ".yaml": regexp.MustCompile(`^ *- target: `),
	}
	looked := 0
	require.NoError(t, filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := filepath.ToSlash(path)
		if entry.IsDir() {
			switch entry.Name() {
			case ".git", "testdata", "generated", "recordings", "dist", "spec", "node_modules":
				return filepath.SkipDir
			}
			return nil
		}
		switch filepath.Ext(name) {
		case ".go", ".md", ".sh", ".yml", ".yaml", ".tmpl", ".css", ".txt":
		default:
			if name != "Makefile" {
				return nil
			}
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		most := 120
		if strings.HasSuffix(name, "_test.go") {
			most = 160
		}
		looked++
		number := 0
		for line := range strings.Lines(string(text)) {
			number++
			line = strings.TrimSuffix(line, "\n")
			if columns := utf8.RuneCountInString(line); columns > most &&
				(whole[filepath.Ext(name)] == nil || !whole[filepath.Ext(name)].MatchString(line)) {
				t.Errorf("%s:%d: %d columns, and %d are the most", name, number, columns, most)
			}
		}
		return nil
	}))
	require.Greater(t, looked, 300)
}
