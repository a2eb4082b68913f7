package drift

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
)

// taken are the keywords whose new value an overlay action can state.
var taken = []string{
	"maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "multipleOf", "maxLength", "minLength", "maxItems",
	"minItems", "uniqueItems",
	"maxProperties", "minProperties", "pattern", "format", "default", "nullable", "readOnly", "writeOnly", "deprecated",
}

// advise gives findings the overlay action that would take them over before the pin does: an enum value, a keyword's
// value, or a property that is a plain value. ours is our document, upstream what the newer one becomes, with the same
// names.
func advise(findings []diff.Finding, ours, upstream *yaml.Node) {
	for i := range findings {
		f := &findings[i]
		if f.HandledBy != "" || f.Waived {
			continue
		}
		var target string
		var update any
		switch {
		case f.Aspect == "enum" && f.Old == nil && f.New != nil:
			target, _ = build.Locate(ours, f.Operation, f.Location)
			update = map[string]any{"enum": []any{f.New}}
		case slices.Contains(taken, f.Aspect) && f.New != nil:
			target, _ = build.Locate(ours, f.Operation, f.Location)
			update = map[string]any{f.Aspect: f.New}
		case f.Aspect == "existence" && f.Change == "added":
			target, update = addition(f, ours, upstream)
		}
		if target == "" || update == nil {
			continue
		}
		value, err := json.Marshal(update)
		if err != nil {
			continue
		}
		f.Overlay = fmt.Sprintf(
			"{target: %q, description: %q, update: %s}",
			target,
			"The vendor's document has it: "+f.ID+".",
			value,
		)
	}
}

// addition is the action for a property that upstream has at a place, if it is a plain value.
func addition(f *diff.Finding, ours, upstream *yaml.Node) (target string, update any) {
	_, node := build.Locate(upstream, f.Operation, f.Location)
	dot := strings.LastIndexByte(f.Location, '.')
	if space := strings.LastIndexByte(f.Location, ' '); dot < space {
		dot = space
	}
	if node == nil ||
		!slices.Contains([]string{"string", "integer", "number", "boolean"}, document.Text(node, "type")) {
		return "", nil
	}
	outer, name := strings.TrimSpace(f.Location[:dot]), f.Location[dot+1:]
	if !strings.Contains(strings.TrimPrefix(outer, "response "), "/") { // the media type is there
		return "", nil
	}
	target, owner := build.Locate(ours, f.Operation, outer)
	if owner == nil || document.Get(owner, "properties") == nil || strings.HasSuffix(name, "]") {
		return "", nil
	}
	facts := map[string]any{}
	for key, value := range document.Pairs(node) {
		if strings.HasPrefix(key.Value, "x-") || key.Value == "description" {
			continue
		}
		var v any
		if json.Unmarshal(document.JSON(value), &v) == nil {
			facts[key.Value] = v
		}
	}
	return target, map[string]any{"properties": map[string]any{name: facts}}
}
