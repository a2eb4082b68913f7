package ringcentraltest

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A server without a test keeps a thousand problems, the first, and a thousand requests, the last.
func TestWhatASharedServerKeeps(t *testing.T) {
	t.Parallel()
	s := NewHandler()
	send := func(path string) {
		s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", path, nil))
	}
	for i := range maxProblems + 2 {
		send(fmt.Sprintf("/nowhere/%d", i))
	}
	ids := func() (all []string) {
		for _, r := range s.Requests() {
			all = append(all, r.RequestID)
		}
		return all
	}
	for range maxRequests {
		send("/restapi/v1.0/account/~/extension/~/greeting/1004")
	}
	require.Len(t, ids(), maxRequests)
	require.Equal(t, "request-1", ids()[0])
	send("/restapi/v1.0/account/~/extension/~/greeting/1004")
	require.Len(t, ids(), maxRequests)
	require.Equal(t, []string{"request-2", "request-1001"}, []string{ids()[0], ids()[maxRequests-1]})

	problems := strings.Split(s.Close().Error(), "\n")
	require.Len(t, problems, maxProblems)
	require.Contains(t, problems[0], "/nowhere/0:")
	require.Contains(t, problems[maxProblems-1], "/nowhere/999:")
}

// An operation without a usual answer has the first success that is recorded; without any, the test is told.
func TestUsualSuccess(t *testing.T) {
	t.Parallel()
	require.Equal(t, "createCompanyGreeting/200-automatic-recording", firstSuccess("createCompanyGreeting"))
	require.EqualError(t, usualSuccess("readNothing").fault(), "no success of readNothing is recorded: use Reply or Handle")
}

type (
	union  struct{ union json.RawMessage }
	tagged struct {
		A string `json:"a"`
	}
	untagged struct{ A string }
)

// A union and an interface take anything; other types do not, even without a field.
func TestIsFree(t *testing.T) {
	t.Parallel()
	for want, types := range map[bool][]reflect.Type{
		true: {reflect.TypeFor[union](), reflect.TypeFor[any]()},
		false: {reflect.TypeFor[struct{}](), reflect.TypeFor[tagged](), reflect.TypeFor[untagged](), reflect.TypeFor[map[string]any](),
			reflect.TypeFor[string]()},
	} {
		for _, typ := range types {
			require.Equal(t, want, isFree(typ), typ.String())
		}
	}
}

// Each kind of JSON is taken by the types that have it, and refused by the others with what they are to be.
func TestInvalidValue(t *testing.T) {
	t.Parallel()
	values := []any{"x", json.Number("1"), true, []any{json.Number("1")}, map[string]any{"a": json.Number("1")}}
	for _, c := range []struct {
		typ   reflect.Type
		takes []int // which of values
		want  string
	}{
		{reflect.TypeFor[string](), []int{0}, "at: is to be a text"},
		{reflect.TypeFor[int](), []int{1}, "at: is to be a number"},
		{reflect.TypeFor[*int64](), []int{1}, "at: is to be a number"},
		{reflect.TypeFor[float32](), []int{1}, "at: is to be a number"},
		{reflect.TypeFor[float64](), []int{1}, "at: is to be a number"},
		{reflect.TypeFor[bool](), []int{2}, "at: is to be true or false"},
		{reflect.TypeFor[[]int](), []int{3}, "at: is to be a list"},
		{reflect.TypeFor[[]float64](), []int{3}, "at: is to be a list"},
		{reflect.TypeFor[map[string]int](), []int{4}, "at: is to be an object"},
		{reflect.TypeFor[any](), []int{0, 1, 2, 3, 4}, ""},
		{reflect.TypeFor[union](), []int{0, 1, 2, 3, 4}, ""},
	} {
		require.Empty(t, invalidValue(nil, c.typ, "at"), c.typ.String())
		for i, v := range values {
			want := c.want
			if slices.Contains(c.takes, i) {
				want = ""
			}
			require.Equal(t, want, invalidValue(v, c.typ, "at"), "%v as %v", v, c.typ)
		}
	}
	require.Equal(t, "at.*: is to be a text", invalidValue(values[4], reflect.TypeFor[map[string]string](), "at"))
	require.Equal(t, "at[]: is to be a text", invalidValue(values[3], reflect.TypeFor[[]string](), "at"))
}
