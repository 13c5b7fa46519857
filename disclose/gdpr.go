package disclose

import (
	"slices"

	"registerd/register"
)

// GDPR is the built-in set of rules: what a register under the General Data
// Protection Regulation shows when it makes no choice of its own.
//
// Natural persons, sole proprietors, estates, holders of unknown type and all
// who are protected show their country only. Legal persons and public bodies
// show organisation, address and telephone.
func GDPR() *Policy {
	p, err := NewPolicy("gdpr-1", gdprRules())
	if err != nil {
		panic(err) // the table below is wrong; a test loads it
	}
	return p
}

var (
	everyField   = between(None+1, fieldCount-1)
	contactField = between(ContactExistence, ContactConsent)

	// officeFields are of use to the registry's own work only.
	officeFields = []Field{
		DomainCreator, DomainUpdater, DomainTransfer,
		ContactLanguage, ContactCreator, ContactUpdater, ContactTransferred,
		ContactPreference, ContactProtection, ContactConsent,
		HostCreator, HostUpdater, HostTransferred,
	}

	// plainFields say nothing of a person.
	plainFields = slices.DeleteFunc(between(None+1, fieldCount-1), func(f Field) bool {
		return slices.Contains(contactField, f) || slices.Contains(officeFields, f) || f == DomainDispute
	})

	organizations = []register.HolderType{register.HolderLegal, register.HolderPublicBody}
	everyone      = []Standing{ToPublic, ToOtherRegistrar, ToRegistrarOfRecord}
)

func gdprRules() []Rule {
	return []Rule{
		{
			ID: "nobody", Basis: "GDPR Art. 5(1)(f)", Reason: "Nobody asked.",
			Fields: everyField, When: Condition{Standings: []Standing{ToNobody}},
		},
		{
			ID: "operator", Basis: "GDPR Art. 6(1)(e)", Reason: "The registry sees its own register.",
			Fields: everyField, When: Condition{Standings: []Standing{ToOperator}}, Outcome: Show,
		},
		{
			ID: "authority", Basis: "GDPR Art. 6(1)(c), NIS2 Art. 28(5)", Reason: "Disclosed to an entitled authority.",
			Fields: everyField, When: Condition{Standings: []Standing{ToAuthority}}, Outcome: Show,
		},
		{
			ID: "dispute", Basis: "GDPR Art. 5(1)(c)", Reason: "Disputes are between the parties and the registry.",
			Fields: []Field{DomainDispute}, When: Condition{Standings: everyone}, Silent: true,
		},
		{
			ID: "registrar-of-record", Basis: "GDPR Art. 6(1)(b)", Reason: "The registrar sees the data it sponsors.",
			Fields: everyField, When: Condition{Standings: []Standing{ToRegistrarOfRecord}}, Outcome: Show,
		},
		{
			ID: "office", Basis: "GDPR Art. 5(1)(c)", Reason: "For the registry's own work.",
			Fields: officeFields, When: Condition{Standings: everyone}, Silent: true,
		},
		{
			ID: "not-personal", Basis: "NIS2 Art. 28(4)", Reason: "Not personal data.",
			Fields: plainFields, When: Condition{Standings: everyone}, Outcome: Show,
		},
		{
			ID: "identified", Basis: "NIS2 Art. 28(3)", Reason: "Whether the holder was identified is published.",
			Fields:  []Field{ContactVerification},
			When:    Condition{Standings: everyone, Verification: []register.VerificationState{register.Verified}},
			Outcome: ShowPart,
		},
		{
			ID: "not-identified", Basis: "GDPR Art. 5(1)(c)", Reason: "Only a completed identification is published.",
			Fields: []Field{ContactVerification}, When: Condition{Standings: everyone}, Silent: true,
		},
		{
			ID: "country", Basis: "GDPR Art. 6(1)(e)", Reason: "The country tells nobody who the holder is.",
			Fields: []Field{ContactCountry}, When: Condition{Standings: everyone}, Outcome: Show,
		},
		{
			ID: "no-place", Basis: "GDPR Art. 5(1)(c)", Reason: "Personal data of the holder.",
			Fields: []Field{ContactExistence, ContactHolder, ContactStatus, ContactSponsor, ContactCreated, ContactUpdated},
			When:   Condition{Standings: everyone, Protected: Required}, Silent: true,
		},
		{
			ID: "protected", Basis: "GDPR Art. 21", Reason: "The holder's data is protected.",
			Fields: contactField, When: Condition{Standings: everyone, Protected: Required, Holders: organizations},
		},
		{
			ID: "holder-asked", Basis: "GDPR Art. 21", Reason: "The holder asked that it is not published.",
			Fields: contactField, When: Condition{Standings: everyone, Restricted: true, Holders: organizations},
		},
		{
			ID: "consented-email", Basis: "GDPR Art. 6(1)(a)", Reason: "The holder agreed to publish it.",
			Fields:  []Field{ContactEmail},
			When:    Condition{Standings: everyone, Holders: organizations, Consented: true},
			Outcome: Show,
		},
		{
			ID: "contact-person", Basis: "GDPR Recital 14", Reason: "A contact person's data is personal data.",
			Fields: []Field{ContactName, ContactEmail, ContactFax},
			When:   Condition{Standings: everyone, Holders: organizations},
		},
		{
			ID: "organization", Basis: "NIS2 Art. 28(4), Recital 112", Reason: "Data of an organisation is published.",
			Fields: contactField, When: Condition{Standings: everyone, Holders: organizations}, Outcome: Show,
		},
		{
			ID: "person-no-place", Basis: "GDPR Art. 5(1)(c)", Reason: "Personal data of the holder.",
			Fields: []Field{ContactExistence, ContactHolder, ContactStatus, ContactSponsor, ContactCreated, ContactUpdated},
			When:   Condition{Standings: everyone}, Silent: true,
		},
		{
			ID: "person", Basis: "GDPR Art. 5(1)(c), Art. 25", Reason: "Personal data of the holder.",
			Fields: contactField, When: Condition{Standings: everyone},
		},
	}
}
