package traffic

import "github.com/ringbasic/ringbasic/internal/diff"

// Reset forgets every exchange.
func (c *Comparer) Reset() {
	c.findings, c.passed, c.seen, c.exchanges = map[string]*diff.Finding{}, map[string]int{}, map[string]bool{}, 0
}
