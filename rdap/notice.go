package rdap

import (
	"strconv"

	"registerd/lookup"
)

// notices are the register's own words, in the topmost object only (RFC 9083
// section 4.3): the terms, the policies, and who says all this, from data how old.
func (e *encoder) notices(top *lookup.About, fixed ...fixedNotice) {
	if top == nil {
		return
	}
	mark := e.begin("notices", '[')
	e.terms(*top)
	for _, n := range fixed {
		e.linked(n.title, n.rel, n.href, n.says)
	}
	for _, n := range top.Policies.Notices {
		e.linked(n.Title, "related", n.Link, n.Lines...)
	}
	e.policies(*top)
	e.truncated()
	e.stale(*top)
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

// stale says that the data is older than the operator lets it be.
func (e *encoder) stale(a lookup.About) {
	if a.Stale {
		e.notice("Data may be out of date",
			"The data is as of "+day(a.Watermark)+". It comes late: what was registered or changed since is not in it.")
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

// linked writes a notice that leads somewhere, or nowhere when href is "".
func (e *encoder) linked(title, rel, href string, lines ...string) {
	e.open('{')
	e.member("title", title)
	mark := e.begin("description", '[')
	for _, line := range lines {
		e.text(line)
	}
	e.end(mark, ']')
	if isURL(href) {
		mark := e.begin("links", '[')
		e.link(rel, href, "text/html", "")
		e.end(mark, ']')
	}
	e.close('}')
}

// notice writes a notice of constant and configured lines.
func (e *encoder) notice(title string, lines ...string) { e.remark(title, "", lines...) }
