package project

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Layered is what is read of the project at dir where nothing is written: its files, where it has a pin, and is a
// project of its own; else carried, what the binary holds, below those of the folder, so that a consumer may add
// waivers or select fewer operations.
func Layered(dir string, carried fs.FS) fs.FS {
	folder := os.DirFS(dir)
	exists := func(name string) bool {
		_, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
		return err == nil
	}
	if exists(PinFile) {
		return folder
	}
	return layers{over: folder, under: carried, foreign: !exists(SelectFile)}
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
