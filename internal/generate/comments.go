package generate

import (
	"regexp"
	"strings"
)

var (
	// A comment line of oapi-codegen: the declared name, then the description.
	described = regexp.MustCompile(`^(\s*)// ([A-Z]\w*) (.+)$`)
	// A noun in the plural, before what is said of it.
	plural   = regexp.MustCompile(`^(\w+ )?\w*[^s\W]s( (of|in|for|to|that|which|by|with)\b|[,.;:(]|$)`)
	declared = regexp.MustCompile(`^\s*(?:type )?([A-Z]\w*)\b`)
)

// nullable is a field that normal has marked.
var nullable = regexp.MustCompile(
	"^(\\s*\\w+\\s+)\\*?([^\\s`]+)(\\s*`(?:[^`]* )?json:\"[^\",]*)[^\"]*\"(.*?) " + nullMark + ":\"1\"",
)

// nullableTypes gives the fields that normal has marked the type that can be null. A form, which may be of the same
// schema, has no null.
func nullableTypes(text string, forms map[string]bool) string {
	const mark = " " + nullMark + `:"1"`
	if !strings.Contains(text, mark) {
		return text
	}
	lines, inForm := strings.Split(text, "\n"), false
	for i, line := range lines {
		if name, ok := strings.CutPrefix(line, "type "); ok {
			name, _, _ = strings.Cut(name, " ")
			inForm = forms[name]
		}
		if inForm {
			lines[i] = strings.Replace(line, mark, "", 1)
		} else {
			lines[i] = nullable.ReplaceAllString(line, "${1}Nullable[$2]${3},omitzero\"${4}")
		}
	}
	return strings.Join(lines, "\n")
}

// tidyTypes makes the declarations that oapi-codegen writes read like Go: a field's comment is its description, a
// type's a sentence that begins with its name, lines are wrapped, and an empty list is sent (omitzero alone: with
// omitempty it would be left out like an absent one).
func tidyTypes(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, ",omitempty,omitzero", ",omitzero"), "\n")
	var out []string
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		comment := described.FindStringSubmatch(line)
		if comment == nil {
			out = append(out, line)
			continue
		}
		indent, name, description := comment[1], comment[2], comment[3]
		// The description goes on over lines of comment, up to the declaration.
		next := i + 1
		for next < len(lines) && strings.HasPrefix(strings.TrimSpace(lines[next]), "//") {
			next++
		}
		declaration := ""
		if next < len(lines) {
			declaration = lines[next]
		}
		if d := declared.FindStringSubmatch(declaration); d == nil || d[1] != name {
			out = append(out, line)
			continue
		}
		for _, more := range lines[i+1 : next] {
			more = strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(more), "//"), " ")
			if strings.HasPrefix(more, "Deprecated: ") {
				more = "\n" + more // tools look for it at the start of a paragraph
			}
			description += "\n" + more
		}
		if strings.Contains(declaration, "type ") {
			description = sentence(name, description)
		}
		for wrapped := range strings.SplitSeq(goComment(description), "\n") {
			out = append(out, indent+wrapped)
		}
		i = next - 1
	}
	return strings.Join(out, "\n")
}

// sentence turns a schema's description into the first sentence of a type's comment.
func sentence(name, description string) string {
	if where, ok := strings.CutPrefix(description, "defines model for "); ok {
		if strings.HasSuffix(where, ".") && strings.Contains(strings.TrimSuffix(where, "."), ".") {
			return name + " is the type of values: its known ones are the constants."
		}
		return name + " is the schema of that name."
	}
	for _, article := range []string{"A ", "An ", "The "} {
		if subject, ok := strings.CutPrefix(description, article); ok && !plural.MatchString(subject) {
			return name + " is " + lowerFirst(description)
		}
	}
	if verb, _, _ := strings.Cut(description, " "); verb == "are" || verb == "is" || verb == "defines" {
		return name + " " + description
	}
	return name + ": " + lowerFirst(description)
}
