package register

import "time"

// Contact is a person or organisation a domain refers to (RFC 9022 section
// 5.3), with what the registry knows of it beyond a deposit.
type Contact struct {
	Handle        string
	ROID          string
	Statuses      []string
	International Postal // postalInfo type int: ASCII
	Local         Postal // postalInfo type loc: as the holder writes it
	Voice         Phone
	Fax           Phone
	Email         string
	Sponsor       string // registrar of record (clID)
	Creator       string
	Updater       string
	Created       time.Time
	Updated       time.Time
	Transferred   time.Time
	Transfer      *Transfer
	Disclose      Preference
	Facts         Facts
}

// Postal is one form of a contact's name and address.
type Postal struct {
	Name         string
	Organization string
	Address      Address
}

// Empty reports whether nothing of the form is given.
func (p *Postal) Empty() bool {
	return p.Name == "" && p.Organization == "" && p.Address.Empty()
}

// Form is the postal form as answers show it: localised where the register has
// that, since so the holder writes it. It chooses for each value by that value
// alone: a choice by another, which may be withheld, would tell whether that is
// there.
func (ct *Contact) Form() Postal {
	form, other := ct.Local, &ct.International
	for _, v := range []struct{ to, from *string }{
		{&form.Name, &other.Name},
		{&form.Organization, &other.Organization},
		{&form.Address.City, &other.Address.City},
		{&form.Address.Province, &other.Address.Province},
		{&form.Address.Code, &other.Address.Code},
		{&form.Address.Country, &other.Address.Country},
	} {
		if *v.to == "" {
			*v.to = *v.from
		}
	}
	if len(form.Address.Street) == 0 {
		form.Address.Street = other.Address.Street
	}
	return form
}

// Address is a structured address. Country is an ISO 3166-1 alpha-2 code in upper case.
type Address struct {
	Street   []string // up to three lines
	City     string
	Province string
	Code     string
	Country  string
}

// Empty reports whether nothing of the address is given.
func (a *Address) Empty() bool {
	return len(a.Street) == 0 && a.City == "" && a.Province == "" && a.Code == "" && a.Country == ""
}

// Phone is a telephone number as EPP writes it: "+CC.NUMBER" and an extension.
type Phone struct {
	Number    string
	Extension string
}

// Element is a part of a contact that a holder may speak about: the elements
// of EPP's disclose (RFC 5733 section 2.9), a bit each.
type Element uint16

// The elements, name, organisation and address once for each postal form.
const (
	NameInt Element = 1 << iota
	NameLoc
	OrgInt
	OrgLoc
	AddrInt
	AddrLoc
	Voice
	Fax
	Email
	allElements = 1<<iota - 1
)

// Preference is what the holder asked through the registrar (EPP disclose).
// At most one of the two is set by EPP; both are read as "restrict wins".
type Preference struct {
	Restrict Element // flag 0: asks that these are not published
	Permit   Element // flag 1: agrees that these are published
}

// Facts is what a registry knows of a contact and a deposit cannot say (RFC
// 9022 has no element for it). It is kept by handle and ROID across deposits.
// The zero value is the safe one: an unknown holder, protected, consenting to
// nothing, not verified.
type Facts struct {
	Holder       HolderType
	Protection   Protection
	Consent      Element // what the holder agreed to publish
	Language     string  // BCP 47 tag of the language the holder is written to in
	Locked       bool    // name and address are locked to an entry of a business register
	Verification Verification
}

// HolderType is the kind of person a contact is. The zero value is unknown,
// which every rule treats as a natural person.
type HolderType uint8

// The holder types.
const (
	HolderUnknown HolderType = iota
	HolderNatural
	HolderLegal
	HolderSoleProprietor
	HolderPublicBody
	HolderEstate
)

// Protection says whether a name-and-address protection is in force. The zero
// value is unknown, which every rule treats as protected.
type Protection uint8

// The states of protection.
const (
	ProtectionUnknown Protection = iota
	NotProtected
	Protected
)

// Verification says how far the holder is identified.
type Verification struct {
	State  VerificationState
	Method VerificationMethod
	Time   time.Time
}

// VerificationState is the state of a holder's identification.
type VerificationState uint8

// The states. The zero value is not verified.
const (
	Unverified VerificationState = iota
	VerificationInProcess
	Verified
	VerificationFailed
)

// VerificationMethod is how a holder was identified.
type VerificationMethod uint8

// The methods.
const (
	MethodNone VerificationMethod = iota
	MethodElectronicIdentity
	MethodDocuments
	MethodRegistrar
	MethodRiskAssessment
	MethodOther
)
