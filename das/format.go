package das

import (
	"math"
	"strconv"
	"strings"
	"time"

	"registerd/lookup"
)

// The form of the answers is the one that EURid and DNS Belgium use: a code,
// the name in both forms, a status, and an empty line. Codes and statuses
// never change; remarks, which begin with "%", may.
//
//	%RC=0    the name was looked up, or is none: a status follows
//	%RC=-1   nothing is known of the name now; there is no status
//	%RC=-2   too many names were asked for; there is no status
const (
	answered = "%RC=0\r\n"
	failed   = "%RC=-1\r\n"
	exceeded = "%RC=-2\r\n"
	lineEnd  = "\r\n"
)

func appendAnswer(b []byte, n *lookup.Name, a lookup.About) []byte {
	switch n.State {
	case lookup.Free:
		return append(appendName(b, n), "Status: AVAILABLE\r\n\r\n"...)
	case lookup.Registered:
		return append(appendName(b, n), "Status: NOT AVAILABLE\r\n\r\n"...)
	case lookup.Reserved:
		return append(appendName(b, n), "Status: NOT ALLOWED\r\n% Reserved by the registry\r\n\r\n"...)
	case lookup.OutOfPolicy:
		return append(appendName(b, n), "Status: NOT ALLOWED\r\n% Not directly below a zone of this register\r\n\r\n"...)
	case lookup.Invalid:
		return appendInvalid(b, n)
	default:
		return appendFailed(b, a)
	}
}

// appendName writes the code and the name: as people write it, and as the DNS
// does when that differs.
func appendName(b []byte, n *lookup.Name) []byte {
	b = append(b, answered...)
	b = append(b, "Domain: "...)
	if !n.Name.IsIDN() {
		return append(append(b, n.Name...), lineEnd...)
	}
	b = append(append(b, n.Name.Unicode()...), lineEnd...)
	b = append(b, "A-label: "...)
	return append(append(b, n.Name...), lineEnd...)
}

// appendInvalid does not repeat what was sent: it is no name, and could be
// anything else.
func appendInvalid(b []byte, n *lookup.Name) []byte {
	b = append(append(b, answered...), "Status: NOT ALLOWED\r\n% Invalid"...)
	if n.Syntax != nil {
		b = append(append(b, ", "...), n.Syntax.Reason...)
	}
	return append(b, "\r\n\r\n"...)
}

func appendFailed(b []byte, a lookup.About) []byte {
	b = append(append(b, failed...), "% Service temporarily out of order, nothing is said about this name\r\n"...)
	return append(appendKeeper(b, a), lineEnd...)
}

func appendLimited(b []byte, a lookup.About, wait time.Duration) []byte {
	b = append(append(b, exceeded...), "% Limit exceeded, retry after "...)
	b = strconv.AppendInt(b, max(1, int64(math.Ceil(wait.Seconds()))), 10)
	b = append(b, " seconds\r\n"...)
	return append(appendKeeper(b, a), lineEnd...)
}

func crowded(a lookup.About) []byte {
	b := append([]byte(exceeded), "% Too many connections, retry later\r\n"...)
	return append(appendKeeper(b, a), lineEnd...)
}

// appendKeeper says whom to turn to. It comes from the configuration.
func appendKeeper(b []byte, a lookup.About) []byte {
	known := []string{}
	for _, s := range [...]string{a.Operator.Name, a.Operator.Email, a.Operator.URL} {
		if s = strings.Join(strings.Fields(s), " "); s != "" {
			known = append(known, s)
		}
	}
	if len(known) == 0 {
		return b
	}
	return append(append(append(b, "% Questions to "...), strings.Join(known, ", ")...), lineEnd...)
}

// trim takes off the blanks that clients leave around a name.
func trim(line string) string { return strings.Trim(line, " \t") }
