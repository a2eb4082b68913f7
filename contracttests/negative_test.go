package contracttests

import (
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/ringbasic/ringbasic/internal/recording"
)

// TestNegative shows that the suite can fail. Each archive in testdata/negative says at its top which check it is
// about, corrupts the suite, and holds every problem that the suite then has to find:
//
//	-- FILE --         the file is this; recordings and waivers are named as in testdata, all others from the top of the
//	                   repository
//	-- edit FILE --    in the file, the lines above ===== become those below it
//	-- remove FILE --  the file is not there
//	-- want --         the problems, sorted
//
// What only a faulty client could provoke has no archive: more than one request for a call, an error that is no
// *APIError or is every code, a Content-Length that is wrong.
func TestNegative(t *testing.T) {
	t.Parallel()
	good := committed(t)
	known := good.problems() // the other tests tell
	archives, err := filepath.Glob("testdata/negative/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, archives)
	about := map[string]string{}
	for _, file := range archives {
		archive, err := txtar.ParseFile(file)
		require.NoError(t, err)
		comment := string(archive.Comment)
		require.NotEmpty(t, comment, "%s does not say which check it is about", file)
		require.Empty(t, about[comment], "%s says what it is about in the words of %s", file, about[comment])
		about[comment] = file
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			files, want := corrupt(t, good.files, archive)
			require.NotEmpty(t, want)
			s, err := load(files, good)
			if err != nil {
				require.Equal(t, want, err.Error())
				return
			}
			got := slices.DeleteFunc(s.problems(), func(problem string) bool { return slices.Contains(known, problem) })
			require.Equal(t, want, anyValues.ReplaceAllString(strings.Join(got, "\n"), "allowed values […]"))
		})
	}
}

// anyValues are the lists of values in messages, which are the vendor's and change with the pin.
var anyValues = regexp.MustCompile(`allowed values \[[^\]]*\]`)

// corrupt applies an archive to the files of a suite.
func corrupt(t *testing.T, good fstest.MapFS, archive *txtar.Archive) (files fstest.MapFS, want string) {
	files = maps.Clone(good)
	for _, section := range archive.Files {
		verb, name, ok := strings.Cut(section.Name, " ")
		if !ok {
			verb, name = "", section.Name
		}
		if strings.HasPrefix(name, "recordings/") {
			name = "contracttests/" + name
		} else if name == path.Base(waiversFile) {
			name = waiversFile
		}
		switch verb {
		case "":
			if name == "want" {
				want = strings.TrimSuffix(string(section.Data), "\n")
				continue
			}
			files[name] = &fstest.MapFile{Data: section.Data}
		case "remove":
			require.Contains(t, files, name)
			delete(files, name)
		case "edit":
			require.Contains(t, files, name)
			old, by, ok := strings.Cut(string(section.Data), "=====\n")
			require.True(t, ok, "%s: no line =====", section.Name)
			text := string(files[name].Data)
			require.Equal(t, 1, strings.Count(text, old), "%s: the lines to replace are there this often", section.Name)
			files[name] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, by, 1))}
		default:
			t.Fatalf("unknown section %q", section.Name)
		}
		// A suite shares unchanged recordings with the one that it is made from, whatever they include.
		require.Contains(t, []string{recording.Extension, ".yaml", ".go"}, path.Ext(name))
	}
	return files, want
}

// problems is everything that the suite has to say, sorted, each line once.
func (s *suite) problems() []string {
	lines := append(s.documented(), s.constants()...)
	for _, problem := range s.report().Problems {
		lines = append(lines, problem.String())
	}
	for _, e := range s.exchanges {
		lines = append(lines, e.problems()...)
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}
