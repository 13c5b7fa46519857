//go:build fault

package lookup_test

import (
	"testing"

	"registerd/audit"
	"registerd/lookup"
	"registerd/register"
)

func TestOfMoreThanTenThousandDomainsOfAContactThatManyAreLookedThrough(t *testing.T) {
	s := searchScene(t)
	all := []any{legal("BIG", "Big")}
	for i := range lookup.MaxMatches {
		d := numbered(i)
		d.Registrant = "BIG"
		all = append(all, d)
	}
	s.put(all...)
	q := byContact("handle=big")
	q.Question, q.Count = s.ask(police(private), ""), true
	if a, err := s.Search(t.Context(), q); err != nil || a.Total != lookup.MaxMatches || a.Cut {
		t.Fatalf("10,000: %v", err)
	}
	s.put(&register.Domain{Name: "one-more.example", Registrant: "BIG"})
	if _, err := s.Search(t.Context(), q); lookup.OutcomeOf(err) != audit.Unsupported {
		t.Errorf("10,001, counted: %v", err)
	}
	q.Count, q.Sort = false, "name:d"
	if _, err := s.Search(t.Context(), q); lookup.OutcomeOf(err) != audit.Unsupported {
		t.Errorf("10,001, sorted: %v", err)
	}
	q.Sort = ""
	if a, err := s.Search(t.Context(), q); err != nil || !a.Cut || len(a.Domains) != lookup.DefaultPage || a.Next == "" {
		t.Errorf("10,001: %v", err)
	}
}
