package audit

import "time"

// Span is a span of time in the journal, from its first moment to before its last;
// a zero one is open.
type Span struct{ Since, Until time.Time }

// Holds reports whether a moment is in it.
func (s Span) Holds(at time.Time) bool {
	return !at.Before(s.Since) && (s.Until.IsZero() || at.Before(s.Until))
}
