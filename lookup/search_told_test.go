package lookup_test

import (
	"slices"
	"strings"
	"testing"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/register"
)

func TestTheFieldSetsNarrowWhatASearchGivesAndWhatItCosts(t *testing.T) {
	s := library(t)
	for set, person := range map[disclose.FieldSet]bool{disclose.Full: true, disclose.Brief: false, disclose.ID: false} {
		before := len(s.records())
		q := lookup.Search{Question: s.ask(police(private), ""), By: lookup.DomainsByName, Pattern: "exam*.example", Part: set}
		a, err := s.Search(t.Context(), q)
		if err != nil || a.Part != set || len(a.Domains) != 2 {
			t.Fatalf("%s: %+v, %v", set, a, err)
		}
		if _, contacts := a.Domains[0].Contacts.Get(); contacts != person {
			t.Errorf("%s: the contacts are shown: %v", set, contacts)
		}
		records := s.records()[before:]
		if len(records) != 1 || records[0].Question != "domains?name=exam*.example" || records[0].Key != "exam*.example" {
			t.Fatalf("%s: journal %+v", set, records)
		}
		if got := strings.Join(records[0].Contacts, " "); person != (got == "K-1-EX K-2-EX") || !person && got != "" {
			t.Errorf("%s: the journal names %q", set, got)
		}
		if got := slices.Contains(records[0].Fields, disclose.ContactName.String()); got != person || !slices.Contains(records[0].Fields, disclose.DomainName.String()) {
			t.Errorf("%s: the journal's fields are %q", set, records[0].Fields)
		}
	}
	before := len(s.records())
	if _, err := s.search(public, lookup.DomainsByName, "exam*.example"); err != nil || len(s.records()) != before {
		t.Errorf("a public search was journaled, or failed: %v", err)
	}
}

func TestAPageThatTellsOfManyIsJournaledWhole(t *testing.T) {
	s := searchScene(t)
	var all []any
	for i := range 100 {
		d := numbered(i)
		for _, role := range []register.Role{register.RoleAdmin, register.RoleTech, register.RoleBilling} {
			c := natural(d.Name.Unicode()+"-"+role.String(), "Somebody")
			d.Contacts = append(d.Contacts, register.DomainRole{Role: role, Handle: c.Handle})
			all = append(all, c)
		}
		all = append(all, d)
	}
	s.put(all...)
	if _, err := s.search(police(private), lookup.DomainsByName, "many*"); err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, r := range s.records() {
		named = append(named, r.Contacts...)
	}
	slices.Sort(named)
	if n := len(slices.Compact(named)); n != 300 {
		t.Errorf("the journal names %d contacts", n)
	}
}

func TestASearchPaysForWhatItTells(t *testing.T) {
	s := library(t)
	for pattern, cost := range map[string]int{"exam*.example": 1 + 4 + 2 + 1 /* a name */, "nothing*.example": 1 + 4} {
		limits := ratelimit.Defaults()
		limits.Now = s.config.Now
		limits.Lookup = ratelimit.Widths(ratelimit.Budget{Rate: 1, Burst: 60})
		limiter, err := ratelimit.New(limits)
		if err != nil {
			t.Fatal(err)
		}
		s.config.Limiter = limiter
		s.reopen()
		_, _ = s.search(public, lookup.DomainsByName, pattern)
		left := 0
		for left < 60 {
			if _, err := s.Domain(t.Context(), s.ask(public, "free.example")); lookup.OutcomeOf(err).String() == "limited" {
				break
			}
			left++
		}
		if left != 60-cost {
			t.Errorf("%s: %d look-ups are left of 60, want %d", pattern, left, 60-cost)
		}
	}
}
