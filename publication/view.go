package publication

import (
	"slices"
	"strings"

	"registerd/disclose"
	"registerd/register"
)

// beholder is somebody that rules tell apart, and what he is called.
type beholder struct {
	name   string
	viewer disclose.Viewer
}

// theSponsor is the registrar of record of every made-up object, and theHolder
// the ROID of its contact.
const (
	theSponsor = "sponsor"
	theHolder  = "HOLDER"
)

// beholders are all whom the rules tell apart.
func beholders(rules ...disclose.Rule) []beholder {
	viewers := disclose.Beholders(theSponsor, theHolder, rules...)
	out := make([]beholder, len(viewers))
	for i, v := range viewers {
		out[i] = beholder{nameOf(v, alone(v, viewers)), v}
	}
	return out
}

var thePublic = beholder{"the public", disclose.Viewer{Audience: disclose.Public}}

// seekers reports rules that are for some of those who say why they ask.
func seekers(rules ...disclose.Rule) bool {
	return slices.ContainsFunc(beholders(rules...), func(b beholder) bool { return b.viewer.Audience == disclose.Seeker })
}

// alone reports that the rules tell no purposes of the viewer's kind apart.
func alone(v disclose.Viewer, all []disclose.Viewer) bool {
	return !slices.ContainsFunc(all, func(other disclose.Viewer) bool { return other.Kind == v.Kind && other.Purpose != v.Purpose })
}

// nameOf is what a beholder is called; alone, it is so for any purpose.
func nameOf(v disclose.Viewer, alone bool) string {
	name := kindNames[v.Kind]
	switch {
	case v.Audience == disclose.Public:
		return "the public"
	case v.Audience == disclose.Holder:
		return "the holder"
	case v.Audience == disclose.Registrar && v.Registrar == "":
		return "other registrars"
	case v.Audience == disclose.Registrar:
		return "the registrar of record"
	case !v.OtherPurpose():
		return name + " (" + v.Purpose + ")"
	case alone:
		return name
	}
	return name + " (another purpose)"
}

var kindNames = map[disclose.Kind]string{
	disclose.KindAuthority: "an authority", disclose.KindCertificateAuthority: "a certificate authority",
	disclose.KindTradeMarkHolder: "a holder of a trade mark", disclose.KindResearcher: "a researcher",
}

// Who names one of disclose.Beholders in a language, as the published text does.
func Who(v disclose.Viewer, language string) string {
	name, purpose, is := strings.Cut(strings.TrimSuffix(nameOf(v, false), ")"), " (")
	if !is {
		return translated(language, name)
	}
	return translated(language, name) + " (" + translated(language, purpose) + ")"
}

// place is where an answer leaves, and the role in which it shows a contact.
type place struct {
	window disclose.Window
	role   register.Role
}

// places are all that the rules tell apart; where they do not, one stands for
// all.
func places(rules ...disclose.Rule) []place {
	windows, roles := []disclose.Window{disclose.WHOIS}, []register.Role{register.RoleRegistrant}
	for i := range rules {
		if len(rules[i].When.Windows) > 0 {
			windows = []disclose.Window{disclose.WHOIS, disclose.Availability, disclose.RDAP, disclose.Console, disclose.Web}
		}
		if len(rules[i].When.Roles) > 0 {
			roles = []register.Role{register.RoleRegistrant, register.RoleAdmin, register.RoleTech, register.RoleBilling, register.RoleNone}
		}
	}
	var out []place
	for _, w := range windows {
		for _, r := range roles {
			out = append(out, place{w, r})
		}
	}
	return out
}

// toldApart are the places that some rule names, and one for the others.
func toldApart(all []place, rules []disclose.Rule) []place {
	var windows []disclose.Window
	var roles []register.Role
	for i := range rules {
		windows = append(windows, rules[i].When.Windows...)
		roles = append(roles, rules[i].When.Roles...)
	}
	stand := func(at place) place { // one value for all that no rule names
		if !slices.Contains(windows, at.window) {
			at.window = disclose.NoWindow
		}
		if at.role != register.RoleNone && !slices.Contains(roles, at.role) {
			at.role = register.RoleBilling + 1
		}
		return at
	}
	var out []place
	known := map[place]bool{}
	for _, at := range all {
		if s := stand(at); !known[s] {
			known[s] = true
			out = append(out, at)
		}
	}
	return out
}

// decided are the decisions on a contact's fields, under their words, and on
// whether it is found by its handle.
func decided(p *disclose.Policy, v disclose.Viewer, at place, c *register.Contact) []namedField {
	v = v.At(at.window)
	sponsored := *c
	c, sponsored.Sponsor, sponsored.ROID = &sponsored, theSponsor, theHolder
	existence := disclose.Explained{Field: "Existence"}
	if _, found := p.Contact(v, c); found {
		existence.Status = disclose.Shown
	}
	return named(append(viewed(p, v, at.role, c), existence))
}

// viewed are the decisions on the fields of a contact in a role.
func viewed(p *disclose.Policy, v disclose.Viewer, role register.Role, c *register.Contact) []disclose.Explained {
	if role == register.RoleNone {
		view, _ := p.Contact(v, c) // the zero view has everything withheld
		return disclose.Explain(view)
	}
	record := &disclose.Record{
		Domain: &register.Domain{
			Name: "name.example", Sponsor: theSponsor,
			Contacts: []register.DomainRole{{Role: role, Handle: "-"}},
		},
		Contacts: []*register.Contact{c},
	}
	domain := p.Domain(v, record)
	contacts, shown := domain.Contacts.Get()
	if !shown {
		none := disclose.Explain(disclose.Contact{})
		for i := range none {
			none[i].Rule = domain.Contacts.Rule()
		}
		return none
	}
	contacts[0].Role = register.RoleNone // which would stand before each field
	return disclose.Explain(contacts[0])
}

// decidedOfOthers are the decisions on the fields of all that is no contact.
func decidedOfOthers(p *disclose.Policy, v disclose.Viewer) []namedField {
	domain := &disclose.Record{
		Domain:   &register.Domain{Name: "name.example", Sponsor: theSponsor, Registrant: "-"},
		Contacts: []*register.Contact{{ROID: theHolder}},
	}
	var out []namedField
	for _, o := range []struct {
		name string
		view any
	}{
		{"domain", p.Domain(v, domain)},
		{"name server", p.Host(v, &register.Host{Sponsor: theSponsor}, nil)},
		{"registrar", p.Registrar(v, &register.Registrar{ID: theSponsor})},
		{"reserved name", p.Reserved(v, &register.Reserved{})},
	} {
		for _, d := range named(disclose.Explain(o.view)) {
			if !d.within {
				d.Field = o.name + ": " + d.Field
				out = append(out, d)
			}
		}
	}
	return out
}

// seen is how much a status shows, where a value is there.
func seen(s disclose.Status) disclose.Status {
	if s == disclose.Absent {
		return disclose.Shown
	}
	return s
}
