package build

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/generate"
	"github.com/ringbasic/ringbasic/internal/project"
)

// WithOperations is a copy of a built document with some of its operations and what they refer to.
func WithOperations(root *yaml.Node, keep func(key string) bool) (*yaml.Node, error) {
	s := Selection{Root: document.Clone(root)}
	for op := range document.Operations(s.Root) {
		if keep(op.String()) {
			s.Operations = append(s.Operations, op)
		}
	}
	for op := range document.Operations(root) {
		if !keep(op.String()) {
			document.Delete(document.Get(s.Root, "paths", op.Path), strings.ToLower(op.Method))
		}
	}
	return s.Root, s.Prune(project.SpecFile)
}

// longest is how long operations are tried one by one when not all together can be generated.
const longest = 3 * time.Second

// everyProblem adds to the problem that ended generating a document those that each operation has by itself: the first
// step that refuses something hides what the next ones would. What names no place, by placed, is told of the operation
// that has it by itself.
func everyProblem(
	ctx context.Context,
	root *yaml.Node,
	config generate.Config,
	whole error,
	placed func(line string) bool,
) error {
	said := map[string]bool{}
	var lines []string
	add := func(err error, op string) {
		for line := range strings.SplitSeq(strings.TrimSpace(err.Error()), "\n") {
			// A type that an overlay names may be that of an operation that is not there.
			named := op != "" && strings.Contains(line, ": the package declares no type ")
			if i := slices.Index(lines, line); i >= 0 && op != "" && !placed(line) {
				lines[i] = op + ": " + line
			}
			if said[line] || named {
				continue
			}
			said[line] = true
			if op != "" && !placed(line) {
				line = op + ": " + line
			}
			lines = append(lines, line)
		}
	}
	add(whole, "")
	ends := time.Now().Add(longest)
	for op := range document.Operations(root) {
		if ctx.Err() != nil {
			break
		}
		if time.Now().After(ends) {
			lines = append(lines, "and perhaps more: not every operation was tried")
			break
		}
		alone, err := WithOperations(root, func(key string) bool { return key == op.String() })
		if err != nil {
			continue
		}
		if err = generatedAlone(ctx, alone, config); err == nil {
			continue
		}
		add(err, op.String())
		for _, less := range partly {
			part := document.Clone(alone)
			for op := range document.Operations(part) {
				less(op.Node)
			}
			if err := generatedAlone(ctx, part, config); err != nil {
				add(err, op.String())
			}
		}
	}
	return errors.New(strings.Join(lines, "\n"))
}

// partly takes parts out of an operation, so that what they are refused for does not hide what others would be.
var partly = []func(op *yaml.Node){
	func(op *yaml.Node) { document.Delete(op, "requestBody") },
	func(op *yaml.Node) {
		for _, response := range document.Pairs(document.Get(op, "responses")) {
			document.Delete(response, "content")
		}
	},
	func(op *yaml.Node) {
		if list := document.Get(op, "parameters"); list != nil {
			list.Content = slices.DeleteFunc(list.Content,
				func(p *yaml.Node) bool { return document.Text(p, "in") != "path" })
		}
	},
}

// generatedAlone is why a document cannot be generated, nil also if it is not valid for another reason.
func generatedAlone(ctx context.Context, root *yaml.Node, config generate.Config) error {
	doc, err := Validate(ctx, root)
	if err != nil {
		return nil
	}
	_, err = generate.Generate(doc, func() ([]byte, error) { return nil, nil }, config)
	return err
}
