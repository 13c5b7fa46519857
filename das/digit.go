package das

import "registerd/lookup"

// digit is a digit for each name, on a line of its own. The first four are those
// of Namingo's server, the others ours:
//
//	0  free                            3  kept back by the registry
//	1  registered                      8  a limit, or a block
//	2  no name, or none to be had here  9  nothing is known of the name now
var digit = Dialect{Name: "digit", read: plain, write: writeDigit}

func writeDigit(b []byte, a *answer) []byte {
	return append(append(b, digitOf(a)), lineEnd...)
}

func digitOf(a *answer) byte {
	switch a.outcome {
	case limited, blocked, crowded:
		return '8'
	case told:
	default:
		return '9'
	}
	switch a.name.State {
	case lookup.Free:
		return '0'
	case lookup.Registered, lookup.Leaving:
		return '1'
	case lookup.Reserved, lookup.Blocked:
		return '3'
	default:
		return '2'
	}
}
