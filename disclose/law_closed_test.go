package disclose_test

import (
	"testing"

	"registerd/register"
)

func TestTheLawOfTheClosedRegister(t *testing.T) {
	p := shipped(t, "closed")
	willing := []func(*register.Contact){consents(everyElement), permits(everyElement), roleAddress, locked}
	for _, of := range []contact{aPerson, aSoleProprietor, anEstate, anUnknown, aCompany, aPublicBody} {
		for _, role := range []register.Role{registrant, admin, technical, billing} {
			holds(t, p, []ruling{
				{"The public sees nothing of anybody.", thePublic, of, role, nil},
				{"Not even of who agrees to everything.", thePublic, of.but(willing...), role, nil},
				{"Another registrar sees nothing of anybody.", anotherRegistrar, of.but(willing...), role, nil},
				{"A registrar sees the contacts of its own domains.", itsRegistrar, of, role, everything},
			})
		}
		finds(t, p, "The public finds no contact.", thePublic, of.but(willing...), false)
		finds(t, p, "Another registrar finds no contact.", anotherRegistrar, of.but(willing...), false)
		finds(t, p, "An authority finds a contact.", anAuthority, of, true)
	}
	view := inRole(p, thePublic, aPerson.Contact, registrant)
	if !view.Country.Redacted() || !view.Name.Redacted() || view.Verification.Redacted() {
		t.Error("what an answer has a place for is not said to be withheld, or more is")
	}
	if view.Personal() {
		t.Error("an answer that tells nothing counts as personal")
	}
}
