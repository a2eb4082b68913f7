package build

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	yaml4 "go.yaml.in/yaml/v4"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/project"
)

// Validate loads a finished tree and validates it as OpenAPI 3.0.3. A schema that overlays made part of itself through
// allOf is refused like one of the vendor's.
func Validate(ctx context.Context, root *yaml.Node) (*openapi3.T, error) {
	doc, err := model(root)
	if err != nil {
		var several openapi3.MultiError
		for _, misfit := range document.Misfits(root) {
			several = append(several, errors.New(misfit.String()))
		}
		if len(several) == 0 {
			_, said := unreadable(root, "OpenAPI", func(n *yaml.Node) error {
				_, err := model(n)
				return err
			})
			several = append(several, errors.New(said))
		}
		err = several
	}
	if err == nil {
		prefill(doc)
		err = openapi3.NewLoader().ResolveRefsIn(doc, nil)
	}
	if err == nil {
		// What is sloppy there does no harm to a client: patterns that another dialect has, defaults of another type.
		err = doc.Validate(
			ctx,
			openapi3.DisableSchemaPatternValidation(),
			openapi3.DisableSchemaDefaultsValidation(),
			openapi3.DisableExamplesValidation(),
			openapi3.EnableMultiError(),
		)
	}
	if err == nil {
		_, err = reach(project.SpecFile, root, slices.Collect(document.Operations(root)))
	}
	if err != nil {
		var problems []error
		for _, problem := range single(err) {
			problems = append(problems, fmt.Errorf(
				"%s would not be valid OpenAPI %s: %s: mend it in %s",
				project.SpecFile,
				openAPIVersion,
				document.Printable(strings.TrimSpace(problem.Error())),
				project.OverlayDir,
			))
		}
		return nil, errors.Join(problems...)
	}
	return doc, nil
}

// single are the errors that one of kin-openapi's may stand for. What they are within is told of each.
func single(err error) []error {
	var several openapi3.MultiError
	if !errors.As(err, &several) || len(several) < 2 {
		return []error{err}
	}
	prefix, _, _ := strings.Cut(err.Error(), several.Error())
	var all []error
	for _, one := range several {
		for _, inner := range single(one) {
			all = append(all, fmt.Errorf("%s%w", prefix, inner))
		}
	}
	return all
}

// model reads a document's tree into kin-openapi's model. kin-openapi reads JSON by reading each object twice, with all
// that is inside, and YAML only once: several times as fast. But in YAML it is more lenient and its errors do not name
// the field. So JSON decides where YAML fails or could take something for what it is not.
func model(root *yaml.Node) (*openapi3.T, error) {
	doc, ambiguous := &openapi3.T{}, false
	if node := yamlNode(root, &ambiguous); !ambiguous && node.Decode(doc) == nil {
		return doc, nil
	}
	doc = &openapi3.T{}
	return doc, json.Unmarshal(document.JSON(root), doc)
}

// yamlNode makes a tree of the YAML library that kin-openapi uses. ambiguous is set if something in it is.
func yamlNode(n *yaml.Node, ambiguous *bool) *yaml4.Node {
	node := &yaml4.Node{Kind: yaml4.Kind(n.Kind), Tag: n.Tag, Value: n.Value}
	switch n.Tag {
	case "!!str":
		node.Style = yaml4.DoubleQuotedStyle // else "<<" would merge
	case "!!int":
		node.Value = string(document.JSON(n))
	}
	if len(n.Content) > 0 {
		node.Content = make([]*yaml4.Node, len(n.Content))
	}
	for i, c := range n.Content {
		node.Content[i] = yamlNode(c, ambiguous)
	}
	for key, value := range document.Pairs(n) {
		*ambiguous = *ambiguous || isAmbiguous(key.Value, value)
	}
	return node
}

// isAmbiguous tells whether the value of a key could pass for a whole number (1.0), for true or false ("yes") or for an
// exclusive bound (anything at all) without being one.
func isAmbiguous(key string, value *yaml.Node) bool {
	switch {
	case strings.HasPrefix(key, "x-"): // read as it is
		return false
	case value.Tag == "!!float":
		return true
	case value.Tag == "!!str":
		return document.WasBool(value.Value)
	default:
		return (key == "exclusiveMinimum" || key == "exclusiveMaximum") && value.Kind != yaml.ScalarNode
	}
}
