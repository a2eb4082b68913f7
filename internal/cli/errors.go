package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/ringbasic/ringbasic/internal/errorcodes"
)

func (a *app) errorsCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "errors SOURCE",
		Short: "List the error codes that a vendor document documents",
		Long: `Lists the documented error rows (operation, HTTP status, code, message) of a vendor document: from prose tables in
descriptions, from x-error-codes, and from response examples. SOURCE is a file, "-" for standard input, or an https URL.`,
		Example: `  ringbasic errors spec/openapi.yaml
  ringbasic errors vendor.yaml --format json`,
		Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("format", format, "text", "json"); err != nil {
				return err
			}
			doc, err := a.readSource(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			rows := errorcodes.Rows(doc.Root)
			if format == "json" {
				return writeJSON(a.stdout, rows)
			}
			w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
			operation := ""
			for _, row := range rows {
				if row.Operation != operation {
					operation = row.Operation
					fmt.Fprintln(w, visible(operation))
				}
				fmt.Fprintf(w, "  %d\t%s\t%s\n", row.Status, visible(row.Code), visible(row.Message))
			}
			fmt.Fprintf(w, "%d rows\n", len(rows))
			return w.Flush()
		},
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	completeWith(cmd, "format", "text", "json")
	return cmd
}

// visible spells characters that could steer a terminal.
func visible(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return s
	}
	quoted := strconv.QuoteToGraphic(s)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
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
