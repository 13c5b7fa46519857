package lookup_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"registerd/access"
	"registerd/audit"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/register"
)

func TestASearchByContactIsJournaledBeforeItIsAnsweredWhateverItFinds(t *testing.T) {
	for query, want := range map[string]struct{ outcome, contacts string }{
		"email=karin@berg.test": {"answered", "N-1-EX"},
		"fn=karin*":             {"answered", "L-1-EX N-1-EX P-1-EX"},
		"fn=nobody at all":      {"not_found", ""},
	} {
		s := people(t)
		q := byContact(query)
		q.Question, q.Part = s.ask(police(private), ""), disclose.ID
		_, err := s.Search(t.Context(), q)
		records := s.records()
		if got := lookup.OutcomeOf(err).String(); got != want.outcome || len(records) != 1 {
			t.Fatalf("%s: %v, %d records", query, err, len(records))
		}
		r := records[0]
		if r.Question != "domains/reverse_search/entity?"+query || r.Purpose != "legalActions" || r.Case != "2026-17" || r.Caller != "police" {
			t.Errorf("%s: %+v", query, r)
		}
		if got := strings.Join(r.Contacts, " "); got != want.contacts {
			t.Errorf("%s: the journal names %q, want %q", query, got, want.contacts)
		}
		property, _, _ := strings.Cut(query, "=")
		field := map[string]disclose.Field{"email": disclose.ContactEmail, "fn": disclose.ContactName}[property]
		if told := slices.Contains(r.Fields, field.String()); told != (want.contacts != "") || slices.Contains(r.Fields, disclose.ContactStreet.String()) {
			t.Errorf("%s: the journal's fields are %q", query, r.Fields)
		}
		s.journal.Close()
		a, err := s.searchByContact(police(private), query)
		var denied *access.Denied
		if a != nil || !errors.As(err, &denied) || denied.Why != access.JournalRequired {
			t.Errorf("%s, without a journal: %+v, %v", query, a, err)
		}
	}
}

// Over the budget for persons only what finds somebody is refused: that tells as well.
func TestASearchByContactOverABudgetIsJournaledToo(t *testing.T) {
	s := people(t)
	s.limited(func(l *ratelimit.Settings) { l.Budgets[ratelimit.Personal] = ratelimit.Budget{Rate: 0.001, Burst: 1} })
	for i, want := range []string{"answered", "limited"} {
		_, err := s.searchByContact(police(private), "fn=karin*")
		if got := lookup.OutcomeOf(err).String(); got != want {
			t.Errorf("search %d: %s, %v", i+1, got, err)
		}
	}
	if records := s.records(); len(records) != 2 || len(records[1].Contacts)+len(records[1].Fields) > 0 || records[1].Key != "fn=karin*" {
		t.Errorf("%+v", records)
	}
	s.journal.Close()
	_, err := s.searchByContact(police(private), "fn=karin*")
	var denied *access.Denied
	if !errors.As(err, &denied) || denied.Why != access.JournalRequired {
		t.Errorf("without a journal: %v", err)
	}
}

func TestTheAccessLogDoesNotKnowWhomASearchByContactIsFor(t *testing.T) {
	s := people(t)
	dir := t.TempDir()
	log, err := audit.OpenAccessLog(audit.AccessConfig{Dir: dir, Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s.config.AccessLog = log
	s.reopen()
	s.under(everything(t))
	who := registrar("reg-b")
	who.Purpose = "technicalIssueResolution"
	for _, c := range []access.Caller{public, registrar("reg-b"), who, police(private)} {
		for _, query := range []string{"email=karin@berg.test", "fn=karin nobody", "fn=karin*berg", "fn=karin\x00"} {
			_, _ = s.searchByContact(c, query)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "access-2026-11-21.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if log := strings.ToLower(string(text)); strings.Contains(log, "karin") || strings.Count(log, "domains/reverse_search/entity") != 12 {
		t.Errorf("%s", text)
	}
}

func TestASearchByContactPaysForItselfAndForWhoseDomainsItTells(t *testing.T) {
	s := people(t)
	s.limited(func(*ratelimit.Settings) {})
	for _, c := range []struct {
		query string
		part  disclose.FieldSet
		want  spent
	}{
		{"handle=N-1", disclose.Full, spent{ratelimit.Lookup: 25 + 2, ratelimit.Personal: 2 + 3}}, // a contact in each role
		{"handle=N-1", disclose.ID, spent{ratelimit.Lookup: 25 + 2, ratelimit.Personal: 1 + 2}},
		{"handle=L-1", disclose.Brief, spent{ratelimit.Lookup: 25 + 2, ratelimit.Personal: 2}}, // its contact person's name
		{"fn=nobody", disclose.Full, spent{ratelimit.Lookup: 25, ratelimit.Miss: 1}},
		{"fn=nobody*", disclose.Full, spent{ratelimit.Lookup: 25}},
	} {
		q := byContact(c.query)
		q.Question, q.Part = s.ask(police(private), ""), c.part
		got := s.spends(police(private), func() { _, _ = s.Search(t.Context(), q) })
		if got != c.want {
			t.Errorf("%s fieldSet=%s: it cost %v, want %v", c.query, c.part, got, c.want)
		}
	}
}

func TestPagesOfASearchByContactGiveAllOnceInEveryOrder(t *testing.T) {
	s := searchScene(t)
	all := []any{legal("BIG", "Big"), legal("BIGGER", "Bigger")}
	for i := range 25 {
		d := numbered(i)
		d.Registrant, d.Contacts = "BIG", []register.DomainRole{{Role: register.RoleTech, Handle: "BIGGER"}}
		all = append(all, d)
	}
	s.put(all...)
	for _, sort := range []string{"", "name:d", "registrationDate", "registrationDate:d,name"} {
		q := byContact("fn=big*")
		q.Sort = sort
		whole := s.finds(police(private), q)
		q.PageSize = 7
		paged := s.finds(police(private), q)
		if len(whole) != 25 || !slices.Equal(paged, whole) {
			t.Errorf("sort=%s: %q, want %q", sort, paged, whole)
		}
	}
	q := byContact("handle=big")
	q.Question, q.PageSize, q.Count = s.ask(police(private), ""), 7, true
	first, err := s.Search(t.Context(), q)
	if err != nil || first.Total != 25 || first.Next == "" {
		t.Fatalf("%+v, %v", first, err)
	}
	q.Cursor = first.Next
	if a, err := s.Search(t.Context(), q); err != nil || a.Page != 2 {
		t.Errorf("the next page: %+v, %v", a, err)
	}
	for _, other := range []string{"handle=bigger", "handle=big&fn=big", "handle=big&role=registrant"} {
		q.Where = where(other)
		if _, err := s.Search(t.Context(), q); lookup.OutcomeOf(err) != audit.Malformed {
			t.Errorf("by a cursor of another search, %s: %v", other, err)
		}
	}
}

func TestMoreContactsThanAThousandAreNotSearchedBy(t *testing.T) {
	s := searchScene(t)
	all := make([]any, lookup.MaxContacts+1)
	for i := range all {
		all[i] = natural(fmt.Sprintf("MANY-%04d", i), "Many")
	}
	last := all[len(all)-1].(*register.Contact).Handle
	all = append(all, &register.Domain{Name: "aa.example", Registrant: last})
	s.put(all...)
	for query, want := range map[string]string{"fn=many": "unsupported", "fn=many&handle=" + last: "answered", "fn=many&handle=many-1*": "answered"} {
		if _, err := s.searchByContact(police(private), query); lookup.OutcomeOf(err).String() != want {
			t.Errorf("%s: %v, want %s", query, err, want)
		}
	}
	if records := s.records(); len(records) != 3 {
		t.Errorf("%d records", len(records))
	}
}
