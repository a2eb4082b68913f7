package update

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/pin"
	"github.com/ringbasic/ringbasic/internal/project"
)

// Branch is the branch of the one pull request that updates are proposed on.
const Branch = "ringbasic/update"

// MaxBody bounds the text of a pull request: GitHub refuses one of more than 65,536 characters.
const MaxBody = 60_000

// Provenance is where an update comes from, and what the contract suite said of it.
type Provenance struct {
	Old, New pin.Lock
	Suite    string
}

// asJSON is a result for programs: the drift report, with what was done and what is to be done.
type asJSON struct {
	*diff.Report
	Done  []string `json:"done"`
	Todos []Todo   `json:"todos"`
}

// JSON is the result for programs.
func (r *Result) JSON() any {
	return asJSON{r.Moved, append([]string{}, r.Done...), append([]Todo{}, r.Todos...)}
}

// Text is what was done and what is left to do, for people.
func (r *Result) Text(markdown bool) string {
	var b strings.Builder
	section := func(title string, lines []string) {
		if len(lines) == 0 {
			return
		}
		if markdown {
			fmt.Fprintf(&b, "\n## %s\n\n", title)
		} else {
			fmt.Fprintf(&b, "\n%s\n", title)
		}
		for _, line := range lines {
			b.WriteString(line + "\n")
		}
	}
	bullet := "  "
	if markdown {
		bullet = "- "
	}
	var done []string
	for _, line := range r.Done {
		done = append(done, bullet+inline(line, markdown))
	}
	section("Done", done)
	section(fmt.Sprintf("To do (%d)", len(r.Todos)), r.todoLines(markdown))
	if actions := r.actions(); actions != "" {
		title := "For the end of " + docsFile
		if markdown {
			fmt.Fprintf(&b, "\n## %s\n\n%s", title, fenced(actions))
		} else {
			fmt.Fprintf(&b, "\n%s\n%s", title, actions)
		}
	}
	return b.String()
}

// actions are what to-dos would have in the overlay of descriptions, once its texts are written.
func (r *Result) actions() string {
	var b strings.Builder
	for _, t := range r.Todos {
		b.WriteString(t.Actions)
	}
	return b.String()
}

// fenced is text as a block of YAML in Markdown, in a fence that nothing in it closes (CommonMark 0.31.2 section 4.5).
func fenced(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "yaml\n" + text + fence + "\n"
}

const maxFact = 600

// todoLines are the to-dos by kind, with what can be done said once for each.
func (r *Result) todoLines(markdown bool) (lines []string) {
	said := ""
	for _, t := range r.Todos {
		if options := t.Kind + ": " + strings.Join(t.Options, "; or "); options != said {
			said = options
			if markdown {
				lines = append(lines, "", "**"+t.Kind+"**: "+inline(strings.Join(t.Options, "; or "), true), "")
			} else {
				lines = append(lines, "  "+inline(options, false))
			}
		}
		fact := valueLists.ReplaceAllString(t.Fact, "allowed values […]")
		if cut := []rune(fact); len(cut) > maxFact {
			fact = string(cut[:maxFact]) + "…"
		}
		if markdown {
			lines = append(lines, fmt.Sprintf("- [ ] `%s` `%s`: %s", t.ID, t.At, inline(fact, true)))
		} else {
			lines = append(lines, fmt.Sprintf("    %s %s: %s", t.ID, t.At, inline(fact, false)))
		}
	}
	return lines
}

// valueLists are what makes a message of validation long and says little.
var valueLists = regexp.MustCompile(`allowed values \[[^\]]*\]`)

// inline is a text on one line, with what Markdown and HTML would take for markup as it is written.
func inline(text string, markdown bool) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
	if !markdown {
		return text
	}
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "<", "&lt;", ">", "&gt;", "[", `\[`, "]",
		`\]`, "|", `\|`, "@", "@\u200b", "#", `\#`).
		Replace(text)
}

// PullRequest are the five files that a workflow needs to propose an update, by name.
func (r *Result) PullRequest(p Provenance) map[string][]byte {
	data, _ := json.MarshalIndent(struct {
		Branch string `json:"branch"`
		Title  string `json:"title"`
		Suite  string `json:"suite"`
		asJSON
	}{Branch, r.title(p), p.Suite, r.JSON().(asJSON)}, "", "  ")
	return map[string][]byte{
		"branch":       []byte(Branch + "\n"),
		"title":        []byte(r.title(p) + "\n"),
		"body.md":      r.body(p),
		"changelog.md": []byte(r.changelog()),
		"update.json":  append(data, '\n'),
	}
}

func (r *Result) goVerdict() string {
	if r.Moved.Summary.Go == nil {
		return "Go API not compared"
	}
	return map[diff.GoVerdict]string{
		diff.GoNone: "same Go API", diff.GoCompatible: "compatible Go API", diff.GoIncompatible: "incompatible Go API",
	}[*r.Moved.Summary.Go]
}

// title tells the documents by their dates: their versions are whatever the vendor writes there.
func (r *Result) title(p Provenance) string {
	todos := fmt.Sprintf("%d to-dos", len(r.Todos))
	switch len(r.Todos) {
	case 0:
		todos = "nothing to decide"
	case 1:
		todos = "1 to-do"
	}
	return fmt.Sprintf(
		"Vendor document of %s (was %s): %s, %s",
		cmp.Or(p.New.Retrieved, "unknown date"),
		cmp.Or(p.Old.Retrieved, "unknown date"),
		r.goVerdict(),
		todos,
	)
}

// body is the text of the pull request. What does not fit is counted, and is in update.json.
func (r *Result) body(p Provenance) []byte {
	var b bytes.Buffer
	s := r.Moved.Summary
	fmt.Fprintf(&b, "%s\n\n", inline(r.title(p), true))
	fmt.Fprintf(
		&b,
		"| | |\n|---|---|\n| On the wire | %d breaking, %d risky, %d safe; %d dealt with by overlays before |\n| "+
			"Go API | %s |\n| Contract suite | %s |\n",
		s.Breaking,
		s.Risky,
		s.Safe,
		s.Handled,
		r.goVerdict(),
		inline(p.Suite, true),
	)
	fmt.Fprintf(&b, "| To decide | %d |\n", len(r.Todos))

	var gone []string
	for _, c := range r.Moved.GoChanges {
		if !c.Compatible {
			gone = append(
				gone,
				fmt.Sprintf("- `%s`: %s%s", c.Symbol, inline(c.Change, true), inline(r.because(c.Symbol), true)),
			)
		}
	}
	var breaking []string
	for _, f := range r.Moved.Findings {
		if f.Severity == diff.Breaking && f.HandledBy == "" {
			breaking = append(
				breaking,
				fmt.Sprintf("- %s: `%s` %s: %s", f.ID, f.Operation, inline(f.Location, true), inline(f.Rule, true)),
			)
		}
	}
	var done []string
	for _, line := range r.Done {
		done = append(done, "- "+inline(line, true))
	}
	sections := []struct {
		title string
		lines []string
	}{
		{
			"To do",
			r.todoLines(true),
		}, {"Breaking on the wire", breaking}, {"Go API: gone or changed incompatibly", gone}, {"Done", done},
	}
	actions := ""
	if text := r.actions(); text != "" {
		actions = "\nFor the end of " + docsFile + ", with your texts:\n\n" + fenced(text)
		if len(actions) > MaxBody/3 {
			actions = "\nThe actions for " + docsFile + " are in update.json: they are too long for this text.\n"
		}
	}
	tail := actions + fmt.Sprintf(
		"\n## Provenance\n\n- source: %s, retrieved %s, SHA-256 `%s`\n- before: %s, retrieved %s, SHA-256 `%s`\n\n"+
			"The whole report is in update.json. "+
			"How to decide: docs/updating.md.\n",
		inline(p.New.Source, true),
		p.New.Retrieved,
		p.New.UpstreamSHA256,
		inline(p.Old.Source, true),
		p.Old.Retrieved,
		p.Old.UpstreamSHA256,
	)
	for _, section := range sections {
		if len(section.lines) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n", section.title)
		for i, line := range section.lines {
			if b.Len()+len(line)+len(tail)+1_000 > MaxBody {
				fmt.Fprintf(&b, "- and %d more in update.json\n", len(section.lines)-i)
				break
			}
			b.WriteString(line + "\n")
		}
	}
	b.WriteString(tail)
	return b.Bytes()
}

// because names the finding that explains a change of a symbol: one that names it, else one that changed what it begins
// with, such as the type of a field or a constant.
func (r *Result) because(symbol string) string {
	explains := func(does func(s string, verdict diff.GoVerdict) bool) string {
		for _, f := range r.Moved.Findings {
			if f.Go != nil && slices.ContainsFunc(f.Go.Symbols, func(s string) bool { return does(s, f.Go.Verdict) }) {
				return fmt.Sprintf(" (%s, %s, %s)", f.ID, f.Operation, f.Location)
			}
		}
		return ""
	}
	return cmp.Or(
		explains(func(s string, _ diff.GoVerdict) bool { return s == symbol }),
		explains(func(s string, verdict diff.GoVerdict) bool {
			return strings.HasPrefix(symbol, s) && verdict == diff.GoIncompatible
		}),
	)
}

// apiChanges are symbols of the Go API by what became of them.
type apiChanges struct{ added, changed, removed []string }

func (r *Result) apiChanges() (c apiChanges) {
	for _, change := range r.Moved.GoChanges {
		switch change.Change {
		case "added":
			c.added = append(c.added, change.Symbol)
		case "removed":
			c.removed = append(c.removed, change.Symbol)
		default:
			c.changed = append(c.changed, change.Symbol)
		}
	}
	return c
}

func (c *apiChanges) lists() []apiList {
	return []apiList{{"Added", &c.added}, {"Changed", &c.changed}, {"Removed", &c.removed}}
}

type apiList struct {
	what    string
	symbols *[]string
}

// columns is how wide a line of CHANGELOG.md may be.
const columns = 120

// String is the changes as lines of CHANGELOG.md. It is empty if there are none.
func (c *apiChanges) String() string {
	var b strings.Builder
	for _, list := range c.lists() {
		if len(*list.symbols) > 0 {
			slices.Sort(*list.symbols)
			line := "- " + list.what + ":"
			for i, symbol := range slices.Compact(*list.symbols) {
				if i > 0 {
					line += ","
				}
				if word := " `" + symbol + "`"; len(line)+len(word) < columns {
					line += word
				} else {
					b.WriteString(line + "\n")
					line = " " + word
				}
			}
			b.WriteString(line + ".\n")
		}
	}
	return b.String()
}

// after is what two changes, one after the other, come to: what was added and is removed again is neither, and what was
// removed and is added again has changed, as its type may be another.
func (c *apiChanges) after(earlier *apiChanges) *apiChanges {
	in := func(list []string) func(string) bool {
		return func(symbol string) bool { return slices.Contains(list, symbol) }
	}
	back := slices.DeleteFunc(slices.Clone(c.added),
		func(symbol string) bool { return !slices.Contains(earlier.removed, symbol) })
	return &apiChanges{
		added: slices.Concat(
			slices.DeleteFunc(slices.Clone(earlier.added), in(c.removed)),
			slices.DeleteFunc(slices.Clone(c.added), in(back)),
		),
		changed: slices.DeleteFunc(
			slices.Concat(earlier.changed, back, slices.DeleteFunc(slices.Clone(c.changed), in(earlier.added))),
			in(c.removed),
		),
		removed: slices.Concat(
			slices.DeleteFunc(slices.Clone(earlier.removed), in(back)),
			slices.DeleteFunc(slices.Clone(c.removed), in(earlier.added)),
		),
	}
}

// changelog is what changes of the Go API, for CHANGELOG.md. It is empty if nothing does.
func (r *Result) changelog() string {
	c := r.apiChanges()
	return c.String()
}

const (
	unreleased     = "## Unreleased\n"
	vendorDocument = "\n### Vendor document\n"
)

// NoteInChangelog adds the changes of the Go API to the project's CHANGELOG.md, if it has one with a part for what is
// not released yet. With those of an earlier update that is not released either, they become one.
func (r *Result) NoteInChangelog(files fs.FS) error {
	changes := r.apiChanges()
	data, err := fs.ReadFile(files, project.ChangelogFile)
	if errors.Is(err, fs.ErrNotExist) || changes.String() == "" || !r.Changed {
		return nil
	}
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(data), unreleased)
	if !ok {
		return nil
	}
	notes := ""
	if pending, ok := strings.CutPrefix(rest, vendorDocument); ok {
		var earlier apiChanges
		earlier, notes, rest = readChanges(pending)
		changes = *changes.after(&earlier)
	}
	lines := changes.String()
	if lines+notes != "" {
		lines = vendorDocument + lines + notes
	}
	r.Files[project.ChangelogFile] = []byte(before + unreleased + lines + rest)
	return nil
}

// readChanges takes the lines of an earlier update from the top of a text. Lines between them that a person wrote are
// notes, and rest is what comes after the list.
func readChanges(text string) (c apiChanges, notes, rest string) {
	lists, at := c.lists(), -1
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			break
		}
		text = text[len(line):]
		if !strings.HasPrefix(line, "  ") { // else the item goes on
			at = slices.IndexFunc(lists, func(l apiList) bool { return strings.HasPrefix(line, "- "+l.what+": `") })
		}
		if at < 0 {
			notes += line
			continue
		}
		for _, m := range symbolPattern.FindAllStringSubmatch(line, -1) {
			*lists[at].symbols = append(*lists[at].symbols, m[1])
		}
	}
	return c, notes, text
}

var symbolPattern = regexp.MustCompile("`([^`]+)`")
