package build

import (
	"maps"
	"slices"
)

// Directives are the names of the extensions that steer the generator.
// Directives are those of oapi-codegen, and not those of our own generator.
func Directives() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(directives)), func(name string) bool { return name == pagesExtension })
}
