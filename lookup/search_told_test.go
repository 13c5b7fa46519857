package lookup_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"registerd/audit"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/register"
	"registerd/store"
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
		if got := slices.Contains(records[0].Fields, disclose.ContactName.String()); got != person || slices.Contains(records[0].Fields, disclose.DomainName.String()) {
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
	s.limited(func(*ratelimit.Settings) {})
	for pattern, want := range map[string]spent{
		"exam*.example":    {ratelimit.Lookup: 1 + 4 + 2, ratelimit.Personal: 1},
		"nothing*.example": {ratelimit.Lookup: 1 + 4},
		"nothing.example":  {ratelimit.Lookup: 1 + 4, ratelimit.Miss: 1},
	} {
		got := s.spends(public, func() { _, _ = s.search(public, lookup.DomainsByName, pattern) })
		if got != want {
			t.Errorf("%s: it cost %v, want %v", pattern, got, want)
		}
	}
}

func TestASearchThatTellsOfPersonsIsRefusedOverTheirBudget(t *testing.T) {
	s := library(t)
	s.under(everything(t))
	s.limited(func(l *ratelimit.Settings) { l.Budgets[ratelimit.Personal] = ratelimit.Budget{Rate: 0.001, Burst: 1} })
	who := registrar("reg-b")
	search := lookup.Search{Question: s.ask(who, ""), By: lookup.DomainsByName, Pattern: "exam*.example"}
	if _, err := s.Search(t.Context(), search); err != nil {
		t.Fatal(err)
	}
	before := len(s.records())
	var err error
	var a *lookup.SearchAnswer
	cost := s.spends(who, func() { a, err = s.Search(t.Context(), search) })
	if a != nil || lookup.OutcomeOf(err) != audit.Limited || len(s.records()) != before {
		t.Errorf("over the budget it is %v, with %v and %d records in the journal", err, a, len(s.records())-before)
	}
	if want := (spent{ratelimit.Lookup: 1 + 4}); cost != want {
		t.Errorf("refused it costs %v, want what was looked through, %v", cost, want)
	}
	search.Part = disclose.Brief
	if _, err := s.Search(t.Context(), search); err != nil {
		t.Errorf("in brief: %v", err)
	}
}

func TestASearchThatFailsIsPaidForByWhoHangsUpAlone(t *testing.T) {
	s := library(t)
	s.limited(func(*ratelimit.Settings) {})
	for _, c := range []struct {
		hangsUp bool
		want    spent
	}{{true, spent{ratelimit.Lookup: 1 + 4}}, {false, spent{}}} {
		ctx, hangUp := context.WithCancel(t.Context())
		s.meddle(func(_ context.Context, scan *store.Scan) {
			if c.hangsUp {
				hangUp()
			} else {
				s.put(numbered(1)) // under the search, each time that it begins anew
			}
		})
		var err error
		cost := s.spends(public, func() {
			_, err = s.Search(ctx, lookup.Search{Question: s.ask(public, ""), By: lookup.DomainsByName, Pattern: "exam*"})
		})
		if lookup.OutcomeOf(err) != audit.Failed || cost != c.want {
			t.Errorf("the client hangs up: %v: %v, and it costs %v, want %v", c.hangsUp, err, cost, c.want)
		}
		hangUp()
	}
}
