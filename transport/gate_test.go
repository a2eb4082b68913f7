package transport_test

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/transport"
)

// grouped makes the first path segment the group: /Heavy/rule.
func grouped(c *transport.Config) {
	c.Group = func(r *http.Request) string { return strings.SplitN(r.URL.Path, "/", 3)[1] }
}

// offsets are the times of the calls since start, in whole seconds.
func offsets(start time.Time, calls []call) (s []int) {
	for _, c := range calls {
		s = append(s, int(c.At.Sub(start)/time.Second))
	}
	return s
}

func times(n int, s ...int) (all []int) {
	for _, at := range s {
		for range n {
			all = append(all, at)
		}
	}
	return all
}

func TestDefaultLimits(t *testing.T) {
	t.Parallel()
	for group, limit := range map[string]int{"Light": 50, "Medium": 40, "Heavy": 10, "Auth": 5, "heavy": 10} {
		t.Run(group, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, v *vendor) {
				tr := v.transport(t, grouped)
				_, err := tr.TokenSource().Token() // takes a place in Auth
				require.NoError(t, err)
				if group == "Auth" {
					limit--
				}
				start := time.Now()
				var wg sync.WaitGroup
				for range limit + 3 {
					wg.Go(func() {
						_, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/"+group+"/x", nil))
						require.NoError(t, err)
					})
				}
				wg.Wait()
				require.Equal(t, append(times(limit, 0), 60, 60, 60), offsets(start, v.seen()))
			})
		})
	}
}

func TestUnknownAndNoGroupHaveNoLimit(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		tr := v.transport(t, grouped)
		start := time.Now()
		for range 100 {
			for _, path := range []string{"/NoThrottling/x", "/"} {
				_, _, err := send(tr, request(t, t.Context(), "GET", v.URL+path, nil))
				require.NoError(t, err)
			}
		}
		require.Zero(t, time.Since(start))
	})
}

func TestConfiguredLimitIsACeiling(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		server string // what the vendor states, "" nothing
		want   []int
	}{
		{"", times(3, 0, 60)},
		{"10", times(3, 0, 60)}, // a higher one is not used
		{"2", append(times(2, 0, 60), times(2, 120)...)},
	} {
		t.Run("vendor says "+c.server, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, v *vendor) {
				v.api = func(w http.ResponseWriter, _ *http.Request, _ int) {
					if c.server != "" {
						status(w, 200, "X-Rate-Limit-Group", "heavy", "X-Rate-Limit-Limit", c.server, "X-Rate-Limit-Window", "60")
					}
				}
				tr := v.transport(t, grouped, func(c *transport.Config) { c.Limits = map[string]int{"HEAVY": 3} })
				start := time.Now()
				for range 6 {
					_, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/Heavy/x", nil))
					require.NoError(t, err)
				}
				require.Equal(t, c.want, offsets(start, v.seen()))
			})
		})
	}
}

func TestCeilingHoldsWhateverTheWindow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ceiling       int
		limit, window string // what the vendor states
		n             int    // requests one after the other
		want          []int
	}{
		{2, "", "1", 6, times(2, 0, 60, 120)},
		{5, "100", "1", 6, []int{0, 12, 24, 36, 48, 60}},
		{7, "100", "1", 8, []int{0, 8, 17, 25, 34, 42, 51, 60}}, // in none of 60 seconds more than 7
		{12, "100", "10", 6, times(2, 0, 10, 20)},
		{12, "1", "10", 3, []int{0, 10, 20}},
		{1, "100", "120", 4, times(2, 0, 120)},
		{1, "100", "119", 2, []int{0, 119}},
		{3, "100", "", 6, times(3, 0, 60)},
		{math.MaxInt, "3", "86400", 6, times(3, 0, 86400)},
	} {
		t.Run(fmt.Sprintf("%d, vendor says %q in %q", c.ceiling, c.limit, c.window), func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, v *vendor) {
				v.api = func(w http.ResponseWriter, _ *http.Request, _ int) {
					status(w, 200, "X-Rate-Limit-Limit", c.limit, "X-Rate-Limit-Window", c.window)
				}
				v.token = func(w http.ResponseWriter, _ *http.Request, n int) { grant(w, n, 1<<30) }
				tr := v.transport(t, grouped, func(conf *transport.Config) {
					conf.Limits, conf.MaxWait = map[string]int{"Heavy": c.ceiling}, 48*time.Hour
				})
				start := time.Now()
				for range c.n {
					_, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/Heavy/x", nil))
					require.NoError(t, err)
				}
				require.Equal(t, c.want, offsets(start, v.seen()))
			})
		})
	}
}

func TestLimitsAreLearnt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		headers []string
		group   string
		want    []int
	}{
		{"lower limit", []string{"X-Rate-Limit-Limit", "2"}, "Heavy", times(2, 0, 60)},
		{"shorter window", []string{"X-Rate-Limit-Limit", "2", "X-Rate-Limit-Window", "10"}, "Heavy", times(2, 0, 10)},
		{"a group without default", []string{"X-Rate-Limit-Limit", "1"}, "Bulk", []int{0, 60, 120, 180}},
		{"somebody else used the rest", []string{"X-Rate-Limit-Limit", "10", "X-Rate-Limit-Remaining", "0"}, "Heavy", []int{0, 60, 120, 180}},
		{"nonsense", []string{"X-Rate-Limit-Limit", "-1", "X-Rate-Limit-Remaining", "x", "X-Rate-Limit-Window", "0"}, "Heavy", times(4, 0)},
		{"remaining above the limit", []string{"X-Rate-Limit-Limit", "10", "X-Rate-Limit-Remaining", "11"}, "Heavy", times(4, 0)},
		{"too much to remember", []string{"X-Rate-Limit-Limit", "99999999", "X-Rate-Limit-Remaining", "0"}, "Heavy", times(4, 0)},
		{"of another group", []string{"X-Rate-Limit-Group", "light", "X-Rate-Limit-Limit", "1"}, "Heavy", times(4, 0)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, v *vendor) {
				v.api = func(w http.ResponseWriter, _ *http.Request, _ int) { status(w, 200, c.headers...) }
				tr := v.transport(t, grouped)
				start := time.Now()
				for range 4 {
					_, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/"+c.group+"/x", nil))
					require.NoError(t, err)
				}
				require.Equal(t, c.want, offsets(start, v.seen()))
			})
		})
	}
}

func TestPenaltyClosesTheGroupOnly(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, r *http.Request, n int) {
			if n == 1 {
				status(w, 429, "Retry-After", "60")
			}
		}
		tr := v.transport(t, grouped)
		start := time.Now()
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				time.Sleep(time.Duration(i) * time.Second)
				for _, group := range []string{"Heavy", "Light"} {
					if i == 0 && group == "Light" {
						continue // it would come after the penalty
					}
					wg.Go(func() {
						code, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/"+group+"/x", nil))
						require.NoError(t, err)
						require.Equal(t, 200, code)
					})
				}
			})
		}
		wg.Wait()
		var heavy, light []call
		for _, c := range v.seen() {
			if strings.HasPrefix(c.Path, "/Heavy") {
				heavy = append(heavy, c)
			} else {
				light = append(light, c)
			}
		}
		require.Equal(t, append([]int{0}, times(8, 60)...), offsets(start, heavy))
		require.Equal(t, []int{1, 2, 3, 4, 5, 6, 7}, offsets(start, light))
	})
}

func TestPenaltyAlsoClosesTheGroupThatTheVendorNames(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, r *http.Request, n int) {
			if n == 1 {
				status(w, 429, "Retry-After", "60", "X-Rate-Limit-Group", "heavy")
			}
		}
		tr := v.transport(t, grouped, func(c *transport.Config) { c.MaxTries = 1 })
		start := time.Now()
		for _, group := range []string{"Medium", "Light", "Heavy", "Medium"} {
			_, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/"+group+"/x", nil))
			require.NoError(t, err)
		}
		require.Equal(t, []int{0, 0, 60, 60}, offsets(start, v.seen()))
	})
}

func TestPenaltyLength(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		headers func() []string
		want    time.Duration
	}{
		{"seconds", func() []string { return []string{"Retry-After", " 17 "} }, 17 * time.Second},
		{"date, by the server's clock", func() []string {
			server := time.Now().Add(-3 * time.Hour).UTC()
			return []string{"Date", server.Format(http.TimeFormat), "Retry-After", server.Add(25 * time.Second).Format(http.TimeFormat)}
		}, 25 * time.Second},
		{"date that is past", func() []string { return []string{"Retry-After", "Mon, 02 Jan 1995 15:04:05 GMT"} }, 30 * time.Second},
		{"zero", func() []string { return []string{"Retry-After", "0"} }, 30 * time.Second},
		{"negative", func() []string { return []string{"Retry-After", "-5"} }, 30 * time.Second},
		{"nonsense", func() []string { return []string{"Retry-After", "soon"} }, 30 * time.Second},
		{"none", func() []string { return nil }, 30 * time.Second},
		{"none, but the plan's window", func() []string { return []string{"X-Rate-Limit-Window", "60"} }, 60 * time.Second},
		{"none, but a longer window", func() []string { return []string{"X-Rate-Limit-Window", "120"} }, 120 * time.Second},
		{"none, but the window of another group", func() []string {
			return []string{"X-Rate-Limit-Group", "light", "X-Rate-Limit-Window", "120"}
		}, 120 * time.Second},
		{"none, and no window that can be", func() []string { return []string{"X-Rate-Limit-Window", "0"} }, 30 * time.Second},
		{"none, and a short window", func() []string { return []string{"X-Rate-Limit-Window", "1"} }, 30 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, v *vendor) {
				v.api = func(w http.ResponseWriter, r *http.Request, n int) {
					if n == 1 {
						status(w, 429, c.headers()...)
					}
				}
				code, _, err := send(v.transport(t, grouped), request(t, t.Context(), "POST", v.URL+"/Heavy/x", strings.NewReader("b")))
				require.NoError(t, err)
				require.Equal(t, 200, code)
				require.Equal(t, []time.Duration{c.want}, gaps(v.seen()))
			})
		})
	}
}

// A request that was under way when the penalty began and is refused as well
// has restarted it.
func TestLateRefusalRestartsThePenalty(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, r *http.Request, n int) {
			switch n {
			case 1:
				time.Sleep(time.Second) // until both are under way
			case 2:
				time.Sleep(20 * time.Second)
			}
			if n <= 2 {
				status(w, 429, "Retry-After", "60")
			}
		}
		tr := v.transport(t, grouped)
		start := time.Now()
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() { _, _, _ = send(tr, request(t, t.Context(), "GET", v.URL+"/Heavy/x", nil)) })
		}
		wg.Wait()
		require.Equal(t, []int{0, 0, 80, 80}, offsets(start, v.seen()))
	})
}

func TestWaitThatOutlastsTheDeadlineIsNotBegun(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, r *http.Request, n int) {
			if n == 1 {
				status(w, 429, "Retry-After", "40")
			}
		}
		tr := v.transport(t, grouped)
		within := func(d time.Duration) error {
			ctx, cancel := context.WithTimeout(t.Context(), d)
			defer cancel()
			resp, err := tr.Client().Do(request(t, ctx, "GET", v.URL+"/Heavy/x", nil))
			if err == nil {
				resp.Body.Close()
				require.Contains(t, []int{200, 429}, resp.StatusCode)
			}
			return err
		}
		start := time.Now()
		require.NoError(t, within(39*time.Second), "the refusal itself is handed over, not an error about it")
		require.Zero(t, time.Since(start))

		err := within(40 * time.Second)
		var throttled *transport.ThrottledError
		require.ErrorAs(t, err, &throttled)
		require.Equal(t, transport.ThrottledError{Group: "Heavy", Wait: 40 * time.Second, Penalty: true}, *throttled)
		require.EqualError(t, throttled, `rate-limit group "Heavy" must wait 40s (penalty after status 429), longer than the request may: call again later`)
		require.Zero(t, time.Since(start))

		require.NoError(t, within(41*time.Second))
		require.Equal(t, []int{0, 40}, offsets(start, v.seen()))

		for range 8 {
			require.NoError(t, within(time.Second))
		}
		require.NoError(t, within(30*time.Second), "the first one's place is free after 20 s")
		require.EqualError(t, within(30*time.Second), `Get "`+v.URL+
			`/Heavy/x": rate-limit group "Heavy" must wait 40s (its allowance is used up), longer than the request may: call again later`)
	})
}

func TestMaxWait(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, r *http.Request, n int) {
			status(w, 429, "Retry-After", "99999999999999999999")
		}
		tr := v.transport(t, grouped)
		code, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/Heavy/x", nil))
		require.NoError(t, err)
		require.Equal(t, 429, code)
		_, _, err = send(tr, request(t, t.Context(), "GET", v.URL+"/Heavy/x", nil))
		require.EqualError(t, err, `rate-limit group "Heavy" must wait 10m0s (penalty after status 429), longer than the request may: call again later`)
		require.Len(t, v.seen(), 1)
	})
}

func TestCancellingEndsTheWait(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, r *http.Request, n int) { status(w, 429, "Retry-After", "60") }
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second, cancel)
		start := time.Now()
		_, _, err := send(v.transport(t, grouped), request(t, ctx, "GET", v.URL+"/Heavy/x", nil))
		require.ErrorIs(t, err, context.Canceled)
		require.EqualError(t, err, `while waiting for rate-limit group "Heavy": context canceled`)
		require.Equal(t, 10*time.Second, time.Since(start))
		require.Len(t, v.seen(), 1)
	})
}

func TestGroupOfTheContextComesFirst(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		var groups []string
		tr := v.transport(t, grouped, func(c *transport.Config) {
			c.MaxTries = 2
			c.OnEvent = func(_ context.Context, e transport.Event) {
				if e.Kind == transport.EventRetry {
					groups = append(groups, e.Group)
				}
			}
		})
		v.api = func(w http.ResponseWriter, r *http.Request, n int) { status(w, 503) }
		for _, ctx := range []context.Context{t.Context(), transport.WithGroup(t.Context(), "Medium"), transport.WithGroup(t.Context(), "")} {
			_, _, err := send(tr, request(t, ctx, "GET", v.URL+"/Heavy/x", nil))
			require.NoError(t, err)
		}
		require.Equal(t, []string{"Heavy", "Medium", ""}, groups)
	})
}

// strict counts as the vendor does: a window that slides, and a penalty that
// every request inside restarts.
type strict struct {
	mu     sync.Mutex
	limits map[string]int
	served map[string][]time.Time
	until  map[string]time.Time
	over   int // requests beyond the limit
	inside int // requests inside a penalty
	silent bool
}

func (s *strict) serve(w http.ResponseWriter, r *http.Request, n int) {
	time.Sleep(time.Duration(n*7919%900) * time.Millisecond) // on its way
	group := strings.ToLower(strings.Split(r.URL.Path, "/")[1])
	s.mu.Lock()
	now := time.Now()
	limit, recent := s.limits[group], 0
	for _, at := range s.served[group] {
		if now.Sub(at) < time.Minute {
			recent++
		}
	}
	code, headers := 200, []string{"X-Rate-Limit-Group", group, "X-Rate-Limit-Limit", strconv.Itoa(limit), "X-Rate-Limit-Window", "60"}
	switch {
	case now.Before(s.until[group]):
		s.inside++
		s.until[group], code = now.Add(time.Minute), 429
	case recent >= limit:
		s.over++
		s.until[group], code = now.Add(time.Minute), 429
	default:
		s.served[group] = append(s.served[group], now)
		recent++
	}
	s.mu.Unlock()
	if code == 429 {
		headers = append(headers, "Retry-After", "60")
	}
	if s.silent {
		headers = nil
	}
	status(w, code, append(headers, "X-Rate-Limit-Remaining", strconv.Itoa(max(0, limit-recent)))...)
	time.Sleep(time.Duration(n*104729%700) * time.Millisecond) // on its way back
}

func TestVendorNeverCountsTooMany(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		s := &strict{limits: map[string]int{"light": 50, "medium": 40, "heavy": 10}, served: map[string][]time.Time{}, until: map[string]time.Time{}}
		v.api = s.serve
		tr := v.transport(t, grouped)
		var wg sync.WaitGroup
		for group, n := range map[string]int{"Light": 180, "Medium": 130, "Heavy": 45} {
			for i := range n {
				wg.Go(func() {
					time.Sleep(time.Duration(i*i%70000) * time.Millisecond)
					code, _, err := send(tr, request(t, t.Context(), "POST", fmt.Sprintf("%s/%s/%d", v.URL, group, i), nil))
					require.NoError(t, err)
					require.Equal(t, 200, code)
				})
			}
		}
		wg.Wait()
		require.Zero(t, s.over)
		require.Zero(t, s.inside)
		require.Len(t, v.seen(), 180+130+45)
	})
}

// The vendor allows fewer than assumed and says nothing about it: each penalty
// is kept, only what was already under way falls into one.
func TestUnknownLowerLimit(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		s := &strict{limits: map[string]int{"heavy": 4}, served: map[string][]time.Time{}, until: map[string]time.Time{}, silent: true}
		v.api = s.serve
		tr := v.transport(t, grouped, func(c *transport.Config) { c.MaxTries = 20 })
		for i := range 20 { // one after the other: nothing else is ever under way
			code, _, err := send(tr, request(t, t.Context(), "POST", fmt.Sprintf("%s/Heavy/%d", v.URL, i), nil))
			require.NoError(t, err)
			require.Equal(t, 200, code)
		}
		require.NotZero(t, s.over)
		// Without any header the first guess is 30 s, inside a penalty of 60; the
		// second is right. So at most one a penalty.
		require.LessOrEqual(t, s.inside, s.over)
	})
}

func TestOtherHostsHavePenaltiesButTeachNothing(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, r *http.Request, n int) {
			switch n {
			case 1:
				status(w, 429, "Retry-After", "5", "X-Rate-Limit-Group", "heavy", "X-Rate-Limit-Limit", "1", "X-Rate-Limit-Remaining", "0")
			}
		}
		tr := v.transport(t, grouped)
		start := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() {
			_, _, err := send(tr, request(t, t.Context(), "GET", "http://localhost/Heavy/x", nil))
			require.NoError(t, err)
		})
		synctest.Wait()
		_, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/Heavy/x", nil))
		require.NoError(t, err)
		require.Zero(t, time.Since(start), "the vendor's own group is open")
		wg.Wait()
		require.Equal(t, []int{0, 0, 5}, offsets(start, v.seen()))
		require.Equal(t, []string{"", "Bearer token-1", ""}, []string{v.seen()[0].Auth, v.seen()[1].Auth, v.seen()[2].Auth})
	})
}

// A vendor that invents a group for each answer does not fill the memory, and
// what matters is not forgotten for it.
func TestInventedGroups(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		v.api = func(w http.ResponseWriter, r *http.Request, n int) {
			if n == 1 {
				status(w, 429, "Retry-After", "60")
				return
			}
			status(w, 200, "X-Rate-Limit-Group", fmt.Sprint("g", n))
		}
		tr := v.transport(t, grouped, func(c *transport.Config) { c.MaxTries = 1 })
		start := time.Now()
		for i := range 500 {
			group := "Light"
			switch i {
			case 0, 499:
				group = "Heavy"
			default:
				group = "NoThrottling"
			}
			_, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/"+group+"/x", nil))
			require.NoError(t, err)
		}
		require.Equal(t, 60*time.Second, time.Since(start))
	})
}

// What is returned is the caller's: changing it changes no limit.
func TestDefaultLimitsAreCopies(t *testing.T) {
	limits := transport.DefaultLimits()
	require.Equal(t, map[string]int{"light": 50, "medium": 40, "heavy": 10, "auth": 5}, limits)
	limits["light"] = 1
	require.Equal(t, 50, transport.DefaultLimits()["light"])
}

// Transports that share limits count as one: what either sends takes from the allowance of both, and the penalty of one
// closes the group for the other.
func TestShareLimits(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, v *vendor) {
		first := v.transport(t, grouped, func(c *transport.Config) { c.Limits = map[string]int{"heavy": 2} })
		second := v.transport(t, grouped, func(c *transport.Config) { c.ShareLimits = first })
		alone := v.transport(t, grouped, func(c *transport.Config) { c.Limits = map[string]int{"heavy": 2} })
		for _, tr := range []*transport.Transport{first, second, alone} {
			_, err := tr.TokenSource().Token()
			require.NoError(t, err)
		}
		start := time.Now()
		for _, tr := range []*transport.Transport{first, second, alone, alone, second, first} {
			_, _, err := send(tr, request(t, t.Context(), "GET", v.URL+"/Heavy/x", nil))
			require.NoError(t, err)
		}
		require.Equal(t, []int{0, 0, 0, 0, 60, 60}, offsets(start, v.seen()))

		v.api = func(w http.ResponseWriter, _ *http.Request, _ int) { status(w, 429, "Retry-After", "90") }
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		code, _, err := send(second, request(t, short, "GET", v.URL+"/Medium/x", nil))
		require.NoError(t, err)
		require.Equal(t, 429, code)
		require.Contains(t, first.Closed(), "medium")
		require.Equal(t, first.Closed(), second.Closed())
		require.Empty(t, alone.Closed())
	})
	inBubble(t, func(t *testing.T, v *vendor) {
		c := v.config()
		c.ShareLimits, c.Limits = &transport.Transport{}, map[string]int{"heavy": 1}
		_, err := transport.New(c)
		require.EqualError(t, err, "transport.Config.ShareLimits: Limits and MaxRetryAfter are those of the other Transport: set them there\n"+
			"transport.Config.ShareLimits: is not made by New")
	})
}
