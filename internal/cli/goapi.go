package cli

import (
	"context"
	"errors"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/build"
	"github.com/ringbasic/ringbasic/internal/drift"
)

// judgeGoAPI adds what regeneration from the upstream document would do to the Go API.
func judgeGoAPI(ctx context.Context, r *drift.Report, p *build.Project, ours, upstream *yaml.Node) error {
	return errors.New("not available")
}
