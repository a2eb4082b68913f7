package build

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// openAPIVersion is what the built document is written in.
const openAPIVersion = "3.0.3"

// convert turns a pruned selection into an OpenAPI 3.0.3 document. name is the source's, for errors. Responses that
// operations share become each operation's own, so that an overlay can say more about one.
func convert(name string, root *yaml.Node) (*yaml.Node, error) {
	converted, err := convertVersion(name, root)
	if err != nil {
		return nil, err
	}
	nameOperations(converted)
	dropDangling(converted)
	dropUnknownSecurity(converted)
	return converted, inlineResponses(name, converted)
}

// dropDangling takes the values that lead to no schema out of discriminators' mappings.
func dropDangling(root *yaml.Node) {
	resolver := document.NewResolver(root)
	document.Schemas(root, func(schema *yaml.Node) {
		mapping := document.Get(schema, "discriminator", "mapping")
		if mapping == nil {
			return
		}
		kept := document.Mapping()
		for value, target := range document.Pairs(mapping) {
			ref := target.Value
			if !strings.ContainsAny(ref, "#/") {
				ref = "#/components/schemas/" + ref
			}
			if _, err := resolver.Resolve(ref); err == nil {
				kept.Content = append(kept.Content, value, target)
			}
		}
		if len(kept.Content) == len(mapping.Content) {
			return
		}
		discriminator := document.Mapping(slices.Clone(document.Get(schema, "discriminator").Content)...)
		document.Set(discriminator, "mapping", kept)
		document.Set(schema, "discriminator", discriminator)
	})
}

// nameOperations gives each operation without an id one made of its method and path.
func nameOperations(root *yaml.Node) {
	taken := map[string]bool{}
	for op := range document.Operations(root) {
		taken[document.Text(op.Node, "operationId")] = true
	}
	for op := range document.Operations(root) {
		if document.Text(op.Node, "operationId") != "" {
			continue
		}
		id := strings.ToLower(op.Method)
		for word := range strings.FieldsFuncSeq(op.Path,
			func(r rune) bool { return r != '{' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if name, variable := strings.CutPrefix(word, "{"); variable {
				word = "By" + upperFirst(name)
			}
			id += upperFirst(word)
		}
		unique := id
		for i := 2; taken[unique]; i++ {
			unique = id + strconv.Itoa(i)
		}
		taken[unique] = true
		document.Set(op.Node, "operationId", document.String(unique))
	}
}

func upperFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// dropUnknownSecurity takes out the requirements whose scheme the document does not define: how to authenticate is a
// transport's business.
func dropUnknownSecurity(root *yaml.Node) {
	schemes := document.Get(root, "components", "securitySchemes")
	drop := func(holder *yaml.Node) {
		list := document.Get(holder, "security")
		if list == nil || list.Kind != yaml.SequenceNode {
			return
		}
		known := slices.DeleteFunc(slices.Clone(list.Content), func(requirement *yaml.Node) bool {
			for scheme := range document.Pairs(requirement) {
				if document.Get(schemes, scheme.Value) == nil {
					return true
				}
			}
			return false
		})
		if len(known) < len(list.Content) {
			document.Set(holder, "security", document.Sequence(known...))
		}
	}
	drop(root)
	for op := range document.Operations(root) {
		drop(op.Node)
	}
}

func convertVersion(name string, root *yaml.Node) (*yaml.Node, error) {
	if document.Get(root, "swagger") != nil {
		return convertSwagger(name, root)
	}
	if strings.HasPrefix(document.Text(root, "openapi"), "3.1") {
		if err := lower(name, root); err != nil {
			return nil, err
		}
	} else {
		document.Schemas(root, dropSiblings)
	}
	document.Set(root, "openapi", document.String(openAPIVersion))
	return root, nil
}

// convertSwagger converts Swagger 2.0 through kin-openapi, which knows the formats, but neither inherits the media
// types of the document, nor knows the default format of lists, nor leaves out its own notes. Definitions go past it:
// the two versions write schemas alike but for four words, and kin-openapi takes a while to read and write what it does
// not change.
func convertSwagger(name string, root *yaml.Node) (*yaml.Node, error) {
	for op := range document.Operations(root) {
		for _, key := range []string{"consumes", "produces"} {
			if inherited := document.Get(root, key); inherited != nil && document.Get(op.Node, key) == nil {
				document.Set(op.Node, key, inherited)
			}
		}
	}
	if err := stateListFormats(name, root); err != nil {
		return nil, err
	}
	stateBodyTypes(root)
	formats := formListFormats(root)
	shell, definitions := root, document.Get(root, "definitions")
	if definitions != nil && !refersInside(root) {
		shell = document.Mapping(slices.Clone(root.Content)...)
		stubs := document.Mapping()
		for key := range document.Pairs(definitions) {
			document.Set(stubs, key.Value, document.Mapping(document.String("type"), document.String("object")))
		}
		document.Set(shell, "definitions", stubs)
	}
	var v2 openapi2.T
	if err := json.Unmarshal(document.JSON(shell), &v2); err != nil {
		var misfits []error
		for _, misfit := range document.Misfits(shell) {
			misfits = append(misfits, document.Errorf(name, misfit.Node, "%s", misfit))
		}
		if len(misfits) > 0 {
			return nil, errors.Join(misfits...)
		}
		return nil, swaggerFault(name, shell)
	}
	v3, err := openapi2conv.ToV3(&v2)
	if err != nil {
		return nil, swaggerFault(name, shell)
	}
	text, err := json.Marshal(v3)
	if err != nil {
		return nil, fmt.Errorf("convert %s: %w", name, err)
	}
	converted, err := document.ParseYAML(name, text)
	if err != nil {
		return nil, err
	}
	takePlaces(converted, root)
	dropKeys(converted, "x-originalParamName", "x-formData-name")
	for op := range document.Operations(converted) {
		body := document.Get(op.Node, "requestBody")
		requireForm(body)
		for media, content := range document.Pairs(document.Get(body, "content")) {
			if encoding := formats[op.String()]; encoding != nil && isForm(media.Value) {
				document.Set(content, "encoding", document.Clone(encoding))
			}
		}
	}
	if definitions != nil {
		definitions = document.Clone(definitions)
		document.Schemas(document.Mapping(document.String("definitions"), definitions), convertSchema)
		schemas := document.Get(converted, "components", "schemas")
		for key, schema := range document.Pairs(definitions) {
			document.Set(schemas, key.Value, schema)
		}
	}
	return converted, nil
}

// swaggerFault is the error for what kin-openapi cannot read or convert.
func swaggerFault(name string, root *yaml.Node) error {
	at, said := unreadable(root, "Swagger 2.0", func(n *yaml.Node) error {
		var v2 openapi2.T
		if err := json.Unmarshal(document.JSON(n), &v2); err != nil {
			return err
		}
		_, err := openapi2conv.ToV3(&v2)
		return err
	})
	return document.Errorf(name, at, "%s", said)
}

// stateListFormats gives each parameter that is a list the format that it has by default (Swagger 2.0, Parameter
// Object): it is another one in OpenAPI 3. Lists in forms have none there.
func stateListFormats(name string, root *yaml.Node) error {
	lists := []*yaml.Node{document.Get(root, "parameters")}
	for op := range document.Operations(root) {
		lists = append(lists, document.Get(op.Node, "parameters"), document.Get(op.PathItem, "parameters"))
	}
	for _, list := range lists {
		if list == nil {
			continue
		}
		for _, param := range list.Content {
			format := document.Get(param, "collectionFormat")
			switch {
			case document.Text(param, "type") != "array" || document.Text(param, "in") == "formData":
			case format == nil:
				document.Set(param, "collectionFormat", document.String("csv"))
			case format.Value == "tsv":
				return document.Errorf(
					name,
					format,
					"collectionFormat tsv, a list separated by tabs, cannot be expressed in OpenAPI %s",
					openAPIVersion,
				)
			}
		}
	}
	return nil
}

// swaggerParameters lists the parameters of an operation with those of its path, references followed.
func swaggerParameters(root *yaml.Node, op document.Operation) (list []*yaml.Node) {
	for _, holder := range []*yaml.Node{op.PathItem, op.Node} {
		params := document.Get(holder, "parameters")
		if params == nil || params.Kind != yaml.SequenceNode {
			continue
		}
		for _, p := range params.Content {
			if ref := document.Text(p, "$ref"); ref != "" {
				target, err := document.Resolve(root, ref)
				if err != nil {
					continue
				}
				p = target
			}
			list = append(list, p)
		}
	}
	return list
}

// stateBodyTypes gives an operation that does not say what it consumes, though it has a body, what clients send then:
// JSON, or a form.
func stateBodyTypes(root *yaml.Node) {
	for op := range document.Operations(root) {
		if consumes := document.Get(op.Node, "consumes"); consumes != nil &&
			(consumes.Kind != yaml.SequenceNode || len(consumes.Content) > 0) {
			continue
		}
		media := ""
		for _, p := range swaggerParameters(root, op) {
			switch in := document.Text(p, "in"); {
			case in == "body":
				media = "application/json"
			case in == "formData" && document.Text(p, "type") == "file":
				media = "multipart/form-data"
			case in == "formData":
				media = cmp.Or(media, "application/x-www-form-urlencoded")
			}
		}
		if media != "" {
			document.Set(op.Node, "consumes", document.Sequence(document.String(media)))
		}
	}
}

// formListFormats says how the lists in the forms of operations are written, as the encoding of a form: kin-openapi
// leaves it out. In Swagger 2.0 they are separated by commas unless something else is said.
func formListFormats(root *yaml.Node) map[string]*yaml.Node {
	formats := map[string]*yaml.Node{}
	for op := range document.Operations(root) {
		for _, p := range swaggerParameters(root, op) {
			if document.Text(p, "in") != "formData" || document.Text(p, "type") != "array" {
				continue
			}
			style := map[string]string{"": "form", "csv": "form", "ssv": "spaceDelimited",
				"pipes": "pipeDelimited"}[document.Text(p, "collectionFormat")]
			if style == "" {
				continue // multi, which is what OpenAPI 3 takes for granted
			}
			if formats[op.String()] == nil {
				formats[op.String()] = document.Mapping()
			}
			never := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "false"}
			document.Set(formats[op.String()], document.Text(p, "name"),
				document.Mapping(document.String("style"), document.String(style), document.String("explode"), never))
		}
	}
	return formats
}

func isForm(media string) bool {
	return strings.HasPrefix(media, "multipart/") || media == "application/x-www-form-urlencoded"
}

// refersInside tells whether a reference leads to something inside a definition, which kin-openapi has to see then.
func refersInside(root *yaml.Node) bool {
	found := false
	document.Refs(root, document.RootObject, func(_ *yaml.Node, ref string, _ document.Kind) {
		found = found || strings.HasPrefix(ref, "#/definitions/") && strings.Count(ref, "/") > 2
	})
	return found
}

// convertSchema rewrites a schema of Swagger 2.0 in the words of OpenAPI 3.0.
func convertSchema(schema *yaml.Node) {
	if ref := document.Get(schema, "$ref"); ref != nil {
		dropSiblings(schema)
		if rest, isDefinition := strings.CutPrefix(ref.Value, "#/definitions/"); isDefinition {
			document.Set(schema, "$ref", document.String("#/components/schemas/"+rest))
		}
		return
	}
	if discriminator := document.Get(schema, "discriminator"); discriminator != nil &&
		discriminator.Kind == yaml.ScalarNode {
		document.Set(schema, "discriminator", document.Mapping(document.String("propertyName"), discriminator))
	}
	if document.Text(schema, "type") == "file" {
		document.Set(schema, "type", document.String("string"))
		document.Set(schema, "format", document.String("binary"))
	}
	if nullable := document.Get(schema, "x-nullable"); nullable != nil && nullable.Tag == "!!bool" {
		document.Delete(schema, "x-nullable")
		document.Set(schema, "nullable", nullable)
	}
}

// dropSiblings leaves of a reference nothing but itself: what is beside it counts from OpenAPI 3.1 on.
func dropSiblings(schema *yaml.Node) {
	if ref := document.Get(schema, "$ref"); ref != nil {
		schema.Content = document.Mapping(document.String("$ref"), ref).Content
	}
}

// addParts adds to what a schema consists of.
func addParts(schema *yaml.Node, parts ...*yaml.Node) {
	if allOf := document.Get(schema, "allOf"); allOf != nil && allOf.Kind == yaml.SequenceNode {
		parts = slices.Concat(allOf.Content, parts)
	}
	document.Set(schema, "allOf", document.Sequence(parts...))
}

// inlineResponses follows references that lead to an end: Prune has refused all others.
func inlineResponses(name string, root *yaml.Node) error {
	for op := range document.Operations(root) {
		responses := document.Get(op.Node, "responses")
		for status, response := range document.Pairs(responses) {
			for ref := document.Text(response, "$ref"); ref != ""; ref = document.Text(response, "$ref") {
				target, err := document.Resolve(root, ref)
				if err != nil {
					return document.Errorf(name, response, "%v", err)
				}
				response = target
			}
			document.Set(responses, status.Value, document.Clone(response))
		}
	}
	if components := document.Get(root, "components"); components != nil {
		document.Delete(components, "responses")
	}
	return nil
}

// requireForm makes a body required whose form has a required field: in Swagger 2.0 the fields were the parameters.
func requireForm(body *yaml.Node) {
	for media, content := range document.Pairs(document.Get(body, "content")) {
		if isForm(media.Value) && document.Get(content, "schema", "required") != nil {
			document.Set(body, "required", newTrue())
		}
	}
}

func dropKeys(n *yaml.Node, keys ...string) {
	for _, key := range keys {
		document.Delete(n, key)
	}
	for _, c := range n.Content {
		dropKeys(c, keys...)
	}
}

// notIn30 are the schema keywords of OpenAPI 3.1 that OpenAPI 3.0 has no words for.
var notIn30 = []string{
	"$anchor", "$defs", "$dynamicAnchor", "$dynamicRef", "$id", "contains", "contentEncoding", "contentSchema",
	"dependentRequired",
	"dependentSchemas", "else", "if", "maxContains", "minContains", "patternProperties", "prefixItems", "propertyNames",
	"then", "unevaluatedItems", "unevaluatedProperties",
}

// lower rewrites the schemas of an OpenAPI 3.1 document in the words of 3.0: null as a type, numeric exclusive bounds,
// const, examples and contentMediaType. What 3.0 cannot say is refused by name.
func lower(name string, root *yaml.Node) error {
	var problems []error
	document.Delete(root, "jsonSchemaDialect")
	if hooks := document.Get(root, "webhooks"); hooks != nil {
		document.Delete(root, "webhooks") // nothing calls them
	}
	document.Schemas(root, func(schema *yaml.Node) {
		lowerBooleans(schema)
		for _, key := range notIn30 {
			if n := document.Get(schema, key); n != nil {
				problems = append(
					problems,
					document.Errorf(
						name,
						n,
						"%s cannot be expressed in OpenAPI %s: remove it with an overlay",
						key,
						openAPIVersion,
					),
				)
			}
		}
		problems = append(problems, lowerType(name, schema))
		lowerBound(
			schema,
			"minimum",
			"exclusiveMinimum",
			func(exclusive, inclusive float64) bool { return exclusive >= inclusive },
		)
		lowerBound(
			schema,
			"maximum",
			"exclusiveMaximum",
			func(exclusive, inclusive float64) bool { return exclusive <= inclusive },
		)
		if value := document.Get(schema, "const"); value != nil {
			document.Delete(schema, "const")
			document.Set(schema, "enum", document.Sequence(value))
		}
		if media := document.Text(schema, "contentMediaType"); media != "" {
			document.Delete(schema, "contentMediaType")
			if media == "application/octet-stream" && document.Get(schema, "format") == nil {
				document.Set(schema, "format", document.String("binary"))
			}
		}
		for _, key := range []string{"examples", "$comment", "$schema"} {
			document.Delete(schema, key)
		}
	})
	return errors.Join(problems...)
}

// lowerBooleans writes the schemas true, which admits anything, and false, which admits nothing, inside of another one.
func lowerBooleans(schema *yaml.Node) {
	lower := func(n *yaml.Node) {
		if n == nil || n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
			return
		}
		anything := strings.EqualFold(n.Value, "true")
		*n = yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: n.Line, Column: n.Column}
		if !anything {
			document.Set(n, "not", document.Mapping())
		}
	}
	for _, property := range document.Pairs(document.Get(schema, "properties")) {
		lower(property)
	}
	for _, key := range []string{"items", "not"} {
		lower(document.Get(schema, key))
	}
	for _, key := range []string{"allOf", "anyOf", "oneOf"} {
		if list := document.Get(schema, key); list != nil && list.Kind == yaml.SequenceNode {
			for _, branch := range list.Content {
				lower(branch)
			}
		}
	}
}

// lowerType turns type: [T, 'null'], and the branch {type: 'null'} of an anyOf or oneOf, into nullable: true.
func lowerType(name string, schema *yaml.Node) error {
	nullable := false
	if types := document.Get(schema, "type"); types != nil && types.Kind == yaml.SequenceNode {
		rest := slices.DeleteFunc(slices.Clone(types.Content), isNullType)
		nullable = len(rest) < len(types.Content)
		switch len(rest) {
		case 0:
			document.Delete(schema, "type")
		case 1:
			document.Set(schema, "type", rest[0])
		default:
			// What the schema says beside the types is about values of them alone, and stays where it is.
			document.Delete(schema, "type")
			if document.Get(schema, "anyOf") == nil && document.Get(schema, "enum") == nil &&
				document.Get(schema, "const") == nil {
				branches := document.Sequence()
				for _, typ := range rest {
					branches.Content = append(branches.Content, document.Mapping(document.String("type"), typ))
				}
				document.Set(schema, "anyOf", branches)
			}
		}
	} else if types != nil && isNullType(types) {
		document.Delete(schema, "type")
		nullable = true
	}
	for _, key := range []string{"anyOf", "oneOf"} {
		branches := document.Get(schema, key)
		if branches == nil || branches.Kind != yaml.SequenceNode {
			continue
		}
		rest := slices.DeleteFunc(slices.Clone(branches.Content), isNull)
		switch len(rest) {
		case len(branches.Content):
			continue
		case 0:
			return document.Errorf(
				name,
				branches,
				"a schema that is always null cannot be expressed in OpenAPI %s: mend it with an overlay",
				openAPIVersion,
			)
		}
		nullable = true
		if len(rest) == 1 {
			document.Delete(schema, key)
			addParts(schema, rest...)
			continue
		}
		document.Set(schema, key, document.Sequence(rest...))
	}
	if nullable {
		document.Set(schema, "nullable", newTrue())
	}
	return nil
}

func newTrue() *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"} }

func isNullType(n *yaml.Node) bool { return n.Value == "null" }

// isNull tells a schema that only null fits.
func isNull(schema *yaml.Node) bool {
	if value := document.Get(schema, "const"); value != nil {
		return value.Tag == "!!null"
	}
	types := document.Get(schema, "type")
	if types != nil && types.Kind == yaml.SequenceNode && len(types.Content) == 1 {
		types = types.Content[0]
	}
	return types != nil && isNullType(types)
}

// lowerBound turns a numeric exclusive bound into the bound and a flag. Where both bounds are there, the tighter wins.
func lowerBound(schema *yaml.Node, inclusive, exclusive string, tighter func(exclusive, inclusive float64) bool) {
	bound := document.Get(schema, exclusive)
	if bound == nil || bound.Tag == "!!bool" {
		return
	}
	document.Delete(schema, exclusive)
	if other := document.Get(schema, inclusive); other != nil {
		x, errX := strconv.ParseFloat(bound.Value, 64)
		i, errI := strconv.ParseFloat(other.Value, 64)
		if errX == nil && errI == nil && !tighter(x, i) {
			return
		}
	}
	document.Set(schema, inclusive, bound)
	document.Set(schema, exclusive, newTrue())
}

// Finish does what OpenAPI 3.0.3 asks of a document and the overlays need not: a description for every response (its
// status text), and siblings of a reference, which 3.0 ignores, moved beside an allOf that holds it. It sorts the
// document.
func Finish(root *yaml.Node) {
	describe := func(status string, response *yaml.Node) {
		if response.Kind != yaml.MappingNode || document.Get(response, "$ref") != nil ||
			document.Text(response, "description") != "" {
			return
		}
		text := ""
		if code, err := strconv.Atoi(status); err == nil {
			text = http.StatusText(code)
		}
		document.Set(response, "description", document.String(cmp.Or(text, "Any other status")))
	}
	var describeAll func(op *yaml.Node)
	describeCallback := func(callback *yaml.Node) {
		for _, pathItem := range document.Pairs(callback) {
			for _, op := range document.Pairs(pathItem) {
				describeAll(op)
			}
		}
	}
	describeAll = func(op *yaml.Node) {
		for status, response := range document.Pairs(document.Get(op, "responses")) {
			describe(status.Value, response)
		}
		for _, callback := range document.Pairs(document.Get(op, "callbacks")) {
			describeCallback(callback)
		}
	}
	for op := range document.Operations(root) {
		describeAll(op.Node)
	}
	for _, callback := range document.Pairs(document.Get(root, "components", "callbacks")) {
		describeCallback(callback)
	}
	for _, response := range document.Pairs(document.Get(root, "components", "responses")) {
		describe("default", response)
	}
	document.Schemas(root, func(schema *yaml.Node) {
		ref := document.Get(schema, "$ref")
		if ref == nil || len(schema.Content) == 2 {
			return
		}
		document.Delete(schema, "$ref")
		addParts(schema, document.Mapping(document.String("$ref"), ref))
	})
	document.Sort(root)
}
