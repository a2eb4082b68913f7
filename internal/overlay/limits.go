package overlay

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/speakeasy-api/jsonpath/pkg/jsonpath/config"
	"github.com/speakeasy-api/jsonpath/pkg/jsonpath/token"
	speakeasy "github.com/speakeasy-api/openapi/overlay"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// Limits of what is read and done for an overlay.
const (
	MaxActions = 10_000
	MaxTarget  = 2_000      // bytes of a JSONPath
	MaxNesting = 6          // brackets within each other in a JSONPath
	MaxSteps   = 10_000_000 // nodes that one JSONPath may look at, as its form tells
	MaxEntries = 5_000      // of a list or mapping of an update
	MaxAdded   = 250_000    // nodes that all updates of an overlay make
	MaxText    = 64 << 20   // bytes of their texts

	// The parser reads what is in a filter up to three times for each filter and function that it is in.
	maxEffort = 1_000_000
	// Selectors of a JSONPath of whatever document.
	fewSelectors = 16
)

// jsonPath is a compiled JSONPath and what its form tells of the work that it is.
type jsonPath struct {
	query speakeasy.Queryable
	form  form
}

// form is what the time of a query depends on.
type form struct {
	effort    float64 // of parsing
	descents  int     // "..": each may come to a node from all nodes above it
	selectors int
	repeats   float64 // how often lists of selectors may select the same node
	whole     int     // queries that may look at the whole document for each node
}

// find is what a JSONPath selects.
func (p jsonPath) find(root *yaml.Node) ([]*yaml.Node, error) {
	doc := &yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{root}} // the library counts parents from it down
	f := p.form
	if f.descents > 1 || f.selectors > fewSelectors || f.repeats > 1 || f.whole > 0 {
		nodes, depth := size(root, new(int64))
		steps := float64(nodes) * math.Pow(float64(nodes), float64(f.whole)) * f.repeats * float64(f.selectors) *
			math.Pow(float64(depth), float64(max(f.descents-1, 0)))
		if steps > MaxSteps {
			return nil, fmt.Errorf(
				"it may look at more than %d nodes: use fewer of *, .., ? and lists of them",
				MaxSteps,
			)
		}
	}
	return p.query.Query(doc), nil
}

// size counts nodes, their levels, and adds the bytes of their texts.
func size(n *yaml.Node, text *int64) (nodes, depth int) {
	*text += int64(len(n.Value))
	for _, child := range n.Content {
		more, below := size(child, text)
		nodes += more
		depth = max(depth, below)
	}
	return nodes + 1, depth + 1
}

// bracket is an open one of a JSONPath.
type bracket struct {
	round   bool
	filter  bool     // a filter was seen since the last comma
	names   []string // that are selected
	entries int
	several bool // an entry selects several nodes, or one that another may select, too
}

// beforeLiteral is what a name, number or text of a JSONPath stands behind.
var beforeLiteral = []token.Token{
	token.BRACKET_LEFT, token.COMMA, token.PAREN_LEFT, token.ARRAY_SLICE, token.FILTER, token.AND, token.OR, token.NOT,
	token.EQ, token.NE, token.GT, token.GE, token.LT, token.LE,
}

// formOf reads the tokens of a JSONPath, which may be a wrong one.
func formOf(target string) (form, error) {
	f := form{repeats: 1}
	if len(target) > MaxTarget {
		return f, fmt.Errorf("it is longer than %d bytes", MaxTarget)
	}
	tokens := token.NewTokenizer(target, config.WithPropertyNameExtension()).Tokenize()
	var open []*bracket
	filters, names := 0, 0
	for i, t := range tokens {
		before := token.ILLEGAL
		if i > 0 {
			before = tokens[i-1].Token
		}
		var in *bracket // that this is an entry of
		if len(open) > 0 && !open[len(open)-1].round && !open[len(open)-1].filter {
			in = open[len(open)-1]
		}
		f.effort += math.Pow(3, float64(filters))
		switch t.Token {
		case token.BRACKET_LEFT, token.PAREN_LEFT:
			if len(open) == MaxNesting {
				return f, fmt.Errorf("more than %d brackets are within each other", MaxNesting)
			}
			open = append(open, &bracket{round: t.Token == token.PAREN_LEFT})
			if t.Token == token.PAREN_LEFT {
				filters++
			}
		case token.BRACKET_RIGHT, token.PAREN_RIGHT:
			if len(open) == 0 {
				return f, errors.New("a bracket is closed that was not opened")
			}
			b := open[len(open)-1]
			open = open[:len(open)-1]
			if b.filter || b.round {
				filters--
			}
			if b.several && b.entries > 1 {
				f.repeats *= float64(b.entries)
			}
		case token.COMMA:
			if b := open; len(b) > 0 && b[len(b)-1].filter {
				b[len(b)-1].filter = false
				filters--
			}
		case token.FILTER:
			if in == nil || before != token.BRACKET_LEFT && before != token.COMMA {
				return f, errors.New("a filter stands in brackets, behind a comma if it is not the first in them")
			}
			in.filter, in.several = true, true
			in.entries++
			f.selectors++
			filters++
		case token.WILDCARD:
			f.selectors++
			if in != nil && before != token.CHILD && before != token.RECURSIVE {
				in.several = true
				in.entries++
			}
			if !slices.Contains(
				[]token.Token{token.CHILD, token.RECURSIVE, token.BRACKET_LEFT, token.COMMA}, before) {
				return f, errors.New("there is no dot or comma before *")
			}
		case token.ARRAY_SLICE:
			f.selectors++
			if in != nil { // a slice is the last of a list: the parser takes no other behind it
				in.several = true
				in.entries = max(in.entries, 1)
			}
		case token.STRING_LITERAL, token.INTEGER:
			if !slices.Contains(beforeLiteral, before) {
				return f, fmt.Errorf("there is no comma before %q", t.Literal)
			}
			if in != nil && before != token.ARRAY_SLICE {
				f.selectors++
				in.entries++
				in.several = in.several || t.Token == token.INTEGER || slices.Contains(in.names, t.Literal)
				in.names = append(in.names, t.Literal)
			}
		case token.STRING:
			f.selectors++
		case token.RECURSIVE:
			f.descents++
		case token.PROPERTY_NAME:
			if names++; names > 1 { // of a name: that leads up again
				f.whole++
			}
		case token.ROOT:
			if i > 0 && selectsSeveral(tokens[i+1:]) {
				f.whole++
			}
		}
	}
	f.selectors = max(f.selectors, 1)
	return f, nil
}

// selectsSeveral tells whether the query that begins a list of tokens may select more than one node.
func selectsSeveral(tokens []token.TokenInfo) bool {
	depth := 0
	for _, t := range tokens {
		switch t.Token {
		case token.BRACKET_LEFT:
			depth++
		case token.BRACKET_RIGHT:
			if depth--; depth < 0 {
				return false
			}
		case token.CHILD, token.STRING, token.STRING_LITERAL, token.INTEGER:
		case token.COMMA:
			if depth == 0 {
				return false
			}
		case token.WILDCARD, token.RECURSIVE, token.FILTER, token.ARRAY_SLICE, token.PROPERTY_NAME:
			return true
		default:
			return false
		}
	}
	return false
}

// made is what updates have made.
type made struct{ nodes, text int64 }

func (m made) tooMuch() bool { return m.nodes > MaxAdded || m.text > MaxText }

// charge adds an update of some targets to all, and refuses what is too much.
func (a Action) charge(all *made, update *yaml.Node, targets int) error {
	var text int64
	nodes, _ := size(update, &text)
	all.nodes += int64(nodes) * int64(targets)
	all.text += text * int64(targets)
	if all.tooMuch() {
		return document.Errorf(
			a.File,
			a.node,
			"the updates up to here make more than %d nodes or %d MiB of text: take out some, or select fewer nodes",
			MaxAdded,
			MaxText>>20,
		)
	}
	return nil
}

// oversized is the first list or mapping of an update with too many entries.
func oversized(n *yaml.Node) *yaml.Node {
	if n == nil {
		return nil
	}
	entries := len(n.Content)
	if n.Kind == yaml.MappingNode {
		entries /= 2
	}
	if entries > MaxEntries {
		return n
	}
	for _, child := range n.Content {
		if found := oversized(child); found != nil {
			return found
		}
	}
	return nil
}
