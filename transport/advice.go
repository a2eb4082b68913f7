package transport

import "time"

// Retryable reports that calling again after Wait is right.
func (e *ThrottledError) Retryable() (after time.Duration, ok bool) { return e.Wait, true }

// Throttled reports that there were too many calls.
func (e *ThrottledError) Throttled() bool { return true }

// Retryable reports whether a token may be had later, and how long to wait at least: not where the credential was
// refused, though it is asked for again when RetryAfter is over.
func (e *TokenError) Retryable() (after time.Duration, ok bool) {
	if e.Final {
		return 0, false
	}
	return max(e.RetryAfter, firstBackoff), true
}

// BadCredentials reports whether the credential was refused.
func (e *TokenError) BadCredentials() bool { return e.Final }
