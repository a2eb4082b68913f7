package live

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/transport"
)

// What a server says of its limits is taken over where it can be meant.
func TestPaceLearns(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		limit, window string
		wantLimit     int
		wantWindow    time.Duration
	}{
		{"", "", 40, time.Minute},
		{"7", "30", 7, 30 * time.Second},
		{"1", "1", 1, time.Second},
		{"0", "0", 40, time.Minute},
		{"-1", "-1", 40, time.Minute},
		{"many", "long", 40, time.Minute},
		{"7", "86399", 7, 86399 * time.Second},
		{"7", "86400", 7, time.Minute},
	} {
		p := newPace(nil)
		p.learn("Medium", http.Header{"X-Rate-Limit-Limit": {test.limit}, "X-Rate-Limit-Window": {test.window}})
		u := p.group("medium")
		require.Equal(t, test.wantLimit, u.limit, test)
		require.Equal(t, test.wantWindow, u.window, test)
	}
}

// The estimate is the answers to come, and the windows of groups that are full until then. Before the first answer one
// is taken to need half a second; a group without a limit is never full.
func TestPaceEstimates(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		limit int
		sent  []time.Duration // ago
		ahead int
		want  time.Duration
	}{
		{"nothing ahead", 2, nil, 0, 0},
		{"room for all", 2, nil, 2, time.Second},
		{"one more than there is room for", 2, nil, 3, time.Minute + time.Second},
		{"room for one", 2, []time.Duration{20 * time.Second}, 1, 500 * time.Millisecond},
		{"full", 2, []time.Duration{20 * time.Second, 10 * time.Second}, 1, 40*time.Second + 500*time.Millisecond},
		{"full, for two", 2, []time.Duration{20 * time.Second, 10 * time.Second}, 2, 50*time.Second + 500*time.Millisecond},
		{"no limit", 0, []time.Duration{20 * time.Second, 10 * time.Second}, 3, 1500 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := newPace(nil)
			u := p.group("Own")
			u.limit = test.limit
			for _, ago := range test.sent {
				u.sent = append(u.sent, time.Now().Add(-ago))
			}
			var groups []string
			for range test.ahead {
				groups = append(groups, "own")
			}
			p.begin("a/b", groups)
			require.Equal(t, test.want, p.estimate(), test.name)
		})
	}
}

// A wait is told once: of a group by its own event, of a fault by the next try.
func TestPaceTellsWaits(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		event transport.Event
		want  []Progress
	}{
		"penalty": {transport.Event{Kind: transport.EventWait, Group: "Medium", Wait: 30 * time.Second},
			[]Progress{{Recording: "a/b", Total: 1, Wait: 30 * time.Second, Group: "Medium", Left: 30*time.Second + 500*time.Millisecond}}},
		"penalty after a 429": {transport.Event{Kind: transport.EventWait, Group: "Medium", Status: 429, Wait: 30 * time.Second},
			[]Progress{{Recording: "a/b", Total: 1, Wait: 30 * time.Second, Group: "Medium", Left: 30*time.Second + 500*time.Millisecond}}},
		"try after a 429": {transport.Event{Kind: transport.EventRetry, Group: "Medium", Status: 429, Wait: 30 * time.Second}, nil},
		"try after a fault": {transport.Event{Kind: transport.EventRetry, Group: "Medium", Status: 503, Wait: 2 * time.Second},
			[]Progress{{Recording: "a/b", Total: 1, Wait: 2 * time.Second, Left: 2500 * time.Millisecond}}},
		"token":   {transport.Event{Kind: transport.EventToken, Wait: time.Second}, nil},
		"no wait": {transport.Event{Kind: transport.EventRetry, Status: 503}, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			var told []Progress
			p := newPace(func(now Progress) { told = append(told, now) })
			p.begin("a/b", []string{"Medium"})
			p.event(t.Context(), test.event)
			require.Equal(t, test.want, told, name)
		})
	}
}

// A server may repeat a secret as JSON or an address has it.
func TestSpellings(t *testing.T) {
	t.Parallel()
	require.Empty(t, spellings(" "))
	require.Equal(t, []string{`a" /<`, `a%22+%2F%3C`, `a%22%20%2F%3C`, `a\" /\u003c`}, spellings(` a" /<`))
	require.Equal(t, `\"a\"`, spellings(`"a"`)[3])
}
