package rdap

import (
	"strings"
	"unicode/utf8"

	"registerd/disclose"
)

// Profile is what answers keep to beyond the standards.
type Profile uint8

// The profiles. ICANN2024 is that of generic top-level domains: ICANN's gTLD
// RDAP Technical Implementation Guide 2.2 and RDAP Response Profile 2.2. Its
// answers hold no member that RFC 9083 and RFC 9537 do not know.
const (
	Country Profile = iota
	ICANN2024
)

// ParseProfile reads a profile's word; "" is a country register's own.
func ParseProfile(word string) (Profile, bool) {
	switch word {
	case "":
		return Country, true
	case "icann-2024":
		return ICANN2024, true
	}
	return Country, false
}

// always are the conformance strings of every answer, errors included (TIG 1.3,
// RP 1.2).
func (p Profile) always() extension {
	if p == ICANN2024 {
		return usesICANN
	}
	return 0
}

// closed are the extensions whose members are left out.
func (p Profile) closed() extension {
	if p == ICANN2024 {
		return extensions - 1 - usesICANN - usesRedaction - usesFederation
	}
	return usesICANN
}

// fixedNotice is a notice of one line, whose link is its whole meaning.
type fixedNotice struct{ title, says, rel, href string }

// ofDomains are the notices of every domain answer (RP 2.6.3, 2.10).
var ofDomains = []fixedNotice{
	{"Status Codes", "For more information on domain status codes, please visit https://icann.org/epp",
		"glossary", "https://icann.org/epp"},
	{"RDDS Inaccuracy Complaint Form", "URL of the ICANN RDDS Inaccuracy Complaint Form: https://icann.org/wicf",
		"help", "https://icann.org/wicf"},
}

func (p Profile) domainNotices() []fixedNotice {
	if p == ICANN2024 {
		return ofDomains
	}
	return nil
}

// registrarHandle is the id a registrar goes by: in the profile that which IANA
// gave (RP 2.4.2), and of one without, that there is none (RP 4.3).
func (s site) registrarHandle(r *disclose.RegistrarView) (handle string, linked bool) {
	id, known := r.ID.Get()
	if s.profile != ICANN2024 || !known {
		return id, known
	}
	if iana, ok := ianaID(r); ok {
		return iana, true
	}
	return "not applicable", false
}

// contactHandle is the id a contact goes by: in the profile its ROID (RP 2.7.4),
// which is shown or withheld as its handle is.
func (s site) contactHandle(c *disclose.Contact) (handle string, known bool) {
	if s.profile == ICANN2024 {
		if roid, ok := c.ROID.Get(); ok && roid != "" {
			return roid, true
		}
	}
	return c.Handle.Get()
}

// mixesLabels reports a name with labels in both forms, which the profile wants
// refused (TIG 3.1): the answer could be about a name that was not typed.
func (p Profile) mixesLabels(text string) bool {
	if p != ICANN2024 {
		return false
	}
	a, u := false, false
	for label := range strings.SplitSeq(text, ".") {
		a = a || len(label) >= 4 && strings.EqualFold(label[:4], "xn--")
		u = u || len(label) != utf8.RuneCountInString(label)
	}
	return a && u
}
