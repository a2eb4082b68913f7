package build

import (
	"maps"
	"slices"
)

// Directives are the names of the extensions that steer the generator.
func Directives() []string { return slices.Sorted(maps.Keys(directives)) }
