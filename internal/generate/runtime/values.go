package runtime

import (
	"fmt"
	"time"
)

// OrZero is what an optional field holds, the zero value if it is absent: OrZero(rule.Name). A field of an optional
// object is OrZero(OrZero(rule.Schedule).Ref).
func OrZero[T any](field *T) T {
	if field == nil {
		var zero T
		return zero
	}
	return *field
}

// FormatTime is a time as the API takes it in ranges and filters: RFC 3339 with the offset of its location, to the
// second.
func FormatTime(t time.Time) string { return t.Format(time.RFC3339) }

// ParseTime reads a time as the API sends it: a date, or a date and a time, with or without an offset from UTC. One
// without an offset is in the location: that of the extension, whose regional settings say it; nil is UTC.
func ParseTime(text string, location *time.Location) (time.Time, error) {
	if location == nil {
		location = time.UTC
	}
	for _, layout := range []string{
		time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04",
		"2006-01-02",
	} {
		if t, err := time.ParseInLocation(layout, text, location); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%.40q is no time like 2026-11-24T09:00:00Z", text)
}
