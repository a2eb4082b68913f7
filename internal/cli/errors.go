package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
)

// errorsFlags are those of the errors command.
type errorsFlags struct{ format string }

func (a *app) errorsCommand() *cobra.Command {
	var flags errorsFlags
	cmd := &cobra.Command{
		Use:   "errors SOURCE",
		Short: "List the error codes that a vendor document documents",
		Long: `
Lists the documented error rows (operation, HTTP status, code, message) of a vendor document: from prose tables in
descriptions, from x-error-codes, and from response examples. SOURCE is a file, "-" for standard input, or an https
URL.`[1:],
		Example: `  ringbasic errors spec/openapi.yaml
  ringbasic errors vendor.yaml --format json`,
		Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error { return flags.run(cmd.Context(), a, args[0]) },
	}
	cmd.Flags().StringVar(&flags.format, "format", "text", "text, json or markdown")
	completeWith(cmd, "format", "text", "json", "markdown")
	return cmd
}

// run prints the rows of a document.
func (f *errorsFlags) run(ctx context.Context, a *app, source string) error {
	if err := oneOf("format", f.format, "text", "json", "markdown"); err != nil {
		return err
	}
	doc, err := a.readSource(ctx, source)
	if err != nil {
		return err
	}
	rows, err := errorcodes.Rows(doc.Name, doc.Root)
	if err != nil {
		return err
	}
	if f.format == "json" {
		return writeJSON(a.stdout, rows)
	}
	if f.format == "markdown" {
		_, err := io.WriteString(a.stdout, errorPage(rows, errorcodes.Platform(doc.Root)))
		return err
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	operation := ""
	for _, row := range rows {
		if row.Operation != operation {
			operation = row.Operation
			fmt.Fprintln(w, document.Printable(operation))
		}
		fmt.Fprintf(w, "  %d\t%s\t%s\n", row.Status, document.Printable(row.Code), document.Printable(row.Message))
	}
	fmt.Fprintf(w, "%d rows\n", len(rows))
	return w.Flush()
}

// errorPage is a page of documented errors: those of each operation, and those that any operation may answer.
func errorPage(rows, platform []errorcodes.Row) string {
	var b strings.Builder
	table := func(list []errorcodes.Row) {
		b.WriteString("\n| status | code | message |\n|--:|---|---|\n")
		for _, row := range list {
			fmt.Fprintf(&b, "| %d | `%s` | %s |\n", row.Status, document.Printable(row.Code), cell(row.Message))
		}
	}
	for len(rows) > 0 {
		n := slices.IndexFunc(rows, func(r errorcodes.Row) bool { return r.Operation != rows[0].Operation })
		if n < 0 {
			n = len(rows)
		}
		fmt.Fprintf(&b, "\n## %s\n", cell(rows[0].Operation))
		table(rows[:n])
		rows = rows[n:]
	}
	if len(platform) > 0 {
		b.WriteString("\n## Any operation\n")
		table(platform)
	}
	return b.String()
}

// cell is a text in a Markdown table, as it is written.
func cell(s string) string {
	return strings.NewReplacer("\\", "\\\\", "|", "\\|", "<", "&lt;", "*", "\\*", "_", "\\_", "[", "\\[", "`", "\\`").
		Replace(document.Printable(s))
}

// writeJSON prints v as one indented document. A nil slice is printed as an empty list.
func writeJSON[T any](w io.Writer, v []T) error {
	if v == nil {
		v = []T{}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
