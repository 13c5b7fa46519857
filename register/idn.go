package register

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

const acePrefix = "xn--"

// Both profiles return a value along with an error, and that value can be
// another, valid name (CVE-2026-39821). It is never used.
var (
	lookupProfile = idna.New(
		idna.MapForLookup(),
		idna.Transitional(false),
		idna.StrictDomainName(true),
		idna.VerifyDNSLength(true),
		idna.CheckHyphens(true),
		idna.CheckJoiners(true),
		idna.BidiRule(),
	)
	mappingProfile = idna.New(
		idna.MapForLookup(),
		idna.Transitional(false),
		idna.CheckHyphens(false),
	)
)

// parseIDN canonicalises a folded name with at least one U-label or A-label.
// The name is converted whole, because the Bidi rule (RFC 5893) spans labels.
func (g grammar) parseIDN(s string) (Name, error) {
	const invalid = "it is not a valid internationalised name"

	labels := strings.Split(s, ".")
	masked := make([]string, len(labels))
	for i, label := range labels {
		masked[i] = mask(label)
		if !isASCII(label) && mapsToALabel(label) {
			return g.refuse(invalid)
		}
	}
	ascii, err := lookupProfile.ToASCII(strings.Join(masked, "."))
	if err != nil {
		return g.refuse(invalid)
	}
	// Some results of ToASCII are refused by ToASCII (golang.org/issue/81525).
	again, err := lookupProfile.ToASCII(ascii)
	if err != nil || again != ascii {
		return g.refuse(invalid)
	}
	converted := strings.Split(ascii, ".")
	if len(converted) != len(labels) {
		return g.refuse(invalid)
	}
	for i, label := range labels {
		if isASCII(label) {
			// The decoder has let A-labels through that are another spelling of
			// a name. It no longer does, but a key cannot depend on that.
			if converted[i] != masked[i] {
				return g.refuse(invalid)
			}
			converted[i] = label
		} else if g.checkLabel(converted[i]) != "" {
			return g.refuse(invalid)
		}
	}
	return Name(strings.Join(converted, ".")), nil
}

// mask replaces what IDNA refuses but checkLabel has already judged, in ASCII
// labels that are not A-labels. A digit keeps the length, and to the Bidi rule
// it is as unfit a first character as '_' is.
func mask(label string) string {
	if !isASCII(label) || isALabel(label) {
		return label
	}
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' {
			return '0'
		}
		return r
	}, label)
}

// mapsToALabel reports whether a label that is not ASCII turns into one that
// starts with "xn--" before any encoding. Its rest would then be decoded as
// Punycode, and the label be taken for a different one
// (golang.org/issue/81116). The letter before it hides the prefix, so that we
// see the mapping alone. A label that cannot be mapped counts as such.
func mapsToALabel(label string) bool {
	mapped, err := mappingProfile.ToUnicode("a" + label)
	return err != nil || strings.HasPrefix(mapped, "a"+acePrefix)
}

func isALabel(label string) bool { return strings.HasPrefix(label, acePrefix) }

// IsIDN reports whether n has an A-label.
func (n Name) IsIDN() bool {
	return isALabel(string(n)) || strings.Contains(string(n), "."+acePrefix)
}

// Unicode returns n with its A-labels as U-labels, for display. A label that
// does not decode stays as it is.
func (n Name) Unicode() string {
	if !n.IsIDN() {
		return string(n)
	}
	labels := strings.Split(string(n), ".")
	for i, label := range labels {
		if !isALabel(label) {
			continue
		}
		if u, err := lookupProfile.ToUnicode(label); err == nil {
			labels[i] = u
		}
	}
	return strings.Join(labels, ".")
}

// letters are the categories of the characters that IDNA2008 lets labels have
// (RFC 5892 section 2.1). Capitals are mapped before a Name is made.
var letters = []*unicode.RangeTable{unicode.Ll, unicode.Lo, unicode.Lm, unicode.Mn, unicode.Mc, unicode.Nd}

// besides are the characters of other categories that it lets them have, some
// of them only among certain others (RFC 5892 section 2.6 and appendix A).
const besides = "-.\u00b7\u0375\u05f3\u05f4\u06fd\u06fe\u0f0b\u3007\u30fb\u200c\u200d"

// Registrable reports that n is made of characters that IDNA2008 lets names
// have, which are fewer than a look-up maps: no symbols, for one.
func (n Name) Registrable() bool {
	return !n.IsIDN() || !strings.ContainsFunc(n.Unicode(), func(r rune) bool {
		return !unicode.In(r, letters...) && !strings.ContainsRune(besides, r)
	})
}
