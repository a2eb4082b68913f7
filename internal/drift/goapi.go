package drift

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/goapi"
)

// judgeGoAPI adds what regeneration from the upstream document would do to the Go API. What keeps an operation from
// being generated is mentioned in the report, and its findings get no verdict; the summary gets one if the other
// operations decide it.
func judgeGoAPI(ctx context.Context, r *diff.Report, ours, upstream *yaml.Node) error {
	var (
		before, after *goapi.API
		unmade, err   error
		group         sync.WaitGroup
	)
	group.Go(func() { before, unmade = LoadAPI(ctx, ours) })
	after, err = LoadAPI(ctx, upstream)
	group.Wait()
	if unmade == nil {
		unmade = before.Err()
	}
	if unmade != nil {
		return fmt.Errorf("our own package cannot be made: %w", unmade)
	}
	var left []notGenerated
	if err != nil {
		if before, after, left, err = withoutBroken(ctx, ours, upstream, err); err != nil {
			return err
		}
	}
	judge(r, before, after, left)
	return nil
}

// Judge is the judgement of [Question.GoAPI] for two packages that are made elsewhere.
func Judge(r *diff.Report, before, after *goapi.API) { judge(r, before, after, nil) }

func judge(r *diff.Report, before, after *goapi.API, left []notGenerated) {
	for _, op := range left {
		r.Document = append(r.Document, fmt.Sprintf("Go API: not compared: %s: %s", op.operation, op.reason))
	}
	if err := after.Err(); err != nil {
		r.Document = append(
			r.Document,
			"Go API: the package would not compile until the overlays are mended: "+oneLine(err),
		)
	}
	c := goapi.Compare(before, after)
	r.GoChanges = c.Changes()
	verdict := c.Verdict()
	if len(left) == 0 || verdict == diff.GoIncompatible {
		r.Summary.Go = &verdict
	}
	var named []string
	for i := range r.Findings {
		f := &r.Findings[i]
		if slices.ContainsFunc(left, func(op notGenerated) bool { return op.operation == f.Operation }) {
			continue
		}
		impact := c.Impact(*f)
		f.Go = &impact
		named = append(named, impact.Symbols...)
	}
	removed, changed := c.Incompatible(named)
	if len(removed) > 0 {
		r.Document = append(r.Document, "Go API: gone beside what findings name: "+strings.Join(removed, ", "))
	}
	if len(changed) > 0 {
		r.Document = append(
			r.Document,
			"Go API: changed incompatibly beside what findings name: "+strings.Join(changed, ", "),
		)
	}
}

// notGenerated is an operation that cannot be generated, and why.
type notGenerated struct{ operation, reason string }

// LoadAPI is the Go API of a built document.
func LoadAPI(ctx context.Context, root *yaml.Node) (*goapi.API, error) {
	doc, err := build.Validate(ctx, root)
	if err != nil {
		return nil, err
	}
	return goapi.Load(doc)
}

// withoutBroken loads both packages without the operations that cannot be generated of the upstream document, and tells
// which they are and why. It returns whole, the error of them all, if that is no one's alone or everyone's.
func withoutBroken(
	ctx context.Context,
	ours, upstream *yaml.Node,
	whole error,
) (before, after *goapi.API, left []notGenerated, err error) {
	broken := map[string]bool{}
	good := false
	for op := range document.Operations(upstream) {
		if err := ctx.Err(); err != nil {
			return nil, nil, nil, err
		}
		alone := func(key string) bool { return key == op.String() }
		root, err := build.WithOperations(upstream, alone)
		if err == nil {
			_, err = LoadAPI(ctx, root)
		}
		if err != nil {
			broken[op.String()] = true
			left = append(left, notGenerated{op.String(), oneLine(err)})
		} else {
			good = true
		}
	}
	if !good || len(left) == 0 {
		return nil, nil, nil, whole
	}
	keep := func(key string) bool { return !broken[key] }
	for _, side := range []struct {
		root *yaml.Node
		api  **goapi.API
	}{{ours, &before}, {upstream, &after}} {
		root, err := build.WithOperations(side.root, keep)
		if err == nil {
			*side.api, err = LoadAPI(ctx, root)
		}
		if err != nil {
			return nil, nil, nil, whole
		}
	}
	return before, after, left, nil
}

func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
