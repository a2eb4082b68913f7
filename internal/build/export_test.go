package build

import (
	"maps"
	"slices"
)

// Directives are the names of the extensions that steer oapi-codegen; those of our own generator are not among them.
func Directives() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(directives)), func(name string) bool { return name == pagesExtension })
}

// CheckCrowds is what Run asks before it generates.
var CheckCrowds = checkCrowds
