package fetch

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCache(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name             string
		validator, asked string // header of the answer and of the next request
		value            string
	}{
		{"ETag", "ETag", "If-None-Match", `W/"v1"`},
		{"Last-Modified", "Last-Modified", "If-Modified-Since", "Tue, 24 Nov 2026 10:00:00 GMT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			body := spec
			full := 0
			h := newHost(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set(c.validator, c.value)
				if body == spec && r.Header.Get(c.asked) == c.value {
					w.WriteHeader(http.StatusNotModified)
					return
				}
				full++
				_, _ = io.WriteString(w, body)
			})
			get := func(want string, fetched int) {
				t.Helper()
				got, problem := h.get(t, "/s")
				require.Empty(t, problem)
				require.Equal(t, want, got)
				require.Equal(t, fetched, full)
			}
			get(spec, 1)
			get(spec, 1)
			// A damaged copy, whichever byte it is, is fetched again and mended.
			files, err := os.ReadDir(h.opt.CacheDir)
			require.NoError(t, err)
			require.Len(t, files, 1)
			file := filepath.Join(h.opt.CacheDir, files[0].Name())
			good, err := os.ReadFile(file)
			require.NoError(t, err)
			for i, damage := range [][]byte{
				nil, []byte("\n"), good[:len(good)-1], append(bytes.Clone(good), '\n'),
				bytes.Replace(good, []byte("title: T"), []byte("title: U"), 1), bytes.Replace(good, []byte(`"`), []byte(`'`), 1), good[65:],
			} {
				require.NoError(t, os.WriteFile(file, damage, 0o600))
				get(spec, 2+i)
				mended, err := os.ReadFile(file)
				require.NoError(t, err)
				require.Equal(t, string(good), string(mended))
			}
			get(spec, 8)
			info, err := os.Stat(file)
			require.NoError(t, err)
			require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
			// What changed replaces it, and NoCache neither asks with it nor touches it.
			body = spec + "# new\n"
			get(body, 9)
			body = spec
			h.opt.NoCache = true
			before, err := os.ReadFile(file)
			require.NoError(t, err)
			get(spec, 10)
			require.NotContains(t, h.asked[len(h.asked)-1].Header, c.asked)
			after, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(before), string(after))
			left, err := os.ReadDir(h.opt.CacheDir)
			require.NoError(t, err)
			require.Len(t, left, 1)
		})
	}
}

func TestCacheKeepsWhatItMay(t *testing.T) {
	t.Parallel()
	header := map[string]string{"ETag": `"1"`}
	body := spec
	h := newHost(t, func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range header {
			w.Header().Set(name, value)
		}
		_, _ = io.WriteString(w, body)
	})
	count := func(path string) int {
		t.Helper()
		_, _ = h.get(t, path)
		files, err := os.ReadDir(h.opt.CacheDir)
		require.NoError(t, err)
		return len(files)
	}
	require.Equal(t, 1, count("/a"))
	require.Equal(t, 2, count("/a?v=2"))
	require.Equal(t, 2, count("/a#part"))
	_, _, err := Source(t.Context(), strings.Replace(h.URL, "https://", "https://me:pw@", 1)+"/a", nil, h.opt)
	require.NoError(t, err)
	require.Equal(t, 2, count("/a"))
	header["Cache-Control"] = "private, No-Store"
	require.Equal(t, 1, count("/a"))
	require.Equal(t, 1, count("/b"))
	delete(header, "Cache-Control")
	body = "<html>"
	require.Equal(t, 1, count("/c"))
	body = spec
	header["ETag"] = `"` + strings.Repeat("x", maxValidator) + `"`
	require.Equal(t, 1, count("/c"))
	// Both of them together have the one limit, and what is at the limit is kept.
	header["ETag"], header["Last-Modified"] = strings.Repeat("e", maxValidator-100), strings.Repeat("d", 101)
	require.Equal(t, 1, count("/c"))
	header["Last-Modified"] = strings.Repeat("d", 100)
	require.Equal(t, 2, count("/c"))
	header["Last-Modified"] = strings.Repeat("d", 101)
	require.Equal(t, 1, count("/c"))
	delete(header, "Last-Modified")

	// A folder that cannot be made is no reason to stop.
	header["ETag"] = `"1"`
	blocked := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(blocked, nil, 0o600))
	h.opt.CacheDir = filepath.Join(blocked, "cache")
	got, problem := h.get(t, "/a")
	require.Empty(t, problem)
	require.Equal(t, spec, got)
}

func TestCacheIsInTheUsersFolder(t *testing.T) {
	base := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", base)
	t.Setenv("HOME", base)
	t.Setenv("LocalAppData", base)
	h := newHost(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"1"`)
		_, _ = io.WriteString(w, spec)
	})
	h.opt.CacheDir = ""
	_, problem := h.get(t, "/s")
	require.Empty(t, problem)
	dir, err := os.UserCacheDir()
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join(dir, "ringbasic", "*.cache"))
	require.NoError(t, err)
	require.Len(t, files, 1)
}

// A redirect that leads elsewhere than last time is asked for in full: what that server has kept since says nothing
// about the copy.
func TestCacheBehindARedirect(t *testing.T) {
	t.Parallel()
	target, full := "/a", 0
	h := newHost(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/latest" {
			w.Header().Set("Location", target)
			w.WriteHeader(http.StatusFound)
			return
		}
		w.Header().Set("ETag", `"same"`)
		if r.Header.Get("If-None-Match") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		full++
		_, _ = io.WriteString(w, spec+"# "+r.URL.Path+"\n")
	})
	for i, c := range []struct {
		target string
		full   int
	}{{"/a", 1}, {"/a", 1}, {"/b", 2}, {"/b", 2}, {"/a", 3}} {
		target = c.target
		got, problem := h.get(t, "/latest")
		require.Empty(t, problem)
		require.Equal(t, spec+"# "+c.target+"\n", got, "%d", i)
		require.Equal(t, c.full, full, "%d", i)
	}
}
