package errorcodes_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/errorcodes"
)

func TestMatch(t *testing.T) {
	const (
		parameter = "Parameter [name] value is invalid"
		nested    = "Parameter [forwarding.rules[].forwardingNumbers[].id] are duplicated"
		number    = "Number +16196093249 duplicates with company/extension direct number"
		index     = "Ring group with index 1 is not found"
		two       = "Preset [131840] can not be used for greeting type [Voicemail]"
		header    = "Header ${header} should be specified."
		grant     = "The client is unauthorized for the required grant type: [${grant_type}]"
		both      = "Duplicate value for parameter ${parameterName}: ${parameterValue} found in request"
	)
	for _, test := range []struct {
		template, message string
		want              bool
	}{
		{"Only custom rule can be created", "Only custom rule can be created", true},
		{"Only custom rule can be created", "Only custom rule can be created.", false},
		{"Company level greeting cannot be created on user level.", "Company level greeting cannot be created on user level", false},
		{"Only custom rule can be created", "only custom rule can be created", false},
		{"Only custom rule can be created", "", false},
		{"Only custom rule can be created", "x Only custom rule can be created", false},

		{parameter, "Parameter [name] value is invalid", true},
		{parameter, "Parameter [forwarding.rules[0].index] value is invalid", true},
		{parameter, "Parameter [a b] value is invalid", true},
		{parameter, "Parameter [] value is invalid", true},
		{parameter, "Parameter [naïve] value is invalid", true},
		{parameter, "Parameter [name] value is invalid.", false},
		{parameter, "Parameter name value is invalid", false},
		{parameter, "Parameter [name value is invalid", false},
		{parameter, "Parameter name] value is invalid", false},
		{parameter, "Parameter [a] or [b] value is invalid", false},
		{parameter, "Parameter  [name] value is invalid", false},

		{nested, nested, true},
		{nested, "Parameter [id] are duplicated", true},
		{nested, "Parameter [a[1[2]][3]] are duplicated", true},
		{nested, "Parameter [a[] are duplicated", false},
		{nested, "Parameter [a]] are duplicated", false},

		{"[name] is too long: up to 127 symbols supported", "[label] is too long: up to 127 symbols supported", true},
		{"[name] is too long: up to 127 symbols supported", "[name] is too long: up to 128 symbols supported", false},
		{"The amount of schedule ranges exceeds 1000", "The amount of schedule ranges exceeds 100", false},

		{number, "Number +12025550123 duplicates with company/extension direct number", true},
		{number, "Number +1 duplicates with company/extension direct number", true},
		{number, "Number 12025550123 duplicates with company/extension direct number", false},
		{number, "Number + duplicates with company/extension direct number", false},
		{number, "Number +1-202-555-0123 duplicates with company/extension direct number", false},

		{index, "Ring group with index 12 is not found", true},
		{index, "Ring group with index -1 is not found", true},
		{index, "Ring group with index  is not found", false},
		{index, "Ring group with index one is not found", false},
		{index, "Ring group with index 1.5 is not found", false},
		{index, "Ring group with index 1a is not found", false},
		{"Rule index should be greater than 0", "Rule index should be greater than 1", false},
		{"Rule indexes should be sequential", "Rule indexes should be sequential", true},
		{"The reindex 1 is done", "The reindex 2 is done", false},
		{"Index 1", "Index 2", true},

		{two, "Preset [1] can not be used for greeting type [Introductory]", true},
		{two, "Preset [1] can not be used for greeting type Introductory", false},
		{two, "Preset [1] can not be used for extension type [Department]", false},

		{header, "Header Content-Type should be specified.", true},
		{header, "Header a b should be specified.", true},
		{header, "Header should be specified. should be specified.", true},
		{header, "Header  should be specified.", false},
		{header, "Header Content-Type should be specified", false},
		{grant, "The client is unauthorized for the required grant type: [password]", true},
		{grant, "The client is unauthorized for the required grant type: password", false},
		{both, "Duplicate value for parameter a: b found in request", true},
		{both, "Duplicate value for parameter a: b: c found in request found in request", true},
		{both, "Duplicate value for parameter a: found in request", false},
		{"Invalid. ${additionalInfo:-}", "Invalid. ", true},
		{"Invalid. ${additionalInfo:-}", "Invalid. Very.", true},
		{"{permissionName} required", "EditExtensions required", true},
		{"{permissionName} required", " required", false},
		{"[{permissionName}] permission required", "[EditExtensions] permission required", true},
		{"[{permissionName}] permission required", "EditExtensions permission required", false},
		{"${a}${b}", "x", false},
		{"${a}${b}", "xy", true},
		{"${${a}} x", "b x", true},

		// What is no parameter counts as it stands.
		{"a [ b", "a [ b", true},
		{"a [ b", "a [ c", false},
		{"a ] b [c]", "a ] b [d]", true},
		{"C+11 {not a name} ${open", "C+11 {not a name} ${open", true},
		{"C+11", "C+12", false},
		{"{not a name}", "x", false},
		{"a + b", "a + b", true},
		{"100%s $ {}", "100%s $ {}", true},

		{"Number +1", "Number ", false},
		{"index 1", "index ", false},
		{"{0a} x", "b x", false},
		{"{9a} x", "b x", false},
		{"{a0} x", "b x", true},
		{"{.a} x", "b x", true},

		// A row without a message documents none.
		{"", "", true},
		{"", "anything", true},
	} {
		require.Equalf(t, test.want, errorcodes.Match(test.template, test.message), "%q against %q", test.template, test.message)
	}
}

// A plus sign within a word begins no number.
func TestMatchWithinWords(t *testing.T) {
	for _, c := range "09azAZ_" {
		require.False(t, errorcodes.Match(string(c)+"+1", string(c)+"+2"), string(c))
	}
	for _, c := range "/:`{@[^ -" {
		require.True(t, errorcodes.Match(string(c)+"+1", string(c)+"+2"), string(c))
	}
}

func TestMatchIsBounded(t *testing.T) {
	longest := strings.Repeat("x", errorcodes.MaxMatched)
	require.True(t, errorcodes.Match(longest, longest))
	long := strings.Repeat("x", errorcodes.MaxMatched-2)
	require.True(t, errorcodes.Match("[a]", "["+long+"]"))
	require.False(t, errorcodes.Match("[a]", "["+long+"x]"))
	require.False(t, errorcodes.Match("["+long+"x]", "[a]"))
	// Backtracking over these would not end.
	require.False(t, errorcodes.Match(strings.Repeat("${a}x", 100)+"y", strings.Repeat("x", errorcodes.MaxMatched)))
	require.False(t, errorcodes.Match("[a]", strings.Repeat("[", errorcodes.MaxMatched)))
}

func TestFill(t *testing.T) {
	for template, want := range map[string]string{
		"Number +16196093249 duplicates":                                          "Number <+16196093249> duplicates",
		"Parameter [forwarding.rules[].forwardingNumbers[].id] are duplicated":    "Parameter <[forwarding.rules[].forwardingNumbers[].id]> are duplicated",
		"Preset [131840] can not be used for greeting type [Voicemail]":           "Preset <[131840]> can not be used for greeting type <[Voicemail]>",
		"Call Queue agent with index 1 is not found":                              "Call Queue agent with index <1> is not found",
		"grant type: [${grant_type}]":                                             "grant type: <[${grant_type}]>",
		"Duplicate value for parameter ${parameterName}: ${parameterValue} found": "Duplicate value for parameter <${parameterName}>: <${parameterValue}> found",
		"Rule index should be greater than 0":                                     "Rule index should be greater than 0",
		"":                                                                        "",
	} {
		require.Equal(t, want, errorcodes.Fill(template, func(p string) string { return "<" + p + ">" }))
	}
}

// fill gives each parameter another value of its kind.
func fill(parameter string) string {
	switch parameter[0] {
	case '[':
		return "[a[0].b]"
	case '+':
		return "+12025550123"
	case '$', '{':
		return "some text"
	}
	return "7"
}

func TestEveryDocumentedMessageMatchesItself(t *testing.T) {
	rows := append(readRows(t, "testdata/rows-2018-08.tsv"), readRows(t, "testdata/platform-2026-04.tsv")...)
	require.Len(t, rows, 64+63)
	for _, row := range rows {
		require.True(t, errorcodes.Match(row.Message, row.Message), row)
		filled := errorcodes.Fill(row.Message, fill)
		require.True(t, errorcodes.Match(row.Message, filled), filled)
		if row.Message != "" {
			require.False(t, errorcodes.Match(row.Message, "!"+filled), filled)
		}
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("Parameter [forwarding.rules[].id] are duplicated", "Parameter [id] are duplicated")
	f.Add("Number +16196093249 with index 1", "Number +12025550123 with index 2")
	f.Add("${a}: {b} [${c}] ${d:-}", "x: y [z] ")
	f.Add("[[]]] [ +1+1 index 1 index 2", "{${}}")
	f.Fuzz(func(t *testing.T, template, message string) {
		if len(template) > 1000 || len(message) > 1000 {
			return
		}
		errorcodes.Match(template, message)
		require.Equal(t, template, errorcodes.Fill(template, func(p string) string { return p }))
		require.True(t, errorcodes.Match(template, template))
		filled := errorcodes.Fill(template, fill)
		require.Truef(t, len(filled) > errorcodes.MaxMatched || errorcodes.Match(template, filled), "%q", filled)
	})
}
