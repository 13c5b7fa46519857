package whois

import (
	"net/netip"
	"testing"
	"time"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
)

// The register of these tests: one name of a natural person, one of an
// organisation. Private values hold the canary, which no public page may.

const canary = "CANARY"

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 9, 0, 0, 0, time.UTC)
}

func exampleAbout() lookup.About {
	return lookup.About{
		Limits:   sampleLimits,
		Operator: register.Operator{Name: "Example Registry", Email: "hostmaster@registry.example", URL: "https://registry.example/"},
		Policies: register.Policies{Publication: "https://registry.example/publication", Terms: "https://registry.example/terms"},
		Zones:    []register.Name{"example", "test"},
		Serial:   7, Watermark: time.Date(2026, 1, 2, 3, 4, 5, 600, time.UTC), Rules: "gdpr-2", Version: 1,
	}
}

var exampleRegistrar = &register.Registrar{
	ID: "R1", Name: "Prøve Registrar ApS", IANA: 9999, Status: "ok",
	Local:       register.Address{Street: []string{"Prøvevej 1"}, City: "Eksempelkøbing", Code: "0000", Country: "DK"},
	Voice:       register.Phone{Number: "+999.5550100", Extension: "2"},
	Email:       "info@registrar.example",
	URL:         "https://registrar.example/",
	WHOISServer: "whois.registrar.example",
	AbuseEmail:  "abuse@registrar.example", AbusePhone: register.Phone{Number: "+999.5550100"},
}

var naturalPerson = &register.Contact{
	Handle: "C1-" + canary, ROID: "C1-" + canary + "-EXAMPLE", Email: "ase@" + canary + ".example", Sponsor: "R1",
	Voice: register.Phone{Number: "+999.5550" + canary},
	Local: register.Postal{Name: "Åse " + canary, Address: register.Address{
		Street: []string{canary + "vej 3"}, City: canary, Province: canary, Code: canary, Country: "DK",
	}},
	Created: day(2019, 4, 1),
	Facts: register.Facts{
		Holder: register.HolderNatural, Protection: register.NotProtected,
		Verification: register.Verification{State: register.Verified, Method: register.MethodElectronicIdentity, Time: day(2019, 4, 2)},
	},
}

var protectedPerson = func() *register.Contact {
	c := *naturalPerson
	c.Handle, c.Facts.Protection = "C3-"+canary, register.Protected
	return &c
}()

var organization = &register.Contact{
	Handle: "C2-EXAMPLE", ROID: "C2-REP", Email: canary + "@fabrik.example", Sponsor: "R1",
	Voice: register.Phone{Number: "+999.5550142", Extension: "7"},
	Local: register.Postal{Name: canary, Organization: "Ærø Fabrik A/S", Address: register.Address{
		Street: []string{"Prøvevej 12, 3. sal", "Att. Postrum"}, City: "Eksempelkøbing", Code: "0000", Country: "DK",
	}},
	Created: day(2012, 2, 29), Updated: day(2025, 12, 1),
	Facts: register.Facts{Holder: register.HolderLegal, Protection: register.NotProtected},
}

var personsDomain = &register.Domain{
	Name: "xn--blbr-roah.example", ROID: "D1-EXAMPLE", Sponsor: "R1", Registrant: naturalPerson.Handle,
	Statuses: []string{"clientTransferProhibited"}, RGP: []string{"autoRenewPeriod"},
	Hosts:   []register.NameServer{{Name: "ns1.host.test"}, {Name: "ns2.host.test"}},
	Created: day(2019, 4, 1), Expires: day(2027, 4, 1), Updated: day(2025, 11, 3),
	DS:         []register.DS{{KeyTag: 12345, Algorithm: 13, DigestType: 2, Digest: "0a1b"}},
	Suspension: &register.Proceeding{Since: day(2025, 12, 24), Ground: canary},
	Dispute:    &register.Proceeding{Since: day(2025, 12, 23), Ground: canary},
}

var organizationsDomain = &register.Domain{
	Name: "fabrik.example", ROID: "D2-EXAMPLE", Sponsor: "R1", Registrant: "C2-EXAMPLE",
	Contacts: []register.DomainRole{
		{Role: register.RoleAdmin, Handle: naturalPerson.Handle},
		{Role: register.RoleTech, Handle: "C2-EXAMPLE"}, {Role: register.RoleBilling, Handle: "C404-" + canary},
	},
	Statuses: []string{"ok"},
	Hosts:    []register.NameServer{{Name: "ns1.fabrik.example"}},
	Created:  day(2012, 2, 29), Expires: day(2028, 2, 29),
}

var anyone = disclose.Viewer{Audience: disclose.Public}

func domainFor(v disclose.Viewer, d *register.Domain) *lookup.DomainAnswer {
	record := &disclose.Record{Domain: d, Registrar: exampleRegistrar, Hosts: make([]*register.Host, len(d.Hosts))}
	for _, role := range d.Roles() {
		var c *register.Contact // none: the register does not hold it
		switch role.Handle {
		case naturalPerson.Handle:
			c = naturalPerson
		case organization.Handle:
			c = organization
		case protectedPerson.Handle:
			c = protectedPerson
		}
		record.Contacts = append(record.Contacts, c)
	}
	view := disclose.GDPR().Domain(v, record)
	return &lookup.DomainAnswer{About: exampleAbout(), Domain: &view}
}

func reservedAnswer() *lookup.DomainAnswer {
	view := disclose.GDPR().Reserved(anyone, &register.Reserved{Name: "reserved.example", State: register.ReservedBlocked})
	return &lookup.DomainAnswer{About: exampleAbout(), Reserved: &view}
}

func hostAnswer() *lookup.HostAnswer {
	return &lookup.HostAnswer{About: exampleAbout(), Host: disclose.GDPR().Host(anyone, &register.Host{
		Name: "ns1.fabrik.example", ROID: "H1-EXAMPLE", Sponsor: "R1", Created: day(2012, 3, 1), Creator: canary,
		Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")},
	}, exampleRegistrar)}
}

func registrarAnswer() *lookup.EntityAnswer {
	view := disclose.GDPR().Registrar(anyone, exampleRegistrar)
	return &lookup.EntityAnswer{About: exampleAbout(), Registrar: &view}
}

func contactAnswer(t *testing.T) *lookup.EntityAnswer {
	t.Helper()
	view, ok := disclose.GDPR().Contact(anyone, organization)
	if !ok {
		t.Fatal("the organisation may not be known")
	}
	return &lookup.EntityAnswer{About: exampleAbout(), Contact: &view}
}

// found are all pages that are about an object.
func found(t *testing.T) map[string][]byte {
	return map[string][]byte{
		"person":       domainPage(domainFor(anyone, personsDomain), false).Body,
		"organisation": domainPage(domainFor(anyone, organizationsDomain), false).Body,
		"host":         hostPage(hostAnswer()),
		"registrar":    entityPage(registrarAnswer(), false),
		"contact":      entityPage(contactAnswer(t), false),
	}
}

// neither are all pages from which a client must learn nothing of a name.
func neither() map[string][]byte {
	about := exampleAbout()
	pages := map[string][]byte{
		"failed": failed(about), "crowded": crowded(about),
		"elsewhere": elsewhere(about, query{kind: lookup.KindDomain}, lookup.ErrElsewhere, ""), "zone": zone(about), "help": help(about),
		"reserved": domainPage(reservedAnswer(), false).Body,
	}
	for name, x := range refusals {
		pages[name] = limited(about, x)
	}
	for _, kind := range []lookup.Kind{lookup.KindDomain, lookup.KindHost, lookup.KindEntity} {
		for _, base := range []string{"https://rdap.other.test/v1/", "https://rdap.name.org:8443/"} {
			other := &lookup.Elsewhere{Base: base, Kind: kind, Object: "available.test"}
			pages["referral of a "+string(kind)+" to "+base] = elsewhere(about, query{kind: kind, text: "available.test"}, other, "")
		}
	}
	for _, err := range []*queryError{
		errNoKey, errLineTooLong, errTooSlow, errConflict, errBadOption, errNoValue, errBadCharset, errBadType, errTooMany,
	} {
		pages[err.text] = problem(about, err)
	}
	return pages
}
