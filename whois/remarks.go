package whois

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
)

// What is said beside the data: who keeps the register, how old it is, why
// something is missing, and the answers that are not about an object.
//
// The texts of this file obey one rule above all: but for notFound, none of
// them holds words that a client could read as "this name is not there". A
// throttled or failed answer that reads so makes people lose names.

func zones(a lookup.About) string {
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

func keeper(a lookup.About) string {
	if a.Operator.Name == "" {
		return ""
	}
	return ", kept by " + a.Operator.Name
}

// finish ends an answer about an object. Parsers stop at the line of the last
// update, whose time is that of the data and not of the clock.
func (p *page) finish(a lookup.About) {
	if !a.Watermark.IsZero() {
		p.say(">>> Last update of WHOIS database: " + a.Watermark.UTC().Format(timeForm) + " <<<")
	}
	p.blank()
	p.source(a)
	for _, b := range p.decided {
		what := "Withheld by rule "
		if b.status == disclose.Replaced {
			what = "Replaced by rule "
		}
		p.remark(what, b.rule.ID, " of ", a.Rules, ", ", b.rule.Basis, " - ", b.rule.ReasonIn(a.Language))
	}
}

// otherLanguage tells who asked for a language that the rules do not have. It
// comes after the page, which may be kept for others.
func otherLanguage(a lookup.About, q query) []byte {
	if _, speaks := lookup.Speaks(a.Languages, q.lang); speaks || q.lang == "" || len(a.Languages) == 0 {
		return nil
	}
	p := new(page)
	p.remark("Reasons are given in ", strings.Join(a.Languages, ", "), ", and in ", a.Language, " when another language is asked for")
	return p.b
}

// source says who answers, from data of what time, under which terms.
func (p *page) source(a lookup.About) {
	if !a.Watermark.IsZero() {
		p.remark("Data as of ", a.Watermark.UTC().Format(timeForm), ", serial ", strconv.FormatUint(a.Serial, 10))
	}
	p.contactOf(a)
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

func (p *page) contactOf(a lookup.About) {
	var known []string
	for _, s := range [...]string{a.Operator.Name, a.Operator.Email, a.Operator.URL} {
		if s != "" {
			known = append(known, s)
		}
	}
	if len(known) > 0 {
		p.remark("Questions to ", strings.Join(known, ", "))
	}
}

// code writes the number of an answer without data. Numbers stay what they
// are; texts may change.
func (p *page) code(n int) { p.remark("code: ", strconv.Itoa(n)) }

// notFound is three lines that, together, more parsers recognise than any one
// text alone. The name stands in quotes: after a label it would be taken for a
// record.
func notFound(a lookup.About, q query) []byte {
	p := newPage(a)
	switch q.kind {
	case lookup.KindHost:
		p.say("Name server not found.")
	case lookup.KindEntity:
		p.say("Handle not found.")
	default:
		p.say("Domain not found.")
		p.b = append(p.b, `No match for "`...)
		p.b = append(appendVisible(p.b, string(canonical(q.text))), "\"."+lineEnd...)
	}
	p.say("No entries found for the selected source.")
	p.blank()
	p.code(codeNotFound)
	if q.kind == lookup.KindEntity && q.whom == lookup.Anyone {
		p.remark("A domain name is asked for whole, with its zone")
	}
	p.source(a)
	return p.b
}

func reserved(a lookup.About, r *disclose.Reserved) []byte {
	p := newPage(a)
	p.say("The name is reserved by the registry and is not open for registration.")
	p.blank()
	p.code(codeReserved)
	if state, ok := r.State.Get(); ok && state.String() != "" {
		p.remark("It is ", state.String())
	}
	p.source(a)
	return p.b
}

// elsewhere answers for what is another register's, and says where that one
// answers, if it is known. There is no WHOIS server to refer to: the directory
// holds RDAP services only.
func elsewhere(a lookup.About, q query, why error) []byte {
	p := newPage(a)
	if q.kind == lookup.KindEntity {
		p.remark("That handle has the tag of another register. Nothing is said about it.")
	} else {
		p.remark("That name lies outside the zones of this register. Nothing is said about it.")
	}
	var other *lookup.Elsewhere
	// A word with a colon behind it, such as a host with a port, is a label to
	// some parsers.
	if errors.As(why, &other) && strings.Count(other.Base, ":") == 1 {
		p.remark("Its register answers over RDAP at ", other.Base)
	}
	p.code(codeElsewhere)
	p.source(a)
	return p.b
}

// zone answers for a name that is nobody's: it is where the names are.
func zone(a lookup.About) []byte {
	p := newPage(a)
	p.remark("That name is a zone of this register. Ask for a name below it.")
	p.code(codeElsewhere)
	p.source(a)
	return p.b
}

func failed(a lookup.About) []byte {
	p := new(page)
	p.remark("Service temporarily out of order. Nothing is said about this name.")
	p.code(codeFailed)
	p.contactOf(a)
	return p.b
}

// limited begins with the words that clients know a throttle by; php-whois
// wants them at the very start.
func limited(a lookup.About, wait time.Duration) []byte {
	seconds := max(1, int64(math.Ceil(wait.Seconds())))
	p := new(page)
	p.say("WHOIS LIMIT EXCEEDED - retry after " + strconv.FormatInt(seconds, 10) + " seconds")
	p.code(codeLimited)
	p.terms(a)
	return p.b
}

// crowded refuses a connection, where no question was read.
func crowded(a lookup.About) []byte {
	p := new(page)
	p.say("WHOIS LIMIT EXCEEDED - too many connections, retry later")
	p.code(codeCrowded)
	p.terms(a)
	return p.b
}

// terms says whom to turn to with a limit that hurts.
func (p *page) terms(a lookup.About) {
	p.contactOf(a)
	if a.Policies.Terms != "" {
		p.remark("Limits and terms of use ", a.Policies.Terms)
	}
}

// problem answers a line that is no question.
func problem(a lookup.About, why *queryError) []byte {
	p := new(page)
	p.say("%ERROR:" + strconv.Itoa(why.code) + ": " + why.text)
	p.blank()
	p.usage()
	p.contactOf(a)
	return p.b
}

func help(a lookup.About) []byte {
	p := newPage(a)
	p.usage()
	p.blank()
	p.source(a)
	return p.b
}

func (p *page) usage() {
	for _, line := range [...]string{
		"Ask one of these, each on a line of its own and at most 512 bytes long",
		"  NAME                 a domain name, as U-label or A-label",
		"  domain NAME          the same",
		"  nameserver NAME      a name server",
		"  registrar ID         a registrar, by its id or its IANA id",
		"  contact HANDLE       a contact",
		"  handle HANDLE        whoever has the handle",
		"  help                 this text",
		"Options come first and may be followed by --",
		"  -T TYPE              dn, domain, nameserver, contact or registrar",
		"  -C, --charset NAME   utf-8 (the default), iso-8859-1 or us-ascii",
		"  --lang TAG           the language of reasons, as en",
		"  -V VALUE, -r, --show-handles and --no-personal change nothing",
	} {
		p.remark(line)
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
