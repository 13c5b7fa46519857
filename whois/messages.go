package whois

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/quota"
	"registerd/ratelimit"
	"registerd/register"
)

// The answers that are not about an object. The words of programs are the
// profile's; those of people stand here.

// code writes the number of an answer without data. Numbers stay what they
// are; texts may change.
func (p *page) code(n int) {
	p.set(placeCode, strconv.Itoa(n))
	if p.answer != nil {
		p.answer.code = p.at(placeCode)
		return
	}
	p.remarkText(p.form.say.code)
}

// message is an answer that is a text. Where that is no remark, an empty line
// parts it from the remarks.
func (p *page) message(result string, n int, t wording) {
	p.body(result, n, t)
	p.code(n)
}

func (p *page) body(result string, n int, t wording) {
	if p.answer != nil {
		p.answer.result = result
	}
	p.set(placeCode, strconv.Itoa(n))
	before := len(p.b)
	p.sayText(t)
	if p.answer == nil && !strings.HasPrefix(string(p.b[before:]), strings.TrimSpace(p.form.comment)) {
		p.blank()
	}
}

// notFound is what parsers read as "not there". The name stands in quotes:
// after a label it would be taken for a record.
func notFound(a lookup.About, q query) []byte {
	p := newPage(&a)
	t := p.form.say.absentDomain
	switch q.kind {
	case lookup.KindHost:
		t = p.form.say.absentHost
	case lookup.KindEntity:
		t = p.form.say.absentOther
	default:
		p.set(placeName, string(canonical(q.text)))
	}
	p.message("absent", codeNotFound, t)
	if q.kind == lookup.KindEntity && q.whom == lookup.Anyone {
		p.remark("A domain name is asked for whole, with its zone")
	}
	p.source()
	return p.done()
}

func reserved(a lookup.About, r *disclose.Reserved) []byte {
	p := newPage(&a)
	p.message("reserved", codeReserved, p.form.say.reserved)
	if state, ok := r.State.Get(); ok && state.String() != "" {
		p.remark("It is ", state.String())
	}
	p.source()
	return p.done()
}

// closed reports a name that is not there and that nobody can register. Zones,
// and names of others, have answers of their own.
func closed(n *lookup.Name) bool {
	return n.State == lookup.Blocked ||
		n.State == lookup.OutOfPolicy && n.Why != lookup.WhyZone && n.Why != lookup.WhyApex
}

// vacant answers for a name that is not there and that nobody can register.
func vacant(a lookup.About, n *lookup.Name) []byte {
	p := newPage(&a)
	p.set(placeReason, n.Says)
	if n.State == lookup.Blocked {
		p.message("blocked", codeBlocked, p.form.say.blocked)
	} else {
		p.message("out-of-policy", codeOutOfPolicy, p.form.say.refused)
	}
	p.source()
	return p.done()
}

// elsewhere answers for what is another register's, and says where that one
// answers, if it is known: host is its WHOIS server, by the operator's word, and
// else "". The directory holds RDAP services only.
func elsewhere(a lookup.About, q query, why error, host register.Name) []byte {
	p := newPage(&a)
	t := p.form.say.elsewhereName
	if q.kind == lookup.KindEntity {
		t = p.form.say.elsewhereHandle
	}
	p.body("elsewhere", codeElsewhere, t)
	p.refer(host)
	var other *lookup.Elsewhere
	// A word with a colon behind it, such as a host with a port, is a label to
	// some parsers.
	if errors.As(why, &other) && strings.Count(other.Base, ":") == 1 {
		p.remark("Its register answers over RDAP at ", other.Base)
	}
	p.code(codeElsewhere)
	p.source()
	return p.done()
}

// refer writes the line by which clients find another server, as the IANA's
// server writes it.
func (p *page) refer(host register.Name) {
	switch {
	case host == "":
	case p.answer != nil:
		p.answer.refer = string(host)
	default:
		p.say("refer: " + string(host))
	}
}

// zone answers for a name that is nobody's: it is where the names are.
func zone(a lookup.About) []byte {
	p := newPage(&a)
	p.message("zone", codeElsewhere, p.form.say.zone)
	p.source()
	return p.done()
}

func failed(a lookup.About) []byte {
	p := barePage(&a)
	p.message("failed", codeFailed, p.form.say.failed)
	p.questions()
	return p.done()
}

// limited begins with the words that clients know a throttle by; php-whois
// wants them at the very start.
func limited(a lookup.About, x *ratelimit.Exceeded) []byte {
	p := barePage(&a)
	p.set(placeSeconds, strconv.Itoa(quota.Seconds(x.RetryAfter)))
	p.throttle(codeLimited, p.form.say.limited, quota.Why(x, "ask with --no-personal")...)
	return p.done()
}

// crowded refuses a connection, where no question was read.
func crowded(a lookup.About) []byte {
	p := barePage(&a)
	p.throttle(codeCrowded, p.form.say.crowded)
	return p.done()
}

// throttle says why, and whom to turn to with a limit that hurts.
func (p *page) throttle(n int, t wording, why ...string) {
	if p.answer != nil {
		p.answer.result, p.answer.retryAfter = "limited", p.at(placeSeconds)
	}
	p.set(placeCode, strconv.Itoa(n))
	p.sayText(t)
	p.code(n)
	for _, line := range why {
		if _, misread := disclose.ReadsAsAnswer(line); !misread { // it may hold the operator's words
			p.remark(line)
		}
	}
	p.questions()
	if p.about.Policies.Terms != "" && p.form.policies {
		p.remark("Limits and terms of use ", p.about.Policies.Terms)
	}
}

// problem answers a line that is no question.
func problem(a lookup.About, why *queryError) []byte {
	p := barePage(&a)
	p.set(placeProblem, why.text)
	p.set(placeCode, strconv.Itoa(why.code))
	p.sayText(p.form.say.problem)
	if p.answer != nil {
		p.answer.result, p.answer.code = "error", p.at(placeCode)
	}
	p.blank()
	p.usage()
	p.questions()
	return p.done()
}

func help(a lookup.About) []byte {
	p := newPage(&a)
	if p.answer != nil {
		p.answer.result = "help"
	}
	p.remarkText(p.form.say.help)
	p.usage()
	p.published(a.Limits)
	p.blank()
	p.source()
	return p.done()
}

func (p *page) usage() {
	p.remark("Ask one of these, each on a line of its own and at most ", strconv.Itoa(maxLine), " bytes long")
	for _, f := range Forms() {
		p.remark(fmt.Sprintf("  %-20s %s", f.Say, f.Means))
	}
	p.remark("Options come first and may be followed by --")
	for _, f := range Options() {
		p.remark(fmt.Sprintf("  %-20s %s", f.Say, f.Means))
	}
}

// canonical is the name that the desk looks for, "" if text is none.
func canonical(text string) register.Name {
	name, err := register.ParseName(text)
	if err != nil {
		return ""
	}
	return name
}
