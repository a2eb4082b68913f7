package project

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
)

// State is how a file on disk compares with the one that was built.
type State string

const (
	Unchanged State = "unchanged"
	Stale     State = "stale"   // the file differs
	Missing   State = "missing" // there is no file
	Extra     State = "extra"   // a generated file that is no longer generated
)

// Change is the state of one file.
type Change struct {
	Path  string // below the project's root, with slashes
	State State
}

// Compare tells how the files below dir compare with those that were made, sorted by path. Files that match the pattern
// owned (slashes, "" for none) and were not made are extra. What is no file, but stands where one is to be written or
// removed, is an error.
func Compare(dir string, files map[string][]byte, owned string) ([]Change, error) {
	existing, err := fs.Glob(os.DirFS(dir), owned)
	if err != nil {
		return nil, err
	}
	var changes []Change
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(files)) {
		state, err := compareFile(dir, name, files[name])
		problems = append(problems, err)
		changes = append(changes, Change{name, state})
	}
	for _, name := range existing {
		if files[name] == nil {
			problems = append(problems, requireFile(dir, name))
			changes = append(changes, Change{name, Extra})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return changes, errors.Join(problems...)
}

func compareFile(dir, name string, want []byte) (State, error) {
	err := requireFile(dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return Missing, nil
	}
	if err != nil {
		return "", err
	}
	file, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return "", err
	}
	defer file.Close()
	same, err := holds(file, want)
	if err != nil {
		return "", err
	}
	if same {
		return Unchanged, nil
	}
	return Stale, nil
}

// holds tells whether a file is the same as want, without having it whole in memory.
func holds(file io.Reader, want []byte) (bool, error) {
	buf := make([]byte, 4<<10)
	for {
		n, err := file.Read(buf)
		if !bytes.HasPrefix(want, buf[:n]) {
			return false, nil
		}
		want = want[n:]
		switch {
		case errors.Is(err, io.EOF):
			return len(want) == 0, nil
		case err != nil:
			return false, err
		}
	}
}

// requireFile refuses a folder, a device and the like, and a file where a folder should be above it.
func requireFile(dir, name string) error {
	info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return fmt.Errorf(
			"%s cannot be there, because a file stands where one of its folders should be: move that file away",
			name,
		)
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a file, and one is to be written or removed there: move it away", name)
	}
	return err
}

var writing atomic.Int32

// Writing reports whether a [Write] is under way: a program that ends meanwhile may leave some files new and some old.
func Writing() bool { return writing.Load() > 0 }

// Write brings the files below dir to what was built. Each new file is first written whole beside its target; only when
// all are there, and a journal of what is to follow, are they renamed into place, one by one, and files that are no
// longer generated removed. On an error before that nothing has changed; a program that is killed after it leaves the
// journal, which [Recover] completes. Once begun it is not interrupted: callers look at their context before.
func Write(dir string, files map[string][]byte, changes []Change) (err error) {
	writing.Add(1)
	defer writing.Add(-1)
	if _, err := Recover(dir); err != nil {
		return err
	}
	if !slices.ContainsFunc(changes, func(c Change) bool { return c.State != Unchanged }) {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	var j journal
	begun := false
	defer func() {
		if err != nil && !begun {
			for _, m := range j.Moves {
				_ = root.Remove(m.From)
			}
		}
	}()
	swept := map[string]bool{}
	for _, c := range changes {
		if c.State == Unchanged {
			continue
		}
		if err := requireNoLinks(root, c.Path); err != nil {
			return fmt.Errorf("%s: %w", c.Path, err)
		}
		if c.State == Extra {
			j.Removes = append(j.Removes, c.Path)
			continue
		}
		folder := path.Dir(c.Path)
		if err := root.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		if !swept[folder] {
			sweep(root, folder)
			swept[folder] = true
		}
		name, err := writeBeside(root, c.Path, files[c.Path])
		if err != nil {
			return fmt.Errorf("write %s: %w", c.Path, err)
		}
		j.Moves = append(j.Moves, move{name, c.Path})
	}
	if len(j.Moves)+len(j.Removes) > 1 { // one rename is whole by itself
		sweep(root, ".")
		if err := j.check(root); err != nil {
			return fmt.Errorf("what is to be written could not be completed later: %w", err)
		}
		if err := j.write(root); err != nil {
			return err
		}
		begun = true
	}
	return j.complete(root)
}

// writeBeside writes a file beside its target, under a name that tells whose it is.
func writeBeside(root *os.Root, target string, data []byte) (name string, err error) {
	var f *os.File
	for {
		name = path.Join(
			path.Dir(target),
			fmt.Sprintf(".%s%s%d-%d", path.Base(target), mine, os.Getpid(), rand.Uint32()),
		)
		f, err = root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		break
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		_ = root.Remove(name)
		return "", err
	}
	return name, nil
}
