package ringcentraltest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/ringbasic/ringbasic/contracttests/recordings"
	"github.com/ringbasic/ringbasic/internal/recording"
)

const platform = "platform" // the recordings' folder for what any operation can answer

// usual are the recordings that answer where nothing else is asked for; an operation that is not here has its first.
var usual = map[string]string{
	"createAnsweringRule":              "200-weekly-ranges",
	"createCompanyGreeting":            "200-company",
	"createCustomUserGreeting":         "200-voicemail",
	"listCallRecordingCustomGreetings": "200-all",
	"readCustomGreeting":               "200-voicemail",
	"updateAnsweringRule":              "200-weekly-ranges",
}

// Response is an answer, sent as it is. The test learns from the use of the Response if it cannot be sent.
type Response struct {
	Status int // 200 to 999; 0 is 200
	Header http.Header
	Body   []byte

	name    string // of the recording
	err     error  // why there is none
	does    behaviour
	asUsual bool // stands for the answer to a request for which nothing is queued
}

// Recording is the answer in a recording of this project, by folder and name: "createAnsweringRule/200-forward-calls",
// "platform/502-gateway-page". The test learns from the use of the Response if there is none.
func Recording(name string) Response {
	r, err := recording.ReadFile(recordings.Files, name+recording.Extension)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		dir, names := path.Dir(name), Recordings(path.Dir(name))
		if len(names) == 0 {
			return Response{
				err: fmt.Errorf("there is no recording %q: %q is neither an operation id nor %q", name, dir, platform),
			}
		}
		return Response{err: fmt.Errorf("there is no recording %q: use one of %s", name, strings.Join(names, ", "))}
	case err != nil:
		return Response{err: err}
	}
	return Response{Status: r.Response.Status, Header: r.Response.Header, Body: r.Response.Body, name: name}
}

// Recordings are the names of an operation's recordings, sorted; those of "platform" can answer any operation.
func Recordings(operation string) []string {
	entries, err := fs.ReadDir(recordings.Files, operation)
	if err != nil {
		return nil
	}
	var names []string
	for _, entry := range entries {
		if name, ok := strings.CutSuffix(entry.Name(), recording.Extension); ok {
			names = append(names, path.Join(operation, name))
		}
	}
	slices.Sort(names)
	return names
}

// JSON is an answer that has v, encoded, for its body. The test learns from the use of the Response if v cannot be
// encoded.
func JSON(status int, v any) Response {
	body, err := json.Marshal(v)
	return Response{Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: body, err: err}
}

// String is the status and, of a recording, the name: "400 createAnsweringRule/400-AWR-111".
func (r Response) String() string {
	return strings.TrimSpace(strconv.Itoa(r.status()) + " " + r.name)
}

func (r Response) status() int {
	if r.Status == 0 {
		return http.StatusOK
	}
	return r.Status
}

// fault is what the use of the Response tells the test, nil if it can be sent.
func (r Response) fault() error {
	if status := r.status(); r.err == nil && (status < 200 || status > 999) {
		return fmt.Errorf("status %d cannot be sent as an answer: use 200 to 999", status)
	}
	return r.err
}

// named is the answer with the id of its request, for the vendor's support, where it has none.
func (r Response) named(id string) Response {
	if r.Header.Get(requestID) == "" {
		if r.Header = r.Header.Clone(); r.Header == nil {
			r.Header = http.Header{}
		}
		r.Header.Set(requestID, id)
	}
	return r
}

const requestID = "RCRequestId"

func (r Response) write(w http.ResponseWriter) {
	w.Header()["Content-Type"] = nil // no guess where the answer has none
	for name, values := range r.Header {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	w.WriteHeader(r.status())
	_, _ = w.Write(r.Body)
}

// usualSuccess leaves the recorded rate limits out: they tell of an allowance that the server does not keep, and a
// transport that believed them would wait.
func usualSuccess(operation string) Response {
	name, ok := usual[operation]
	if ok {
		name = operation + "/" + name
	} else if name = firstSuccess(operation); name == "" {
		return Response{err: fmt.Errorf("no success of %s is recorded: use Reply or Handle", operation)}
	}
	answer := Recording(name)
	maps.DeleteFunc(answer.Header, func(name string, _ []string) bool {
		return strings.HasPrefix(http.CanonicalHeaderKey(name), "X-Rate-Limit-")
	})
	return answer
}

// firstSuccess is the name of the operation's first recording that is one, "" if none is.
func firstSuccess(operation string) string {
	for _, name := range Recordings(operation) {
		if strings.HasPrefix(path.Base(name), "2") {
			return name
		}
	}
	return ""
}
