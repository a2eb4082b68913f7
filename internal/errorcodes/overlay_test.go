package errorcodes_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/ringbasic/ringbasic/internal/document"
	"github.com/ringbasic/ringbasic/internal/errorcodes"
	"github.com/ringbasic/ringbasic/internal/overlay"
)

const overlayFile = "../../overlays/30-errors.yaml"

const (
	createRule            = "POST /restapi/v1.0/account/{accountId}/extension/{extensionId}/answering-rule"
	updateRule            = "PUT /restapi/v1.0/account/{accountId}/extension/{extensionId}/answering-rule/{ruleId}"
	createCompanyGreeting = "POST /restapi/v1.0/account/{accountId}/greeting"
	createUserGreeting    = "POST /restapi/v1.0/account/{accountId}/extension/{extensionId}/greeting"
	readGreeting          = "GET /restapi/v1.0/account/{accountId}/extension/{extensionId}/greeting/{greetingId}"
	listGreetings         = "GET /restapi/v1.0/account/{accountId}/call-recording/custom-greetings"
)

// withErrors is a document of the six operations without errors, after the overlay.
func withErrors(t *testing.T) *yaml.Node {
	t.Helper()
	doc, err := document.ReadFile("testdata/six.yaml")
	require.NoError(t, err)
	data, err := os.ReadFile(overlayFile)
	require.NoError(t, err)
	o, err := overlay.Parse("overlays/30-errors.yaml", data)
	require.NoError(t, err)
	err = o.Apply(doc.Root)
	require.NoError(t, err)
	return doc.Root
}

// The fixture was taken from the listing by other means than this package's: not one character may differ.
func TestOverlayHasTheDocumentedRows(t *testing.T) {
	want := readRows(t, "testdata/rows-2018-08.tsv")
	require.Len(t, want, 64)
	if diff := cmp.Diff(want, rowsIn(withErrors(t))); diff != "" {
		t.Errorf("overlays/30-errors.yaml against testdata/rows-2018-08.tsv (-want +got):\n%s", diff)
	}
}

func TestOverlayHasThePlatformRows(t *testing.T) {
	want := readRows(t, "testdata/platform-2026-04.tsv")
	require.Len(t, want, 63)
	if diff := cmp.Diff(want, errorcodes.Platform(withErrors(t))); diff != "" {
		t.Errorf("overlays/30-errors.yaml against testdata/platform-2026-04.tsv (-want +got):\n%s", diff)
	}
}

func TestRowsOfEachOperation(t *testing.T) {
	root := withErrors(t)
	got := map[string]int{}
	for op := range document.Operations(root) {
		got[op.String()] = len(errorcodes.RowsOf(root, op))
	}
	require.Equal(t, map[string]int{
		createRule: 31, updateRule: 21, createCompanyGreeting: 4, createUserGreeting: 7, readGreeting: 1, listGreetings: 0,
	}, got)
}

// Rows as a person read them off the listing.
func TestRowsByHand(t *testing.T) {
	rows := rowsIn(withErrors(t))
	for _, want := range []errorcodes.Row{
		{createRule, 400, "AWR-101", "Parameter [forwarding.rules[].forwardingNumbers[].id] are duplicated"},
		{createRule, 400, "AWR-125", "Custom greeting presetId specified for greeting type [Introductory]. Custom greeting uploading method should be used"},
		{createRule, 400, "AWR-148", "Call Queue agents should be the same as call queue members"},
		{createRule, 400, "AWR-179", "[name] is too long: up to 127 symbols supported"},
		{createRule, 400, "FPN-105", "Number +16196093249 duplicates with company/extension direct number"},
		{createRule, 403, "CMN-408", "In order to call this API endpoint, user needs to have [EditUserAnsweringRules] permission for requested resource."},
		{createRule, 404, "CMN-102", "Resource for parameter [accountId] is not found"},
		{updateRule, 400, "AWR-120", "Business Hours/After Hours schedule condition is allowed only with other answering rule conditions"},
		{updateRule, 400, "CMN-101", "Parameter [callHandlingAction] value is invalid"},
		{updateRule, 400, "FPN-105", "Number +18332051179 duplicates with company/extension direct number"},
		{updateRule, 403, "CMN-401", "In order to call this API endpoint, application needs to have [EditExtensions] permission"},
		{createCompanyGreeting, 400, "AWR-178", "Greeting type [Voicemail] is not applicable to company rule"},
		{createCompanyGreeting, 400, "CMN-102", "Resource for parameter [answeringRule.id] is not found"},
		{createUserGreeting, 400, "AWR-165", "Hold music can be set for business hours rule only: the same value will be applied to all rules"},
		{createUserGreeting, 400, "CLR-103", "Company level greeting cannot be created on user level."},
		{readGreeting, 404, "CMN-102", "Resource for parameter [greetingId] is not found"},
	} {
		require.Contains(t, rows, want)
	}
}

func TestOverlayResponses(t *testing.T) {
	root := withErrors(t)
	for op := range document.Operations(root) {
		for status, response := range document.Pairs(document.Get(op.Node, "responses")) {
			if status.Value == "200" {
				require.Equal(t, "OK", document.Text(response, "description"), "the success stays as it was")
				continue
			}
			at := op.String() + " " + status.Value
			require.Regexp(t, `^[A-Z].*\.$`, document.Text(response, "description"), at)
			schema := document.Get(response, "content", "application/json", "schema")
			require.Equal(t, "#/components/schemas/ErrorResponse", document.Text(schema, "$ref"), at)
			codes := document.Get(response, "x-error-codes")
			require.NotEmpty(t, codes.Content, at)
			require.True(t, slices.IsSortedFunc(codes.Content, func(a, b *yaml.Node) int {
				return strings.Compare(document.Text(a, "code"), document.Text(b, "code"))
			}), "the codes of %s are not in order", at)
		}
	}
}

// The members are those of the published error bodies and of OAuth, none of them promised.
func TestOverlaySchemas(t *testing.T) {
	root := withErrors(t)
	members := func(schema string) map[string]string {
		n := document.Get(root, "components", "schemas", schema)
		require.NotNil(t, n, schema)
		require.Nil(t, document.Get(n, "required"))
		require.Nil(t, document.Get(n, "additionalProperties"))
		types := map[string]string{}
		for name, property := range document.Pairs(document.Get(n, "properties")) {
			require.NotEmpty(t, document.Text(property, "description"), name.Value)
			types[name.Value] = document.Text(property, "type")
		}
		return types
	}
	require.Equal(t, map[string]string{
		"errorCode": "string", "message": "string", "errors": "array", "parameterName": "string", "permissionName": "string",
		"error": "string", "error_description": "string",
	}, members("ErrorResponse"))
	require.Equal(t, map[string]string{
		"errorCode": "string", "message": "string", "parameterName": "string", "permissionName": "string",
	}, members("ErrorItem"))
	require.Equal(t, "#/components/schemas/ErrorItem",
		document.Text(document.Get(root, "components", "schemas", "ErrorResponse", "properties", "errors", "items"), "$ref"))
}

// Every action names what it rests on.
func TestOverlayNamesItsSources(t *testing.T) {
	data, err := os.ReadFile(overlayFile)
	require.NoError(t, err)
	o, err := overlay.Parse("overlays/30-errors.yaml", data)
	require.NoError(t, err)
	require.Len(t, o.Actions, 7)
	for _, action := range o.Actions {
		if strings.HasPrefix(action.Target, "$.paths") {
			require.Contains(t, action.Description, "swagger-ring_basic.yml?v=20180816 as listed on 2018-08-28 (github.com/streamdata-gallery-topics/custom)")
		} else {
			require.Contains(t, action.Description, "2026-04", action.Target)
		}
	}
}
