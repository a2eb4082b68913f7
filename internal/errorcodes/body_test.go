package errorcodes_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringbasic/ringbasic/internal/errorcodes"
)

func TestReadBody(t *testing.T) {
	for text, want := range map[string]struct {
		body  errorcodes.Body
		first errorcodes.Entry
	}{
		`{"errorCode":"A-1","message":"m"}`: {
			errorcodes.Body{Entry: errorcodes.Entry{Code: "A-1", Message: "m"}}, errorcodes.Entry{Code: "A-1", Message: "m"}},
		`{"errorCode":"All","message":"m","errors":[{"message":"x"},7,{"errorCode":"A-1","message":"n"}]}`: {
			errorcodes.Body{Entry: errorcodes.Entry{Code: "All", Message: "m"}, Errors: []errorcodes.Entry{{Message: "x"}, {}, {Code: "A-1", Message: "n"}}},
			errorcodes.Entry{Code: "A-1", Message: "n"}},
		`{"errorCode":7,"message":"m","errors":{},"error_description":"d"}`: {
			errorcodes.Body{Entry: errorcodes.Entry{Message: "m"}, Description: "d"}, errorcodes.Entry{Message: "m"}},
		`[]`: {}, `null`: {}, ``: {}, `{`: {},
	} {
		got := errorcodes.ReadBody([]byte(text))
		require.Equal(t, want.body, got, text)
		require.Equal(t, want.first, got.First(), text)
	}
}
