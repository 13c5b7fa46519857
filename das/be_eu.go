package das

import (
	"time"

	"registerd/lookup"
)

// beEU is the dialect of DNS Belgium and EURid: a code, the name in both forms, a
// status, remarks that begin with "%", and an empty line.
//
//	%RC=0    the name was looked up, or is none: a status follows
//	%RC=-1   nothing is known of the name now; there is no status
//	%RC=-2   too many names were asked for; there is no status
//	%RC=-3   the operator has blocked the network; there is no status
//
// A remark after the status begins with the state's words, which never change
// either. Both registries once took "get 1.0 LABEL" as well, see get.go.
var beEU = Dialect{Name: "be-eu", read: readBeEU, write: writeBeEU}

func readBeEU(line string) question {
	if q, ok := readGet(line); ok {
		return q
	}
	return plain(line)
}

func writeBeEU(b []byte, a *answer) []byte {
	if a.form != 0 {
		return writeGet(b, a)
	}
	if a.outcome != told {
		return appendRefusal(b, a, "%RC=")
	}
	b = append(b, "%RC=0\r\n"...)
	if a.name.State != lookup.Invalid { // which could be anything, and is not repeated
		b = appendNames(b, a.name)
	}
	b = append(append(append(b, "Status: "...), beEUStatus(a.name.State)...), lineEnd...)
	return append(appendRemark(b, a.name), lineEnd...)
}

func beEUStatus(s lookup.State) string {
	switch s {
	case lookup.Free:
		return "AVAILABLE"
	case lookup.Registered, lookup.Leaving:
		return "NOT AVAILABLE"
	default:
		return "NOT ALLOWED"
	}
}

// appendNames writes a name as people do, and as the DNS does when that differs.
func appendNames(b []byte, n *lookup.Name) []byte {
	b = append(b, "Domain: "...)
	if !n.Name.IsIDN() {
		return append(append(b, n.Name...), lineEnd...)
	}
	b = append(append(b, n.Name.Unicode()...), lineEnd...)
	return append(append(append(b, "A-label: "...), n.Name...), lineEnd...)
}

// appendRemark says why a name that is neither free nor just registered is so.
func appendRemark(b []byte, n *lookup.Name) []byte {
	if n.State == lookup.Free || n.State == lookup.Registered {
		return b
	}
	return append(appendReason(append(b, "% "...), n, time.RFC3339), lineEnd...)
}

// appendRefusal writes an answer that is none, after a code that begins so.
func appendRefusal(b []byte, a *answer, code string) []byte {
	b = append(b, code...)
	switch a.outcome {
	case limited:
		b = append(appendSeconds(append(b, "-2\r\n% Limit exceeded, retry after "...), a), lineEnd...)
	case blocked:
		b = append(appendSeconds(append(b, "-3\r\n% Blocked by the operator, retry after "...), a), lineEnd...)
	case crowded:
		b = append(b, "-2\r\n% Too many connections, retry later\r\n"...)
	default:
		b = append(b, "-1\r\n% Service temporarily out of order, nothing is said about this name\r\n"...)
	}
	for _, line := range a.why {
		b = append(append(append(b, "% "...), line...), lineEnd...)
	}
	if who := keeper(a.about); who != "" {
		b = append(append(append(b, "% Questions to "...), who...), lineEnd...)
	}
	return append(b, lineEnd...)
}
