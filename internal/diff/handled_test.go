package diff_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/diff"
)

// Three overlay actions lead from the pin to the built document. Each case says what upstream is, and which action
// handles each finding.
func TestMarkHandled(t *testing.T) {
	const kind = "enum: [A, B, C]}\n                count"
	pinned := edit(t, base, "        content:\n          application/json:\n            schema:\n              type: object\n              required: "+
		"[name, kind]",
		"        content:\n          text/csv: {schema: {type: object, properties: {a: {type: string}, b: {type: string}}}}\n          application/json:\n "+
			"           schema:\n              type: object\n              required: [name, kind]")
	csv := "          text/csv: {schema: {type: object, properties: {a: {type: string}, b: {type: string}}}}\n"
	first := edit(t, pinned, csv, "")
	second := edit(t, first, "mode: {type: string, default: Fast}\n",
		"mode: {type: string, default: Slow}\n                color: {type: object, properties: {r: {type: integer}}}\n", kind,
		"enum: [C, D]}\n                count")
	third := edit(t, second, "X-Trace, in: header, schema: {type: integer}", "X-Trace, in: header, schema: {type: string}", "createW", "makeW")
	for _, c := range []struct {
		name  string
		edits []string // of the pin, to upstream
		want  map[string]string
	}{
		{"one fact", []string{"mode: {type: string, default: Fast}\n", "mode: {type: string, default: Slow}\n"},
			map[string]string{`risky req-default-chg at request application/json mode: "Fast" → "Slow"`: "b:2"}},
		{"another value", []string{"mode: {type: string, default: Fast}\n", "mode: {type: string, default: Late}\n"},
			map[string]string{`risky req-default-chg at request application/json mode: "Fast" → "Late"`: ""}},
		{"each value by itself", []string{kind, "enum: [B, C, D, E]}\n                count"}, map[string]string{
			`breaking req-enum-rem at request application/json kind: "A" → null`: "b:2",
			`safe req-enum-add at request application/json kind: null → "D"`:     "b:2",
			`safe req-enum-add at request application/json kind: null → "E"`:     "",
		}},
		{"a whole", []string{"mode: {type: string, default: Fast}\n",
			"mode: {type: string, default: Fast}\n                color: {type: object, properties: {r: {type: integer}}}\n"},
			map[string]string{"safe req-add-opt at request application/json color (+request application/json color.r)": "b:2"}},
		{"a whole in part", []string{"mode: {type: string, default: Fast}\n",
			"mode: {type: string, default: Fast}\n                color: {type: object, properties: {r: {type: string}}}\n"},
			map[string]string{"safe req-add-opt at request application/json color (+request application/json color.r)": ""}},
		{"last action", []string{"X-Trace, in: header, schema: {type: integer}", "X-Trace, in: header, schema: {type: string}", "createW", "makeW"},
			map[string]string{
				`safe type-text at parameter header:X-Trace: "integer" → "string"`: "c:3",
				`safe operation-id-changed at operationId: "createW" → "makeW"`:    "c:3",
			}},
		{"media type dropped", []string{csv, ""}, map[string]string{
			`breaking mt-req-rem at request text/csv: "text/csv" → null (-request text/csv (body), -request text/csv a, -request text/csv b)`: "a:1",
		}},
		// What upstream withdraws inside of something that our document has dropped is in neither; what it adds there
		// is in one.
		{"inside of what is dropped", []string{"b: {type: string}}}}\n", "c: {type: string}}}}\n"}, map[string]string{
			"risky req-rem-opt at request text/csv b": "a:1",
			"safe req-add-opt at request text/csv c":  "",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			upstream := edit(t, pinned, c.edits...)
			findings := compare(t, pinned, upstream)
			var stages []diff.Stage
			for i, text := range []string{first, second, third} {
				asked := false
				stages = append(stages, diff.Stage{Position: []string{"a:1", "b:2", "c:3"}[i], Facts: func() (*diff.Facts, error) {
					require.False(t, asked, "the facts of a stage are asked for once")
					asked = true
					return facts(t, text), nil
				}})
			}
			require.NoError(t, diff.MarkHandled(findings, facts(t, upstream), stages))
			got := map[string]string{}
			for _, f := range findings {
				got[brief(f)] = f.HandledBy
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("handled by (-want +got):\n%s", diff)
			}
		})
	}
}

// Where the last stage has nothing of upstream, no other is asked for; and an error is passed on.
func TestMarkHandledIsLazy(t *testing.T) {
	upstream := edit(t, base, "createW", "makeW")
	findings := compare(t, base, upstream)
	last := diff.Stage{Position: "b:2", Facts: func() (*diff.Facts, error) { return facts(t, base), nil }}
	broken := diff.Stage{Position: "a:1", Facts: func() (*diff.Facts, error) { return nil, errors.New("target is gone") }}
	require.NoError(t, diff.MarkHandled(findings, facts(t, upstream), []diff.Stage{broken, last}))
	require.Empty(t, findings[0].HandledBy)
	require.EqualError(t, diff.MarkHandled(findings, facts(t, upstream), []diff.Stage{last, broken}), "target is gone")
	require.NoError(t, diff.MarkHandled(findings, facts(t, upstream), nil))
}
