package disclose_test

import (
	"testing"

	. "registerd/disclose"
	"registerd/register"
)

func TestTheLawOfNIS2(t *testing.T) {
	person := all(theCountry, identified)
	company := all(anOffice, identified)
	withEmail := all(company, []Field{ContactEmail})
	holds(t, shipped(t, "nis2"), []ruling{
		{"The public sees of a natural person the country only.", thePublic, aPerson, registrant, person},
		{"A sole proprietor is a person.", thePublic, aSoleProprietor, registrant, person},
		{"An estate is a person.", thePublic, anEstate, registrant, person},
		{"A holder of unknown type is a person.", thePublic, anUnknown, registrant, person},
		{"A person's role address is a person's.", thePublic, aPerson.but(roleAddress), registrant, person},
		{"Consent shows nothing of a natural person.", thePublic, aPerson.but(consents(everyElement)), registrant, person},

		{"A legal person is published with its telephone and role address.", thePublic, aCompany.but(roleAddress), registrant, withEmail},
		{"A public body is published as a legal person is.", thePublic, aPublicBody.but(roleAddress), registrant, withEmail},
		{"A personal-looking address of a legal person is withheld.", thePublic, aCompany.but(personalAddress), registrant, company},
		{"It is shown with consent.", thePublic, aCompany.but(personalAddress, consents(register.Email)), registrant, withEmail},
		{"Permission through EPP is not consent.", thePublic, aCompany.but(personalAddress, permits(everyElement)), registrant, company},
		{"A legal person without an organisation counts as unknown.", thePublic, aCompany.but(roleAddress, withoutOrganization), registrant, person},

		{"A legal person cannot withhold its telephone.", thePublic, aCompany.but(restricts(register.Voice)), registrant, company},
		{"A legal person cannot withhold its name.", thePublic, aCompany.but(restricts(register.OrgInt)), registrant, company},
		{"A legal person can withhold its role address.", thePublic, aCompany.but(roleAddress, restricts(register.Email)), registrant, company},
		{"A legal person can withhold its address.", thePublic, aCompany.but(restricts(register.AddrLoc)), registrant, company.less(anAddress...)},
		{"A protected legal person withholds all of it.", thePublic, aCompany.but(roleAddress, protected), registrant, person},

		{"The technical contact of a company is shown as its holder is.", thePublic, aCompany.but(roleAddress), technical, withEmail},
		{"A person as technical contact is a person.", thePublic, aPerson, technical, person},
		{"To another registrar all is as to the public.", anotherRegistrar, aCompany.but(personalAddress), registrant, company},
		{"The public does not see that an identification failed.", thePublic, aCompany.but(verification(register.VerificationFailed)), registrant, anOffice},
	})
	finds(t, shipped(t, "nis2"), "The public finds a company.", thePublic, aCompany, true)
	finds(t, shipped(t, "nis2"), "The public does not find a person.", thePublic, aPerson, false)
}
