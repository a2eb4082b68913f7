package diff

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
)

// ownRules are the facts of a schema that are compared each in its own way. What else is among its facts is "other".
var ownRules = []string{"format", "nullable", "deprecated", "readOnly", "writeOnly", "default", "additionalProperties"}

// bound is a numeric bound and the flag that makes it exclusive.
type bound struct {
	keyword, exclusive string
	lower              bool
}

var bounds = []bound{{"minimum", "exclusiveMinimum", true}, {"maximum", "exclusiveMaximum", false}}

// limits are the keywords that bound a value, and whether less of it is looser (-1), more of it is looser (+1), or the
// two cannot be ordered by size (0).
var limits = map[string]int{
	"minimum": -1, "maximum": +1, "exclusiveMinimum": 0, "exclusiveMaximum": 0, "multipleOf": 0, "pattern": 0,
	"uniqueItems": 0,
	"minLength":   -1, "maxLength": +1, "minItems": -1, "maxItems": +1, "minProperties": -1, "maxProperties": +1,
}

// addBound reads a bound of n in either form: minimum with exclusiveMinimum true, or exclusiveMinimum as a number. The
// tightest wins.
func (f *folder) addBound(n *yaml.Node, b bound) {
	value, flag := document.Get(n, b.keyword), document.Get(n, b.exclusive)
	if value != nil {
		exclusive := fact{}
		if isTrue(flag) {
			exclusive = fact{true, flag.Line}
		}
		f.tighten(b, scalar(value), exclusive)
	}
	if flag != nil && (flag.Tag == "!!int" || flag.Tag == "!!float") {
		f.tighten(b, scalar(flag), fact{true, flag.Line})
	}
}

func (f *folder) tighten(b bound, value, exclusive fact) {
	facts := f.schema.facts
	old, known := facts[b.keyword]
	order := 0
	if known {
		if order = compareNumbers(value.value, old.value); !b.lower {
			order = -order
		}
		if order < 0 || order == 0 && exclusive.value == nil {
			return
		}
	}
	facts[b.keyword] = value
	delete(facts, b.exclusive)
	if exclusive.value != nil {
		facts[b.exclusive] = exclusive
	}
}

// settled is a bound without its flag, as far as that can be: of integers, > 0 is >= 1.
func (s *schema) settled(b bound, integers bool) (limit *big.Rat, exclusive, ok bool) {
	limit, ok = rational(s.facts[b.keyword].value)
	exclusive = s.facts[b.exclusive].value != nil
	if !ok || !integers || !exclusive && limit.IsInt() {
		return limit, exclusive, ok
	}
	whole := new(big.Int).Div(limit.Num(), limit.Denom()) // rounds down, as the denominator is positive
	switch {
	case b.lower:
		whole.Add(whole, big.NewInt(1))
	case exclusive && limit.IsInt():
		whole.Sub(whole, big.NewInt(1))
	}
	return new(big.Rat).SetInt(whole), false, true
}

// addLimit keeps the tightest of several limits; of several patterns and divisors, all. A lower limit of zero is none.
func (f *folder) addLimit(keyword string, limit fact) {
	facts := f.schema.facts
	direction := limits[keyword]
	if direction < 0 && same(limit.value, json.Number("0")) {
		return
	}
	old, known := facts[keyword]
	switch {
	case !known:
	case direction != 0:
		if compareNumbers(limit.value, old.value)*direction >= 0 {
			return
		}
	case !same(old.value, limit.value):
		f.also(keyword, plain(old.value), plain(limit.value))
	default:
		return
	}
	facts[keyword] = limit
}

func plain(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return text(v)
}

// limitChange tells how a limit moved: -1 tighter, +1 looser, 0 if neither can be said. Neither side is nil.
func limitChange(keyword string, before, after any) int {
	if direction := limits[keyword]; direction != 0 {
		return compareNumbers(after, before) * direction
	}
	if keyword == "multipleOf" {
		x, okX := rational(before)
		y, okY := rational(after)
		if okX && okY && x.Sign() != 0 && y.Sign() != 0 {
			if new(big.Rat).Quo(y, x).IsInt() {
				return -1
			}
			if new(big.Rat).Quo(x, y).IsInt() {
				return +1
			}
		}
	}
	return 0
}

// scalar is the value of a node: nil, a bool, a json.Number, a string, or for lists and mappings what JSON decodes to.
// Numbers have one spelling, so that 1, 1.0 and 0x1 are the same.
func scalar(n *yaml.Node) fact {
	if n == nil {
		return fact{}
	}
	return fact{value(n), n.Line}
}

func value(n *yaml.Node) any {
	switch n.Kind {
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, item := range n.Content {
			list = append(list, value(item))
		}
		return list
	case yaml.MappingNode:
		object := make(map[string]any, len(n.Content)/2)
		for k, v := range document.Pairs(n) {
			object[k.Value] = value(v)
		}
		return object
	}
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return isTrue(n)
	case "!!int", "!!float":
		return number(n.Value)
	}
	return n.Value
}

func isTrue(n *yaml.Node) bool {
	return n != nil && n.Kind == yaml.ScalarNode && n.Tag == "!!bool" && strings.EqualFold(n.Value, "true")
}

// number spells a number of the YAML 1.2 core schema as JSON does. Infinities and what is no number stay text.
func number(s string) any {
	digits, base := strings.TrimPrefix(s, "+"), 10
	switch {
	case strings.HasPrefix(s, "0x"):
		digits, base = s[2:], 16
	case strings.HasPrefix(s, "0o"):
		digits, base = s[2:], 8
	}
	const longest = 400 // digits; a float64 has at most 309
	if len(digits) > longest {
		return s
	}
	if i, ok := new(big.Int).SetString(digits, base); ok {
		return json.Number(i.String())
	}
	x, err := strconv.ParseFloat(digits, 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		return s
	}
	if x == math.Trunc(x) && math.Abs(x) < 1<<53 {
		return json.Number(strconv.FormatInt(int64(x), 10))
	}
	if math.Abs(x) >= 1<<53 && math.Abs(x) < 1e21 { // beyond, a program that writes JSON has an exponent, too
		if exact, ok := new(big.Rat).SetString(digits); ok && exact.IsInt() {
			return json.Number(exact.Num().String())
		}
	}
	return json.Number(strconv.FormatFloat(x, 'g', -1, 64))
}

// compareNumbers orders two limits; what is no number comes out equal.
func compareNumbers(a, b any) int {
	x, okX := rational(a)
	y, okY := rational(b)
	if !okX || !okY {
		return 0
	}
	return x.Cmp(y)
}

func rational(v any) (*big.Rat, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return nil, false
	}
	return new(big.Rat).SetString(string(n))
}
