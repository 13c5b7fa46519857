package das

import (
	"strings"

	"registerd/lookup"
)

// The older forms of the dialect be-eu, which programs still speak: "get 1.0
// LABEL" and "get 2.0 LABEL", without the zone. The answer to the first tells more
// states apart; that to the second has the statuses of today.
const (
	get1 form = 1 + iota
	get2
)

// readGet reads a label, or a whole name where a register has several zones.
func readGet(line string) (q question, ok bool) {
	words := strings.Fields(line)
	if len(words) != 3 || !strings.EqualFold(words[0], "get") {
		return q, false
	}
	q = question{line: line, name: words[2], bare: !strings.Contains(words[2], ".")}
	switch words[1] {
	case "1.0":
		q.form = get1
	case "2.0":
		q.form = get2
	default:
		return q, false
	}
	return q, true
}

// writeGet writes nothing below the status: programs stop reading there. What
// is no name has a code of its own, -7.
func writeGet(b []byte, a *answer) []byte {
	switch {
	case a.outcome != told:
		return appendRefusal(b, a, "%% RC = ")
	case a.name.State == lookup.Invalid:
		return append(appendRemark(append(b, "%% RC = -7\r\n"...), a.name), lineEnd...)
	}
	b = append(b, "%% RC = 0\r\n"...)
	b = appendRemark(b, a.name)
	name := a.name.Name
	uLabels, aLabels := name.Unicode(), string(name)
	if a.bare {
		uLabels, _, _ = strings.Cut(uLabels, ".")
		aLabels, _, _ = strings.Cut(aLabels, ".")
	}
	b = append(append(append(b, "Domain: "...), uLabels...), lineEnd...)
	if name.IsIDN() {
		b = append(append(append(b, "IDNA Domain: "...), aLabels...), lineEnd...)
	}
	status := beEUStatus(a.name.State)
	if a.form == get1 {
		status = get1Status(a.name.State)
	}
	return append(append(append(b, "Status: "...), status...), "\r\n\r\n"...)
}

func get1Status(s lookup.State) string {
	switch s {
	case lookup.Free:
		return "FREE"
	case lookup.Registered:
		return "REGISTERED"
	case lookup.Reserved:
		return "RESERVED"
	case lookup.Blocked:
		return "BLOCKED"
	case lookup.Leaving:
		return "SUSPENDED"
	default:
		return "NOT ALLOWED"
	}
}
