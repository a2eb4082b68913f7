package transport_test

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ringbasic/ringbasic/transport"
	"github.com/stretchr/testify/require"
)

// queue sends GETs for /Heavy/0, /Heavy/1, … a millisecond apart, at most limit
// of them a minute, and returns the paths in the order in which they arrived.
func queue(t *testing.T, v *vendor, n, limit int) []string {
	tr := v.transport(t, grouped, func(c *transport.Config) { c.Limits, c.MaxWait = map[string]int{"Heavy": limit}, time.Hour })
	var wg sync.WaitGroup
	for i := range n {
		time.Sleep(time.Millisecond)
		wg.Go(func() {
			_, _, err := send(tr, request(t, t.Context(), "GET", fmt.Sprintf("%s/Heavy/%d", v.URL, i), nil))
			require.NoError(t, err)
		})
	}
	wg.Wait()
	var paths []string
	for _, c := range v.seen() {
		paths = append(paths, c.Path)
	}
	return paths
}

func TestWhoAskedFirstIsServedFirst(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		got := queue(t, v, 40, 3)
		var want []string
		for i := range 40 {
			want = append(want, fmt.Sprintf("/Heavy/%d", i))
		}
		require.Equal(t, want, got)
	})
}

// A request that comes just as a place is free finds others before it.
func TestNewcomersDoNotOvertake(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		tr := v.transport(t, grouped, func(c *transport.Config) { c.Limits = map[string]int{"Heavy": 1} })
		var wg sync.WaitGroup
		start := time.Now()
		for i, at := range []time.Duration{0, 50 * time.Second, 60 * time.Second, 60*time.Second + 1, 120 * time.Second} {
			wg.Go(func() {
				time.Sleep(time.Until(start.Add(at)))
				_, _, err := send(tr, request(t, t.Context(), "GET", fmt.Sprintf("%s/Heavy/%d", v.URL, i), nil))
				require.NoError(t, err)
			})
			synctest.Wait()
		}
		wg.Wait()
		require.Equal(t, []int{0, 60, 120, 180, 240}, offsets(start, v.seen()))
		for i, c := range v.seen() {
			if i < 2 || i == 4 { // two of them come at the very same time, give or take a nanosecond
				require.Equal(t, fmt.Sprintf("/Heavy/%d", i), c.Path)
			}
		}
	})
}

func TestQueueThatIsTooLongIsNotJoined(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		tr := v.transport(t, grouped, func(c *transport.Config) {
			c.Limits, c.MaxWait = map[string]int{"Heavy": 2}, 2*time.Minute
		})
		start := time.Now()
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				_, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/Heavy/x", nil))
				require.NoError(t, err)
			})
			synctest.Wait()
		}
		_, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/Heavy/x", nil))
		var throttled *transport.ThrottledError
		require.ErrorAs(t, err, &throttled)
		require.Equal(t, transport.ThrottledError{Group: "Heavy", Wait: 3 * time.Minute}, *throttled)
		require.Zero(t, time.Since(start))
		wg.Wait()
		require.Equal(t, times(2, 0, 60, 120), offsets(start, v.seen()))
	})
}

func TestThoseWhoGiveUpMakeRoom(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		tr := v.transport(t, grouped, func(c *transport.Config) { c.Limits = map[string]int{"Heavy": 1} })
		start := time.Now()
		hasty, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second, cancel)
		var wg sync.WaitGroup
		for _, ctx := range []context.Context{t.Context(), hasty, hasty, t.Context(), t.Context()} {
			wg.Go(func() {
				_, _, err := send(tr, request(t, ctx, "GET", v.URL+"/Heavy/x", nil))
				require.Equal(t, ctx == hasty, err != nil)
			})
			synctest.Wait()
		}
		wg.Wait()
		require.Equal(t, []int{0, 60, 120}, offsets(start, v.seen()))
	})
}

// A request that was refused does not go to the end of the queue.
func TestRefusedRequestKeepsItsPlace(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, _ *http.Request, n int) {
			if n == 1 {
				time.Sleep(time.Second) // the others come meanwhile
				status(w, 429, "Retry-After", "60")
			}
		}
		got := queue(t, v, 4, 1)
		require.Equal(t, []string{"/Heavy/0", "/Heavy/0", "/Heavy/1", "/Heavy/2", "/Heavy/3"}, got)
	})
}

// refuseFirst answers the first request with 429.
func refuseFirst(retryAfter string) func(http.ResponseWriter, *http.Request, int) {
	return func(w http.ResponseWriter, _ *http.Request, n int) {
		if n == 1 {
			status(w, 429, "Retry-After", retryAfter)
		}
	}
}

// A penalty delays the queue, it does not hide it.
func TestQueueThatIsTooLongIsNotJoinedDuringAPenalty(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = refuseFirst("50")
		tr := v.transport(t, grouped, func(c *transport.Config) {
			c.Limits, c.MaxWait, c.MaxTries = map[string]int{"Heavy": 2}, 2*time.Minute, 1
		})
		get := func() error {
			_, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/Heavy/x", nil))
			return err
		}
		start := time.Now()
		require.NoError(t, get()) // its place is free after 60 s
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { require.NoError(t, get()) })
			synctest.Wait()
		}
		for range 3 {
			var throttled *transport.ThrottledError
			require.ErrorAs(t, get(), &throttled)
			require.Equal(t, transport.ThrottledError{Group: "Heavy", Wait: 170 * time.Second, Penalty: true}, *throttled)
			require.Zero(t, time.Since(start))
		}
		wg.Wait()
		require.Equal(t, []int{0, 50, 60, 110, 120}, offsets(start, v.seen()))
	})
}

func TestThoseWhoGiveUpDuringAPenaltyMakeRoom(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = refuseFirst("90")
		tr := v.transport(t, grouped, func(c *transport.Config) { c.Limits, c.MaxTries = map[string]int{"Heavy": 1}, 1 })
		start := time.Now()
		hasty, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second, cancel)
		var wg sync.WaitGroup
		for _, ctx := range []context.Context{t.Context(), hasty, t.Context()} {
			wg.Go(func() {
				_, _, err := send(tr, request(t, ctx, "GET", v.URL+"/Heavy/x", nil))
				require.Equal(t, ctx == hasty, err != nil)
			})
			synctest.Wait()
		}
		wg.Wait()
		require.Equal(t, []int{0, 90}, offsets(start, v.seen()))
	})
}

// The refusal is worth more than an error about the wait for its own place.
func TestRefusedRequestThatCannotWaitForAPlace(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = refuseFirst("30")
		tr := v.transport(t, grouped, func(c *transport.Config) { c.Limits = map[string]int{"Heavy": 1} })
		ctx, cancel := context.WithTimeout(t.Context(), 45*time.Second)
		defer cancel()
		start := time.Now()
		code, _, err := send(tr, request(t, ctx, "GET", v.URL+"/Heavy/x", nil))
		require.NoError(t, err)
		require.Equal(t, 429, code)
		require.Zero(t, time.Since(start))
	})
}
