package escrow

import (
	"strconv"

	"registerd/register"
)

// shared puts what belongs to no single domain: the registrars with their
// contacts, the providers' name servers, reserved names and the IDN table.
func (g *generator) shared() error {
	for k := range syntheticRegistrars {
		if err := g.put(objectOfRegistrar(g.registrarOf(k))); err != nil {
			return err
		}
		for _, role := range []string{"T", "B"} {
			c := g.contact(id(role, k+1), roid(role, k+1), k, k)
			c.Facts.Holder = register.HolderLegal
			c.International.Organization = id("Registrar ", k+1)
			c.Local.Organization = c.International.Organization
			c.Email = "support@" + id("registrar-", k+1) + "." + g.outside
			if err := g.put(objectOfContact(c)); err != nil {
				return err
			}
		}
	}
	for p := range g.providers {
		for k := range g.servers(p) {
			sponsor := id("registrar-", p%syntheticRegistrars+1)
			h := &register.Host{
				Name: g.server(p, k), ROID: roid("H", 8*p+k), Statuses: []string{"linked"},
				Sponsor: sponsor, Creator: sponsor, Created: g.before(g.dice(diceProvider, p), 10),
			}
			if err := g.put(objectOfHost(h)); err != nil {
				return err
			}
		}
	}
	for k := range 20 + g.Domains/1000 {
		if err := g.put(objectOfReserved(g.reserved(k))); err != nil {
			return err
		}
	}
	return g.put(objectOfIDNTable(&register.IDNTable{
		ID: "mixed", URL: "https://registry." + g.outside + "/idn/mixed.txt", PolicyURL: "https://registry." + g.outside + "/idn/",
	}))
}

// reserved makes a name without a hyphen, which no domain is.
func (g *generator) reserved(k int) *register.Reserved {
	d := g.dice(diceReserved, k)
	return &register.Reserved{
		Name:    register.Name(id("city", k+1) + "." + string(g.Zone)),
		State:   register.ReservedState(1 + d.pick([]int{70, 28, 2})),
		Created: g.before(d, 20),
	}
}

func (g *generator) registrarOf(k int) *register.Registrar {
	d := g.dice(diceRegistrar, -1-k)
	web := id("registrar-", k+1) + "." + g.outside
	city := cities[d.n(len(cities))]
	r := &register.Registrar{
		ID: id("registrar-", k+1), Name: "Registrar " + strconv.Itoa(k+1) + companyForms[d.n(4)], Status: "ok",
		International: register.Address{
			Street: []string{streets[d.n(len(streets))].ascii + " " + strconv.Itoa(1+d.n(99))},
			City:   city.ascii, Province: city.province, Code: strconv.Itoa(10000 + d.n(89999)), Country: city.country,
		},
		Voice: register.Phone{Number: id("+999.", 10000000+d.n(89999999))},
		Email: "info@" + web, URL: "https://www." + web + "/",
		WHOISServer: "whois." + web, RDAPBase: "https://rdap." + web + "/",
		AbuseEmail: "abuse@" + web, AbusePhone: register.Phone{Number: id("+999.", 10000000+d.n(89999999))},
		Created: g.before(d, 20), Updated: g.At,
	}
	if d.chance(70) {
		r.IANA = 900000 + k
	}
	return r
}
