package main

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVersions(t *testing.T) {
	for _, version := range []string{"", "1.2.3", "v1.2", "v1.2.3 ", "v1.2.3-", "latest"} {
		require.ErrorContains(t, run(version, t.TempDir()), "write one as v1.2.3", version)
	}
	for _, version := range []string{"v1.2.3", "v0.1.0-rc.1"} {
		require.Regexp(t, versions, version)
	}
}

// The same commit gives the same archive, with nothing in it but what belongs there.
func TestArchive(t *testing.T) {
	t.Chdir("../..")
	var sums [2]string
	var dir string
	for i := range sums {
		dir = t.TempDir()
		var err error
		sums[i], err = archive(dir, "one", "v1.2.3", runtime.GOOS, runtime.GOARCH)
		require.NoError(t, err)
	}
	require.Equal(t, sums[0], sums[1])

	file, err := os.Open(filepath.Join(dir, "one.tar.gz"))
	require.NoError(t, err)
	defer file.Close()
	zipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	modes, bom := map[string]int64{}, []byte(nil)
	for tarred := tar.NewReader(zipped); ; {
		header, err := tarred.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		require.True(t, header.ModTime.Unix() == 0, header.ModTime)
		modes[header.Name] = header.Mode
		if header.Name == "sbom.cdx.json" {
			bom, err = io.ReadAll(tarred)
			require.NoError(t, err)
		}
	}
	binary := "ringbasic"
	if runtime.GOOS == "windows" {
		binary += ".exe"
	}
	require.Equal(t, map[string]int64{"LICENSE": 0o644, binary: 0o755, "sbom.cdx.json": 0o644}, modes)
	var list struct {
		Metadata struct {
			Component struct{ Version, PURL string }
		}
		Components []struct{ Name, Version string }
	}
	require.NoError(t, json.Unmarshal(bom, &list))
	require.Equal(t, "v1.2.3", list.Metadata.Component.Version)
	require.Equal(t, "pkg:golang/github.com/ringbasic/ringbasic@v1.2.3#cmd/ringbasic", list.Metadata.Component.PURL)
	names := map[string]string{}
	for _, c := range list.Components {
		names[c.Name] = c.Version
	}
	require.Equal(t, runtime.Version(), names["std"])
	require.NotEmpty(t, names["github.com/spf13/cobra"])
}
