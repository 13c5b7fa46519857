package lookup_test

import (
	"context"
	"errors"
	"net/netip"
	"runtime"
	"slices"
	"testing"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
	"registerd/store"
)

// strange is a real store whose searches are meddled with.
type strange struct {
	store.Reader
	before func(context.Context, *store.Scan)
}

func (s *strange) Search(ctx context.Context, scan store.Scan) ([]store.Match, store.Edition, error) {
	s.before(ctx, &scan)
	return s.Reader.Search(ctx, scan)
}

func (s *scene) meddle(before func(context.Context, *store.Scan)) {
	s.config.Store = &strange{s.store.Reader, before}
	s.reopen()
}

func TestASearchAnswersFromOneEditionOrFails(t *testing.T) {
	s := library(t)
	scans, changes := 0, 0
	s.meddle(func(context.Context, *store.Scan) {
		scans++
		if changes > 0 {
			changes--
			s.put(numbered(scans))
		}
	})
	for _, by := range []lookup.SearchBy{lookup.DomainsByAddress, lookup.EntitiesByName} {
		for n, want := range map[int]string{0: "answered", 1: "answered", 2: "answered", 100: "failed"} {
			changes = n
			if _, err := s.search(public, by, map[bool]string{true: whole(by), false: "karl clerk"}[by == lookup.DomainsByAddress]); lookup.OutcomeOf(err).String() != want {
				t.Errorf("%s, the register changed before %d scans: %v", by, n, err)
			}
		}
	}
}

// If the store showed what it was told not to look at, nothing would be
// answered.
func TestAnIndexThatShowsWhatIsWithheldGetsNothingAnswered(t *testing.T) {
	s := library(t)
	s.meddle(func(_ context.Context, scan *store.Scan) {
		scan.Sees = func(register.Index, register.Traits) bool { return true }
	})
	for by, pattern := range map[lookup.SearchBy]string{lookup.EntitiesByName: "karin person", lookup.EntitiesByHandle: "K-1"} {
		if a, err := s.search(public, by, pattern); lookup.OutcomeOf(err).String() != "failed" || !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%s: %+v, %v", by, a, err)
		}
	}
}

func TestNoMoreSearchesRunAtOnceThanThereAreProcessors(t *testing.T) {
	s := library(t)
	inside, leave := make(chan struct{}), make(chan struct{})
	s.meddle(func(context.Context, *store.Scan) {
		inside <- struct{}{}
		<-leave
	})
	n := runtime.GOMAXPROCS(0)
	done := make(chan error)
	for range n {
		go func() {
			_, err := s.search(public, lookup.DomainsByName, "exam*")
			done <- err
		}()
	}
	for range n {
		<-inside
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Search(ctx, lookup.Search{Question: s.ask(public, ""), By: lookup.DomainsByName, Pattern: "exam*"})
	if lookup.OutcomeOf(err).String() != "failed" || !errors.Is(err, context.Canceled) {
		t.Errorf("one more: %v", err)
	}
	if _, err := s.Domain(t.Context(), s.ask(public, "exam.example")); err != nil {
		t.Errorf("a look-up waited for searches: %v", err)
	}
	close(leave)
	for range n {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// Every property that is offered is in the answer: two objects whose values are
// the other way round than their keys change places.
func TestWhatIsOfferedForSortingIsInTheAnswer(t *testing.T) {
	s := searchScene(t)
	s.under(everything(t))
	for i, record := range []string{"1", "2"} {
		at := now.AddDate(0, 0, -i)
		first, last := []string{"B", "A"}[i], []string{"192.0.2.9", "192.0.2.8"}[i]
		c := legal("EE-"+record, "Name "+first)
		c.Local.Organization, c.Local.Address = "Org "+first, register.Address{City: first, Country: "D" + first}
		c.Voice.Number, c.Email = "+1.555"+first, first+"@ee.example"
		c.Created, c.Updated, c.Transferred = at, at, at
		s.put(c,
			&register.Domain{Name: register.Name("ee" + record + ".example"), Created: at, Updated: at, Expires: at, Transferred: at},
			&register.Host{Name: register.Name("ee" + record + ".ee.example"), Created: at, Updated: at, Transferred: at,
				Addrs: []netip.Addr{addr(last), addr("2001:db8::" + first)}})
	}
	offered := map[string]int{}
	for by, pattern := range map[lookup.SearchBy]string{
		lookup.DomainsByName: "ee*", lookup.HostsByName: "ee*.ee.example", lookup.EntitiesByHandle: "ee-*",
	} {
		for _, set := range []disclose.FieldSet{disclose.Full, disclose.Brief, disclose.ID} {
			q := lookup.Search{Question: s.ask(public, ""), By: by, Pattern: pattern, Part: set}
			a, err := s.Search(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			order := found(a)
			offered[set.String()] += len(a.Sortable)
			for _, p := range a.Sortable {
				q.Sort = p.Name
				a, err := s.Search(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				if got := found(a); slices.Equal(got, order) != p.Default {
					t.Errorf("%s fieldSet=%s sort=%s: %q", by, set, p.Name, got)
				}
			}
		}
	}
	if offered["full"] != 5+6+10 || offered["brief"] <= offered["id"] || offered["id"] != 3 {
		t.Errorf("%v are offered", offered)
	}
}
