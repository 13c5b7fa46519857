package das

import (
	"time"

	"registerd/lookup"
)

// ch is in the manner of SWITCH's domain check, a line for each name:
//
//	1:     the name can be registered
//	0:     it cannot
//	-1:    it is no name
//	-95:   too many names were asked for, or the operator has blocked the network
//	-99:   nothing is known of the name now
//
// Programs look for "1:" anywhere in the answer, so no other line holds that but
// -1, whose code it is. Dates are written without a time of day for that, and
// what an operator calls itself is left out.
var ch = Dialect{Name: "ch", read: plain, write: writeCH}

func writeCH(b []byte, a *answer) []byte {
	switch {
	case a.outcome == limited:
		b = appendSeconds(append(b, "-95: Limit exceeded, retry after "...), a)
	case a.outcome == blocked:
		b = appendSeconds(append(b, "-95: Blocked by the operator, retry after "...), a)
	case a.outcome == crowded:
		b = append(b, "-95: Too many connections, retry later"...)
	case a.outcome != told:
		b = append(b, "-99: Service temporarily out of order, nothing is said about this name"...)
	case a.name.State == lookup.Free:
		b = append(b, "1: This name can be registered"...)
	case a.name.State == lookup.Invalid:
		b = appendReason(append(b, "-1: This is not a name. Reason: "...), a.name, time.DateOnly)
	default:
		b = appendReason(append(b, "0: This name cannot be registered. Reason: "...), a.name, time.DateOnly)
	}
	return append(b, lineEnd...)
}
