package runtime

import (
	"bytes"
	"encoding/json"
)

// Nullable is an optional member of a request that may be null as well, which clears it in many an update. The zero
// value is absent: nothing is sent.
type Nullable[T any] struct {
	value *T
	null  bool
}

// Null is a member that is null: Null[string]().
func Null[T any]() Nullable[T] { return Nullable[T]{null: true} }

// NotNull is a member that has a value.
func NotNull[T any](value T) Nullable[T] { return Nullable[T]{value: &value} }

// Get is the value, and whether there is one: there is none where the member is absent or null.
func (n Nullable[T]) Get() (value T, ok bool) {
	if n.value == nil {
		return value, false
	}
	return *n.value, true
}

// IsNull reports whether the member is null.
func (n Nullable[T]) IsNull() bool { return n.null }

// IsZero reports whether the member is absent, for encoding/json.
func (n Nullable[T]) IsZero() bool { return n.value == nil && !n.null }

// MarshalJSON is null for an absent member, too, which omitzero leaves out.
func (n Nullable[T]) MarshalJSON() ([]byte, error) { return json.Marshal(n.value) }

// UnmarshalJSON tells null from a value.
func (n *Nullable[T]) UnmarshalJSON(data []byte) error {
	*n = Nullable[T]{}
	if bytes.Equal(bytes.TrimSpace(data), []byte("null")) {
		n.null = true
		return nil
	}
	return json.Unmarshal(data, &n.value)
}
