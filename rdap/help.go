package rdap

import (
	"strconv"
	"strings"

	"registerd/lookup"
	"registerd/quota"
	"registerd/ratelimit"
)

// help tells how to ask (RFC 9083 section 7). Unlike other answers it lists
// every extension that the server knows (section 4.1).
//
// standings are those of whoever asks, whom nobody else can tell why they wait.
func (s site) help(a lookup.About, standings []ratelimit.Standing) []byte {
	return s.encode(s.base+"help", ours, func(e *encoder) {
		e.uses = (extensions - 1) &^ s.closed()
		e.member("lang", e.lang)
		mark := e.begin("notices", '[')
		e.terms(a)
		e.policies(a)
		e.zones(a)
		e.notice("Queries",
			"domain/NAME, nameserver/NAME, entity/HANDLE and help are answered, to GET and HEAD.",
			"A name is written in A-labels or U-labels. In names and handles, capital and small letters are the same.",
			s.partLine(),
			"Parameters that are not named here are ignored.",
			"Networks and autonomous systems are not of this register: a question for one is redirected where it is known who answers.")
		e.searchRules(a)
		e.reverseRules(a)
		e.notice("Authentication",
			"Entitled users send a bearer token (RFC 6750) over TLS, or their account and a token as its password (RFC 7617).",
			"The purpose goes in the header RDAP-Purpose or the query parameter farv1_qp, the user's own case reference in the header RDAP-Case.",
			e.site.providerLine(),
			"Every answer above the public one is journaled. With RDAP-Confidential or farv1_dnt true, the holder is not told of it for as long as the account may ask that.")
		e.requestDesk()
		e.notice("Languages", e.site.languageLines(a)...)
		e.extensions()
		e.notice("Limits", a.Limits...)
		if len(standings) > 0 {
			e.notice("Your standing", sentences(quota.Lines(standings))...)
		}
		e.description()
		e.stale(a)
		e.keeper(a)
		e.end(mark, ']')
		e.reverseOffered()
		e.providers()
	})
}

// requestDesk says where those ask who have no account (NIS2 Art. 28(5)).
func (e *encoder) requestDesk() {
	if e.site.requests {
		e.linked("Requests", "related", e.site.base+"requests",
			"Whoever has a lawful interest in data that is not public, and no account, asks for it at requests: a form for people, JSON by POST for programs.",
			"Requests are answered within 72 hours. What is granted is seen with a token, for a time.")
	}
}

func (e *encoder) zones(a lookup.About) {
	if len(a.Zones) == 0 {
		return
	}
	lines := []string{"This server answers for names in these zones:"}
	for _, z := range a.Zones {
		lines = append(lines, string(z))
	}
	e.notice("Zones", lines...)
}

// searchRules says what whoever asks for help may search, and how.
func (e *encoder) searchRules(a lookup.About) {
	lines := make([]string, 0, 16)
	part := false
	for _, o := range a.Searches {
		if o.By == lookup.DomainsByContact {
			continue
		}
		place, property := searched(o.By)
		line := searches[place].path + "?" + property + "="
		if part = part || o.Part; o.Part {
			line += ", also by the beginning"
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		lines = append(lines, "You may ask no searches.")
	} else {
		lines = append([]string{"You may ask these searches, each with one property:"}, lines...)
	}
	if part {
		lines = append(lines, "A beginning ends with a star, as in exam*.example: of a domain name, the star ends the first label.")
	}
	lines = append(lines,
		"Entitled users may ask more. A search looks only at what whoever asks would be shown.",
		"An answer holds "+strconv.Itoa(lookup.DefaultPage)+" objects at most.",
		"A search costs "+strconv.Itoa(lookup.SearchCost)+" questions, and each object in its answer one more.",
		"In a query a plus is a plus: a space is %20.")
	if e.site.supports(usesPaging) {
		lines = append(lines, "count=true counts what is found, up to "+strconv.Itoa(lookup.MaxMatches)+".",
			"The link with rel next, in paging_metadata, leads to the next page. It is for whoever asked, for "+
				strconv.Itoa(lookup.CursorMinutes)+" minutes.")
	}
	if e.site.supports(usesSorting) {
		lines = append(lines, "sort=PROPERTY,PROPERTY:d sorts by properties that sorting_metadata lists, ascending, or descending with :d: up to "+
			strconv.Itoa(lookup.MaxMatches)+" objects, but for the one that is the default.")
	}
	if e.site.supports(usesSubsetting) {
		for _, f := range fieldSets {
			lines = append(lines, "fieldSet="+f.set.String()+": "+f.says)
		}
	}
	e.notice("Searches", lines...)
}

func (s site) languageLines(a lookup.About) []string {
	lines := []string{"All texts of this service are in English, but for the reasons for which something is withheld."}
	if len(a.Languages) > 0 {
		lines = append(lines, "Reasons are given in: "+a.Languages[0]+".")
	}
	if len(a.Languages) > 1 && s.whois != "" {
		lines = append(lines, "WHOIS gives them in "+strings.Join(a.Languages[1:], ", ")+" too, on request.")
	}
	return lines
}

// extensions says what each is for.
func (e *encoder) extensions() {
	var lines []string
	for i := range identifiers {
		if e.uses>>i&1 != 0 {
			lines = append(lines, identifiers[i].id+": "+identifiers[i].use)
		}
	}
	e.notice("Extensions", lines...)
}

// description leads to the description for programs (RFC 8631 section 4.1).
func (e *encoder) description() {
	e.open('{')
	e.member("title", "Description")
	e.raw(`"description":["This service, described for programs in OpenAPI."]`)
	mark := e.begin("links", '[')
	e.link("service-desc", e.site.base+descriptionPath, descriptionType, "")
	e.end(mark, ']')
	e.close('}')
}
