package document

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxCopied and maxCopiedText bound what aliases expand to, in nodes and in bytes of text. Real descriptions have no
// aliases, or a handful.
const (
	maxCopied     = 1_000_000
	maxCopiedText = MaxSize
)

// normalizer establishes the invariants of the package comment on a freshly parsed tree.
type normalizer struct {
	name       string
	copied     int          // nodes that aliases were expanded to so far
	copiedText int          // bytes of text in them
	active     []*yaml.Node // aliased nodes that are being expanded, outermost first
}

// normalize establishes the invariants below root.
func normalize(name string, root *yaml.Node) error {
	z := normalizer{name: name}
	return z.expand(root, 0)
}

func (z *normalizer) expand(n *yaml.Node, depth int) error {
	if depth > MaxDepth {
		return Errorf(z.name, n, "nested deeper than %d levels", MaxDepth)
	}
	n.HeadComment, n.LineComment, n.FootComment = "", "", ""
	if n.Kind == yaml.AliasNode {
		target := n.Alias
		if slices.Contains(z.active, target) {
			return Errorf(z.name, n, "alias *%s contains itself", n.Value)
		}
		z.active = append(z.active, target)
		defer func() { z.active = z.active[:len(z.active)-1] }()
		if err := z.count(n, target); err != nil {
			return err
		}
		copyAlias(n, target)
	}
	n.Anchor = ""
	switch n.Kind {
	case yaml.ScalarNode:
		tagScalar(n)
		if n.Tag == "!!null" {
			n.Value = "null"
		}
		return nil
	case yaml.SequenceNode:
		n.Tag = "!!seq"
		for _, c := range n.Content {
			if err := z.expand(c, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	n.Tag = "!!map"
	return z.expandMapping(n, depth)
}

// count adds up what the alias n copies of its target, one level deep.
func (z *normalizer) count(n, target *yaml.Node) error {
	z.copied += 1 + len(target.Content)
	z.copiedText += len(target.Value)
	for _, c := range target.Content {
		z.copiedText += len(c.Value)
	}
	switch {
	case z.copied > maxCopied:
		return Errorf(z.name, n, "aliases expand to more than %d nodes", maxCopied)
	case z.copiedText > maxCopiedText:
		return Errorf(z.name, n, "aliases expand to more than %d MiB of text", maxCopiedText>>20)
	}
	return nil
}

// copyAlias replaces the alias n by a copy of its target, one level deep: what the copy holds are aliases again, which
// the walk expands when it gets there. So a bomb is noticed before it goes off.
func copyAlias(n, target *yaml.Node) {
	line, column := n.Line, n.Column
	content := make([]*yaml.Node, len(target.Content))
	for i, c := range target.Content {
		copied := *c
		if c.Kind == yaml.MappingNode || c.Kind == yaml.SequenceNode {
			copied = yaml.Node{Kind: yaml.AliasNode, Alias: c, Value: target.Anchor, Line: c.Line, Column: c.Column}
		}
		content[i] = &copied
	}
	*n = *target
	n.Line, n.Column, n.Content = line, column, content
}

func (z *normalizer) expandMapping(n *yaml.Node, depth int) error {
	merges := false
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind == yaml.AliasNode && key.Alias.Kind == yaml.ScalarNode {
			if err := z.count(key, key.Alias); err != nil {
				return err
			}
			*key = yaml.Node{
				Kind:   yaml.ScalarNode,
				Tag:    key.Alias.Tag,
				Value:  key.Alias.Value,
				Style:  key.Alias.Style,
				Line:   key.Line,
				Column: key.Column,
			}
		}
		if key.Kind != yaml.ScalarNode {
			return Errorf(z.name, key, "a mapping key must be a scalar")
		}
		isMerge := key.Tag == "!!merge"
		merges = merges || isMerge
		key.HeadComment, key.LineComment, key.FootComment, key.Anchor = "", "", "", ""
		if err := z.expand(n.Content[i+1], depth+1); err != nil {
			return err
		}
		if !isMerge {
			key.Tag = "!!str"
		}
		if key.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
			key.Style = blockStyle(key.Value)
		}
	}
	if err := z.checkDuplicates(n); err != nil {
		return err
	}
	if merges {
		return z.foldMerges(n)
	}
	return nil
}

func (z *normalizer) checkDuplicates(n *yaml.Node) error {
	const few = 12
	if len(n.Content) > 2*few {
		seen := make(map[string]*yaml.Node, len(n.Content)/2)
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i]
			if first := seen[key.Value]; first != nil {
				return z.duplicate(key, first)
			}
			seen[key.Value] = key
		}
		return nil
	}
	for i := 2; i < len(n.Content); i += 2 {
		for j := 0; j < i; j += 2 {
			if n.Content[i].Value == n.Content[j].Value {
				return z.duplicate(n.Content[i], n.Content[j])
			}
		}
	}
	return nil
}

func (z *normalizer) duplicate(key, first *yaml.Node) error {
	return Errorf(z.name, key, "duplicate key %q, first at line %d", key.Value, first.Line)
}

// foldMerges replaces each "<<" entry by what it merges: keys of the mapping itself win, earlier sources before later
// ones (the YAML merge key type, yaml.org 2005).
func (z *normalizer) foldMerges(n *yaml.Node) error {
	var own, sources []*yaml.Node
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Tag != "!!merge":
			own = append(own, key, value)
		case value.Kind == yaml.MappingNode:
			sources = append(sources, value)
		case value.Kind == yaml.SequenceNode:
			sources = append(sources, value.Content...)
		default:
			return Errorf(z.name, value, "a merge key takes a mapping or a list of mappings")
		}
	}
	n.Content = own
	has := make(map[string]bool, len(own)/2)
	for key := range Pairs(n) {
		has[key.Value] = true
	}
	for _, source := range sources {
		if source.Kind != yaml.MappingNode {
			return Errorf(z.name, source, "a merge key takes a mapping or a list of mappings")
		}
		for key, value := range Pairs(source) {
			if !has[key.Value] {
				has[key.Value] = true
				n.Content = append(n.Content, key, value)
			}
		}
	}
	return nil
}

// tagScalar gives a scalar its tag of the YAML 1.2 core schema. yaml.v3 alone would take 2018-08-16 for a date, 010
// for an octal number and 1_000 for a thousand.
func tagScalar(n *yaml.Node) {
	if n.Style&yaml.TaggedStyle != 0 {
		// An explicit tag holds if the text can be that: !!int '12' is 12, !!int x and anything unknown are text.
		n.Style = 0
		if tag := n.ShortTag(); tag != coreTag(n.Value) || tag == "!!str" {
			n.Tag, n.Style = "!!str", yaml.DoubleQuotedStyle
		}
		return
	}
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		if n.Tag = "!!str"; n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
			n.Style = blockStyle(n.Value) // as it may be written again
		}
		return
	}
	n.Tag = coreTag(n.Value)
}

func coreTag(s string) string {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return "!!null"
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return "!!bool"
	case ".nan", ".NaN", ".NAN":
		return "!!float"
	}
	if c := s[0]; c != '.' && c != '+' && c != '-' && (c < '0' || c > '9') {
		return "!!str"
	}
	if digits, ok := strings.CutPrefix(s, "0o"); ok {
		return intOr(digits, "01234567")
	}
	if digits, ok := strings.CutPrefix(s, "0x"); ok {
		return intOr(digits, "0123456789abcdefABCDEF")
	}
	unsigned := strings.TrimPrefix(strings.TrimPrefix(s, "+"), "-")
	if len(s)-len(unsigned) > 1 {
		return "!!str"
	}
	switch unsigned {
	case ".inf", ".Inf", ".INF":
		return "!!float"
	}
	return numberTag(unsigned)
}

func intOr(digits, allowed string) string {
	if digits != "" && strings.Trim(digits, allowed) == "" {
		return "!!int"
	}
	return "!!str"
}

// numberTag reads digits [. digits] [e digits], with a digit before or after the point.
func numberTag(s string) string {
	const decimal = "0123456789"
	rest := strings.TrimLeft(s, decimal)
	whole := len(s) - len(rest)
	if rest == "" {
		return intOr(s, decimal)
	}
	fraction := 0
	if tail, ok := strings.CutPrefix(rest, "."); ok {
		rest = strings.TrimLeft(tail, decimal)
		fraction = len(tail) - len(rest)
	}
	if whole+fraction == 0 {
		return "!!str"
	}
	if rest == "" {
		return "!!float"
	}
	if rest[0] != 'e' && rest[0] != 'E' {
		return "!!str"
	}
	exponent := rest[1:]
	if exponent != "" && (exponent[0] == '+' || exponent[0] == '-') {
		exponent = exponent[1:]
	}
	if intOr(exponent, decimal) == "!!int" {
		return "!!float"
	}
	return "!!str"
}
