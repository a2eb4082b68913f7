package diff

// Severity is how bad a change is for a client that was built on the old description.
type Severity string

const (
	Breaking Severity = "breaking"
	Risky    Severity = "risky"
	Safe     Severity = "safe"
)

// Rule is one line of the policy.
type Rule struct {
	ID       string   `json:"id"`
	Severity Severity `json:"severity"`
	Aspect   string   `json:"-"` // which fact of a location it is about: two rules about the same fact share it
	Text     string   `json:"text"`
}

// other judges what no other rule names.
const other = "other"

// rules is the policy. Ids, severities and texts are read by other programs.
var rules = []Rule{
	{"operation-removed", Breaking, "operation", "the endpoint the old client calls is gone"},
	{"operation-added", Safe, "operation", "old client never calls it"},
	{
		"operation-id-changed",
		Safe,
		"operationId",
		"not on the wire; only regenerated client method names move (match by method+path)",
	},
	{"deprecated+", Risky, "deprecated", "still works, announced for removal"},
	{"deprecated-", Safe, "deprecated", "deprecation withdrawn"},
	{
		"permission",
		Breaking,
		"permission",
		"an app or user authorised for the old permission gets 403 under the new one",
	},
	{"permission-", Safe, "permission", "requirement dropped"},
	{"throttle-tighter", Risky, "x-throttling-group", "same calls, lower rate limit: more 429s"},
	{"throttle-looser", Safe, "x-throttling-group", "higher rate limit"},
	{"param-add-req", Breaking, "existence", "old client does not send a parameter that is now required"},
	{"param-add-opt", Safe, "existence", "old client does not send it; server default applies"},
	{"param-rem", Risky, "existence", "old client may still send it; it is now ignored or rejected"},
	{"req-req", Breaking, "required", "old client may omit what is now required"},
	{"req-opt", Safe, "required", "server accepts more than before"},
	{
		"path-variable",
		Safe,
		"variable",
		"the variable of a path template has another name; only names in regenerated code move",
	},
	{
		"type-text",
		Safe,
		"type",
		"a value that travels as text: every text form of the old type is valid for the new one",
	},
	{
		"req-type",
		Breaking,
		"type",
		"the new set of types does not cover the old one: old client sends a type that is not admitted",
	},
	{"req-type-wider", Safe, "type", "server admits further types"},
	{"resp-type", Breaking, "type", "the new set of types is not inside the old one: old client cannot decode it"},
	{"resp-type-narrower", Safe, "type", "server returns fewer types"},
	{"req-branch-rem", Breaking, "branch", "a branch of a union that the old client may send has no equal any more"},
	{"req-branch-add", Safe, "branch", "server admits a further branch"},
	{"resp-branch-add", Risky, "branch", "server may return a branch that the old client was not told of"},
	{"resp-branch-rem", Safe, "branch", "server merely stops returning it"},
	{"req-style", Breaking, "style", "the old client writes the value in a form that the server no longer reads"},
	{"resp-header-add", Safe, "headers", "old client does not read it"},
	{"resp-header-rem", Risky, "headers", "old client may read it (breaking if it was required)"},
	{"req-enum-add", Safe, "enum", "server accepts more values"},
	{"req-enum-rem", Breaking, "enum", "old client may send a value that is no longer accepted"},
	{"resp-enum-add", Risky, "enum", "server may return a value outside the old closed set"},
	{
		"resp-enum-disjoint",
		Breaking,
		"enum",
		"no old value survives: every returned value is outside the old closed set",
	},
	{"resp-enum-rem", Safe, "enum", "server merely stops returning it"},
	{"req-enum-new", Breaking, "enum", "free text became a closed set: old values may be refused"},
	{"req-enum-gone", Safe, "enum", "closed set became free text on input"},
	{"resp-enum-new", Safe, "enum", "output narrowed"},
	{"resp-enum-gone", Risky, "enum", "output no longer limited to the old closed set"},
	{"req-add-opt", Safe, "existence", "old client does not send it"},
	{"req-add-req", Breaking, "existence", "old client does not send a property that is now required"},
	{"req-rem-opt", Risky, "existence", "old client may still send it; it is now ignored or rejected"},
	{
		"req-rem-req",
		Breaking,
		"existence",
		"a property the old contract obliged the client to send has no place in the new one",
	},
	{"resp-add", Safe, "existence", "tolerant reader ignores unknown properties"},
	{"resp-rem-opt", Risky, "existence", "old client may read a property that no longer arrives (it was optional)"},
	{"resp-rem-req", Breaking, "existence", "old client relies on a required property that no longer arrives"},
	{"resp-now-opt", Breaking, "required", "old client relies on the property always being there"},
	{"resp-now-req", Safe, "required", "stronger promise"},
	{"req-format-add", Risky, "format", "server may now validate a form the old client was not told of"},
	{"req-format-rem", Safe, "format", "server promises less validation"},
	{"req-format-num", Safe, "format", "int32/int64 on an integer: documents the width only"},
	{"resp-format-num", Safe, "format", "int32/int64 on an integer: documents the width only"},
	{"resp-format-uri", Safe, "format", "uri, added or withdrawn, is an annotation on what was already a URI string"},
	{"resp-format", Risky, "format", "lexical form may differ from what the old client parses"},
	{"resp-format-rem", Risky, "format", "old client may parse the promised form, promise withdrawn"},
	{"req-limit-new", Risky, "limit", "limit newly documented: old client may already exceed it"},
	{"req-limit-tight", Breaking, "limit", "limit tightened: input valid before is refused now"},
	{"req-limit-loose", Safe, "limit", "limit loosened or dropped on input"},
	{"resp-limit-tight", Safe, "limit", "output narrowed"},
	{"resp-limit-loose", Risky, "limit", "output may exceed the old bound"},
	{"req-default-chg", Risky, "default", "an omitted value may now mean something else"},
	{"req-default-add", Safe, "default", "documents the value assumed when omitted"},
	{"resp-default", Safe, "default", "a default in a response schema has no wire effect"},
	{"req-nullable-", Breaking, "nullable", "old client may send null"},
	{"req-nullable+", Safe, "nullable", "server accepts more"},
	{"resp-nullable+", Breaking, "nullable", "old client may not expect null"},
	{"resp-nullable-", Safe, "nullable", "output narrowed"},
	{"req-deprecated", Risky, "deprecated", "still accepted, announced for removal"},
	{"resp-deprecated", Risky, "deprecated", "still returned, announced for removal"},
	{"undeprecated", Safe, "deprecated", "deprecation withdrawn"},
	{
		"req-readonly",
		Risky,
		"readOnly",
		"old client may send a property the server now owns; what else changes of it is implied",
	},
	{"req-writeonly", Safe, "writeOnly", "writeOnly has no effect on requests"},
	{"resp-writeonly", Risky, "writeOnly", "the property no longer arrives"},
	{"resp-writeonly-", Safe, "writeOnly", "the property arrives from now on; a tolerant reader ignores it"},
	{"resp-readonly", Safe, "readOnly", "readOnly has no effect on responses"},
	{"req-readonly-", Safe, "readOnly", "server accepts more"},
	{"mt-req-rem", Breaking, "existence", "old client sends this media type"},
	{"mt-req-add", Safe, "existence", "old client does not use it"},
	{"mt-resp-rem", Breaking, "existence", "old client asks for and decodes this media type"},
	{"mt-resp-narrower", Safe, "existence", "a media range is replaced by types that lie in it"},
	{"mt-resp-add", Safe, "existence", "old client asks for the media type it knows"},
	{"st-err-add", Safe, "existence", "documents an error an HTTP client must already handle"},
	{"st-2xx-add", Risky, "existence", "a success status the old client was not told of"},
	{"st-def-add", Risky, "existence", "catch-all replaces explicit statuses: success code no longer stated"},
	{"st-def-rem", Safe, "existence", "catch-all replaced by explicit statuses it covered"},
	{"st-def-cover", Safe, "existence", "explicit status still covered by the new catch-all"},
	{"st-2xx-rem", Breaking, "existence", "the success status the old client waits for is gone"},
	{"st-err-rem", Safe, "existence", "an error merely stops being documented"},
	{"body-req", Breaking, "body", "old client may send no body"},
	{"body-opt", Safe, "body", "server accepts more"},
	{"code-add", Safe, "code", "documents an error code the server could already return"},
	{"code-rem", Safe, "code", "documentation withdrawn; no promise that the code stopped"},
	{"extra-closed-req", Breaking, "additionalProperties", "unknown properties now refused"},
	{"extra-closed-resp", Safe, "additionalProperties", "output narrowed"},
	{"extra-open", Safe, "additionalProperties", "unknown properties now allowed"},
	{other, Risky, "", "a changed fact that no rule names"},
}

var rulesByID = func() map[string]Rule {
	byID := make(map[string]Rule, len(rules))
	for _, r := range append(Rules(), trafficRules...) {
		byID[r.ID] = r
	}
	return byID
}()

// Rules lists the policy in its own order.
func Rules() []Rule { return append([]Rule(nil), rules...) }

// throttlingGroups, each allowing fewer calls than the one before.
var throttlingGroups = []string{"NoThrottling", "Light", "Medium", "Heavy", "Auth"}
