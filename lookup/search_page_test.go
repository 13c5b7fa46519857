package lookup_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
	"registerd/store"
)

// shelf is a register of n domains, hosts and contacts, whose properties repeat
// and are missing in some.
func shelf(t *testing.T, n int) *scene {
	s := searchScene(t)
	s.under(everything(t))
	records := []any{&register.Registrar{ID: "many-reg", Name: "Many Names", Created: now}}
	for i := range n {
		d := numbered(i)
		if i%3 > 0 {
			d.Expires = now.AddDate(i%4, 0, 0)
		}
		h := &register.Host{Name: register.Name(fmt.Sprintf("ns%03d.many.example", i)), Addrs: []netip.Addr{addr("192.0.2.1")}}
		d.Hosts = []register.NameServer{{Name: h.Name}, server("ns-all.many.example")}
		c := legal(fmt.Sprintf("MANY-%03d", i), "Many "+strings.Repeat("x", i%5))
		c.Local.Address.City, c.Created = fmt.Sprint("Town", i%3), now.AddDate(0, 0, i%2)
		records = append(records, d, h, c)
	}
	s.put(records...)
	return s
}

// sorts are searches of a shelf, each in every order it can be given in.
func sorts(t *testing.T, s *scene) (out []lookup.Search) {
	for by, pattern := range map[lookup.SearchBy]string{
		lookup.DomainsByName: "ma*", lookup.DomainsByServer: "ns*.many.example", lookup.DomainsByAddress: "192.0.2.1",
		lookup.HostsByName: "ns*.many.example", lookup.HostsByAddress: "192.0.2.1",
		lookup.EntitiesByName: "many*", lookup.EntitiesByHandle: "many-*",
	} {
		search := lookup.Search{By: by, Pattern: pattern}
		out = append(out, search)
		a, err := s.search(public, by, pattern)
		if err != nil {
			t.Fatal(by, err)
		}
		defaults := 0
		for _, p := range a.Sortable {
			for _, order := range []string{p.Name, p.Name + ":d", p.Name + ":d,registrationDate"} {
				if p.Name == "registrationDate" && strings.Contains(order, ",") {
					continue
				}
				search.Sort = order
				out = append(out, search)
			}
			if p.Default {
				defaults++
			}
		}
		if defaults != 1 {
			t.Errorf("%s: %d properties are the default: %+v", by, defaults, a.Sortable)
		}
	}
	return out
}

func TestPagesGiveAllOnceInEveryOrder(t *testing.T) {
	s := shelf(t, 13)
	for _, search := range sorts(t, s) {
		search.PageSize = lookup.MaxPage
		all := s.finds(public, search)
		if want := 13; len(all) < want || len(all) > want+1 {
			t.Errorf("%s sort=%s: %d of %d are found", search.By, search.Sort, len(all), want)
		}
		for _, size := range []int{2, 5, len(all)} {
			search.PageSize = size
			if got := s.finds(public, search); !slices.Equal(got, all) {
				t.Errorf("%s sort=%s, %d a page: %q, want %q", search.By, search.Sort, size, got, all)
			}
		}
	}
}

func TestPagesSayWhatTheyAre(t *testing.T) {
	s := shelf(t, 5)
	q := lookup.Search{Question: s.ask(public, ""), By: lookup.DomainsByName, Pattern: "MA*", PageSize: 2, Count: true, Sort: "name:d"}
	for page := 1; page <= 3; page++ {
		a, err := s.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if a.Page != page || a.PageSize != 2 || a.Total != 5 || (a.Next == "") != (page == 3) || a.Pattern != "ma*" ||
			!slices.Equal(a.Sorted, []lookup.SortKey{{Property: "name", Descending: true}}) {
			t.Errorf("page %d: %+v", page, a)
		}
		q.Cursor = a.Next
		if strings.Trim(a.Next, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			t.Errorf("the cursor %q is not one of RFC 8977", a.Next)
		}
	}
}

func TestSortedResultsAreInOrderAndWhatIsAbsentComesLast(t *testing.T) {
	s := searchScene(t)
	s.under(everything(t))
	s.put(
		&register.Domain{Name: "aa1.example", Expires: now},
		&register.Domain{Name: "aa2.example"},
		&register.Domain{Name: "aa3.example", Expires: now.AddDate(1, 0, 0), Updated: now},
		&register.Domain{Name: "aa4.example", Expires: now},
		&register.Host{Name: "aa1.aa.example", Addrs: []netip.Addr{addr("192.0.2.10"), addr("192.0.2.1"), addr("2001:db8::9")}},
		&register.Host{Name: "aa2.aa.example", Addrs: []netip.Addr{addr("2001:db8::10"), addr("192.0.2.9")}},
		&register.Host{Name: "aa3.aa.example"},
	)
	protected := legal("E-3", "Ee Zz")
	protected.Local.Address.City, protected.Facts.Protection = "Aatown", register.Protected
	first, last := legal("E-1", "Ee B"), legal("E-2", "Ee A")
	first.Local.Address.City, last.Local.Address.City = "btown", "Atown"
	s.put(first, last, protected)
	for _, c := range []struct {
		by                  lookup.SearchBy
		pattern, sort, want string
	}{
		{lookup.DomainsByName, "aa*", "expirationDate", "aa1 aa4 aa3 aa2"},
		{lookup.DomainsByName, "aa*", "expirationDate:d", "aa3 aa1 aa4 aa2"},
		{lookup.DomainsByName, "aa*", "expirationDate:d,name:d", "aa3 aa4 aa1 aa2"},
		{lookup.DomainsByName, "aa*", "lastChangedDate,name:d", "aa3 aa4 aa2 aa1"},
		{lookup.DomainsByName, "aa*", "name:a", "aa1 aa2 aa3 aa4"},
		{lookup.HostsByName, "aa*.aa.example", "ipv4", "aa2 aa1 aa3"},
		{lookup.HostsByName, "aa*.aa.example", "ipv6:d", "aa2 aa1 aa3"},
		{lookup.EntitiesByName, "ee*", "city", "E-2 E-1"},
		{lookup.EntitiesByName, "ee*", "fn:d", "E-1 E-2"},
	} {
		got := s.finds(public, lookup.Search{By: c.by, Pattern: c.pattern, Sort: c.sort})
		for i := range got {
			got[i], _, _ = strings.Cut(got[i], ".")
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s=%s sort=%s: %q, want %s", c.by, c.pattern, c.sort, got, c.want)
		}
	}
}

func TestASortByWhatTheAnswerDoesNotHoldIsRefused(t *testing.T) {
	s := library(t)
	for _, c := range []struct {
		by      lookup.SearchBy
		set     disclose.FieldSet
		sort    string
		allowed bool
	}{
		{lookup.DomainsByName, disclose.Full, "expirationDate", true},
		{lookup.DomainsByName, disclose.Brief, "expirationDate", true},
		{lookup.DomainsByName, disclose.ID, "expirationDate", false},
		{lookup.DomainsByName, disclose.ID, "name:d", true},
		{lookup.DomainsByName, disclose.Full, "fn", false},
		{lookup.DomainsByName, disclose.Full, "name,name", false},
		{lookup.DomainsByName, disclose.Full, "name:x", false},
		{lookup.DomainsByName, disclose.Full, "name,", false},
		{lookup.DomainsByName, disclose.Full, "name,registrationDate,lastChangedDate,expirationDate,transferDate", false},
		{lookup.EntitiesByName, disclose.Full, "org", true},   // organisations' are shown
		{lookup.EntitiesByName, disclose.Full, "voice", true}, // registrars' are
		{lookup.EntitiesByName, disclose.Full, "transferDate", false},
		{lookup.EntitiesByName, disclose.Full, "city", true}, // registrars have one
		{lookup.EntitiesByName, disclose.Brief, "city", false},
		{lookup.EntitiesByName, disclose.ID, "fn:d", true},
		{lookup.EntitiesByName, disclose.Full, "country", false},
	} {
		q := lookup.Search{Question: s.ask(public, ""), By: c.by, Pattern: part(c.by), Part: c.set, Sort: c.sort}
		_, err := s.Search(t.Context(), q)
		if got := lookup.OutcomeOf(err).String(); (got == "answered") != c.allowed || !c.allowed && got != "malformed" {
			t.Errorf("%s fieldSet=%s sort=%s: %v", c.by, c.set, c.sort, err)
		}
	}
}

// What is there from the first page to the last is given once, whatever comes
// and goes between the pages.
func TestPagingThroughAChangingRegisterGivesWhatStaysOnce(t *testing.T) {
	s := shelf(t, 15)
	orders := sorts(t, s)
	rapid.Check(t, func(t *rapid.T) {
		search := rapid.SampledFrom(orders).Draw(t, "search")
		search.Question, search.PageSize = s.ask(public, ""), rapid.IntRange(3, 7).Draw(t, "size")
		seen := map[string]int{}
		for {
			i := rapid.IntRange(100, 120).Draw(t, "changed")
			if rapid.Bool().Draw(t, "gone") {
				s.remove(store.Names, string(numbered(i).Name))
			} else {
				s.put(numbered(i), legal(fmt.Sprintf("MANY-%03d", i), "Many more"))
			}
			a, err := s.Search(s.t.Context(), search)
			if errors.Is(err, register.ErrNotFound) {
				break // what was left for the last page is gone
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range found(a) {
				seen[name]++
			}
			if search.Cursor = a.Next; a.Next == "" {
				break
			}
		}
		stayed := 0
		for name, n := range seen {
			if n > 1 {
				t.Fatalf("%s was given %d times", name, n)
			}
			if !strings.Contains(name, "many001") && !strings.HasPrefix(name, "MANY-1") && name != "many-reg" {
				stayed++
			}
		}
		if stayed != 15 {
			t.Fatalf("%s sort=%s: %d of 15 that stayed were given: %v", search.By, search.Sort, stayed, seen)
		}
	})
}

func TestMoreThanTenThousandAreGivenByThePageButNeitherCountedNorSorted(t *testing.T) {
	s := searchScene(t)
	s.under(searchable(t))
	all := make([]any, 10_001)
	for i := range all {
		all[i] = numbered(i)
	}
	s.put(all[:10_000]...)
	q := lookup.Search{Question: s.ask(public, ""), By: lookup.DomainsByName, Pattern: "many*", Count: true, PageSize: 1}
	if a, err := s.Search(t.Context(), q); err != nil || a.Total != 10_000 || len(a.Domains) != 1 {
		t.Errorf("10,000: %v", err)
	}
	sorted := q
	sorted.Sort = "registrationDate"
	if a, err := s.Search(t.Context(), sorted); err != nil || a.Total != 10_000 || found(a)[0] != "many00006.example" {
		t.Errorf("10,000 sorted: %v", err)
	}
	s.put(all[10_000])
	for _, sort := range []string{"", "registrationDate"} {
		q.Sort = sort
		if _, err := s.Search(t.Context(), q); lookup.OutcomeOf(err).String() != "unsupported" {
			t.Errorf("10,001, sort=%s: %v", sort, err)
		}
	}
	q.Count, q.Sort, q.PageSize = false, "", 0
	a, err := s.Search(t.Context(), q)
	if err != nil || len(a.Domains) != lookup.DefaultPage || a.Next == "" {
		t.Errorf("a page: %v", err)
	}
	q.PageSize = 1 << 20
	if a, err := s.Search(t.Context(), q); err != nil || len(a.Domains) != lookup.MaxPage {
		t.Errorf("a page as large as can be: %v", err)
	}
}
