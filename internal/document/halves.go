package document

import (
	"bytes"
	"regexp"

	"gopkg.in/yaml.v3"
)

// parseHalves parses a large block mapping as two documents side by side, cut before a key of the top level, and joins
// them. Parsing takes most of the time of everything that ringbasic does.
//
// The cut is a guess, and a wrong one is harmless. If it falls into a quoted text, a flow collection, or between an
// anchor and its alias, one of the halves is not valid; if it does not, the halves are what the whole is. Whatever is
// wrong, with the cut or with the text, the result is nil, and the text is parsed, and its errors told, as a whole.
func parseHalves(name string, text []byte) *yaml.Node {
	cut := middleKey(text)
	if cut < 0 {
		return nil
	}
	parse := func(text []byte, line int) *yaml.Node {
		root, err := parseYAML(name, text)
		if err != nil || root.Kind != yaml.MappingNode || root.Style&yaml.FlowStyle != 0 || normalize(name, root, line) != nil {
			return nil
		}
		return root
	}
	second := make(chan *yaml.Node, 1)
	go func() { second <- parse(text[cut:], bytes.Count(text[:cut], []byte("\n"))) }()
	head, tail := parse(text[:cut], 0), <-second
	if head == nil || tail == nil {
		return nil
	}
	head.Content = append(head.Content, tail.Content...)
	if (&normalizer{name: name}).checkDuplicates(head) != nil {
		return nil
	}
	return head
}

var topLevelKey = regexp.MustCompile(`\n[A-Za-z][A-Za-z0-9_-]*:[ \r\n]`)

// middleKey is the offset of the line nearest to the middle of text that begins with a key, -1 if there is none or text
// is too short to be worth it.
func middleKey(text []byte) int {
	const worthwhile = 64 << 10
	if len(text) < worthwhile {
		return -1
	}
	middle, best := len(text)/2, -1
	consider := func(at int) {
		if best < 0 || abs(at-middle) < abs(best-middle) {
			best = at
		}
	}
	// The last one before the middle and the first one after it, each found without reading the other half.
	if after := topLevelKey.FindIndex(text[middle:]); after != nil {
		consider(middle + after[0] + 1)
	}
	for end := middle; end > 0; {
		start := max(0, end-worthwhile)
		if found := topLevelKey.FindAllIndex(text[start:min(len(text), end+100)], -1); found != nil {
			consider(start + found[len(found)-1][0] + 1)
			break
		}
		end = start
	}
	return best
}

func abs(n int) int { return max(n, -n) }
