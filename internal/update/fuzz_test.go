package update

import (
	"testing"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
)

// What is left of an overlay is one, without the action that was taken out and with all others.
func FuzzTrim(f *testing.F) {
	f.Add("  # about it\n  - target: $.a\n    description: d\n    update: {x: 1}\n  - {target: $.b, description: d, update: {y: {description: d}}}\n", uint8(0),
		"y")
	f.Add("  - target: $.a\n    description: |\n      d\n\n    update:\n      y:\n        description: e\n\n", uint8(1), "y")
	f.Fuzz(func(t *testing.T, actions string, which uint8, stray string) {
		text := []byte(head + actions)
		before, err := overlay.Parse("o.yaml", text)
		if err != nil {
			return
		}
		gone := int(which) % (len(before.Actions) + 1)
		var lines []int
		if gone < len(before.Actions) {
			lines = append(lines, before.Actions[gone].Line)
		}
		shared := map[int]int{}
		for _, a := range before.Actions {
			shared[a.Line]++
		}
		for _, n := range shared {
			if n > 1 {
				return // several in a line cannot be told apart by it
			}
		}
		var strays []diff.Stray
		for _, a := range before.Actions {
			for key := range document.Pairs(a.Update) {
				if key.Value == stray {
					strays = append(strays, diff.Stray{Name: stray, Line: key.Line})
				}
			}
		}
		got, err := trim("o.yaml", text, lines, strays)
		if err != nil || got == nil {
			return
		}
		after, err := overlay.Parse("o.yaml", got)
		if err != nil {
			return // an update of which nothing is left: update says so before it writes
		}
		if len(after.Actions) != len(before.Actions)-len(lines) {
			t.Errorf("%d actions of %d are left:\n%s\nof\n%s", len(after.Actions), len(before.Actions), got, text)
		}
	})
}
