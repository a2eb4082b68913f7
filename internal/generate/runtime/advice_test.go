package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type adviser struct{ error }

func (adviser) Retryable() (time.Duration, bool) { return 7 * time.Second, true }
func (adviser) BadCredentials() bool             { return true }
func (adviser) Throttled() bool                  { return true }

func TestRetryable(t *testing.T) {
	for _, c := range []struct {
		err   error
		after time.Duration
		ok    bool
	}{
		{nil, 0, false},
		{errors.New("x"), 0, false},
		{context.Canceled, 0, false},
		{context.DeadlineExceeded, 2 * time.Second, true},
		{fmt.Errorf("read: %w", io.ErrUnexpectedEOF), 2 * time.Second, true},
		{&net.OpError{Op: "dial", Err: errors.New("refused")}, 2 * time.Second, true},
		{&APIError{Status: 400}, 0, false},
		{&APIError{Status: 401}, 0, false},
		{&APIError{Status: 429}, 30 * time.Second, true},
		{&APIError{Status: 429, RetryAfter: time.Minute}, time.Minute, true},
		{&APIError{Status: 429, RetryAfter: time.Second, RateLimit: RateLimit{Window: time.Minute}}, time.Second, true},
		{&APIError{Status: 429, RateLimit: RateLimit{Window: time.Minute}}, time.Minute, true},
		{&APIError{Status: 429, RateLimit: RateLimit{Window: time.Second}}, 30 * time.Second, true},
		{fmt.Errorf("call: %w", &APIError{Status: 503, RetryAfter: time.Second}), 2 * time.Second, true},
		{fmt.Errorf("call: %w", adviser{errors.New("x")}), 7 * time.Second, true},
	} {
		after, ok := Retryable(c.err)
		require.Equal(t, c.after, after, "%v", c.err)
		require.Equal(t, c.ok, ok, "%v", c.err)
	}
	require.True(t, BadCredentials(&APIError{Status: 401}))
	require.False(t, BadCredentials(&APIError{Status: 403}))
	require.True(t, BadCredentials(adviser{errors.New("x")}))
	require.False(t, BadCredentials(errors.New("x")))
	require.True(t, Throttled(&APIError{Status: 429}))
	require.True(t, Throttled(adviser{errors.New("x")}))
	require.False(t, Throttled(nil))
}

func TestErrorDetail(t *testing.T) {
	d := ErrorDetail{Extra: map[string]json.RawMessage{"parameterName": []byte(`"name"`), "permissionName": []byte(`7`)}}
	require.Equal(t, "name", d.ParameterName())
	require.Empty(t, d.PermissionName())
}
