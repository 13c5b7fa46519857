package disclose_test

import (
	"testing"

	. "registerd/disclose"
	"registerd/register"
)

func TestTheLawOfTheCzechExample(t *testing.T) {
	record := []Field{ContactHandle, ContactStatus, ContactSponsor, ContactCreated, ContactUpdated, ContactName, ContactOrganization}
	address := all(anAddress, theCountry)
	byDefault := all(record, identified, address)
	numbers := []Field{ContactVoice, ContactFax, ContactEmail}
	holds(t, shipped(t, "example-cz"), []ruling{
		{"Who says nothing is published with name and address.", thePublic, aPerson, registrant, byDefault},
		{"So is a legal person.", thePublic, aCompany, registrant, byDefault},
		{"A holder of unknown type counts as a person.", thePublic, anUnknown, registrant, byDefault},
		{"Who asks for it is published with telephone, fax and e-mail.", thePublic, aPerson.but(permits(everyElement)), registrant, all(byDefault, numbers)},
		{"The flags decide field by field, here the telephone.", thePublic, aPerson.but(permits(register.Voice)), registrant, all(byDefault, []Field{ContactVoice})},
		{"And here the e-mail.", thePublic, aCompany.but(permits(register.Email)), registrant, all(byDefault, []Field{ContactEmail})},
		{"Who asks both ways is not published.", thePublic, aPerson.but(permits(register.Voice), restricts(register.Voice)), registrant, byDefault},
		{"A consent that the registry holds is not a flag.", thePublic, aPerson.but(consents(everyElement)), registrant, byDefault},

		{"An identified person can hide the address.", thePublic, aPerson.but(restricts(register.AddrLoc)), registrant, byDefault.less(address...)},
		{"A person whom nobody identified cannot.", thePublic, aPerson.but(restricts(register.AddrLoc), verification(register.Unverified)), registrant, byDefault},
		{"Nor can one whose identification failed.", thePublic, aPerson.but(restricts(register.AddrLoc), verification(register.VerificationFailed)), registrant, byDefault},
		{"Nor can a legal person.", thePublic, aCompany.but(restricts(register.AddrLoc)), registrant, byDefault},
		{"Nobody can hide the name.", thePublic, aPerson.but(restricts(register.NameInt | register.NameLoc)), registrant, byDefault},

		{"Of a protected person only the identification is published.", thePublic, aPerson.but(protected, permits(everyElement)), registrant, identified},
		{"A protection that is not known is in force.", thePublic, aCompany.but(protectionUnknown), registrant, identified},
		{"Every role is treated alike.", thePublic, aPerson.but(permits(register.Voice)), technical, all(byDefault, []Field{ContactVoice})},
		{"To another registrar all is as to the public.", anotherRegistrar, aPerson, registrant, byDefault},
	})
	p := shipped(t, "example-cz")
	finds(t, p, "The public finds a person by the handle.", thePublic, aPerson, true)
	finds(t, p, "The public does not find one of unknown protection.", thePublic, aPerson.but(protectionUnknown), false)
	for _, state := range []register.VerificationState{register.Unverified, register.VerificationInProcess, register.Verified, register.VerificationFailed} {
		view := inRole(p, thePublic, aPerson.but(verification(state)).Contact, registrant)
		if got, _ := view.Verification.Get(); got != (register.Verification{State: state}) || view.Verification.Status() != Part {
			t.Errorf("of the identification the public sees %v, want the word %s alone", got, state)
		}
	}
}
