// Command release writes the archives of a version: ringbasic for linux, darwin and windows on amd64 and arm64, with
// checksums and a CycloneDX list of what is in them. The same commit gives the same bytes.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

func main() {
	version := flag.String("version", "", "the version, as v1.2.3")
	out := flag.String("out", "dist", "the folder to write to")
	flag.Parse()
	if err := run(*version, *out); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(3)
	}
}

var versions = regexp.MustCompile(`^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$`)

func run(version, out string) error {
	if !versions.MatchString(version) {
		return fmt.Errorf("version %q: write one as v1.2.3 (make release VERSION=v1.2.3)", version)
	}
	dirty, err := exec.Command("git", "status", "--porcelain").Output()
	if err != nil {
		return fmt.Errorf("git status: %w", err)
	}
	if len(dirty) > 0 {
		return fmt.Errorf("the tree has changes that are not committed:\n%s", dirty)
	}
	changes, err := os.ReadFile("CHANGELOG.md")
	if err != nil {
		return err
	}
	if !strings.Contains(string(changes), "\n## "+strings.TrimPrefix(version, "v")) {
		return fmt.Errorf(
			"CHANGELOG.md has no section \"## %s\": name what is unreleased after the version",
			strings.TrimPrefix(version, "v"),
		)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	var sums strings.Builder
	for _, system := range []string{"darwin", "linux", "windows"} {
		for _, arch := range []string{"amd64", "arm64"} {
			name := fmt.Sprintf("ringbasic_%s_%s_%s", strings.TrimPrefix(version, "v"), system, arch)
			sum, err := archive(out, name, version, system, arch)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			fmt.Fprintf(&sums, "%s  %s.tar.gz\n", sum, name)
		}
	}
	if err := os.WriteFile(filepath.Join(out, "checksums.txt"), []byte(sums.String()), 0o644); err != nil {
		return err
	}
	fmt.Printf("%sThe tag to push: git tag -s %s && git push origin %s\n", sums.String(), version, version)
	return nil
}

// archive builds for one system and packs binary, licence and the list of modules.
func archive(out, name, version, system, arch string) (sum string, err error) {
	dir, err := os.MkdirTemp("", "release")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	binary := "ringbasic"
	if system == "windows" {
		binary += ".exe"
	}
	cmd := exec.Command(
		"go",
		"build",
		"-trimpath",
		"-buildvcs=false",
		"-ldflags=-s -w -buildid=",
		"-o",
		filepath.Join(dir, binary),
		"./cmd/ringbasic",
	)
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH="+arch, "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, text)
	}
	bom, err := billOfMaterials(filepath.Join(dir, binary), version)
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "sbom.cdx.json"), bom, 0o644); err != nil {
		return "", err
	}
	var packed bytes.Buffer
	zipped := gzip.NewWriter(&packed)
	tarred := tar.NewWriter(zipped)
	for _, file := range []struct {
		from, name string
		mode       int64
	}{{"LICENSE", "LICENSE", 0o644}, {filepath.Join(dir, binary), binary, 0o755},
		{filepath.Join(dir, "sbom.cdx.json"), "sbom.cdx.json", 0o644}} {
		data, err := os.ReadFile(file.from)
		if err != nil {
			return "", err
		}
		header := &tar.Header{Name: file.name, Mode: file.mode, Size: int64(len(data)), Format: tar.FormatUSTAR}
		if err := tarred.WriteHeader(header); err != nil {
			return "", err
		}
		if _, err := tarred.Write(data); err != nil {
			return "", err
		}
	}
	if err := errors.Join(tarred.Close(), zipped.Close()); err != nil {
		return "", err
	}
	return fmt.Sprintf(
			"%x",
			sha256.Sum256(packed.Bytes()),
		), os.WriteFile(
			filepath.Join(out, name+".tar.gz"),
			packed.Bytes(),
			0o644,
		)
}

// billOfMaterials lists the modules of a binary of a version, and Go itself, as its build information has them
// (CycloneDX 1.6).
func billOfMaterials(binary, version string) ([]byte, error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	type component struct {
		Type    string `json:"type"`
		Name    string `json:"name"`
		Version string `json:"version"`
		PURL    string `json:"purl"`
	}
	components := []component{
		{"library", "std", info.GoVersion, "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go")},
	}
	for _, m := range info.Deps {
		components = append(
			components,
			component{"library", m.Path, m.Version, "pkg:golang/" + m.Path + "@" + m.Version},
		)
	}
	return json.MarshalIndent(map[string]any{
		"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
		"metadata": map[string]any{
			"component": component{
				"application",
				info.Path,
				version,
				"pkg:golang/" + info.Main.Path + "@" + version + "#cmd/ringbasic",
			},
		},
		"components": components,
	}, "", "  ")
}
