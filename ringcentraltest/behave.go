package ringcentraltest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringbasic/ringbasic/generated/ringcentral"
)

// behaviour is what an answer does beside being sent.
type behaviour struct {
	times, after int
	delay        time.Duration
	drop, cut    bool
}

// Times is the answer, given n times instead of once. It counts where answers are queued.
func (r Response) Times(n int) Response { r.does.times = n; return r }

// After is the answer, given after n requests that were answered as if nothing was queued.
func (r Response) After(n int) Response { r.does.after = n; return r }

// Delayed is the answer, given after a while; if the request's context ends before, not at all.
func (r Response) Delayed(d time.Duration) Response { r.does.delay = d; return r }

// CutOff is the answer, broken off in the middle of its body.
func (r Response) CutOff() Response { r.does.cut = true; return r }

// Dropped is no answer: the connection is closed once the request was read.
func Dropped() Response { return Response{does: behaviour{drop: true}} }

// expanded is an answer as often as it is to be given, and before it as many as are to be the usual ones.
func (r Response) expanded() (list []Response) {
	for range r.does.after {
		list = append(list, Response{asUsual: true})
	}
	n := max(r.does.times, 1)
	r.does.times, r.does.after = 0, 0
	for range n {
		list = append(list, r)
	}
	return list
}

// send sends an answer to a request, in its way.
func (r Response) send(w http.ResponseWriter, request *http.Request) {
	if r.does.delay > 0 {
		timer := time.NewTimer(r.does.delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-request.Context().Done():
			panic(http.ErrAbortHandler)
		}
	}
	switch {
	case r.does.drop:
		panic(http.ErrAbortHandler)
	case r.does.cut:
		whole := r
		whole.Header = r.Header.Clone()
		if whole.Header == nil {
			whole.Header = http.Header{}
		}
		whole.Header.Set("Content-Length", strconv.Itoa(len(r.Body)+1)) // of what is promised, not all comes
		whole.Body = r.Body[:len(r.Body)/2]
		whole.write(w)
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		panic(http.ErrAbortHandler)
	}
	r.write(w)
}

// penalty is a 429 that is kept up.
type penalty struct{ until time.Time }

// Penalize answers the next request of an operation with 429 (CMN-301), and from then on every request of its
// usage-plan group until wait is over, each with what is left of it as Retry-After: a client that does not wait stays
// out.
func (s *Server) Penalize(operation string, wait time.Duration) {
	s.t.Helper()
	op, ok := s.operation(operation)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.penalties[op.ThrottlingGroup] = penalty{until: time.Now().Add(wait)}
}

// penalized is the answer to a request of a group that has to wait, false if it has not.
func (s *Server) penalized(op ringcentral.Operation) (Response, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.penalties[op.ThrottlingGroup]
	left := time.Until(p.until)
	if !ok || left <= 0 {
		return Response{}, false
	}
	return throttled(op, left), true
}

// preferred is what a request asks for with the header Prefer, as mock servers know it: "code=AWR-111" a documented
// error, "status=429" the first with that status. ok is false if it asks for nothing; an error says what there is.
func preferred(r Request) (answer Response, ok bool, problem string) {
	for _, header := range r.Header.Values("Prefer") {
		for wish := range strings.SplitSeq(header, ",") {
			key, value, _ := strings.Cut(strings.TrimSpace(wish), "=")
			value = strings.Trim(strings.TrimSpace(value), `"`)
			switch strings.ToLower(strings.TrimSpace(key)) {
			case "code":
				if n, err := strconv.Atoi(value); err == nil { // Prism's code is the status
					return withStatus(r.Operation, n)
				}
				name, found := recordingOf(
					r.Operation,
					func(row ringcentral.DocumentedError) bool { return string(row.Code) == value },
				)
				if !found {
					return Response{}, true, value + " is documented neither for " + r.Operation +
						" nor for any operation"
				}
				return Recording(name), true, ""
			case "status":
				n, _ := strconv.Atoi(value)
				return withStatus(r.Operation, n)
			}
		}
	}
	return Response{}, false, ""
}

func withStatus(operation string, status int) (Response, bool, string) {
	if status/100 == 2 {
		return usualSuccess(operation), true, ""
	}
	if status < 100 || status > 599 {
		return Response{}, true, "a status has three digits, from 100 to 599"
	}
	name, found := recordingOf(operation, func(row ringcentral.DocumentedError) bool { return row.Status == status })
	if !found {
		return Response{}, true, "no error of status " + strconv.Itoa(status) + " is documented for " + operation
	}
	return Recording(name), true, ""
}

// recordingOf is the name of the recording of the first documented error that is wanted: the operation's own rows
// before those of all operations.
func recordingOf(operation string, wanted func(ringcentral.DocumentedError) bool) (name string, ok bool) {
	for _, rows := range []struct {
		folder string
		list   []ringcentral.DocumentedError
	}{{operation, ringcentral.Documented(operation)}, {platform, ringcentral.DocumentedForAll()}} {
		if i := slices.IndexFunc(rows.list, wanted); i >= 0 {
			return rows.folder + "/" + strconv.Itoa(rows.list[i].Status) + "-" + string(rows.list[i].Code), true
		}
	}
	return "", false
}

// answered makes a recorded success answer what was asked: the members of the request that are texts, numbers and
// flags, and the last id of the path, stand in it.
func (r Response) answered(to Request) Response {
	var answer, asked map[string]any
	if json.Unmarshal(r.Body, &answer) != nil || answer["records"] != nil {
		return r
	}
	d := json.NewDecoder(bytes.NewReader(to.Body))
	d.UseNumber()
	_ = d.Decode(&asked) // a form is none
	for name, values := range to.Form {
		if _, there := answer[name]; there && len(values) == 1 {
			answer[name] = values[0]
		}
	}
	for name, value := range asked {
		switch value.(type) {
		case string, bool, json.Number:
			answer[name] = value
		}
	}
	if id := to.PathParams[lastParameter(to)]; id != "" && id != "~" && answer["id"] != nil {
		answer["id"] = id
	}
	body, err := json.MarshalIndent(answer, "", "  ")
	if err == nil {
		r.Body = body
	}
	return r
}

// lastParameter is the path parameter that a path ends in, "" if it ends in none.
func lastParameter(r Request) string {
	for name, value := range r.PathParams {
		if strings.HasSuffix(r.Path, "/"+value) && name != "accountId" && name != "extensionId" {
			return name
		}
	}
	return ""
}
