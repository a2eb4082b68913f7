package drift

import (
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
)

// aligned is a document whose paths are written as in base where they differ in nothing but the names of their
// variables, which are no part of a path: so the select overlay of the project finds them, and the parameters fit. What
// is not concerned is shared with doc.
func aligned(doc, base *document.Document) *document.Document {
	ours, theirs := map[string]string{}, map[string]bool{} // paths by shape, and as they are
	for path := range document.Pairs(document.Get(base.Root, "paths")) {
		ours[diff.PathShape(path.Value)] = path.Value
	}
	paths := document.Get(doc.Root, "paths")
	for path := range document.Pairs(paths) {
		theirs[path.Value] = true
	}
	renamed := &yaml.Node{}
	for path, item := range document.Pairs(paths) {
		as, ok := ours[diff.PathShape(path.Value)]
		if !ok || theirs[as] {
			renamed.Content = append(renamed.Content, path, item)
			continue
		}
		key := *path
		key.Value = as
		theirs[as] = true
		renamed.Content = append(
			renamed.Content,
			&key,
			withVariables(doc.Root, item, diff.PathVariables(path.Value), diff.PathVariables(as)),
		)
	}
	if slices.EqualFunc(paths.Content, renamed.Content, func(a, b *yaml.Node) bool { return a == b }) {
		return doc
	}
	copied, root, all := *doc, *doc.Root, *paths
	all.Content, root.Content, copied.Root = renamed.Content, slices.Clone(root.Content), &root
	document.Set(&root, "paths", &all)
	return &copied
}

// withVariables is a path item whose path parameters are called otherwise. Parameters that it refers to are put in
// their places, as others may refer to them, too.
func withVariables(root, item *yaml.Node, names, as []string) *yaml.Node {
	called := map[string]string{}
	for i, name := range names {
		called[name] = as[i]
	}
	item = document.Clone(item)
	for _, holder := range append([]*yaml.Node{item}, operationsOf(item)...) {
		list := document.Get(holder, "parameters")
		if list == nil {
			continue
		}
		for i, p := range list.Content {
			if ref := document.Text(p, "$ref"); ref != "" {
				target, err := document.Resolve(root, ref)
				if err != nil {
					continue // told when it is needed
				}
				p = target
			}
			name, renamed := called[document.Text(p, "name")]
			if document.Text(p, "in") == "path" && renamed {
				list.Content[i] = document.Clone(p)
				document.Set(list.Content[i], "name", document.String(name))
			}
		}
	}
	return item
}

func operationsOf(item *yaml.Node) (list []*yaml.Node) {
	for _, method := range document.Methods {
		if op := document.Get(item, method); op != nil {
			list = append(list, op)
		}
	}
	return list
}
