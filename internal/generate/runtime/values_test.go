package runtime

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOrZero(t *testing.T) {
	type schedule struct{ Ref *string }
	require.Equal(t, "x", OrZero(new("x")))
	require.Equal(t, "", OrZero[string](nil))
	require.Equal(t, "BusinessHours", OrZero(OrZero(&schedule{new("BusinessHours")}).Ref))
	require.Equal(t, "", OrZero(OrZero[schedule](nil).Ref))
}

func TestTimes(t *testing.T) {
	east := time.FixedZone("", 2*60*60)
	require.Equal(t, "2026-11-24T09:00:00+02:00", FormatTime(time.Date(2026, 11, 24, 9, 0, 0, 999, east)))
	require.Equal(t, "2026-11-24T09:00:00Z", FormatTime(time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)))
	for text, want := range map[string]time.Time{
		"2026-11-24T09:00:00Z":        time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC),
		"2026-11-24T09:00:00.250Z":    time.Date(2026, 11, 24, 9, 0, 0, 250_000_000, time.UTC),
		"2026-11-24T09:00:00-05:00":   time.Date(2026, 11, 24, 14, 0, 0, 0, time.UTC),
		"2026-11-24T09:00:00.25-0500": time.Date(2026, 11, 24, 14, 0, 0, 250_000_000, time.UTC),
		"2026-11-24T09:00Z":           time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC),
		"2026-11-24T09:00:00":         time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC),
		"2026-11-24T09:00":            time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC),
		"2026-11-24":                  time.Date(2026, 11, 23, 22, 0, 0, 0, time.UTC),
	} {
		got, err := ParseTime(text, east)
		require.NoError(t, err)
		require.True(t, want.Equal(got), "%s: %s", text, got)
	}
	got, err := ParseTime("2026-11-24T09:00", nil)
	require.NoError(t, err)
	require.Equal(t, time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), got)
	for _, text := range []string{"", "09:00", "24.11.2026", "2026-11-31", "2026-11-24T25:00:00Z"} {
		_, err := ParseTime(text, nil)
		require.ErrorContains(t, err, "is no time like")
	}
}
