// Package spec holds the pin, its lock, the built document and the accepted drift as of this version, which the
// ringbasic command carries with it, so that the drift check works in a repository that has none of them.
package spec

import "embed"

// Files are the documents, by name.
//
//go:embed *.yaml
var Files embed.FS
