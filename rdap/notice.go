package rdap

import (
	"strconv"

	"registerd/lookup"
)

// notices are the register's own words, in the topmost object only (RFC 9083
// section 4.3): the terms, the policies, and who says all this, from data how old.
func (e *encoder) notices(top *lookup.About) {
	if top == nil {
		return
	}
	mark := e.begin("notices", '[')
	e.terms(*top)
	e.policies(*top)
	e.keeper(*top)
	e.end(mark, ']')
}

func (e *encoder) terms(a lookup.About) {
	if !isURL(a.Policies.Terms) {
		return
	}
	e.open('{')
	e.member("title", "Terms of Service")
	e.raw(`"description":["Use of this service is subject to its terms."]`)
	e.inOurs()
	mark := e.begin("links", '[')
	e.link("terms-of-service", a.Policies.Terms, "text/html", "")
	e.end(mark, ']')
	e.close('}')
}

func (e *encoder) policies(a lookup.About) {
	p := &a.Policies
	if !isURL(p.Publication) && !isURL(p.Disputes) && !isURL(p.Eligibility) {
		return
	}
	e.open('{')
	e.member("title", "Policies")
	e.raw(`"description":["What is published of a registration, how disputes are resolved, and who may register."]`)
	e.inOurs()
	mark := e.begin("links", '[')
	e.policy("privacy-policy", p.Publication, "Publication")
	e.policy("help", p.Disputes, "Disputes")
	e.policy("about", p.Eligibility, "Eligibility")
	e.end(mark, ']')
	e.close('}')
}

func (e *encoder) policy(rel, href, title string) {
	if isURL(href) {
		e.link(rel, href, "text/html", title)
	}
}

// keeper names who keeps the register, and the state of its data.
func (e *encoder) keeper(a lookup.About) {
	mark := len(e.b)
	e.open('{')
	e.member("title", "Register")
	inner := e.begin("description", '[')
	if a.Operator.Name != "" {
		e.text("Kept by " + a.Operator.Name + ".")
	}
	if a.Operator.Email != "" {
		e.text("E-mail: " + a.Operator.Email)
	}
	if !a.Watermark.IsZero() {
		e.text("The data is as of " + day(a.Watermark) + ".")
	}
	if a.Serial != 0 {
		e.text("Serial: " + strconv.FormatUint(a.Serial, 10))
	}
	if a.Rules != "" {
		e.text("Publication rules: " + a.Rules)
	}
	e.end(inner, ']')
	if len(e.b) == inner {
		e.b = e.b[:mark]
		return
	}
	e.inOurs()
	if isURL(a.Operator.URL) {
		links := e.begin("links", '[')
		e.link("about", a.Operator.URL, "text/html", "")
		e.end(links, ']')
	}
	e.close('}')
}

// notice writes a notice of constant and configured lines.
func (e *encoder) notice(title string, lines ...string) { e.remark(title, "", lines...) }

// help tells how to ask (RFC 9083 section 7). Unlike other answers it lists
// every extension that the server knows (section 4.1).
func (s site) help(a lookup.About, limits []string) []byte {
	self := s.base + "help"
	zones := make([]string, 0, len(a.Zones)+1)
	zones = append(zones, "This server answers for names in these zones:")
	for _, z := range a.Zones {
		zones = append(zones, string(z))
	}
	return s.encode(self, ours, func(e *encoder) {
		e.uses = extensions - 1
		e.member("lang", e.lang)
		mark := e.begin("notices", '[')
		e.terms(a)
		e.policies(a)
		if len(zones) > 1 {
			e.notice("Zones", zones...)
		}
		e.notice("Queries",
			"domain/NAME, nameserver/NAME, entity/HANDLE and help are answered, to GET and HEAD.",
			"There are no searches, and no networks or autonomous systems.")
		e.notice("Authentication",
			"Entitled users send a bearer token (RFC 6750) over TLS.",
			"The purpose goes in the header RDAP-Purpose or the query parameter farv1_qp, the user's own case reference in the header RDAP-Case.",
			"Every answer above the public one is journaled.")
		e.notice("Redaction",
			"What may not be published is left out, and listed in the member redacted (RFC 9537).")
		e.notice("Limits", limits...)
		e.keeper(a)
		e.end(mark, ']')
	})
}
