package errorcodes

import (
	"fmt"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// OfOperation lists the rows of an operation of a built document, sorted, each once: those of the x-error-codes of the
// operation and of its responses, which have the status. Their Operation is empty. What is no list of rows is an error.
func OfOperation(op *openapi3.Operation) ([]Row, error) {
	own, err := list(op.Extensions, Extension)
	if err != nil {
		return nil, err
	}
	responses := document.Mapping()
	for status, response := range op.Responses.Map() {
		if response.Value == nil {
			continue
		}
		node, err := list(response.Value.Extensions, Extension)
		if err != nil {
			return nil, fmt.Errorf("response %s: %w", status, err)
		}
		if response.Ref != "" {
			beside, err := list(response.Extensions, Extension)
			if err != nil {
				return nil, fmt.Errorf("response %s: %w", status, err)
			}
			node.Content = append(node.Content, beside.Content...)
		}
		responses.Content = append(
			responses.Content,
			document.String(status),
			document.Mapping(document.String(Extension), node),
		)
	}
	node := document.Mapping(document.String(Extension), own, document.String("responses"), responses)
	rows := RowsOf(nil, document.Operation{Node: node})
	for i := range rows {
		rows[i].Operation = ""
	}
	return rows, nil
}

// OfPlatform lists the rows that hold for every operation of a built document, as [Platform] does.
func OfPlatform(doc *openapi3.T) ([]Row, error) {
	rows, err := list(doc.Extensions, PlatformExtension)
	if err != nil {
		return nil, err
	}
	return Platform(document.Mapping(document.String(PlatformExtension), rows)), nil
}

// list is an extension's list of rows as YAML, an empty one if there is none.
func list(extensions map[string]any, key string) (*yaml.Node, error) {
	rows := document.Sequence()
	if extensions[key] == nil {
		return rows, nil
	}
	items, ok := extensions[key].([]any)
	if !ok {
		return nil, fmt.Errorf("%s: want a list of {status, code, message}, not %T", key, extensions[key])
	}
	for i, item := range items {
		fields, ok := item.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s: item %d: want {status, code, message}, not %T", key, i+1, item)
		}
		node := document.Mapping()
		for _, key := range []string{"status", "code", "message"} {
			node.Content = append(node.Content, document.String(key), document.String(scalar(fields[key])))
		}
		rows.Content = append(rows.Content, node)
	}
	return rows, nil
}

// scalar is a value's text, "" for null and for what has none.
func scalar(value any) string {
	switch value := value.(type) {
	case nil, []any, map[string]any:
		return ""
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	}
	return fmt.Sprint(value)
}
