//go:build tools

// Package ringbasic pins the tools that no package imports.
package ringbasic

import (
	_ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen" // the peer of make bench
	_ "github.com/oasdiff/oasdiff"                               // the peer of make bench
	_ "honnef.co/go/tools/cmd/staticcheck"                       // make lint
)
