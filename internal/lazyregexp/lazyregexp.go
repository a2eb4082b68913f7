// Package lazyregexp compiles regular expressions when they are first used. A command that needs none of a package's
// does not wait for them: compiled at start, all of them together took some 2 ms of every run.
package lazyregexp

import (
	"regexp"
	"sync"
)

// New returns a function that gives the compiled expression. It panics when first called if expr is not valid.
func New(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
