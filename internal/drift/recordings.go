package drift

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/diff"
	"github.com/ringbasic/ringbasic/internal/project"
	"github.com/ringbasic/ringbasic/internal/recording"
)

const maxProblems = 3 // of a recording, in a report

// checkRecordings tells which recordings the upstream document refuses: requests that are not meant to break it, and
// successful responses. ids are the operations to try, by the ids that the recordings' folders are named after.
func checkRecordings(
	ctx context.Context,
	files fs.FS,
	upstream *yaml.Node,
	ids map[string]bool,
) ([]diff.Recording, error) {
	recordings, err := recording.ReadDir(files, project.RecordingsDir)
	if errors.Is(err, fs.ErrNotExist) || len(recordings) == 0 && err == nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	doc, err := build.Validate(ctx, upstream)
	if err != nil {
		return nil, err
	}
	c, err := contract.New(doc)
	if err != nil {
		return nil, err
	}
	var exchanges []*contract.Exchange
	for _, r := range recordings {
		if ids[r.Folder()] {
			exchanges = append(exchanges, c.Check(r))
		}
	}
	return Refused(exchanges), nil
}

// Refused tells which recordings do not hold: requests that are not meant to break the description, and successful
// responses. Those of the platform are not looked at.
func Refused(exchanges []*contract.Exchange) (refused []diff.Recording) {
	for _, e := range exchanges {
		if e.Recording.Folder() == contract.Platform {
			continue
		}
		problems := refusals(e)
		if more := len(problems) - maxProblems; more > 0 {
			problems = append(problems[:maxProblems:maxProblems], fmt.Sprintf("and %d more", more))
		}
		if len(problems) > 0 {
			refused = append(refused, diff.Recording{File: e.Recording.File, Problem: strings.Join(problems, "; ")})
		}
	}
	slices.SortFunc(refused, func(a, b diff.Recording) int { return cmp.Compare(a.File, b.File) })
	return refused
}

func refusals(e *contract.Exchange) (problems []string) {
	r := e.Recording
	if e.Operation == nil {
		return []string{"the operation is gone"}
	}
	if r.Meta.Invalid == "" {
		for _, v := range e.Request {
			problems = append(problems, "request: "+v.String())
		}
	}
	if r.Response.Status/100 == 2 && r.Meta.InvalidResponse == "" {
		for _, v := range e.Response {
			problems = append(problems, "response: "+v.String())
		}
	}
	return problems
}
