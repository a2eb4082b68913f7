package generate

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"
)

// Names of which oapi-codegen leaves nothing that Go could be called: ?, {{, ½, 日本. Such a member or parameter is
// called by the numbers of its characters, ? is U003F, and what is within it, which would be called like what it is in,
// becomes a component.

// word is what oapi-codegen keeps of a name.
var word = regexp.MustCompile(`[\p{Lu}\d]+([\p{Ll}\d]+|$)`)

// wordless reports whether a name has no word. What no name may have is refused elsewhere.
func wordless(name string) bool {
	return !word.MatchString(codegen.ToCamelCaseWithDigits(name)) && name != "" &&
		!strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || r == '"' || r == '`' })
}

// nameless reports whether a name gives no Go name: it has no word, or a digit first, and does not begin with a
// character that oapi-codegen has a word for.
func nameless(name string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(name, "$"))
	words := word.FindString(codegen.ToCamelCaseWithDigits(name))
	return (wordless(name) || words != "" && words[0] <= '9') && name != "$" && !unicode.IsDigit(first) &&
		!strings.ContainsRune("-+&|~=><#.*^%_", first)
}

// numbered is the name that a name without words gets.
func numbered(name string) string {
	var b strings.Builder
	for _, r := range name {
		fmt.Fprintf(&b, "U%04X", r)
	}
	return b.String()
}

// nameParameter names a parameter without words.
func (n *normalizer) nameParameter(p *openapi3.Parameter, at string) {
	if nameless(p.Name) && p.Extensions[goName] == nil {
		n.edit(func() { p.Extensions = with(p.Extensions, goName, numbered(p.Name)) })
	}
	if !wordless(p.Name) {
		return
	}
	n.components(p.Schema, at, numbered(p.Name))
	for _, media := range p.Content {
		if media != nil {
			n.components(media.Schema, at, numbered(p.Name))
		}
	}
}

// nameProperty names a member without words.
func (n *normalizer) nameProperty(name string, ref *openapi3.SchemaRef, at string) {
	if ref == nil || ref.Value == nil {
		return
	}
	if nameless(name) && ref.Extensions[goName] == nil && (ref.Ref != "" || ref.Value.Extensions[goName] == nil) {
		n.edit(func() {
			if ref.Ref == "" {
				ref.Value.Extensions = with(ref.Value.Extensions, goName, numbered(name))
			} else {
				ref.Extensions = with(ref.Extensions, goName, numbered(name))
			}
		})
	}
	if wordless(name) {
		n.components(ref, at, numbered(name))
	}
}

// spelled is what a component is called instead whose name begins with a digit, or has nothing before one or at all:
// what is in it is called like it, with more behind. Others keep theirs.
func spelled(component string) string {
	first, _ := utf8.DecodeRuneInString(letters(component))
	if unicode.IsLetter(first) {
		return component
	}
	rest := strings.TrimLeft(component, "-._")
	prefix := strings.NewReplacer("-", "Minus", ".", "Dot", "_", "Underscore").
		Replace(strings.TrimSuffix(component, rest))
	if prefix == "" {
		prefix = "N"
	}
	return prefix + rest
}
