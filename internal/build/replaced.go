package build

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// Replaced is a file system in which some files have other contents, or, if these are nil, are not there.
type Replaced struct {
	fs.FS
	Contents map[string][]byte
}

// ReadFile implements [fs.ReadFileFS].
func (r Replaced) ReadFile(name string) ([]byte, error) {
	switch data, ok := r.Contents[name]; {
	case ok && data == nil:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	case ok:
		return bytes.Clone(data), nil
	}
	return fs.ReadFile(r.FS, name)
}

// Glob implements [fs.GlobFS].
func (r Replaced) Glob(pattern string) ([]string, error) {
	found, err := fs.Glob(r.FS, pattern)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(name string) bool { data, ok := r.Contents[name]; return ok && data == nil })
	for name, data := range r.Contents {
		ok, err := path.Match(pattern, name)
		if err != nil {
			return nil, err
		}
		if ok && data != nil && !slices.Contains(found, name) {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found, nil
}

// Open implements [fs.FS]. A folder of which only files with other contents are there is opened as one without a list:
// read it with [Replaced.ReadDir].
func (r Replaced) Open(name string) (fs.File, error) {
	if _, ok := r.Contents[name]; ok {
		data, err := r.ReadFile(name)
		if err != nil {
			return nil, err
		}
		return memory{bytes.NewReader(data), info{name: path.Base(name), size: int64(len(data))}}, nil
	}
	f, err := r.FS.Open(name)
	if errors.Is(err, fs.ErrNotExist) && len(r.below(name)) > 0 {
		return memory{bytes.NewReader(nil), info{name: path.Base(name), dir: true}}, nil
	}
	return f, err
}

// Stat implements [fs.StatFS].
func (r Replaced) Stat(name string) (fs.FileInfo, error) {
	f, err := r.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Stat()
}

// ReadDir implements [fs.ReadDirFS].
func (r Replaced) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(r.FS, name)
	more := r.below(name)
	if err != nil && (!errors.Is(err, fs.ErrNotExist) || len(more) == 0) {
		return nil, err
	}
	entries = slices.DeleteFunc(
		entries,
		func(e fs.DirEntry) bool { _, ok := r.Contents[path.Join(name, e.Name())]; return ok },
	)
	for _, e := range more {
		if !slices.ContainsFunc(entries, func(o fs.DirEntry) bool { return o.Name() == e.name }) {
			entries = append(entries, fs.FileInfoToDirEntry(e))
		}
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// below are the files with other contents in a folder, and the folders that they are in.
func (r Replaced) below(dir string) (entries []info) {
	for name, data := range r.Contents {
		rest, ok := strings.CutPrefix(name, dir+"/")
		if dir == "." {
			rest, ok = name, true
		}
		if !ok || data == nil {
			continue
		}
		first, _, inside := strings.Cut(rest, "/")
		e := info{name: first, size: int64(len(data)), dir: inside}
		if !slices.ContainsFunc(entries, func(o info) bool { return o.name == first }) {
			entries = append(entries, e)
		}
	}
	return entries
}

// memory is an open file.
type memory struct {
	*bytes.Reader
	info info
}

func (m memory) Stat() (fs.FileInfo, error) { return m.info, nil }
func (m memory) Close() error               { return nil }

type info struct {
	name string
	size int64
	dir  bool
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.dir }
func (i info) Sys() any           { return nil }

func (i info) Mode() fs.FileMode {
	if i.dir {
		return fs.ModeDir | 0o555
	}
	return 0o444
}
