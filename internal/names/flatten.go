package names

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/overlay"
)

// flattened is a copy of a schema in which an allOf of plain objects is written as the one object that it is.
func (n *namer) flattened(schema *yaml.Node) *yaml.Node {
	if document.Get(schema, "allOf") == nil {
		return document.Clone(schema)
	}
	flat := document.Mapping()
	if !n.flattenInto(flat, schema, 0) {
		return document.Clone(schema)
	}
	return flat
}

// mergeable are the keywords of the parts of an allOf that can be written as one object.
var mergeable = []string{
	"type",
	"properties",
	"required",
	"allOf",
	"description",
	"example",
	"title",
	"additionalProperties",
	"nullable",
	"externalDocs",
}

func (n *namer) flattenInto(flat, schema *yaml.Node, depth int) bool {
	if depth > maxReferences || schema.Kind != yaml.MappingNode {
		return false
	}
	if typ := document.Text(schema, "type"); typ != "" && typ != "object" {
		return false
	}
	if list := document.Get(schema, "allOf"); list != nil {
		if list.Kind != yaml.SequenceNode {
			return false
		}
		for _, part := range list.Content {
			target, _ := n.deref(part)
			if !n.flattenInto(flat, target, depth+1) {
				return false
			}
		}
	}
	for key, value := range document.Pairs(schema) {
		switch {
		case key.Value == "allOf":
		case !slices.Contains(mergeable, key.Value) && !strings.HasPrefix(key.Value, "x-"):
			return false
		case key.Value == "properties":
			if !addProperties(flat, value) {
				return false
			}
		case key.Value == "required" && document.Get(flat, "required") != nil:
			list := document.Get(flat, "required")
			for _, name := range value.Content {
				if !slices.ContainsFunc(list.Content, func(o *yaml.Node) bool { return o.Value == name.Value }) {
					list.Content = append(list.Content, document.Clone(name))
				}
			}
		case key.Value == "additionalProperties" && value.Value == "true":
			document.Set(flat, key.Value, document.Clone(value))
		case key.Value == "nullable" || key.Value == "additionalProperties":
			if depth > 0 {
				return false // admits only what all of them do
			}
			document.Set(flat, key.Value, document.Clone(value))
		default:
			document.Set(flat, key.Value, document.Clone(value))
		}
	}
	return true
}

// addProperties adds properties to an object. Ones that are there and differ cannot be written as one.
func addProperties(flat, properties *yaml.Node) bool {
	into := document.Get(flat, "properties")
	if into == nil {
		into = document.Mapping()
		document.Set(flat, "properties", into)
	}
	for name, schema := range document.Pairs(properties) {
		if there := document.Get(into, name.Value); there != nil {
			if !overlay.Same(there, schema) {
				return false
			}
			continue
		}
		into.Content = append(into.Content, document.Clone(name), document.Clone(schema))
	}
	return true
}
