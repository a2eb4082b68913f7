package project

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const (
	// JournalFile is what a [Write] that was killed leaves in its folder.
	JournalFile = ".ringbasic-journal"
	// in the names of files that are not in their places yet, followed by the number of the process
	mine = ".ringbasic-"
)

// journal is what is left to do once all new files are there. Doing it twice is doing it once.
type journal struct {
	Moves   []move   `json:"moves"`
	Removes []string `json:"removes"`
}

type move struct {
	From string `json:"from"` // paths below the folder, with slashes
	To   string `json:"to"`
}

func (j journal) write(dir string) error {
	data, err := json.Marshal(j)
	if err != nil {
		return err
	}
	name, err := writeBeside(filepath.Join(dir, JournalFile), data)
	if err != nil {
		return err
	}
	if err := os.Rename(name, filepath.Join(dir, JournalFile)); err != nil {
		_ = os.Remove(name)
		return err
	}
	return nil
}

// complete does what the journal says, and removes it.
func (j journal) complete(dir string) error {
	at := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	for _, m := range j.Moves {
		// What is not there any more was moved before, or by who completes the same journal at the same time.
		if err := os.Rename(at(m.From), at(m.To)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, name := range j.Removes {
		if err := os.Remove(at(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := os.Remove(filepath.Join(dir, JournalFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Recover completes what a [Write] below dir began before it was killed, and reports whether there was anything.
func Recover(dir string) (bool, error) {
	name := filepath.Join(dir, JournalFile)
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var j journal
	if err := json.Unmarshal(data, &j); err != nil {
		return false, fmt.Errorf("%s is no journal of this program: remove it: %w", JournalFile, err)
	}
	for _, m := range j.Moves {
		if !filepath.IsLocal(filepath.FromSlash(m.From)) || !filepath.IsLocal(filepath.FromSlash(m.To)) ||
			!strings.Contains(filepath.Base(m.From), mine) {
			return false, fmt.Errorf("%s is no journal of this program: remove it", JournalFile)
		}
	}
	for _, r := range j.Removes {
		if !filepath.IsLocal(filepath.FromSlash(r)) {
			return false, fmt.Errorf("%s is no journal of this program: remove it", JournalFile)
		}
	}
	if err := j.complete(dir); err != nil {
		return false, fmt.Errorf("what was begun cannot be completed: %w", err)
	}
	return true, nil
}

// sweep removes the files that processes which are no more have left beside their targets.
func sweep(folder string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return // it is told when something is written there
	}
	for _, e := range entries {
		at := strings.LastIndex(e.Name(), mine) // the journal's own name begins with it
		if at < 0 {
			continue
		}
		number, _, isOurs := strings.Cut(e.Name()[at+len(mine):], "-")
		pid, err := strconv.Atoi(number)
		if !isOurs || err != nil || !strings.HasPrefix(e.Name(), ".") || pid == os.Getpid() || alive(pid) {
			continue
		}
		_ = os.Remove(filepath.Join(folder, e.Name()))
	}
}

// alive reports whether there is a process of this number.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	return err == nil && p.Signal(syscall.Signal(0)) == nil
}
