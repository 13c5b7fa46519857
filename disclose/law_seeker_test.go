package disclose_test

import (
	"strings"
	"testing"

	. "registerd/disclose"
	"registerd/register"
)

// Those who have an account and say why they ask.
func seeker(k Kind, purpose string) Viewer {
	return Viewer{Audience: Seeker, Kind: k, Purpose: purpose}
}

var (
	certifying   = seeker(KindCertificateAuthority, "domainNameCertification")
	suing        = seeker(KindTradeMarkHolder, "legalActions")
	researching  = seeker(KindResearcher, "academicPublicInterestDNSResearch")
	everySeeker  = []Viewer{certifying, suing, researching}
	wholeAddress = all(anAddress, theCountry)
)

func theHolder(of contact) Viewer { return Viewer{Audience: Holder, Holder: of.ROID} }

func TestTheLawOfSeekers(t *testing.T) {
	person := all(theCountry, identified)
	company := all(anOffice, identified)
	silent := all([]Field{ContactCountry, ContactHandle, ContactHolder, ContactStatus, ContactSponsor, ContactCreated, ContactUpdated}, identified) // of who restricts all
	for _, file := range []string{"gdpr", "nis2"} {
		ruled := append(silent[:len(silent):len(silent)], map[string][]Field{"nis2": {ContactOrganization, ContactVoice}}[file]...)
		holds(t, shipped(t, file), []ruling{
			{"A certificate authority sees the e-mail address of an organisation's function.", certifying, aCompany.but(roleAddress), registrant, all(company, []Field{ContactEmail})},
			{"It does not see one that may name a person.", certifying, aCompany.but(personalAddress), registrant, company},
			{"It sees who an organisation is that asked not to be published.", certifying, aCompany.but(restricts(everyElement), personalAddress), registrant, all(ruled, wholeAddress, []Field{ContactOrganization})},
			{"Of a contact that is not the registrant it sees what the public sees.", certifying, aCompany.but(restricts(everyElement)), technical, ruled},
			{"Of a person it sees what the public sees.", certifying, aPerson.but(roleAddress), registrant, person},
			{"Of a sole proprietor it sees what the public sees.", certifying, aSoleProprietor.but(roleAddress), registrant, person},
			{"Of a holder of unknown type it sees what the public sees.", certifying, anUnknown.but(roleAddress), registrant, person},
			{"Of a protected organisation it sees what the public sees.", certifying, aCompany.but(protected, roleAddress), registrant, person},
			{"For another purpose it sees what the public sees.", seeker(KindCertificateAuthority, "legalActions"), aCompany.but(restricts(everyElement)), registrant, ruled},
			{"For none, too.", seeker(KindCertificateAuthority, ""), aCompany.but(restricts(everyElement)), registrant, ruled},

			{"The holder of a trade mark sees where to sue an organisation.", suing, aCompany.but(restricts(everyElement)), registrant, all(ruled, wholeAddress, []Field{ContactOrganization, ContactVoice})},
			{"It does not see an e-mail address that is not published.", suing, aCompany.but(personalAddress), registrant, company},
			{"Of a person it sees what the public sees.", suing, aPerson, registrant, person},
			{"Of a protected organisation it sees what the public sees.", suing, aCompany.but(protected), registrant, person},
			{"Another kind of seeker does not see it for the same purpose.", seeker(KindResearcher, "legalActions"), aCompany.but(restricts(everyElement)), registrant, ruled},
			{"Nor does one of no kind.", seeker(NoKind, "legalActions"), aCompany.but(restricts(everyElement)), registrant, ruled},

			{"A researcher sees what kind of holder a person is.", researching, aPerson, registrant, all(person, []Field{ContactHolder})},
			{"Also in another role.", researching, aPerson, technical, all(person, []Field{ContactHolder})},
			{"Not of one who is protected.", researching, aPerson.but(protected), registrant, person},
			{"Of a company it sees what the public sees.", researching, aCompany.but(personalAddress), registrant, company},
			{"For another purpose it sees what the public sees.", seeker(KindResearcher, "legalActions"), aPerson, registrant, person},
		})
		for _, who := range everySeeker {
			finds(t, shipped(t, file), "No seeker finds a person by its handle.", who, aPerson, false)
			finds(t, shipped(t, file), "Every seeker finds a company.", who, aCompany, true)
		}
	}
}

// What the public sees a seeker sees, whichever the file: it could put its
// credential away.
func TestASeekerSeesNoLessThanThePublic(t *testing.T) {
	for _, name := range ShippedNames() {
		p := shipped(t, name)
		for _, who := range append(everySeeker, seeker(KindResearcher, ""), seeker(NoKind, "x")) {
			for _, of := range []contact{aPerson, aCompany, aCompany.but(restricts(everyElement)), aPublicBody.but(protected), anUnknown.but(consents(everyElement))} {
				for _, role := range []register.Role{registrant, technical} {
					seen := map[Field]bool{}
					for _, f := range openIn(t, inRole(p, who, of.Contact, role)) {
						seen[f] = true
					}
					for _, f := range openIn(t, inRole(p, thePublic, of.Contact, role)) {
						if !seen[f] {
							t.Errorf("%s: the public sees the %s as %s, and %+v does not", name, f, role, who)
						}
					}
				}
			}
			for _, f := range everySearch {
				_, public := p.MaySearch(thePublic, f)
				if _, may := p.MaySearch(who, f); public && !may {
					t.Errorf("%s: the public may %s, and %+v may not", name, f, who)
				}
			}
		}
	}
}

func TestTheLawOfHolders(t *testing.T) {
	person := all(theCountry, identified)
	other := aPerson.but(func(c *register.Contact) { c.ROID = "ANOTHER-EX" })
	for _, name := range ShippedNames() {
		p := shipped(t, name)
		seesOf := map[string]fields{"gdpr": person, "nis2": person}[name]
		for _, role := range []register.Role{registrant, technical} {
			holds(t, p, []ruling{
				{"A holder sees all of what is held about it.", theHolder(aPerson), aPerson, role, everything},
				{"Also if it is protected.", theHolder(aPerson), aPerson.but(protected), role, everything},
				{"By its ROID in whatever spelling.", Viewer{Audience: Holder, Holder: strings.ToLower(aPerson.ROID)}, aPerson, role, everything},
			})
			if seesOf != nil {
				holds(t, p, []ruling{
					{"Of another a holder sees what the public sees.", theHolder(aPerson), other, role, seesOf},
					{"A holder without a ROID is the public.", Viewer{Audience: Holder}, aPerson.but(func(c *register.Contact) { c.ROID = "" }), role, seesOf},
					{"The handle alone makes nobody the holder.", Viewer{Audience: Holder, Holder: aPerson.Handle}, aPerson, role, seesOf},
				})
			}
		}
		finds(t, p, "A holder finds itself.", theHolder(aPerson), aPerson.but(protected), true)
	}
	finds(t, shipped(t, "gdpr"), "A holder does not find another.", theHolder(aPerson), other, false)
}

// The holder of a domain sees the domain, and itself in it; its technical contact
// is another person.
func TestAHolderSeesOfItsDomainWhatIsItsOwn(t *testing.T) {
	tech := aPerson.but(func(c *register.Contact) { c.ROID, c.Handle = "TECH-EX", "tech" })
	domain := full[register.Domain]()
	domain.Sponsor, domain.Registrant, domain.Contacts, domain.Hosts = "ours", "a", []register.DomainRole{{Role: technical, Handle: "tech"}}, nil
	record := &Record{Domain: domain, Contacts: []*register.Contact{aPerson.Contact, tech.Contact}}
	for _, l := range []struct {
		law              string
		who              Viewer
		transfer         bool
		registrant, tech bool
	}{
		{"The registrant sees its domain and itself.", theHolder(aPerson), true, true, false},
		{"The technical contact sees itself, and the domain as the public does.", theHolder(tech), false, false, true},
		{"Anybody else sees what the public sees.", Viewer{Audience: Holder, Holder: "ELSE-EX"}, false, false, false},
	} {
		view := GDPR().Domain(l.who, record)
		contacts, _ := view.Contacts.Get()
		_, first := contacts[0].Name.Get()
		_, second := contacts[1].Name.Get()
		if _, shown := view.Transfer.Get(); shown != l.transfer || first != l.registrant || second != l.tech {
			t.Errorf("%s But the transfer is shown: %v, the registrant: %v, the other: %v.", l.law, shown, first, second)
		}
		if contacts[0].Beyond() != l.registrant || contacts[1].Beyond() != l.tech {
			t.Errorf("%s But the journal is told otherwise.", l.law)
		}
	}
}
