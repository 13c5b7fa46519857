package lookup_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"registerd/access"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/register"
	"registerd/store"
)

// hidden reports which of a contact's values no answer shows to a viewer, be
// the viewer its registrar or not, and in whatever role it is.
func hidden(p *disclose.Policy, v disclose.Viewer, c *register.Contact) (person, name bool) {
	finds := func(fields ...disclose.Field) bool { return p.Finds(v, c.Traits(), fields...) }
	own := *c
	own.Sponsor = v.Registrar
	ownView, known := p.Contact(v, &own)
	_, ownName := ownView.Name.Get()
	mayKnow := known || finds(disclose.ContactExistence) || finds(disclose.ContactHandle)
	return !mayKnow, !ownName && !finds(disclose.ContactName)
}

// drawContacts draws contacts of all sorts whose names and handles begin alike.
func drawContacts(t *rapid.T) (out []*register.Contact) {
	name := rapid.StringMatching(`ka[rl]?[ aæ]?[a-c]?`)
	for i := range rapid.IntRange(3, 12).Draw(t, "contacts") {
		out = append(out, &register.Contact{
			Handle: fmt.Sprintf("%s-%d", rapid.SampledFrom([]string{"ka", "kb"}).Draw(t, "handle"), i), ROID: fmt.Sprintf("R%d-EX", i),
			Sponsor: rapid.SampledFrom([]string{"reg-a", "reg-b"}).Draw(t, "sponsor"),
			Local: register.Postal{Name: name.Draw(t, "name"), Organization: rapid.SampledFrom([]string{"", "Firm"}).Draw(t, "org"),
				Address: register.Address{City: rapid.SampledFrom([]string{"", "Aa", "Bb"}).Draw(t, "city"), Country: "DK"}},
			Facts: register.Facts{
				Holder:     register.HolderType(rapid.IntRange(0, 5).Draw(t, "holder")),
				Protection: rapid.SampledFrom([]register.Protection{register.NotProtected, register.NotProtected, register.Protected, 0}).Draw(t, "protection"),
			},
		})
	}
	return out
}

// twin is a register that differs in what the viewer may not see alone.
func twin(t *rapid.T, p *disclose.Policy, v disclose.Viewer, from []*register.Contact) (out []*register.Contact) {
	for i, c := range from {
		other := *c
		person, name := hidden(p, v, c)
		if name {
			other.Local.Name = rapid.SampledFrom([]string{"ka", "karl", "kar a", "zz"}).Draw(t, "other name")
		}
		if person {
			switch rapid.IntRange(0, 2).Draw(t, "person") {
			case 0:
				continue
			case 1:
				other.Handle, other.ROID = fmt.Sprintf("ka-other-%d", i), fmt.Sprintf("O%d-EX", i)
			}
		}
		out = append(out, &other)
	}
	return out
}

var properties = []string{"", "fn", "fn:d", "handle:d", "org", "city:d,fn", "registrationDate", "name:d", "expirationDate", "ipv4", "voice:d,handle"}

// TestASearchTellsNothingOfWhatIsWithheld asks two registers that differ only
// there the same searches, page by page, and compares all that is answered,
// cursors, counts and refusals included, and what it cost.
func TestASearchTellsNothingOfWhatIsWithheld(t *testing.T) {
	sides := [2]*scene{searchScene(t), searchScene(t)}
	for _, s := range sides {
		s.config.SearchKey = []byte("both")
		s.limited(func(*ratelimit.Settings) {})
		s.put(&register.Registrar{ID: "reg-a", Name: "Karl's Names"}, &register.Registrar{ID: "ka-reg", Name: "Ka"},
			&register.Host{Name: "ns1.ka.example", Addrs: []netip.Addr{addr("192.0.2.1")}},
			&register.Domain{Name: "karl.example", Hosts: []register.NameServer{server("ns1.ka.example")}},
			&register.Domain{Name: "kar.example", Expires: now})
	}
	unnamed := police(private)
	unnamed.Purpose = ""
	callers := append([]access.Caller{public, registrar("reg-b"), unnamed, holder("NONE-EX")}, everySeeker...)
	policies := []*disclose.Policy{searchable(t), disclose.GDPR()}
	given := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		caller := rapid.SampledFrom(callers).Draw(t, "caller")
		policy := policies[min(1, rapid.IntRange(0, 5).Draw(t, "policy")/5)]
		viewer := caller.Viewer()
		viewer.Window = lookup.RDAP
		contacts := drawContacts(t)
		registers := [2][]*register.Contact{contacts, twin(t, policy, viewer, contacts)}
		for i, s := range sides {
			s.under(policy)
			defer s.replaceContacts(registers[i])()
		}
		for range 5 {
			asksAlike(t, sides, caller, drawSearch(t, registers), given, func(int) string { return "" })
		}
	})
	wantEveryOutcome(t, given)
}

// asksAlike asks two registers the same search, page by page, and compares all that
// is answered, cursors, counts and refusals included, what it cost, and besides what
// else there is to be said of a side.
func asksAlike(t *rapid.T, sides [2]*scene, caller access.Caller, search lookup.Search, given map[string]int, besides func(side int) string) {
	for range 20 {
		var said, next [2]string
		for i, s := range sides {
			search.Question = s.ask(caller, "")
			a, err := s.Search(s.t.Context(), search)
			said[i] = fmt.Sprint(err)
			if err == nil {
				said[i], next[i] = all(a), a.Next
			}
			given[lookup.OutcomeOf(err).String()]++
			said[i] += fmt.Sprint(s.left(caller), besides(i))
		}
		if said[0] != said[1] || next[0] != next[1] {
			t.Fatalf("%s: %s=%s %v sort=%s count=%v\n%s\n%s",
				caller.Audience, search.By, search.Pattern, search.Where, search.Sort, search.Count, said[0], said[1])
		}
		if search.Cursor = next[0]; next[0] == "" {
			return
		}
	}
}

// wantEveryOutcome says which end no search came to: it would have shown nothing.
func wantEveryOutcome(t *testing.T, given map[string]int) {
	t.Helper()
	for _, outcome := range []string{"answered", "not_found", "denied", "malformed", "unsupported"} {
		if given[outcome] == 0 {
			t.Errorf("no search ended as %s: %v", outcome, given)
		}
	}
}

// TestALookUpCostsNothingByWhatIsWithheld asks two registers that differ only
// there for the same entities, and compares all that the limiter would say of
// whoever asks: what is left, when more comes, and at what price.
func TestALookUpCostsNothingByWhatIsWithheld(t *testing.T) {
	sides := [2]*scene{searchScene(t), searchScene(t)}
	for _, s := range sides {
		s.limited(func(l *ratelimit.Settings) { l.Watch = ratelimit.Watch{After: 64, Distinct: 1_000_000} })
	}
	callers := append([]access.Caller{public, registrar("reg-b"), police(private), holder("NONE-EX")}, everySeeker...)
	policies := []*disclose.Policy{searchable(t), disclose.GDPR()}
	given := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		caller := rapid.SampledFrom(callers).Draw(t, "caller")
		policy := rapid.SampledFrom(policies).Draw(t, "policy")
		contacts := drawContacts(t)
		viewer := caller.Viewer()
		viewer.Window = lookup.RDAP
		registers := [2][]*register.Contact{contacts, twin(t, policy, viewer, contacts)}
		for i, s := range sides {
			s.under(policy)
			defer s.replaceContacts(registers[i])()
		}
		var texts []string
		for _, c := range slices.Concat(registers[0], registers[1]) {
			texts = append(texts, c.Handle, c.ROID, c.Handle+"0")
		}
		for range 20 {
			text := rapid.SampledFrom(texts).Draw(t, "handle")
			var said [2]string
			for i, s := range sides {
				_, err := s.Entity(s.t.Context(), s.ask(caller, text), lookup.Anyone)
				given[lookup.OutcomeOf(err).String()]++
				said[i] = fmt.Sprintf("%v %+v", err, s.Standings(caller))
			}
			if said[0] != said[1] {
				t.Fatalf("%s asks for %s\n%s\n%s", caller.Audience, text, said[0], said[1])
			}
		}
	})
	if given["answered"] == 0 || given["not_found"] == 0 {
		t.Errorf("all ended alike: %v", given)
	}
}

// all is everything that an answer says.
func all(a *lookup.SearchAnswer) string {
	var b strings.Builder
	about := a.About
	about.Version = 0
	fmt.Fprintf(&b, "%+v %v %s %v %v %d %d %d %v %v\n", about, a.By, a.Pattern, a.Where, a.Cut, a.Total, a.Page, a.PageSize, a.Sorted, a.Sortable)
	for _, d := range a.Domains {
		fmt.Fprintf(&b, "%+v\n", d)
	}
	for _, h := range a.Hosts {
		fmt.Fprintf(&b, "%+v\n", h)
	}
	for _, e := range a.Entities {
		if e.Contact != nil {
			fmt.Fprintf(&b, "%+v\n", *e.Contact)
		} else {
			fmt.Fprintf(&b, "%+v\n", *e.Registrar)
		}
	}
	return b.String()
}

func drawSearch(t *rapid.T, registers [2][]*register.Contact) lookup.Search {
	texts := []string{"karl*", "ka*", "k*", "karl's names", "zz"}
	for _, contacts := range registers {
		for _, c := range contacts {
			texts = append(texts, c.Handle, c.Handle[:3]+"*", c.Local.Name, c.Local.Name+"*")
		}
	}
	s := lookup.Search{
		By:      rapid.SampledFrom(anySearch).Draw(t, "by"),
		Pattern: rapid.SampledFrom(texts).Draw(t, "pattern"),
		Part:    disclose.FieldSet(rapid.IntRange(0, 2).Draw(t, "set")),
		Sort:    rapid.SampledFrom(properties).Draw(t, "sort"),
		Count:   rapid.Bool().Draw(t, "count"), PageSize: rapid.IntRange(1, 4).Draw(t, "size"),
	}
	if s.By < lookup.EntitiesByName && rapid.IntRange(0, 3).Draw(t, "right") > 0 {
		s.Pattern = map[lookup.SearchBy]string{lookup.DomainsByName: "ka*", lookup.DomainsByServer: "ns1.ka.example", lookup.DomainsByAddress: "192.0.2.1",
			lookup.HostsByName: "ns*.ka.example", lookup.HostsByAddress: "192.0.2.1"}[s.By]
	}
	return s
}

// replaceContacts puts contacts into the register, and returns how to take them
// out again.
func (s *scene) replaceContacts(contacts []*register.Contact) (remove func()) {
	change(s.t, s.writer, func(tx store.Tx) error {
		for _, c := range contacts {
			if err := tx.Put(objects(s.t, c)[0]); err != nil {
				return err
			}
		}
		return nil
	})
	return func() {
		change(s.t, s.writer, func(tx store.Tx) (err error) {
			for _, c := range contacts {
				_, gone := tx.Delete(objects(s.t, c)[0].Ref)
				err = errors.Join(err, gone)
			}
			return err
		})
	}
}
