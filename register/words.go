package register

// The words by which the enumerations are written in feeds, answers and logs.
// An enumeration's word and its value stand in one table, so that what is
// written can always be read back.

var (
	roleWords         = []string{"", "registrant", "admin", "tech", "billing"}
	holderWords       = []string{"unknown", "natural", "legal", "sole-proprietor", "public-body", "estate"}
	protectionWords   = []string{"unknown", "none", "protected"}
	verificationWords = []string{"unverified", "in-process", "verified", "failed"}
	methodWords       = []string{"", "electronic-identity", "documents", "registrar", "risk-assessment", "other"}
	reservedWords     = []string{"", "withheld", "blocked", "mirrored"}
	elementWords      = []string{"name-int", "name-loc", "org-int", "org-loc", "addr-int", "addr-loc", "voice", "fax", "email"}
)

func word[T ~uint8](words []string, v T) string {
	if int(v) < len(words) {
		return words[v]
	}
	return "unknown"
}

func parse[T ~uint8](words []string, s string) (T, bool) {
	for i, w := range words {
		if w == s {
			return T(i), true
		}
	}
	return 0, false
}

func (r Role) String() string               { return word(roleWords, r) }
func (h HolderType) String() string         { return word(holderWords, h) }
func (p Protection) String() string         { return word(protectionWords, p) }
func (v VerificationState) String() string  { return word(verificationWords, v) }
func (m VerificationMethod) String() string { return word(methodWords, m) }
func (s ReservedState) String() string      { return word(reservedWords, s) }

// ParseRole reads "registrant", "admin", "tech" or "billing".
func ParseRole(s string) (Role, bool) { return parse[Role](roleWords, s) }

// ParseHolderType reads a holder type's word.
func ParseHolderType(s string) (HolderType, bool) { return parse[HolderType](holderWords, s) }

// ParseProtection reads "unknown", "none" or "protected".
func ParseProtection(s string) (Protection, bool) { return parse[Protection](protectionWords, s) }

// ParseVerificationState reads a state's word.
func ParseVerificationState(s string) (VerificationState, bool) {
	return parse[VerificationState](verificationWords, s)
}

// ParseVerificationMethod reads a method's word; "" is none.
func ParseVerificationMethod(s string) (VerificationMethod, bool) {
	return parse[VerificationMethod](methodWords, s)
}

// ParseReservedState reads "withheld", "blocked" or "mirrored".
func ParseReservedState(s string) (ReservedState, bool) {
	return parse[ReservedState](reservedWords, s)
}

// Words lists the elements of e, in order.
func (e Element) Words() []string {
	var out []string
	for i, w := range elementWords {
		if e&(1<<i) != 0 {
			out = append(out, w)
		}
	}
	return out
}

// ParseElement reads one element's word.
func ParseElement(s string) (Element, bool) {
	for i, w := range elementWords {
		if w == s {
			return 1 << i, true
		}
	}
	return 0, false
}
