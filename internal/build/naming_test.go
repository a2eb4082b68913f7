package build_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/names"
	"github.com/ringbasic/ringbasic/internal/overlay"
	"github.com/ringbasic/ringbasic/internal/pin"
	"github.com/ringbasic/ringbasic/internal/project"
)

// Naming keeps the facts: of all operations of real documents, named from nothing, none changes on the wire, no name
// stands for schemas that differ, and with the names that are then in the table the same Go types are made again.
func TestNamingKeepsTheFacts(t *testing.T) {
	t.Parallel()
	for _, file := range []string{"../../" + project.PinFile, "../diff/testdata/documents/2026-08.yaml"} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			source, err := document.ReadFile(file)
			require.NoError(t, err)
			text, err := pin.Make(source)
			require.NoError(t, err)
			var operations []string
			for op := range document.Operations(source.Root) {
				operations = append(operations, op.String())
			}
			sel, err := overlay.Parse(project.SelectFile, build.SelectOverlay(operations...))
			require.NoError(t, err)
			start := func(table *names.Table) *build.Project {
				doc, err := document.Parse(project.PinFile, text)
				require.NoError(t, err)
				return &build.Project{Pin: doc, Select: sel, Names: table}
			}
			facts := func(table *names.Table) (*diff.Facts, *build.Naming) {
				root, naming, err := start(table).AssemblePin()
				require.NoError(t, err)
				facts, err := diff.Flatten(file, root, operations)
				require.NoError(t, err)
				return facts, naming
			}
			empty, err := names.Parse(project.NamesFile, nil)
			require.NoError(t, err)
			before, _ := facts(nil)
			after, naming := facts(empty)
			findings, err := diff.Compare(before, after)
			require.NoError(t, err)
			require.Empty(t, findings)
			require.Empty(t, naming.Widened)

			first, err := build.Run(t.Context(), start(empty), false)
			require.NoError(t, err)
			table, err := names.Parse(project.NamesFile, first.Files[project.NamesFile])
			require.NoError(t, err)
			require.NotZero(t, table.Len())
			second, err := build.Run(t.Context(), start(table), false)
			require.NoError(t, err)
			require.True(t, second.Names.Empty())
			const types = "generated/ringcentral/types.gen.go"
			require.Equal(t, string(first.Files[types]), string(second.Files[types]))
		})
	}
}
