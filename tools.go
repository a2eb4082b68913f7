//go:build tools

package ringbasic

// The tools that go.mod pins and no package imports. go mod tidy and go mod vendor count the imports of a file whatever
// its build tags, so that no package which consumers import may import this one.
import (
	// the generator that package generate runs as a library
	_ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"
	_ "honnef.co/go/tools/cmd/staticcheck" // make lint
)
