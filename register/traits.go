package register

import (
	"strings"
	"unicode"
)

// Traits are what publication rules may look at: a finite set, computed from a
// contact once and without any of its values, so that decisions can be made
// ahead and kept. A value that is withheld is never a trait.
type Traits uint32

// Class is a group of a contact's values that a holder speaks about at once,
// whichever postal form they stand in.
type Class uint8

// The classes.
const (
	ClassName Class = iota
	ClassOrganization
	ClassAddress
	ClassVoice
	ClassFax
	ClassEmail
	classes
)

const (
	traitHolderBits       = 3
	traitProtected        = 1 << traitHolderBits
	traitVerificationAt   = traitHolderBits + 1
	traitPersonalEmail    = 1 << (traitVerificationAt + 2)
	traitRestrictAt       = traitVerificationAt + 3
	traitPermitAt         = traitRestrictAt + int(classes)
	traitConsentAt        = traitPermitAt + int(classes)
	traitLocked           = 1 << (traitConsentAt + int(classes))
	traitHolderMask       = 1<<traitHolderBits - 1
	traitVerificationMask = 3
)

// Traits computes the contact's traits. A legal person or public body without
// an organisation's name counts as unknown: nothing but a person's name would
// be left to publish.
func (c *Contact) Traits() Traits {
	holder := c.Facts.Holder
	if (holder == HolderLegal || holder == HolderPublicBody) &&
		!isWord(c.International.Organization) && !isWord(c.Local.Organization) {
		holder = HolderUnknown
	}
	if int(holder) >= len(holderWords) {
		holder = HolderUnknown
	}
	state := c.Facts.Verification.State
	if int(state) >= len(verificationWords) {
		state = Unverified
	}
	t := Traits(holder) | Traits(state)<<traitVerificationAt
	if c.Facts.Protection != NotProtected {
		t |= traitProtected
	}
	if c.Facts.Locked {
		t |= traitLocked
	}
	if !roleEmail(c.Email) {
		t |= traitPersonalEmail
	}
	forms := c.forms()
	for class := range classes {
		t |= bit(c.Disclose.Restrict&elements(class) != 0) << (traitRestrictAt + int(class))
		t |= bit(covers(c.Disclose.Permit, class, forms)) << (traitPermitAt + int(class))
		t |= bit(covers(c.Facts.Consent, class, forms)) << (traitConsentAt + int(class))
	}
	return t
}

// Holder is the kind of holder that rules go by.
func (t Traits) Holder() HolderType { return HolderType(t & traitHolderMask) }

// Protected reports a protection in force or not known to be absent.
func (t Traits) Protected() bool { return t&traitProtected != 0 }

// Verification is the state of identification.
func (t Traits) Verification() VerificationState {
	return VerificationState(t >> traitVerificationAt & traitVerificationMask)
}

// PersonalEmail reports an e-mail address that does not look like a role's.
func (t Traits) PersonalEmail() bool { return t&traitPersonalEmail != 0 }

// Locked reports data that is locked to an entry of a business register.
func (t Traits) Locked() bool { return t&traitLocked != 0 }

// Restricts reports that the holder asked not to publish the class.
func (t Traits) Restricts(c Class) bool { return t>>(traitRestrictAt+int(c))&1 != 0 }

// Permits reports that the holder agreed through EPP to publish the class.
func (t Traits) Permits(c Class) bool { return t>>(traitPermitAt+int(c))&1 != 0 }

// Consents reports that the registry holds a consent to publish the class.
func (t Traits) Consents(c Class) bool { return t>>(traitConsentAt+int(c))&1 != 0 }

// isWord tells a name from what forms are filled in with: "-", ".", spaces.
func isWord(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) >= 0
}

// EveryTraits lists the traits that contacts can have, but for a holder's word
// on a class, which it gives to all classes alike.
func EveryTraits() []Traits {
	var out []Traits
	for holder := range HolderType(len(holderWords)) {
		for state := range VerificationState(len(verificationWords)) {
			for flags := range 1 << 6 {
				t := Traits(holder) | Traits(state)<<traitVerificationAt
				for i, one := range [...]Traits{
					traitProtected, traitPersonalEmail, traitLocked,
					allClasses << traitRestrictAt, allClasses << traitPermitAt, allClasses << traitConsentAt,
				} {
					if flags>>i&1 != 0 {
						t |= one
					}
				}
				out = append(out, t)
			}
		}
	}
	return out
}

const allClasses = 1<<classes - 1

// forms are the elements of the postal forms that the contact has.
func (c *Contact) forms() Element {
	e := Voice | Fax | Email
	if !c.International.Empty() || c.Local.Empty() {
		e |= NameInt | OrgInt | AddrInt
	}
	if !c.Local.Empty() {
		e |= NameLoc | OrgLoc | AddrLoc
	}
	return e
}

// covers reports that said speaks of every form of the class that exists: a
// consent to the international form does not publish the localised one.
func covers(said Element, c Class, forms Element) bool {
	want := elements(c) & forms
	return want != 0 && said&want == want
}

func elements(c Class) Element {
	switch c {
	case ClassName:
		return NameInt | NameLoc
	case ClassOrganization:
		return OrgInt | OrgLoc
	case ClassAddress:
		return AddrInt | AddrLoc
	case ClassVoice:
		return Voice
	case ClassFax:
		return Fax
	default:
		return Email
	}
}

func bit(b bool) Traits {
	if b {
		return 1
	}
	return 0
}

// roleWordsEmail are local parts that name a function, not a person. The list
// is short on purpose: an address not on it counts as personal.
var roleWordsEmail = map[string]bool{
	"abuse": true, "accounting": true, "accounts": true, "admin": true, "administration": true,
	"administrator": true, "billing": true, "compliance": true, "contact": true, "dns": true,
	"domain": true, "domains": true, "domainadmin": true, "finance": true, "helpdesk": true,
	"hostmaster": true, "info": true, "it": true, "kontakt": true, "legal": true, "mail": true,
	"noc": true, "office": true, "post": true, "postmaster": true, "privacy": true,
	"reception": true, "registry": true, "sales": true, "secretariat": true, "security": true,
	"service": true, "support": true, "sysadmin": true, "tech": true, "webmaster": true,
}

// roleEmail reports whether the local part, less a tag after "+", is a role's.
func roleEmail(email string) bool {
	local, _, ok := strings.Cut(email, "@")
	if !ok {
		return false
	}
	local, _, _ = strings.Cut(local, "+")
	return roleWordsEmail[strings.ToLower(local)]
}
