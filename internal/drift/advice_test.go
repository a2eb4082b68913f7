package drift

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
)

// Each action that a finding recommends takes that finding over, and is one that the project can have.
func TestAdvice(t *testing.T) {
	t.Parallel()
	upstream, err := document.ReadFile("../diff/testdata/documents/2026-08.yaml")
	require.NoError(t, err)
	files := pinned(t)
	r, err := Run(t.Context(), files, Question{Upstream: upstream})
	require.NoError(t, err)
	p, err := build.Load(files, false)
	require.NoError(t, err)
	kinds := map[string]int{}
	for _, f := range r.Findings {
		if f.Overlay == "" {
			continue
		}
		kinds[f.Aspect]++
		text := "overlay: 1.0.0\ninfo: {title: T, version: 1.0.0}\nx-speakeasy-jsonpath: rfc9535\nactions:\n  - " + f.Overlay + "\n"
		more, err := overlay.Parse("overlays/60-more.yaml", []byte(text))
		require.NoError(t, err, f.Overlay)
		with := *p
		with.Overlays = append(with.Overlays[:len(with.Overlays):len(with.Overlays)], more)
		after, err := assembleOurs(&with, nil)
		require.NoError(t, err, f.Overlay)
		one := []diff.Finding{f}
		facts, err := diff.Flatten("upstream", upstream.Root, []string{f.Operation})
		require.NoError(t, err)
		require.NoError(t, diff.MarkHandled(one, facts, after.facts([]string{f.Operation})))
		require.NotEmpty(t, one[0].HandledBy, "%s %s %s is not taken over by %s", f.ID, f.Operation, f.Location, f.Overlay)
	}
	require.Greater(t, kinds["enum"], 3)
	require.Greater(t, kinds["existence"], 3)
	require.Greater(t, kinds["format"], 3)
	require.NotZero(t, kinds["deprecated"])
}
