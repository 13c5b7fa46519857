package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"registerd/config"
	"registerd/listen"
	"registerd/rdap"
	"registerd/register"
	"registerd/whois"
)

// register is of whom, of which zones, and by which rules.
func (s *specified) register(m *markdown, date string) {
	rows := [][]string{{"", ""}}
	row := func(what, value string) {
		if value != "" {
			rows = append(rows, []string{what, value})
		}
	}
	row("Registry", s.about.Operator.Name)
	row("Contact", strings.Join(nonEmpty(s.about.Operator.Email, s.about.Operator.URL), ", "))
	row("Date of this edition", date)
	row("Publication rules", s.rules.Policy.Version()+", effective "+s.rules.Policy.Effective.Format(time.DateOnly))
	row("Publication policy", s.about.Policies.Publication)
	row("Dispute resolution", s.about.Policies.Disputes)
	row("Eligibility", s.about.Policies.Eligibility)
	row("Terms of use", s.about.Policies.Terms)
	row("Languages of reasons", strings.Join(s.rules.Policy.Languages, ", "))
	m.table(rows...)
	m.heading(2, "Zones")
	rows = [][]string{{"zone", "characters of a name", "length", "variants", "reasons in"}}
	for _, name := range s.about.Zones {
		z := config.Zone{}
		for i := range s.Zones {
			if configured, err := register.ParseName(s.Zones[i].Name); err == nil && configured == name {
				z = s.Zones[i]
			}
		}
		languages := z.Languages
		if languages == nil {
			languages = s.rules.Policy.Languages
		}
		rows = append(rows, []string{name.Unicode(), charactersInWords(&z), lengthInWords(&z),
			cmp.Or(strings.Join(z.Variants, "; "), "none"), strings.Join(languages, ", ")})
	}
	m.table(rows...)
}

func charactersInWords(z *config.Zone) string {
	words := cmp.Or(z.Characters, "all that the DNS takes")
	if z.NoDoubleHyphens {
		words += "; no two hyphens together"
	}
	return words
}

func lengthInWords(z *config.Zone) string {
	return strconv.Itoa(max(z.MinLength, 1)) + " to " + strconv.Itoa(cmp.Or(z.MaxLength, config.LongestLabel))
}

func nonEmpty(all ...string) (out []string) {
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// windows is where the service is.
func (s *specified) windows(m *markdown) {
	m.heading(2, "Windows")
	rows := [][]string{{"window", "address", "connections at once"}}
	row := func(name, address string, w *config.Window, perNetwork int) {
		if w.Listen != "" {
			if _, passed := config.SocketName(address); passed {
				address = "–" // it is not known here
			}
			rows = append(rows, []string{name, address, connectionsInWords(w, perNetwork)})
		}
	}
	row("WHOIS (RFC 3912)", cmp.Or(s.RDAP.Port43, s.WHOIS.Listen), &s.WHOIS.Window, 8)
	for _, a := range s.Availabilities() {
		row("Availability, "+dialectOf(a).Name, a.Listen, &a.Window, 8)
	}
	row("RDAP (RFC 9082, 9083)", s.rdapBase(), &s.RDAP.Window, 64)
	row("RDAP, for client certificates", s.RDAP.Certificates.Listen, &s.RDAP.Certificates.Window, 64)
	row("Availability over HTTP", s.rdapBase()+"availability/NAME", &s.RDAP.Window, 64)
	if s.Requests.Dir != "" {
		row("Requests for data that is not public", s.rdapBase()+"requests", &s.RDAP.Window, 64)
	}
	m.table(rows...)
}

func connectionsInWords(w *config.Window, perNetwork int) string {
	all := fmt.Sprintf("%d in all", cmp.Or(w.MaxConnections, listen.DefaultMaxConns))
	if n := cmp.Or(w.MaxPerNetwork, perNetwork); n > 0 {
		return fmt.Sprintf("%d for an IPv4 address or IPv6 /64, %s", n, all)
	}
	return all
}

// whois is how port 43 is asked, and what it answers.
func (s *specified) whois(m *markdown) {
	if s.WHOIS.Listen == "" {
		return
	}
	m.heading(2, "WHOIS")
	m.list(whois.Limits())
	forms := func(head string, all []whois.Form) {
		rows := [][]string{{head, ""}}
		for _, f := range all {
			rows = append(rows, []string{code(f.Say), f.Means})
		}
		m.table(rows...)
	}
	forms("question", whois.Forms())
	forms("option, before the question", whois.Options())
	m.say("Character sets: %s.", strings.Join(whois.Charsets(), ", "))
	m.numbers(s.profiles(m))
}

// numbers are those of answers, as each profile writes them.
func (m *markdown) numbers(profiles []*whois.Profile) {
	m.heading(3, "Numbers of answers")
	rows := [][]string{{"number"}}
	for _, p := range profiles {
		rows[0] = append(rows[0], p.Version())
	}
	rows[0] = append(rows[0], "meaning")
	for _, n := range whois.Numbers() {
		row := []string{strconv.Itoa(n.Code)}
		for _, p := range profiles {
			form := p.FormOf(n)
			if form != "" {
				form = code(form)
			}
			row = append(row, form)
		}
		rows = append(rows, append(row, n.Means))
	}
	m.table(rows...)
}

// rdap is what RDAP's own help says, and its statuses.
func (s *specified) rdap(m *markdown) error {
	if s.RDAP.Listen == "" {
		return nil
	}
	m.heading(2, "RDAP")
	for _, n := range s.help {
		switch n.Title {
		case "Queries", "Searches", "Reverse searches", "Authentication", "Requests", "Languages", "Extensions":
			m.heading(3, n.Title)
			m.list(n.Description)
		}
	}
	statuses, err := rdap.Statuses()
	if err != nil {
		return fmt.Errorf("spec: RDAP's description: %w", err)
	}
	m.heading(3, "Statuses")
	rows := [][]string{{"status", ""}}
	for _, status := range statuses {
		rows = append(rows, []string{strconv.Itoa(status.Code), status.Means})
	}
	m.table(rows...)
	return nil
}

// profiles are how answers are written, zone by zone. It returns each of them once.
func (s *specified) profiles(m *markdown) []*whois.Profile {
	rows := [][]string{{"zone", "output profile"}, {"whatever is in none", whois.ProfileOf(s.about).Version()}}
	all := []*whois.Profile{whois.ProfileOf(s.about)}
	for _, name := range s.about.Zones {
		p := whois.ProfileOf(s.aboutName(name))
		rows = append(rows, []string{name.Unicode(), p.Version()})
		if !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	m.table(rows...)
	for _, p := range all {
		m.heading(3, "Lines of "+p.Version())
		m.say("In this order, where there is a value. Of contacts, those of each role that the domain has.")
		for _, o := range p.Outlines() {
			words := make([]string, len(o.Lines))
			for i, l := range o.Lines {
				words[i] = code(l)
			}
			m.say("%s: %s", o.Kind, strings.Join(words, ", "))
		}
	}
	return all
}
