package names

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// topLevel are the keys of an OpenAPI 3.0 document.
var topLevel = []string{"openapi", "info", "externalDocs", "servers", "security", "tags", "paths", "components"}

// normalise writes a document in the one way that names and overlays rely on, whatever way the vendor has chosen:
// parameters, bodies and headers stand in their operations, and all of an operation's parameters do; server URLs end in
// no slash and are there once; what the specification does not know at the top level is gone.
func normalise(root *yaml.Node) {
	for key := range document.Pairs(document.Mapping(slices.Clone(root.Content)...)) {
		if !slices.Contains(topLevel, key.Value) && !strings.HasPrefix(key.Value, "x-") {
			document.Delete(root, key.Value)
		}
	}
	trimServers(root)
	resolver := document.NewResolver(root)
	inline := func(n *yaml.Node) {
		for range maxReferences {
			ref := document.Text(n, "$ref")
			if ref == "" {
				return
			}
			target, err := resolver.Resolve(ref)
			if err != nil {
				return
			}
			*n = *document.Clone(target)
		}
	}
	for op := range document.Operations(root) {
		own := document.Get(op.Node, "parameters")
		if shared := document.Get(op.PathItem, "parameters"); shared != nil {
			all := document.Sequence()
			for _, p := range shared.Content {
				all.Content = append(all.Content, document.Clone(p))
			}
			if own != nil {
				all.Content = append(all.Content, own.Content...)
			}
			own = all
			document.Set(op.Node, "parameters", own)
		}
		if own != nil {
			for _, p := range own.Content {
				inline(p)
			}
			own.Content = lastOfEach(own.Content)
		}
		if body := document.Get(op.Node, "requestBody"); body != nil {
			inline(body)
		}
		for _, response := range document.Pairs(document.Get(op.Node, "responses")) {
			inline(response)
			for _, header := range document.Pairs(document.Get(response, "headers")) {
				inline(header)
			}
		}
	}
	for _, item := range document.Pairs(document.Get(root, "paths")) {
		document.Delete(item, "parameters")
	}
	dropUnreached(root)
	document.Schemas(root, func(schema *yaml.Node) {
		if properties := document.Get(schema, "properties"); properties != nil && len(properties.Content) > 0 &&
			document.Get(schema, "type") == nil {
			document.Set(schema, "type", document.String("object"))
		}
	})
}

// dropUnreached drops the components other than schemas that nothing refers to any more.
func dropUnreached(root *yaml.Node) {
	components := document.Get(root, "components")
	reached := map[string]bool{}
	var follow func(at *yaml.Node, ref string, kind document.Kind)
	follow = func(_ *yaml.Node, ref string, kind document.Kind) {
		if reached[ref] {
			return
		}
		reached[ref] = true
		if target, err := document.Resolve(root, ref); err == nil && !strings.HasPrefix(ref, schemaRef) {
			document.Refs(target, kind, follow)
		}
	}
	for _, item := range document.Pairs(document.Get(root, "paths")) {
		document.Refs(item, document.PathItemObject, follow)
	}
	for _, key := range []string{"parameters", "requestBodies", "headers", "responses"} {
		list := document.Get(components, key)
		for name := range document.Pairs(document.Mapping(contentOf(list)...)) {
			if !reached["#/components/"+key+"/"+name.Value] {
				document.Delete(list, name.Value)
			}
		}
		if list != nil && len(list.Content) == 0 {
			document.Delete(components, key)
		}
	}
}

func contentOf(n *yaml.Node) []*yaml.Node {
	if n == nil {
		return nil
	}
	return slices.Clone(n.Content)
}

// maxReferences bounds chains of references, which may be circles.
const maxReferences = 100

// lastOfEach keeps of parameters with the same place and name the last: an operation's own replaces that of its path.
func lastOfEach(parameters []*yaml.Node) (kept []*yaml.Node) {
	for i, p := range parameters {
		again := func(q *yaml.Node) bool {
			return document.Text(p, "in") == document.Text(q, "in") &&
				document.Text(p, "name") == document.Text(q, "name")
		}
		if document.Text(p, "name") == "" || !slices.ContainsFunc(parameters[i+1:], again) {
			kept = append(kept, p)
		}
	}
	return kept
}

func trimServers(root *yaml.Node) {
	servers := document.Get(root, "servers")
	if servers == nil || servers.Kind != yaml.SequenceNode {
		return
	}
	seen := map[string]bool{}
	servers.Content = slices.DeleteFunc(servers.Content, func(server *yaml.Node) bool {
		url := strings.TrimRight(document.Text(server, "url"), "/")
		if url == "" {
			return false
		}
		document.Set(server, "url", document.String(url))
		again := seen[url]
		seen[url] = true
		return again
	})
}
