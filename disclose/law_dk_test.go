package disclose_test

import (
	"testing"

	. "registerd/disclose"
	"registerd/register"
)

func TestTheLawOfTheDanishExample(t *testing.T) {
	byLaw := all(anAddress, theCountry, identified, []Field{ContactName, ContactOrganization, ContactVoice})
	withEmail := all(byLaw, []Field{ContactEmail})
	holds(t, shipped(t, "example-dk"), []ruling{
		{"A person's name, address and telephone are public by law.", thePublic, aPerson.but(notLocked), registrant, byLaw},
		{"So are a sole proprietor's.", thePublic, aSoleProprietor, registrant, byLaw},
		{"So are those of an estate.", thePublic, anEstate, registrant, byLaw},
		{"A holder of unknown type counts as a person.", thePublic, anUnknown.but(locked), registrant, byLaw},
		{"A person's e-mail is not published, whoever agrees.", thePublic, aPerson.but(consents(everyElement), permits(everyElement), locked, roleAddress), registrant, byLaw},
		{"A wish does not hide what is public by law.", thePublic, aPerson.but(restricts(everyElement &^ register.Voice)), registrant, byLaw},
		{"An unlisted telephone is not published.", thePublic, aPerson.but(restricts(register.Voice)), registrant, byLaw.less(ContactVoice)},

		{"A legal person's e-mail is published if locked to the business register.", thePublic, aCompany.but(locked), registrant, withEmail},
		{"A public body's too.", thePublic, aPublicBody.but(locked), registrant, withEmail},
		{"It is not published if it is not locked.", thePublic, aCompany.but(notLocked), registrant, byLaw},
		{"A sole proprietor's is not published, locked or not.", thePublic, aSoleProprietor.but(locked), registrant, byLaw},
		{"An estate's is not published, locked or not.", thePublic, anEstate.but(locked), registrant, byLaw},
		{"A legal person without an organisation counts as unknown.", thePublic, aCompany.but(locked, withoutOrganization), registrant, byLaw},

		{"Of a protected person only the identification is published.", thePublic, aPerson.but(protected), registrant, identified},
		{"Of a protected legal person too.", thePublic, aCompany.but(protected, locked), registrant, identified},
		{"A protection that is not known is in force.", thePublic, aPerson.but(protectionUnknown), registrant, identified},
		{"That nobody identified a holder is published.", thePublic, aPerson.but(verification(register.Unverified)), registrant, byLaw},

		{"Only the holder is published: not the administrative contact.", thePublic, aCompany.but(locked), admin, nil},
		{"Nor the technical contact.", thePublic, aPerson, technical, nil},
		{"Nor the billing contact.", thePublic, aCompany.but(consents(everyElement)), billing, nil},
		{"To another registrar all is as to the public.", anotherRegistrar, aPerson, registrant, byLaw},
	})
	finds(t, shipped(t, "example-dk"), "The public finds no contact by its handle.", thePublic, aCompany.but(locked), false)
}

func TestUnderTheDanishExampleTheMethodOfIdentificationIsShown(t *testing.T) {
	for _, of := range []contact{aPerson, aCompany, aPerson.but(protected), anEstate.but(verification(register.VerificationFailed))} {
		view := inRole(shipped(t, "example-dk"), thePublic, of.Contact, registrant)
		if got, _ := view.Verification.Get(); got != of.Facts.Verification || view.Verification.Status() != Shown {
			t.Errorf("%s: %v, %s", of.Facts.Holder, got, view.Verification.Status())
		}
		if !view.Handle.Redacted() {
			t.Errorf("%s: the handle is withheld without a word", of.Facts.Holder)
		}
	}
}
