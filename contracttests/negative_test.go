package contracttests

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/ringbasic/ringbasic/internal/recording"
)

// TestNegative shows that the suite can fail. Each archive in testdata/negative says at its top which check it is about,
// corrupts the suite, and holds every problem that the suite then has to find:
//
//	-- FILE --         the file is this: a recording, or waivers.yaml
//	-- edit FILE --    in the file, the lines above ===== become those below it; FILE may also be openapi.yaml
//	                   or codes.gen.go
//	-- remove FILE --  the file is not there
//	-- want --         the first line of each problem, sorted
func TestNegative(t *testing.T) {
	t.Parallel()
	good := committed(t)
	archives, err := filepath.Glob("testdata/negative/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, archives)
	for _, file := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			require.NoError(t, err)
			require.NotEmpty(t, archive.Comment, "say which check this is about")
			files := maps.Clone(good.files.(fstest.MapFS))
			texts := map[string]string{"openapi.yaml": good.spec, "codes.gen.go": good.codes}
			want, changed := "", map[string]bool{}
			for _, section := range archive.Files {
				verb, name, ok := strings.Cut(section.Name, " ")
				switch {
				case section.Name == "want":
					want = strings.TrimSuffix(string(section.Data), "\n")
				case !ok:
					files[section.Name] = &fstest.MapFile{Data: section.Data}
					changed[section.Name] = true
				case verb == "remove":
					require.Contains(t, files, name)
					delete(files, name)
				case verb == "edit":
					old, by, ok := strings.Cut(string(section.Data), "=====\n")
					require.True(t, ok, "%s: no line =====", section.Name)
					text, isText := texts[name]
					if !isText {
						text = string(files[name].Data)
					}
					require.Equal(t, 1, strings.Count(text, old), "%s: the lines to replace are there this often", section.Name)
					text = strings.Replace(text, old, by, 1)
					if isText {
						texts[name] = text
					} else {
						files[name] = &fstest.MapFile{Data: []byte(text)}
						changed[name] = true
					}
				default:
					t.Fatalf("unknown section %q", section.Name)
				}
			}
			require.NotEmpty(t, want)
			got := strings.Join(everything(files, texts["openapi.yaml"], texts["codes.gen.go"], changed), "\n")
			require.Equal(t, want, got)
		})
	}
}

// everything is what the suite has to say, with only the changed recordings played one by one.
func everything(files fs.FS, spec, codes string, changed map[string]bool) []string {
	s, err := load(files, spec, codes)
	if err != nil {
		return strings.Split(err.Error(), "\n")
	}
	var lines []string
	for _, problem := range s.contract.CheckAll(s.recordings, s.waivers).Problems {
		lines = append(lines, problem.String())
	}
	for _, r := range s.recordings {
		if changed[r.File] {
			lines = append(lines, (player{s.contract}).play(r).problems...)
			lines = append(lines, scan(files, r)...)
		}
	}
	lines = append(lines, s.constants()...)
	for i, line := range lines {
		lines[i], _, _ = strings.Cut(line, "\n") // a difference follows, which cmp words as it likes
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// scan finds what looks real in the file of a recording.
func scan(files fs.FS, r *recording.Recording) []string {
	data, err := fs.ReadFile(files, r.File)
	if err != nil {
		return []string{err.Error()}
	}
	var lines []string
	for _, problem := range recording.Scan(data) {
		lines = append(lines, r.File+":"+problem.String())
	}
	return lines
}

// TestNegativeArchivesAreNamed keeps the archives' names apart from their content: two for one check is one too many.
func TestNegativeArchivesSayDifferentThings(t *testing.T) {
	t.Parallel()
	archives, err := filepath.Glob("testdata/negative/*")
	require.NoError(t, err)
	seen := map[string]string{}
	for _, file := range archives {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		comment := string(txtar.Parse(data).Comment)
		require.Empty(t, seen[comment], "%s says what it is about in the words of %s", file, seen[comment])
		seen[comment] = file
	}
}
