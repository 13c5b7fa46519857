package das

import (
	"strconv"

	"registerd/lookup"
)

// ukDAC is in the manner of Nominet's domain availability checker, a line for each
// name, which begins with the name as it was sent:
//
//	NAME,N         the name can be registered
//	NAME,Y,N,,,    it is registered; whether it is without a registrar, which it
//	               never is here, and dates and registrar, which are not told
//	NAME,R         the registry keeps it back
//	NAME,E         it is no name, or none that can be registered here
//	NAME,I         nothing is known of it now
//	NAME,B,60      too many names were asked for: come again after 60 seconds
//
// The letters R, E and I are Nominet's; what each stands for is ours. Of a name
// that cannot be repeated in a line the field is empty.
var ukDAC = Dialect{Name: "uk-dac", read: readUKDAC, write: writeUKDAC}

// readUKDAC knows the word by which clients say goodbye.
func readUKDAC(line string) question {
	return question{line: line, name: line, last: line == "#exit"}
}

func writeUKDAC(b []byte, a *answer) []byte {
	b = append(b, echo(a.line)...)
	switch a.outcome {
	case limited, blocked, crowded:
		b = append(strconv.AppendInt(append(b, ",B,"...), a.seconds(), 10), lineEnd...)
	case told:
		b = append(append(b, ukDACFields(a.name.State)...), lineEnd...)
	default:
		b = append(b, ",I\r\n"...)
	}
	return b
}

func ukDACFields(s lookup.State) string {
	switch s {
	case lookup.Free:
		return ",N"
	case lookup.Registered, lookup.Leaving:
		return ",Y,N,,,"
	case lookup.Reserved, lookup.Blocked:
		return ",R"
	default:
		return ",E"
	}
}
