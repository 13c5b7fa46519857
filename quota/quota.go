// Package quota tells clients of their limits: what is left of each budget, in
// header fields of HTTP and in sentences, and why a question was refused.
//
// It counts and decides nothing: that is ratelimit's. The sentences are for all
// windows. Some of these are read by programs that search the text for words, so
// that none here holds one by which they know that a name is free, or a label.
package quota

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"registerd/ratelimit"
)

// Seconds are whole ones, one at least: whoever waits that long is let in (RFC
// 9110 section 10.2.3).
func Seconds(d time.Duration) int { return max(1, int(math.Ceil(d.Seconds()))) }

// The fields of draft-ietf-httpapi-ratelimit-headers-11, lists of strings with
// parameters (RFC 9651), as net/http spells them.
const (
	limitField  = "Ratelimit"
	policyField = "Ratelimit-Policy"
)

// FieldNames are the fields' names, for headers that list some.
const FieldNames = "RateLimit, RateLimit-Policy"

// Tell puts into the head of an answer what budgets there are and what is left of
// them. It reports whether there are any: the answer is then for this client
// alone.
func Tell(header http.Header, all ...ratelimit.Standing) (told bool) {
	policy, limit := make([]byte, 0, 96), make([]byte, 0, 96)
	for i := range all {
		s := &all[i]
		if s.Quota == 0 {
			continue
		}
		policy = appendPolicy(policy, s)
		limit = appendLimit(limit, s.Class, max(s.Left, 0), within(s))
	}
	if len(policy) == 0 {
		return false
	}
	header[policyField] = []string{string(policy)}
	header[limitField] = []string{string(limit)}
	return true
}

// TellRefused does so for a question that is refused. Of what is left it names
// nothing but the budget that is used up: no other is a reason to wait, and
// Retry-After is never before the end of what stands here (section 6). Where it
// is not the client's own budget, nothing stands there at all.
func TellRefused(header http.Header, x *ratelimit.Exceeded, s ratelimit.Standing) {
	if s.Quota == 0 || x.Block != nil {
		return
	}
	header[policyField] = []string{string(appendPolicy(nil, &s))}
	if s.Left <= 0 {
		header[limitField] = []string{string(appendLimit(nil, s.Class, 0, Seconds(x.RetryAfter)))}
	}
}

// appendPolicy writes the budget itself (section 3.1). Units are those that the
// draft means where none is said: what a request takes of a budget is the server's
// to say.
func appendPolicy(b []byte, s *ratelimit.Standing) []byte {
	b = appendName(b, s.Class)
	b = strconv.AppendInt(append(b, ";q="...), int64(s.Quota), 10)
	return strconv.AppendInt(append(b, ";w="...), int64(Seconds(s.Window)), 10)
}

// appendLimit writes what is left, and for how long that is meant to last
// (section 4.1).
func appendLimit(b []byte, c ratelimit.Class, left, within int) []byte {
	b = appendName(b, c)
	b = strconv.AppendInt(append(b, ";r="...), int64(left), 10)
	return strconv.AppendInt(append(b, ";t="...), int64(within), 10)
}

func appendName(b []byte, c ratelimit.Class) []byte {
	if len(b) > 0 {
		b = append(b, ", "...)
	}
	return append(append(append(b, '"'), c.String()...), '"')
}

// within is in how many seconds a client does best not to use more than is left:
// those in which as much comes back. Whoever spreads it so never waits, and no two
// values make more than the budget's own rate (section 8.5), as would the time
// until the budget is full again, which is 0 when nothing was used.
func within(s *ratelimit.Standing) int {
	if s.Left <= 0 {
		return Seconds(s.More)
	}
	each := s.Window.Seconds() / float64(s.Quota) * max(s.Price, 1)
	return max(1, int(math.Ceil(float64(s.Left)*each-1e-6)))
}
