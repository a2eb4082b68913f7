package transport

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The vendor's usage-plan groups and allowances per user and minute (public
// guides, 2026-04). Limits learnt from responses replace them.
var defaultLimits = map[string]int{"light": 50, "medium": 40, "heavy": 10, authGroup: 5}

// DefaultLimits returns the allowances, in requests per user and minute by
// usage-plan group, that hold until a response tells others: those of the
// vendor's public guides of April 2026.
func DefaultLimits() map[string]int { return maps.Clone(defaultLimits) }

const (
	authGroup     = "auth"
	defaultWindow = time.Minute

	// Without Retry-After: at least 30 seconds. The usage plans' penalty is 60,
	// so a second refusal in a row is taken for one of those.
	shortPenalty = 30 * time.Second
	longPenalty  = 60 * time.Second

	// Bounds on what a server can make us believe or remember.
	maxLearntLimit  = 10_000
	maxLearntWindow = 24 * time.Hour
	maxGroups       = 64
	maxGroupName    = 64
)

// ThrottledError says that a request was not sent, or not sent again, because its
// group has to wait longer than the request's context or [Config.MaxWait] allows.
// A request whose own 429 cannot be waited for gets that response instead.
// Calling again after Wait is right.
type ThrottledError struct {
	Group   string        // usage-plan group as the caller spelt it, "" if the request has none
	Wait    time.Duration // at least this long, from the moment of the error
	Penalty bool          // true: after a 429; false: the group's allowance is used up
}

func (e *ThrottledError) Error() string {
	reason := "its allowance is used up"
	if e.Penalty {
		reason = "penalty after status 429"
	}
	return fmt.Sprintf("rate-limit group %q must wait %v (%s), longer than the request may: call again later",
		e.Group, e.Wait.Round(time.Millisecond), reason)
}

// gate holds requests back by group.
type gate struct {
	limits        map[string]int // the user's ceilings per minute, by lower-case name
	maxRetryAfter time.Duration  // the longest that a server is believed

	mu      sync.Mutex
	groups  map[string]*group
	tickets ticket // given so far
}

// ticket is a request's place in the queue of its group, from 1: whoever asked
// first is served first. A request keeps it when it is repeated.
type ticket uint64

// group is one allowance. A request occupies a place from take until one window
// after answered.
type group struct {
	limit   int // places, 0: no limit known
	ceiling int // the user's own limit per minute, 0: none
	window  time.Duration
	flying  int         // sent, not answered
	counted []time.Time // when the others were answered, oldest first
	closed  time.Time   // nothing is sent before
	refused int         // 429s in a row
	waiting map[ticket]struct{}
}

func newGate(limits map[string]int, maxRetryAfter time.Duration) *gate {
	g := &gate{limits: map[string]int{}, groups: map[string]*group{}, maxRetryAfter: maxRetryAfter}
	for name, n := range limits {
		g.limits[groupKey(name)] = n
	}
	return g
}

func groupKey(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// group returns the group of that name; the caller holds g.mu.
func (g *gate) group(name string, now time.Time) *group {
	key := groupKey(name)
	if found := g.groups[key]; found != nil {
		found.forget(now)
		return found
	}
	if len(g.groups) >= maxGroups {
		for k, old := range g.groups {
			if old.forget(now); old.flying+len(old.counted)+len(old.waiting) == 0 && !now.Before(old.closed) {
				delete(g.groups, k)
			}
		}
	}
	made := &group{
		limit:   defaultLimits[key],
		ceiling: g.limits[key],
		window:  defaultWindow,
		waiting: map[ticket]struct{}{},
	}
	if made.ceiling > 0 {
		made.limit = made.ceiling
	}
	g.groups[key] = made
	return made
}

// forget drops the places that are free again.
func (g *group) forget(now time.Time) {
	n := 0
	for n < len(g.counted) && !now.Before(g.counted[n].Add(g.window)) {
		n++
	}
	g.counted = g.counted[n:]
}

// wait returns how long the group sends nothing of what has so many requests
// ahead of it, and how much of that is a penalty. It may turn out to be longer.
func (g *group) wait(now time.Time, ahead int) (wait, penalty time.Duration) {
	penalty = max(0, g.closed.Sub(now))
	if g.limit == 0 {
		return penalty, penalty
	}
	// After as many as there are places, those who went first make room.
	rounds := time.Duration(ahead/g.limit) * g.window
	at := now.Add(penalty)
	switch first := g.flying + len(g.counted) + ahead%g.limit - g.limit; { // the place that must come free
	case first < 0:
	case first < len(g.counted):
		at = later(at, g.counted[first].Add(g.window))
	default: // that of a request that is still under way: not before this
		at = later(at, now.Add(g.window))
	}
	return at.Sub(now) + rounds, penalty
}

// ahead is how many in the queue come before the ticket.
func (g *group) ahead(t ticket) (n int) {
	for other := range g.waiting {
		if other < t {
			n++
		}
	}
	return n
}

// take occupies a place and returns 0, or returns how long the wait is going to be,
// and how much of it is a penalty, after which to ask again at the latest. The
// first time the ticket is 0. Whoever stops asking has to leave.
func (g *gate) take(name string, t *ticket) (wait, penalty time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if *t == 0 {
		g.tickets++
		*t = g.tickets
	}
	now := time.Now()
	group := g.group(name, now)
	if wait, penalty = group.wait(now, group.ahead(*t)); wait > 0 {
		group.waiting[*t] = struct{}{}
		return wait, penalty
	}
	delete(group.waiting, *t)
	group.flying++
	return 0, 0
}

// leave gives up the place in the queue.
func (g *gate) leave(name string, t ticket) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.group(name, time.Now()).waiting, t)
}

// penalty returns how much longer a penalty closes the group.
func (g *gate) penalty(name string) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	return g.group(name, now).closed.Sub(now)
}

// answered ends a request that took a place. It learns from the response, nil if
// there was none; of a response that is not the vendor's own it believes the 429
// only. For a 429 it returns how long the request has to wait now.
func (g *gate) answered(name string, t ticket, resp *http.Response, own bool) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	asked := g.group(name, now)
	asked.flying--
	asked.counted = append(asked.counted, now)
	defer func() {
		if asked.limit == 0 {
			asked.counted = nil // nothing to count for
		}
	}()
	if resp == nil {
		return 0
	}
	told := asked
	if own {
		if other := resp.Header.Get("X-Rate-Limit-Group"); other != "" && len(other) <= maxGroupName {
			told = g.group(other, now)
		}
		told.learn(resp.Header, now)
	}
	if resp.StatusCode != http.StatusTooManyRequests {
		asked.refused = 0
		return 0
	}
	asked.refused++
	penalty := asked.penalty(resp, own, now, g.maxRetryAfter)
	asked.closed = later(asked.closed, now.Add(penalty))
	told.closed = later(told.closed, now.Add(penalty))
	wait, _ := asked.wait(now, asked.ahead(t))
	return wait
}

// learn takes over the limit that a response states, and the window with it: by
// itself a window says nothing.
func (g *group) learn(h http.Header, now time.Time) {
	limit, ok := headerInt(h, "X-Rate-Limit-Limit")
	if !ok || limit <= 0 || limit > maxLearntLimit {
		return
	}
	g.limit = limit
	if window := statedWindow(h); window > 0 {
		g.window = window
	}
	if g.ceiling > 0 {
		g.keepBelowCeiling()
	}
	// What the server counted and we did not, somebody else sent.
	if left, ok := headerInt(h, "X-Rate-Limit-Remaining"); ok && left >= 0 && left <= limit {
		for used := limit - left; g.flying+len(g.counted) < used; {
			g.counted = append(g.counted, now)
		}
	}
}

// keepBelowCeiling lowers the limit to the ceiling's part of the window; where
// that is none, it is one request in a longer window.
func (g *group) keepBelowCeiling() {
	ceiling := time.Duration(min(g.ceiling, 60*maxLearntLimit)) // more does not matter, and could overflow
	allowed := int(ceiling * (g.window / time.Second) / 60)
	if allowed == 0 {
		allowed, g.window = 1, (time.Minute+ceiling-1)/ceiling
	}
	g.limit = min(g.limit, allowed)
}

// penalty is how long a 429 closes the group, whatever group it names itself.
func (g *group) penalty(resp *http.Response, own bool, now time.Time, most time.Duration) time.Duration {
	if d := retryAfter(resp, now, most); d > 0 {
		return d
	}
	if window := statedWindow(resp.Header); own && window > 0 {
		return min(max(window, shortPenalty), most)
	}
	if g.refused > 1 {
		return longPenalty
	}
	return shortPenalty
}

// retryAfter is the wait a response asks for, 0 if none or none that is left, and
// most if it is longer (RFC 9110 §10.2.3). A date is compared with the server's own clock if the
// response tells it.
func retryAfter(resp *http.Response, now time.Time, most time.Duration) time.Duration {
	value := strings.TrimSpace(resp.Header.Get("Retry-After"))
	if value == "" {
		return 0
	}
	if strings.Trim(value, "0123456789") == "" {
		s, err := strconv.ParseInt(value, 10, 64)
		if err != nil || s > int64(most/time.Second) {
			return most
		}
		return time.Duration(s) * time.Second
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		now = date
	}
	return min(max(until.Sub(now), 0), most)
}

// statedWindow is the window that a response states, 0 if none that is believed.
func statedWindow(h http.Header) time.Duration {
	s, ok := headerInt(h, "X-Rate-Limit-Window")
	if !ok || s <= 0 || s > int(maxLearntWindow/time.Second) {
		return 0
	}
	return time.Duration(s) * time.Second
}

func headerInt(h http.Header, name string) (int, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(h.Get(name)))
	return n, err == nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// closed lists the groups that a penalty closes, and until when.
func (g *gate) closed() map[string]time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	until, now := map[string]time.Time{}, time.Now()
	for name, group := range g.groups {
		if now.Before(group.closed) {
			until[name] = group.closed
		}
	}
	return until
}

// tooLong reports whether a wait outlasts the context's deadline, the call's time or limit.
func tooLong(ctx context.Context, wait, limit time.Duration) bool {
	if wait > limit {
		return true
	}
	if total, ok := ctx.Value(totalKey{}).(time.Time); ok && time.Until(total) <= wait {
		return true
	}
	deadline, ok := ctx.Deadline()
	return ok && time.Until(deadline) <= wait
}
