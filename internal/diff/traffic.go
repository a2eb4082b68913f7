package diff

import "slices"

// trafficRules judge recorded exchanges that do not fit the description, by what the generated client does with them.
// They are apart from the rules of drift: no comparison of documents finds any of these.
var trafficRules = []Rule{
	{"seen-operation", Risky, "existence", "a call to an operation that no document has"},
	{
		"seen-unselected",
		Safe,
		"existence",
		"a call to an operation that is not selected: the client has no method for it",
	},
	{
		"seen-param",
		Safe,
		"existence",
		"a query parameter that the operation does not have: the client does not send it",
	},
	{"seen-param-absent", Risky, "existence", "a required parameter was not sent"},
	{"seen-param-value", Risky, "existence", "a parameter has a value that is not documented"},
	{"seen-req-member", Safe, "existence", "the request has a member that the client cannot send"},
	{"seen-req-value", Risky, "existence", "the request has a value that the enumeration does not have"},
	{"seen-req-type", Risky, "existence", "the request has another type than the client sends"},
	{"seen-req-null", Risky, "existence", "the request has null where none is documented"},
	{"seen-req-absent", Risky, "existence", "the request lacks a required member"},
	{"seen-req-limit", Risky, "existence", "the request does not keep a limit"},
	{"seen-req-format", Risky, "existence", "the request does not keep a format"},
	{"seen-req-media", Risky, "existence", "the request has a media type that the client does not send"},
	{"seen-req-syntax", Risky, "existence", "the request's body cannot be decoded"},
	{
		"seen-status",
		Risky,
		"existence",
		"an error status that is not documented: the client reports an undocumented error",
	},
	{
		"seen-status-2xx",
		Breaking,
		"existence",
		"a success status that is not documented: the client takes it for an error",
	},
	{"seen-media", Breaking, "existence", "an answer of another media type: the client cannot decode it"},
	{"seen-media-error", Risky, "existence", "an error of another media type: the client cannot read its code"},
	{"seen-syntax", Breaking, "existence", "the answer's body cannot be decoded"},
	{"seen-syntax-error", Risky, "existence", "the error's body cannot be decoded: the client cannot read its code"},
	{"seen-header", Safe, "existence", "the answer has a header that is not documented: the client passes over it"},
	{"seen-member", Safe, "existence", "the answer has a member that the client passes over"},
	{"seen-value", Risky, "existence", "the answer has a value that the enumeration does not have"},
	{"seen-type", Breaking, "existence", "the answer has a type that the client cannot decode"},
	{"seen-type-error", Risky, "existence", "the error has another type than documented: the client reads what it can"},
	{"seen-type-id", Risky, "existence", "an id of another type than documented: the client decodes it all the same"},
	{"seen-null", Risky, "existence", "the answer has null where none is documented: the client reads it as absent"},
	{"seen-absent", Risky, "existence", "the answer lacks a required member: the client reads its zero value"},
	{"seen-limit", Risky, "existence", "the answer does not keep a limit"},
	{"seen-format", Risky, "existence", "the answer does not keep a format"},
	{"seen-code", Risky, "existence", "an error code that no row documents"},
	{"seen-code-elsewhere", Risky, "existence", "an error code that is documented at another status or operation"},
	{
		"seen-message",
		Safe,
		"existence",
		"an error message that no longer fits its template; the client goes by the code",
	},
}

// Seen is what traffic shows of a finding.
type Seen struct {
	Exchanges int    `json:"exchanges"` // how many show it
	File      string `json:"file"`      // of the first of them
	Line      int    `json:"line"`      // where that begins
}

// Traffic is what a report on recorded exchanges was made of.
type Traffic struct {
	Exchanges int            `json:"exchanges"` // that were compared
	Passed    map[string]int `json:"passed"`    // exchanges and bodies that were not judged, by reason
	NeverSeen []Unseen       `json:"neverSeen,omitempty"`
}

// Unseen is something that the description has and no exchange shows.
type Unseen struct {
	Operation string `json:"operation"`
	Location  string `json:"location"`
	Value     string `json:"value"` // of an enumeration; empty for the member itself
}

// TrafficRules are the rules by which recorded exchanges are judged.
func TrafficRules() []Rule { return append([]Rule(nil), trafficRules...) }

// TrafficRule gives the rule of traffic with this id.
func TrafficRule(id string) (Rule, bool) {
	for _, r := range trafficRules {
		if r.ID == id {
			return r, true
		}
	}
	return Rule{}, false
}

// Keep drops the waivers that a report cannot match: those of traffic from drift, and the other way round; and where
// the report is narrowed, those of other operations.
func (w *Waivers) Keep(traffic bool, operations []string, narrowed bool) {
	w.List = slices.DeleteFunc(w.List, func(one Waiver) bool {
		_, is := TrafficRule(one.ID)
		return is != traffic || narrowed && !slices.Contains(operations, one.Operation)
	})
}
