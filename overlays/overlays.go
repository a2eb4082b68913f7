// Package overlays holds the overlays as of this version, which the ringbasic command carries with it, so that the
// drift check works in a repository that has none of them.
package overlays

import "embed"

// Files are the overlays, by name.
//
//go:embed *.yaml
var Files embed.FS
