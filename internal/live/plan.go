package live

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/ringbasic/ringbasic/internal/contract"
	"github.com/ringbasic/ringbasic/internal/lazyregexp"
	"github.com/ringbasic/ringbasic/internal/recording"
	"github.com/ringbasic/ringbasic/transport"
)

// byRequest are the documented codes of status 400 that a request to create a rule provokes on any account that has the
// operation at all: it contradicts itself or repeats itself, is too long, or names what is not there. All others depend
// on what the account has or may do, or on what the real ids stand for; and what changes a rule, or uploads a file,
// cannot be made harmless should the server accept it after all. The rules of these requests are disabled.
var byRequest = strings.Fields(`
	AWR-100 AWR-101 AWR-106 AWR-107 AWR-108 AWR-111 AWR-113 AWR-123 AWR-124 AWR-125 AWR-126 AWR-136 AWR-137
	AWR-139 AWR-140 AWR-144 AWR-177 AWR-179 CMN-101`)

const createsRule = "createAnsweringRule"

// mustFail tells whether a recorded failure follows from the request alone.
func mustFail(r *recording.Recording, params map[string]string) bool {
	if r.Response.Status/100 != 4 {
		return false
	}
	named := slices.ContainsFunc(slices.Collect(maps.Values(params)), isNobody)
	if r.Folder() == contract.Platform {
		return r.Meta.Invalid != "" || named
	}
	return r.Meta.Invalid != "" || named ||
		r.Folder() == createsRule && r.Response.Status == http.StatusBadRequest && slices.Contains(byRequest, r.Code())
}

// refuse tells why a recording is not sent, "" if it is, as far as its ids are known.
func (r *run) refuse(x *exchange, params map[string]string) string {
	recorded := x.recorded
	must := mustFail(recorded, params)
	status := recorded.Response.Status
	switch {
	case x.op == nil:
		return "no operation of the description"
	case recorded.Meta.InvalidResponse != "":
		return "the response breaks the description: no server is asked for that"
	case recorded.Folder() == contract.Platform && !must:
		return "any operation may answer so, in a state that no request provokes"
	case status == http.StatusUnauthorized || status == http.StatusTooManyRequests || status >= 500:
		return "a state of account or server that no request provokes"
	case safe(recorded.Request.Method) || must || r.AllowWrites:
		return ""
	case status >= 400:
		return "its failure depends on the account, which it may change: needs --allow-writes"
	}
	return "it would create or change something: needs --allow-writes"
}

// Placeholders that mean the account and the extension of whoever asks.
const (
	accountPlaceholder   = "1001"
	extensionPlaceholder = "1002"
	self                 = "~"
)

// isNobody tells the ids that recordings use for what does not exist.
func isNobody(id string) bool { return id == "0" || id == "9998" || id == "9999" }

var (
	smallID = lazyregexp.New(`^[1-9][0-9]{3}$`)
	realID  = lazyregexp.New(`^[A-Za-z0-9-]{1,64}$`)
	digits  = lazyregexp.New(`^[0-9]{1,32}$`)
)

// isPlaceholder tells whether a real id has to be put in its place.
func isPlaceholder(id string) bool {
	return (smallID().MatchString(id) || id == recording.LargeID) && !isNobody(id)
}

// ids puts real ids in place of placeholders.
type ids struct {
	server  string            // "https://platform.ringcentral.com"
	account string            // "": ~
	real    map[string]string // by placeholder
}

func newIDs(c Config, server string) (ids, error) {
	t := ids{server: server, account: c.Account, real: map[string]string{}}
	if c.Account != "" && (!digits().MatchString(c.Account) || isNobody(c.Account)) {
		return t, usagef("account %q is not the id of an account: a number, not ~", c.Account)
	}
	given := map[string]string{}
	for _, pair := range strings.FieldsFunc(c.Getenv(EnvIDs), func(r rune) bool { return r == ',' || r == ' ' }) {
		placeholder, id, ok := strings.Cut(pair, "=")
		if !ok {
			return t, fmt.Errorf("%s: %q is not PLACEHOLDER=ID", EnvIDs, pair)
		}
		given[placeholder] = id
	}
	maps.Copy(given, c.IDs)
	for placeholder, id := range given {
		switch {
		case !isPlaceholder(placeholder) || placeholder == accountPlaceholder:
			return t, usagef(
				"%s=%s: %s is no placeholder of a recording: they are like 1003, and the account has its own option",
				placeholder,
				id,
				placeholder,
			)
		case !realID().MatchString(id):
			return t, usagef("%s=%s: %q is not an id", placeholder, id, id)
		}
		t.real[placeholder] = id
	}
	return t, nil
}

// path puts the ids into an escaped path, which has as many segments as its template.
func (t ids) path(template, path string, missing map[string]bool) string {
	names, values := strings.Split(template, "/"), strings.Split(path, "/")
	for i, name := range names {
		value := values[i]
		switch {
		case !strings.HasPrefix(name, "{"):
		case name == "{accountId}" && (value == self || value == accountPlaceholder):
			values[i] = cmp.Or(t.account, self)
		case name == "{extensionId}" && value == extensionPlaceholder && t.real[value] == "":
			values[i] = self
		default:
			values[i] = t.id(value, missing)
		}
	}
	return strings.Join(values, "/")
}

// uri puts the ids, and the server that is asked, into the URI of a resource within a body.
func (t ids) uri(value string, missing map[string]bool) string {
	rest, ok := strings.CutPrefix(value, transport.ServerProduction)
	switch {
	case !ok:
		return value
	case strings.Contains(rest, "/dictionary/"):
		return t.server + rest
	}
	segments := strings.Split(rest, "/")
	for i := 1; i < len(segments); i++ {
		if segments[i] == accountPlaceholder && segments[i-1] == "account" {
			segments[i] = cmp.Or(t.account, self)
		} else if segments[i] != extensionPlaceholder || segments[i-1] != "extension" ||
			t.real[extensionPlaceholder] != "" {
			segments[i] = t.id(segments[i], missing)
		} else {
			segments[i] = self
		}
	}
	return t.server + strings.Join(segments, "/")
}

// id gives the real id for a placeholder, and anything else as it is.
func (t ids) id(value string, missing map[string]bool) string {
	if !isPlaceholder(value) {
		return value
	}
	if t.real[value] == "" {
		missing[value] = true
		return value
	}
	return t.real[value]
}

var (
	partHeader = regexp.MustCompile(`(?i)^content-disposition:.*\bname="([^"]*)"`)
	delimiter  = regexp.MustCompile(`^--\S`)
)

// body puts the ids into a body as it stands in a recording.
func (t ids) body(r *recording.Request, missing map[string]bool) []byte {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return t.json(r.Body, missing)
	}
	lines := strings.Split(string(r.Body), "\n")
	field := ""
	for i, line := range lines {
		if m := partHeader.FindStringSubmatch(line); m != nil {
			field = m[1]
		} else if delimiter.MatchString(line) {
			field = ""
		} else if recording.IsID("", field) {
			lines[i] = t.id(line, missing)
		} else if strings.HasPrefix(line, "{") {
			lines[i] = string(t.json([]byte(line), missing))
		}
	}
	return []byte(strings.Join(lines, "\n"))
}

// json puts the ids into a JSON text; what is none, or has none, stays byte for byte.
func (t ids) json(text []byte, missing map[string]bool) []byte {
	value, err := decode(text)
	if err != nil {
		return text
	}
	changed := false
	var walk func(parent, key string, value any) any
	walk = func(parent, key string, value any) any {
		switch v := value.(type) {
		case map[string]any:
			for k, inner := range v {
				v[k] = walk(key, k, inner)
			}
		case []any:
			for i, inner := range v {
				v[i] = walk(parent, key, inner) // items are what the list is called
			}
		case string:
			if recording.IsID(parent, key) && isPlaceholder(v) {
				changed = true
				return t.id(v, missing)
			}
			if uri := t.uri(v, missing); uri != v {
				changed = true
				return uri
			}
		case json.Number:
			if recording.IsID(parent, key) && isPlaceholder(v.String()) {
				changed = true
				if id := t.id(v.String(), missing); digits().MatchString(id) {
					return json.Number(id)
				} else {
					return id
				}
			}
		}
		return value
	}
	value = walk("", "", value)
	if !changed {
		return text
	}
	out, err := json.Marshal(value)
	if err != nil {
		return text
	}
	return out
}

func missingIDs(placeholders []string) string {
	return "no real id for " + strings.Join(
		placeholders,
		", ",
	) + ": give it with --id, or let a run with writes create it"
}

func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
