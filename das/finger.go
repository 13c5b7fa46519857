package das

import (
	"strings"
	"time"

	"registerd/lookup"
)

// finger is a question and an answer for a connection (RFC 1288), in sentences
// that programs know from Norid's server:
//
//	NAME is available for registration
//	NAME is delegated and cannot be registered
//	This domain can currently not be registered: ...
//	Domain is not valid here: ...
//	ERROR - Quota exceeded, retry after N seconds
//	ERROR - Blocked by the operator, retry after N seconds
//	ERROR - Service temporarily out of order, nothing is said about this name
var finger = Dialect{Name: "finger", read: readFinger, write: writeFinger, single: true}

// readFinger passes over "/W", which asks for a longer answer (section 2.5.4),
// and over what clients of Norid's server say of the character set and of
// themselves.
func readFinger(line string) question {
	q := plain(line)
	for {
		word, rest, _ := strings.Cut(q.name, " ")
		switch rest = trim(rest); {
		case strings.EqualFold(word, "/W") || word == "--":
			q.name = rest
		case word == "-c" || word == "-V":
			_, rest, _ = strings.Cut(rest, " ")
			q.name = trim(rest)
		default:
			return q
		}
	}
}

func writeFinger(b []byte, a *answer) []byte {
	switch {
	case a.outcome == limited:
		b = appendSeconds(append(b, "ERROR - Quota exceeded, retry after "...), a)
	case a.outcome == blocked:
		b = appendSeconds(append(b, "ERROR - Blocked by the operator, retry after "...), a)
	case a.outcome == crowded:
		b = append(b, "ERROR - Quota exceeded, too many connections, retry later"...)
	case a.outcome != told:
		b = append(b, "ERROR - Service temporarily out of order, nothing is said about this name"...)
	default:
		return append(appendSentence(b, a.name), lineEnd...)
	}
	for _, line := range a.why {
		b = append(append(b, lineEnd...), line...)
	}
	if who := keeper(a.about); who != "" {
		b = append(append(b, "\r\nQuestions to "...), who...)
	}
	return append(b, lineEnd...)
}

func appendSentence(b []byte, n *lookup.Name) []byte {
	switch n.State {
	case lookup.Free:
		return append(append(b, n.Name.Unicode()...), " is available for registration"...)
	case lookup.Registered:
		return append(append(b, n.Name.Unicode()...), " is delegated and cannot be registered"...)
	case lookup.Leaving:
		b = append(append(b, n.Name.Unicode()...), " is delegated and cannot be registered: "...)
	case lookup.Reserved, lookup.Blocked:
		b = append(b, "This domain can currently not be registered: "...)
	default:
		b = append(b, "Domain is not valid here: "...)
	}
	return appendReason(b, n, time.RFC3339)
}
