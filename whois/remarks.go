package whois

import (
	"strconv"
	"strings"

	"registerd/disclose"
	"registerd/lookup"
)

// What is said beside the data: who keeps the register, how old it is, why
// something is missing. The words are the profile's where programs read them, and
// stand here, and in messages.go, where people do.
//
// They obey one rule above all: but for the answer that a name is not there,
// none of them holds words that a client could read so. A throttled or failed
// answer that reads so makes people lose names.

// at is what stands in a place of a text.
func (p *page) at(where place) string {
	switch where {
	case placeOperator:
		return p.about.Operator.Name
	case placeContact:
		return contactOf(p.about)
	case placeZones:
		return zones(p.about)
	case placeProfile:
		return p.form.name
	case placeVersion:
		return p.form.version
	case placeTime:
		return p.about.Watermark.UTC().Format(timeForm)
	}
	if p.places == nil {
		return ""
	}
	return p.places[where]
}

// set fills a place.
func (p *page) set(where place, with string) {
	if p.places == nil {
		p.places = new([placesEnd]string)
	}
	p.places[where] = with
}

func zones(a *lookup.About) string {
	if len(a.Zones) == 0 {
		return "domain names"
	}
	var b strings.Builder
	for i, z := range a.Zones {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("." + z.Unicode())
	}
	return b.String()
}

func keeper(a *lookup.About) string {
	if a.Operator.Name == "" {
		return ""
	}
	return ", kept by " + a.Operator.Name
}

func contactOf(a *lookup.About) string {
	var known []string
	for _, s := range [...]string{a.Operator.Name, a.Operator.Email, a.Operator.URL} {
		if s != "" {
			known = append(known, s)
		}
	}
	return strings.Join(known, ", ")
}

// finish ends an answer about an object. Parsers stop at the line of the last
// update, whose time is that of the data and not of the clock.
func (p *page) finish() {
	if !p.about.Watermark.IsZero() {
		p.sayText(p.form.updated)
	}
	p.blank()
	p.source()
	if p.keptBack {
		p.remark("Handles are shown to whoever asks with --show-handles")
	}
	if !p.form.reasons || p.answer != nil {
		return
	}
	for _, b := range p.decided {
		what := "Withheld by rule "
		if b.status == disclose.Replaced {
			what = "Replaced by rule "
		}
		p.remark(what, b.rule.ID, " of ", p.about.Rules, ", ", b.rule.Basis, " - ", b.rule.ReasonIn(p.about.Language))
	}
	if len(p.decided) > 0 {
		p.remarkText(p.form.say.ask)
	}
}

// source says who answers, from data of what time, under which terms.
func (p *page) source() {
	if p.answer != nil {
		return // it is a member of every answer
	}
	a := p.about
	if !a.Watermark.IsZero() && p.form.asOf != "" {
		p.remark("Data as of ", a.Watermark.UTC().Format(p.form.asOf), ", serial ", strconv.FormatUint(a.Serial, 10))
	}
	if a.Stale {
		p.remark("The data may be out of date, it is as of ", a.Watermark.UTC().Format("2006-01-02 15.04"), " UTC")
	}
	p.questions()
	if !p.form.policies {
		return
	}
	for _, policy := range [...]struct{ what, url string }{
		{"Publication policy ", a.Policies.Publication},
		{"Dispute resolution ", a.Policies.Disputes},
		{"Eligibility ", a.Policies.Eligibility},
		{"Terms of use ", a.Policies.Terms},
	} {
		if policy.url != "" {
			p.remark(policy.what, policy.url)
		}
	}
}

// questions says whom to turn to.
func (p *page) questions() {
	if to := contactOf(p.about); to != "" && p.form.contact && p.answer == nil {
		p.remark("Questions to ", to)
	}
}
