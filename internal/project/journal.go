package project

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/ringbasic/ringbasic/internal/document"
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

func (j journal) write(root *os.Root) error {
	data, err := json.Marshal(j)
	if err != nil {
		return err
	}
	name, err := writeBeside(root, JournalFile, data)
	if err != nil {
		return err
	}
	if err := root.Rename(name, JournalFile); err != nil {
		_ = root.Remove(name)
		return err
	}
	return nil
}

// complete does what the journal says, and removes it.
func (j journal) complete(root *os.Root) error {
	for _, m := range j.Moves {
		// What is not there any more was moved before, or by who completes the same journal at the same time.
		if err := root.Rename(m.From, m.To); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, name := range append(slices.Clone(j.Removes), JournalFile) {
		if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Unfinished reports whether a [Write] below dir was killed before it was complete.
func Unfinished(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, JournalFile))
	return err == nil
}

// Recover completes what a [Write] below dir began before it was killed, and reports whether there was anything. A
// journal that no Write makes is refused, and nothing is touched: it may have come with somebody else's files.
func Recover(dir string) (bool, error) {
	if !Unfinished(dir) {
		return false, nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false, err
	}
	defer root.Close()
	j, err := readJournal(root)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // it was completed meanwhile
	}
	if err == nil {
		err = j.check(root)
	}
	if err != nil {
		return false, fmt.Errorf(
			"%s is no journal of this program: remove it (%w)", filepath.Join(dir, JournalFile), err)
	}
	if err := j.complete(root); err != nil {
		return false, fmt.Errorf("what was begun cannot be completed: %w", err)
	}
	return true, nil
}

func readJournal(root *os.Root) (j journal, err error) {
	if err := requireRegular(root, JournalFile); err != nil {
		return j, err
	}
	f, err := root.Open(JournalFile)
	if err != nil {
		return j, err
	}
	defer f.Close()
	decoder := json.NewDecoder(io.LimitReader(f, document.MaxOwnSize))
	decoder.DisallowUnknownFields()
	return j, decoder.Decode(&j)
}

// check refuses what no [Write] is to do: files that are not the project's, and links on the way to them.
func (j journal) check(root *os.Root) error {
	var config *Config
	generated := func(name string) (bool, error) {
		if config == nil {
			loaded, err := LoadConfig(root.FS())
			if err != nil {
				return false, err
			}
			config = &loaded
		}
		return path.Match(config.Generated(), name)
	}
	for _, m := range j.Moves {
		fits := written(m.To)
		if !fits {
			var err error
			if fits, err = generated(m.To); err != nil {
				return err
			}
		}
		if !fits {
			return fmt.Errorf("it would write %q, which is no file that this program writes", m.To)
		}
		number, isBeside := strings.CutPrefix(path.Base(m.From), "."+path.Base(m.To)+mine)
		if path.Dir(m.From) != path.Dir(m.To) || !isBeside || !besideNumber.MatchString(number) {
			return fmt.Errorf("it would move %q to %q", m.From, m.To)
		}
		if err := requireNoLinks(root, m.To); err != nil {
			return err
		}
		if err := requireRegular(root, m.From); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	for _, name := range j.Removes {
		fits, err := generated(name)
		if err != nil {
			return err
		}
		if isOverlay, _ := path.Match(overlayFiles, name); isOverlay {
			_, err := root.Lstat(SelectFile)
			fits = err == nil // else it is another's folder of this name
		}
		if !fits {
			return fmt.Errorf("it would remove %q, which is no file that this program removes", name)
		}
		if err := requireNoLinks(root, name); err != nil {
			return err
		}
	}
	return nil
}

const overlayFiles = OverlayDir + "/*.yaml"

// of the process, and one of its own
var besideNumber = regexp.MustCompile(`^\d+-\d+$`)

// written tells whether name is of what commands write several files of, but for the generated ones: the project's
// files, recordings, and those of a pull request.
func written(name string) bool {
	switch name {
	case PinFile, LockFile, NamesFile, SpecFile, UnrecordedFile, ChangelogFile,
		"branch", "title", "body.md", "changelog.md", "update.json":
		return true
	}
	if ok, _ := path.Match(overlayFiles, name); ok {
		return true
	}
	return fs.ValidPath(name) && strings.HasPrefix(name, RecordingsDir+"/") && path.Ext(name) == ".http"
}

// requireNoLinks refuses a name with a link on the way: what is behind it may be another's.
func requireNoLinks(root *os.Root, name string) error {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		info, err := root.Lstat(dir)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return fmt.Errorf("%s is a link, through which nothing is written or removed", dir)
		}
	}
	return nil
}

// requireRegular refuses a link, a folder, a device and the like.
func requireRegular(root *os.Root, name string) error {
	info, err := root.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a file", name)
	}
	return err
}

// sweep removes the files that processes which are no more have left beside their targets.
func sweep(root *os.Root, folder string) {
	entries, err := fs.ReadDir(root.FS(), folder)
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
		_ = root.Remove(path.Join(folder, e.Name()))
	}
}

// alive reports whether there is a process of this number.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	return err == nil && p.Signal(syscall.Signal(0)) == nil
}
