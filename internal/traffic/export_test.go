package traffic

import "github.com/ringbasic/ringbasic/internal/diff"

// The bounds that tests go up to.
const (
	MaxBody     = maxBody
	MaxFindings = maxFindings
	MaxKept     = maxKept
	MaxNesting  = maxNesting
	MaxUnseen   = maxUnseen
	MaxViews    = maxViews
)

// Reset forgets every exchange.
func (c *Comparer) Reset() {
	c.findings, c.passed, c.seen, c.exchanges = map[string]*diff.Finding{}, map[string]int{}, map[string]bool{}, 0
}

// Unpack undoes gzip.
func (m *Message) Unpack() { m.unpack() }
