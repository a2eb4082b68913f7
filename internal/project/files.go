package project

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/ringbasic/ringbasic/internal/document"
)

// Layered is what is read of the project at dir where nothing is written: its files, where it has a pin, and is a
// project of its own; else carried, what the binary holds, below those of the folder, so that a consumer may add
// waivers or select fewer operations.
func Layered(dir string, carried fs.FS) fs.FS {
	folder := Files(dir)
	exists := func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
		return err == nil
	}
	if exists(PinFile) {
		return folder
	}
	return layers{over: folder, under: carried, foreign: !exists(SelectFile)}
}

// Files are those of the folder dir. What is no regular file, such as a device, and what is larger than a file of its
// name can be, is not opened, and no more is read of it if it grows.
func Files(dir string) fs.FS { return bounded{os.DirFS(dir)} }

type bounded struct{ fs.FS }

func (b bounded) Open(name string) (fs.File, error) {
	info, err := fs.Stat(b.FS, name) // opening a pipe would wait for who writes into it
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return b.FS.Open(name)
	}
	limit := limitOf(name)
	switch {
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a file", name)
	case info.Size() > limit:
		return nil, tooLarge(name, limit)
	}
	f, err := b.FS.Open(name)
	if err != nil {
		return nil, err
	}
	return &boundedFile{f, name, limit, limit}, nil
}

func (b bounded) ReadFile(name string) ([]byte, error) {
	f, err := b.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

func (b bounded) Stat(name string) (fs.FileInfo, error)      { return fs.Stat(b.FS, name) }
func (b bounded) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(b.FS, name) }

// limitOf is how many bytes a file of this name has at most.
func limitOf(name string) int64 {
	switch {
	case name == PinFile || name == SpecFile || strings.HasPrefix(name, generatedDir+"/"):
		return document.MaxSize
	case strings.HasPrefix(name, RecordingsDir+"/"):
		return maxRecording
	}
	return document.MaxOwnSize
}

const maxRecording = 1 << 20 // of recordings, and what they include

func tooLarge(name string, limit int64) error {
	if limit == document.MaxOwnSize {
		return document.TooLargeForOwn(name)
	}
	return fmt.Errorf("%s: larger than %d MiB: is this the right file?", name, limit>>20)
}

// boundedFile is an open file of which no more than its limit is read.
type boundedFile struct {
	fs.File
	name        string
	limit, left int64
}

func (f *boundedFile) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	if f.left -= int64(n); f.left < 0 {
		return 0, tooLarge(f.name, f.limit)
	}
	return n, err
}

// Mounts are file systems by the folder that each stands for.
type Mounts map[string]fs.FS

func (m Mounts) Open(name string) (fs.File, error) {
	rest := "."
	for dir := name; dir != "."; dir = path.Dir(dir) {
		if files, mounted := m[dir]; mounted {
			return files.Open(rest)
		}
		rest = path.Join(path.Base(dir), rest)
	}
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// layers opens what is in over, and else what is in under. A folder of over hides that of under whole; but if overlays
// is foreign, something else that has this name, it is not looked at.
type layers struct {
	over, under fs.FS
	foreign     bool
}

func (l layers) Open(name string) (fs.File, error) {
	if l.foreign && (name == OverlayDir || strings.HasPrefix(name, OverlayDir+"/")) {
		return l.under.Open(name)
	}
	f, err := l.over.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return l.under.Open(name)
	}
	return f, err
}
