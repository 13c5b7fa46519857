package lookup_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"registerd/disclose"
	"registerd/lookup"
)

func TestACursorIsGoodForItsSearchItsCallerAndItsTimeAlone(t *testing.T) {
	s := shelf(t, 9)
	clock := now
	s.config.Now = func() time.Time { return clock }
	s.config.SearchKey = []byte("a key of the test, of some length")
	s.reopen()
	base := lookup.Search{Question: s.ask(registrar("reg-a"), ""), By: lookup.DomainsByName, Pattern: "many*", PageSize: 2}
	first, err := s.Search(t.Context(), base)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(first.Next)
	if err != nil {
		t.Fatal(err)
	}
	with := func(change func(*lookup.Search)) lookup.Search {
		q := base
		q.Cursor = first.Next
		change(&q)
		return q
	}
	refused := map[string]lookup.Search{
		"another pattern":   with(func(q *lookup.Search) { q.Pattern = "man*" }),
		"another search":    with(func(q *lookup.Search) { q.By = lookup.EntitiesByName }),
		"another field set": with(func(q *lookup.Search) { q.Part = disclose.ID }),
		"another order":     with(func(q *lookup.Search) { q.Sort = "name:d" }),
		"another page size": with(func(q *lookup.Search) { q.PageSize = 3 }),
		"another account":   with(func(q *lookup.Search) { q.Caller.Account = "other" }),
		"another registrar": with(func(q *lookup.Search) { q.Caller.Registrar = "other" }),
		"the public":        with(func(q *lookup.Search) { q.Caller = public }),
		"an authority":      with(func(q *lookup.Search) { q.Caller = police(private) }),
		"a line end in it":  with(func(q *lookup.Search) { q.Cursor = first.Next[:8] + "\n" + first.Next[8:] }),
		"padding":           with(func(q *lookup.Search) { q.Cursor += "=" }),
		"a text":            with(func(q *lookup.Search) { q.Cursor = "next" }),
		"nothing in it":     with(func(q *lookup.Search) { q.Cursor = "A" }),
		"much":              with(func(q *lookup.Search) { q.Cursor = strings.Repeat("A", 1<<20) }),
	}
	for i := range raw {
		forged := slices.Clone(raw)
		forged[i] ^= 1 << (i % 8)
		refused[fmt.Sprintf("a bit of byte %d turned", i)] = with(func(q *lookup.Search) { q.Cursor = base64.RawURLEncoding.EncodeToString(forged) })
		refused[fmt.Sprintf("%d bytes", i)] = with(func(q *lookup.Search) { q.Cursor = base64.RawURLEncoding.EncodeToString(raw[:i+1][:i]) })
	}
	delete(refused, "0 bytes") // that is none
	const words = "cursor: it is not one that was given for this search"
	for what, q := range refused {
		if _, err := s.Search(t.Context(), q); err == nil || err.Error() != words {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, q := range map[string]lookup.Search{
		"the same":         with(func(*lookup.Search) {}),
		"another spelling": with(func(q *lookup.Search) { q.Pattern = "MANY*" }),
		"without a count":  with(func(q *lookup.Search) { q.Count = true }),
		"another address":  with(func(q *lookup.Search) { q.Caller.Channel.Addr = addr("198.51.100.1") }),
	} {
		if a, err := s.Search(t.Context(), q); err != nil || a.Page != 2 {
			t.Errorf("%s: %+v, %v", what, a, err)
		}
	}
	clock = now.Add(15 * time.Minute)
	if _, err := s.Search(t.Context(), with(func(*lookup.Search) {})); err != nil {
		t.Errorf("after a quarter of an hour: %v", err)
	}
	clock = now.Add(16 * time.Minute)
	if _, err := s.Search(t.Context(), with(func(*lookup.Search) {})); err == nil || !strings.Contains(err.Error(), "expired") {
		t.Errorf("after more than that: %v", err)
	}
	clock = now
	for what, change := range map[string]func(){
		"other rules": func() { s.config.Published.Policy = searchable(t) },
		"another key": func() { s.config.SearchKey = nil },
	} {
		before := s.config
		change()
		s.reopen()
		if _, err := s.Search(t.Context(), with(func(*lookup.Search) {})); err == nil || err.Error() != words {
			t.Errorf("%s: %v", what, err)
		}
		s.config = before
	}
}

func TestEqualSearchesInAMinuteGiveEqualCursors(t *testing.T) {
	s := shelf(t, 9)
	clock := now
	s.config.Now, s.config.SearchKey = func() time.Time { return clock }, []byte("key")
	var cursors []string
	for _, at := range []time.Duration{0, 59 * time.Second, time.Minute} {
		clock = now.Add(at)
		s.reopen()
		a, err := s.Search(t.Context(), lookup.Search{Question: s.ask(public, ""), By: lookup.DomainsByName, Pattern: "many*", PageSize: 2})
		if err != nil {
			t.Fatal(err)
		}
		cursors = append(cursors, a.Next)
	}
	if cursors[0] != cursors[1] || cursors[0] == cursors[2] {
		t.Errorf("%q", cursors)
	}
}
