package register

import (
	"strings"
	"unicode/utf8"
)

const (
	maxName  = 253 // octets of a name without its trailing dot (RFC 1035, section 2.3.4)
	maxLabel = 63  // octets of a label (RFC 1035, section 2.3.4)

	// A U-label can take four times the octets of its A-label (RFC 5890,
	// section 4.2), so a limit of maxName would refuse names we hold.
	maxInput = 4 * (maxName + 1)
)

// Name is a canonical domain or host name: lower-case A-labels, no trailing
// dot. Two spellings of one name give the same Name, so it serves as a key.
// The zero value is no name.
type Name string

// SyntaxError says why an input is not what it should be. It never repeats the
// input, so it is safe to log and to send back.
type SyntaxError struct {
	What   string // what was expected, such as "domain name"
	Reason string
}

func (e *SyntaxError) Error() string { return e.What + ": " + e.Reason }

// grammar is what one kind of name may look like, beyond what all may.
type grammar struct {
	what string
	// lenient admits '_' and "--" in positions 3 and 4 of ASCII labels.
	lenient bool
}

// ParseName returns the canonical form of a domain name as one can register
// it: letters, digits and hyphens, or IDNA labels in either form and any case.
// One trailing dot is allowed, and so is a single label. Every error is a
// *SyntaxError.
//
// The mapping and the set of characters are those of UTS 46, which is wider
// than IDNA2008: it knows symbols and homographs. Which names a zone lets in is
// the register's policy, and is not decided here.
func ParseName(s string) (Name, error) {
	return grammar{what: "domain name"}.parse(s)
}

// ParseHost returns the canonical form of a host name. It takes all that
// ParseName takes, and also '_' and "--" in positions 3 and 4 of ASCII labels:
// name servers in use are called ns_1 and r3---sn-x. Every error is a
// *SyntaxError.
func ParseHost(s string) (Name, error) {
	return grammar{what: "host name", lenient: true}.parse(s)
}

func (g grammar) parse(s string) (Name, error) {
	switch {
	case s == "":
		return g.refuse("it is empty")
	case len(s) > maxInput:
		return g.refuse("it is too long")
	case !utf8.ValidString(s):
		return g.refuse("it is not valid UTF-8")
	}
	s = strings.TrimSuffix(strings.Map(fold, s), ".")

	idn := false
	for rest, more := s, true; more; {
		var label string
		label, rest, more = strings.Cut(rest, ".")
		if !isASCII(label) {
			idn = true
			continue
		}
		if reason := g.checkLabel(label); reason != "" {
			return g.refuse(reason)
		}
		idn = idn || isALabel(label)
	}
	if idn {
		return g.parseIDN(s)
	}
	if len(s) > maxName {
		return g.refuse("it is longer than 253 octets")
	}
	return Name(s), nil
}

func (g grammar) refuse(reason string) (Name, error) {
	return "", &SyntaxError{What: g.what, Reason: reason}
}

// checkLabel returns why a lower-case ASCII label is refused, or "". Whether
// an A-label decodes is not its concern.
func (g grammar) checkLabel(label string) (reason string) {
	switch {
	case label == "":
		return "a label is empty"
	case len(label) > maxLabel:
		return "a label is longer than 63 octets"
	case label[0] == '-' || label[len(label)-1] == '-':
		return "a label starts or ends with a hyphen"
	case !g.lenient && !isALabel(label) && len(label) >= 4 && label[2:4] == "--":
		return "a label has hyphens in positions 3 and 4"
	}
	for i := range len(label) {
		switch c := label[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_' && g.lenient:
		default:
			return "a character is not allowed"
		}
	}
	return ""
}

// fold lower-cases ASCII letters, and turns the dots of UTS 46 into the one of
// the DNS. All other case mapping belongs to IDNA.
func fold(r rune) rune {
	switch {
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A'
	case r == '\u3002', r == '\uff0e', r == '\uff61':
		return '.'
	}
	return r
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Labels returns how many labels n has: 0 for no name.
func (n Name) Labels() int {
	if n == "" {
		return 0
	}
	return strings.Count(string(n), ".") + 1
}

// Parent returns n without its first label, and "" for a single label.
func (n Name) Parent() Name {
	_, parent, _ := strings.Cut(string(n), ".")
	return Name(parent)
}

// In reports whether n is zone or lies under it. Nothing is in no zone.
func (n Name) In(zone Name) bool {
	if zone == "" {
		return false
	}
	above, ok := strings.CutSuffix(string(n), string(zone))
	return ok && (above == "" || above[len(above)-1] == '.')
}

// DirectlyUnder reports whether n is zone with one label before it.
func (n Name) DirectlyUnder(zone Name) bool {
	return zone != "" && n.Parent() == zone
}
