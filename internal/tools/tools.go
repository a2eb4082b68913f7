//go:build tools

// Package tools pins the tools that no package imports. It is a folder of its own, because go mod tidy and go mod vendor
// count the imports of a file whatever its build tags: whoever imported a package with this file would get them all.
package tools

import (
	_ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen" // the peer of make bench
	_ "github.com/oasdiff/oasdiff"                               // the peer of make bench
	_ "honnef.co/go/tools/cmd/staticcheck"                       // make lint
)
