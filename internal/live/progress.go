package live

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ringbasic/ringbasic/transport"
)

// Progress is where a run stands. It holds neither ids nor what a server said.
type Progress struct {
	Recording   string        // "createAnsweringRule/400-AWR-111", the one under way
	Done, Total int           // requests
	Status      int           // of the answer, 0 before it
	Failed      bool          // there was no answer
	Wait        time.Duration // how long nothing is sent now
	Group       string        // whose usage plan makes it wait, "" if the server had a fault
	Left        time.Duration // an estimate
}

func (p Progress) String() string {
	left := ", " + about(p.Left) + " left"
	if p.Done == p.Total {
		left = ""
	}
	at := fmt.Sprintf("%d/%d %s", p.Done, p.Total, p.Recording)
	switch {
	case p.Wait > 0 && p.Group != "":
		return fmt.Sprintf("%s: waiting %v for group %s%s", at, p.Wait.Round(time.Second), p.Group, left)
	case p.Wait > 0:
		return fmt.Sprintf("%s: no answer, trying again in %v%s", at, p.Wait.Round(time.Second), left)
	case p.Failed:
		return at + ": no answer" + left
	}
	return fmt.Sprintf("%s: %d%s", at, p.Status, left)
}

// about rounds an estimate to what it is worth.
func about(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return "a few seconds"
	case d < 2*time.Minute:
		return fmt.Sprintf("about %d s", int(d.Round(10*time.Second).Seconds()))
	}
	return fmt.Sprintf("about %d min", int(d.Round(time.Minute).Minutes()))
}

// firstAnswer is how long an answer is taken to need before there was one.
const firstAnswer = 500 * time.Millisecond

// pace tells progress and guesses how long the rest will take.
type pace struct {
	tell func(Progress)

	mu     sync.Mutex
	now    Progress
	begun  time.Time
	spent  time.Duration // on answers, waiting not counted
	waited time.Duration // for the request under way
	groups map[string]*usage
	ahead  []string // groups of the requests to come
}

// usage is what is known of a group.
type usage struct {
	limit  int
	window time.Duration
	sent   []time.Time
	closed time.Time // nothing is sent before
}

func newPace(tell func(Progress)) *pace {
	if tell == nil {
		tell = func(Progress) {}
	}
	return &pace{tell: tell, groups: map[string]*usage{}}
}

func (p *pace) group(name string) *usage {
	key := strings.ToLower(name)
	if p.groups[key] == nil {
		p.groups[key] = &usage{limit: transport.DefaultLimits()[key], window: time.Minute}
	}
	return p.groups[key]
}

// begin says which request is next; groups are those of it and of what follows.
func (p *pace) begin(recording string, groups []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.begun, p.waited, p.ahead = time.Now(), 0, groups
	p.now = Progress{Recording: recording, Done: p.now.Done, Total: p.now.Done + len(groups)}
}

// end tells of the answer.
func (p *pace) end(x *exchange, groups []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	u := p.group(x.group)
	u.sent = append(u.sent, time.Now())
	p.spent += time.Since(p.begun) - p.waited
	p.ahead = groups
	p.now.Done++
	p.now.Wait, p.now.Group = 0, ""
	p.now.Failed = x.answer == nil
	if x.answer != nil {
		p.now.Status = x.answer.Status
	}
	p.now.Left = p.estimate()
	p.tell(p.now)
}

// event is told what the transport does.
func (p *pace) event(_ context.Context, e transport.Event) {
	if e.Wait == 0 || e.Kind == transport.EventToken {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	throttled := e.Kind == transport.EventWait
	if e.Kind == transport.EventRetry && e.Status == http.StatusTooManyRequests {
		return // the wait that follows is told by itself
	}
	p.waited += e.Wait
	if throttled {
		u := p.group(e.Group)
		u.closed = time.Now().Add(e.Wait)
	}
	p.now.Wait, p.now.Group = e.Wait, ""
	if throttled {
		p.now.Group = e.Group
	}
	p.now.Left = p.estimate()
	if !throttled {
		p.now.Left += e.Wait
	}
	p.tell(p.now)
}

// learn takes over what a response says about its group.
func (p *pace) learn(group string, h http.Header) {
	p.mu.Lock()
	defer p.mu.Unlock()
	u := p.group(group)
	if n, err := strconv.Atoi(h.Get("X-Rate-Limit-Limit")); err == nil && n > 0 {
		u.limit = n
	}
	if n, err := strconv.Atoi(h.Get("X-Rate-Limit-Window")); err == nil && n > 0 && n < 86400 {
		u.window = time.Duration(n) * time.Second
	}
}

// estimate plays what is ahead through the groups' limits.
func (p *pace) estimate() time.Duration {
	answer := firstAnswer
	if p.now.Done > 0 {
		answer = p.spent / time.Duration(p.now.Done)
	}
	start := time.Now()
	at := start
	sent := map[*usage][]time.Time{}
	for _, name := range p.ahead {
		u := p.group(name)
		times, ok := sent[u]
		if !ok {
			times = append(times, u.sent...)
		}
		at = later(at, u.closed)
		if u.limit > 0 && len(times) >= u.limit {
			at = later(at, times[len(times)-u.limit].Add(u.window))
		}
		at = at.Add(answer)
		sent[u] = append(times, at)
	}
	return at.Sub(start)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
