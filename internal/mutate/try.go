package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/tools/go/packages"
)

const (
	// maxTests is for how long tests run on one change: where so many reach it, one of the quicker ones notices.
	maxTests = time.Minute
	// slack is how many times as long as before a test may take.
	slack = 5
)

// mutation tries the changes of one package.
type mutation struct {
	dir     string
	skip    *regexp.Regexp
	workers int
	out     io.Writer

	path    string // of the package
	scratch string
	overlay string // the file for go build -overlay
	changes []change
	without map[int]bool // those that do not compile
}

// of tries all changes of the package of that pattern, and prints what lives.
func (m *mutation) of(ctx context.Context, pattern string, with []string) (err error) {
	if m.scratch, err = os.MkdirTemp("", "mutate"); err != nil {
		return err
	}
	defer os.RemoveAll(m.scratch)
	if err := m.write(ctx, pattern); err != nil {
		return err
	}
	left, counts, err := m.try(ctx, []string{pattern}, m.changes)
	if err != nil {
		return err
	}
	fmt.Fprintf(m.out, "%s: %v\n", pattern, counts)
	if len(with) > 0 && len(left) > 0 {
		if left, counts, err = m.try(ctx, with, left); err != nil {
			return err
		}
		fmt.Fprintf(m.out, "what is left, with %s: %v\n", strings.Join(with, ", "), counts)
	}
	for _, c := range left {
		fmt.Fprintln(m.out, " ", c)
	}
	return nil
}

// write writes the changed files, and leaves out what does not compile.
func (m *mutation) write(ctx context.Context, pattern string) error {
	loaded, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax, Dir: m.dir, Context: ctx}, pattern)
	if err != nil {
		return err
	}
	if len(loaded) != 1 || len(loaded[0].Errors) > 0 || len(loaded[0].GoFiles) == 0 {
		return errors.New("not one package that compiles")
	}
	p := loaded[0]
	m.path, m.without = p.PkgPath, map[int]bool{}
	for {
		replaced := map[string]string{}
		put := func(file string, text []byte) error {
			replaced[file] = filepath.Join(m.scratch, filepath.Base(file))
			return os.WriteFile(replaced[file], text, 0o600)
		}
		r := &rewriter{p: p, without: m.without}
		for _, f := range p.Syntax {
			file := p.Fset.Position(f.Package).Filename
			if r.source, err = os.ReadFile(file); err != nil {
				return err
			}
			if text := r.file(f); text != nil {
				if err := put(file, text); err != nil {
					return err
				}
			}
		}
		m.changes = r.changes
		file := filepath.Join(filepath.Dir(p.GoFiles[0]), "zz_mutate_switches.go")
		if err := put(file, fmt.Appendf(nil, switches, p.Name)); err != nil {
			return err
		}
		text, err := json.Marshal(map[string]any{"Replace": replaced})
		if err != nil {
			return err
		}
		m.overlay = filepath.Join(m.scratch, "overlay.json")
		if err := os.WriteFile(m.overlay, text, 0o600); err != nil {
			return err
		}
		said, err := m.tool(ctx, "build", "-gcflags=-e", "-overlay", m.overlay, pattern)
		if err == nil {
			return nil
		}
		before := len(m.without)
		for _, at := range compileError.FindAllStringSubmatch(said, -1) {
			for _, c := range m.changes {
				if filepath.Base(c.file) == filepath.Base(at[1]) && strconv.Itoa(c.line) == at[2] {
					m.without[c.id] = true
				}
			}
		}
		if len(m.without) == before {
			return fmt.Errorf("%w: %s", err, said)
		}
	}
}

var compileError = regexp.MustCompile(`(?m)^(\S+\.go):(\d+):\d+: `)

func (m *mutation) tool(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = m.dir
	said, err := cmd.CombinedOutput()
	return string(said), err
}

// suite is one test of a package.
type suite struct {
	pkg     int
	name    string
	took    time.Duration
	reaches map[int]bool
}

// counts are how many changes came to which end.
type counts struct{ killed, lived, unreached, impossible int }

func (c counts) String() string {
	return fmt.Sprintf("%d killed, %d lived, %d not reached, %d that do not compile",
		c.killed, c.lived, c.unreached, c.impossible)
}

// try runs the tests of packages on changes, and returns those that live.
func (m *mutation) try(ctx context.Context, pkgs []string, changes []change) (left []change, n counts, err error) {
	binaries := make([][]string, m.workers) // one set a worker: each reads the number of the change from a file of its own
	for w := range binaries {
		for i, pkg := range pkgs {
			binary := filepath.Join(m.scratch, fmt.Sprintf("%d-%d.test", w, i))
			flag := fmt.Sprintf("-X %s.mutateFile=%s", m.path, m.file("active", w))
			said, err := m.tool(ctx, "test", "-c", "-o", binary, "-overlay", m.overlay, "-ldflags", flag, pkg)
			if err != nil {
				return nil, n, fmt.Errorf("%w: %s", err, said)
			}
			binaries[w] = append(binaries[w], binary)
		}
	}
	var suites []*suite
	for i, pkg := range pkgs {
		cmd := exec.CommandContext(ctx, binaries[0][i], "-test.list", ".")
		cmd.Dir = filepath.Join(m.dir, pkg)
		said, err := cmd.Output()
		if err != nil {
			return nil, n, err
		}
		for name := range strings.FieldsSeq(string(said)) {
			if !strings.HasPrefix(name, "Benchmark") && !m.skip.MatchString(name) {
				suites = append(suites, &suite{pkg: i, name: name, reaches: map[int]bool{}})
			}
		}
	}
	var mu sync.Mutex
	var problems []error
	each(m.workers, suites, func(w int, s *suite) {
		reached := m.file("reached", w)
		_ = os.Remove(reached)
		began := time.Now()
		bad := os.WriteFile(m.file("active", w), []byte("record "+reached), 0o600)
		if bad == nil {
			bad = m.test(ctx, binaries[w][s.pkg], pkgs[s.pkg], []string{s.name}, 10*time.Minute)
		}
		s.took = time.Since(began)
		text, _ := os.ReadFile(reached) // there is none where nothing is reached
		for line := range strings.FieldsSeq(string(text)) {
			id, _ := strconv.Atoi(line)
			s.reaches[id] = true
		}
		if bad != nil {
			mu.Lock()
			defer mu.Unlock()
			problems = append(problems, fmt.Errorf("%s fails without a change: %w", s.name, bad))
		}
	})
	if err := errors.Join(append(problems, ctx.Err())...); err != nil {
		return nil, n, err
	}
	slices.SortStableFunc(suites, func(a, b *suite) int { return int(a.took - b.took) })
	each(m.workers, changes, func(w int, c change) {
		if m.without[c.id] {
			mu.Lock()
			defer mu.Unlock()
			n.impossible++
			return
		}
		killed, reached := false, false
		bad := os.WriteFile(m.file("active", w), []byte(strconv.Itoa(c.id)), 0o600)
		var spent time.Duration
		for _, g := range groups(suites, c.id) {
			reached = true
			if spent += g.took; spent > maxTests+g.took || killed {
				break
			}
			killed = m.test(ctx, binaries[w][g.pkg], pkgs[g.pkg], g.names, slack*g.took+10*time.Second) != nil
		}
		mu.Lock()
		defer mu.Unlock()
		switch {
		case bad != nil:
			problems = append(problems, bad)
		case killed:
			n.killed++
		default:
			left = append(left, c)
			if reached {
				n.lived++
			} else {
				n.unreached++
			}
		}
	})
	slices.SortFunc(left, func(a, b change) int { return a.id - b.id })
	return left, n, errors.Join(append(problems, ctx.Err())...)
}

func (m *mutation) file(kind string, worker int) string {
	return filepath.Join(m.scratch, kind+strconv.Itoa(worker))
}

// each calls do for every item, some at once.
func each[T any](workers int, items []T, do func(worker int, item T)) {
	next := make(chan T)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for item := range next {
				do(w, item)
			}
		})
	}
	for _, item := range items {
		next <- item
	}
	close(next)
	group.Wait()
}

// group are tests of one package that run together.
type group struct {
	pkg   int
	names []string
	took  time.Duration
}

// groups are the tests that reach a change, the quick ones together, then each of the others.
func groups(suites []*suite, id int) (list []*group) {
	const quick, together = 700 * time.Millisecond, 4 * time.Second
	last := map[int]*group{}
	for _, s := range suites { // the quickest first
		if !s.reaches[id] {
			continue
		}
		g := last[s.pkg]
		if g == nil || s.took > quick || g.took > together {
			g = &group{pkg: s.pkg}
			last[s.pkg] = g
			list = append(list, g)
		}
		g.names = append(g.names, s.name)
		g.took += s.took
	}
	return list
}

// test runs tests of a binary and is nil if they pass in time.
func (m *mutation) test(ctx context.Context, binary, pkg string, names []string, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within+time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, "-test.run", "^("+strings.Join(names, "|")+")$", "-test.failfast",
		"-test.timeout", within.String())
	cmd.Dir = filepath.Join(m.dir, pkg)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		text := said.String()
		return fmt.Errorf("%w: %s", err, text[max(0, len(text)-500):])
	}
	return nil
}
