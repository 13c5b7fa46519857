package lookup_test

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"registerd/access"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
	"registerd/store"
)

// library is a register with something for every search.
func library(t *testing.T) *scene {
	s := searchScene(t)
	here := []netip.Addr{addr("192.0.2.1"), addr("2001:db8::1")}
	s.put(
		&register.Registrar{ID: "reg-a", Name: "Karin's Names"},
		&register.Registrar{ID: "K-reg", Name: "Registrar K"},
		&register.Host{Name: "ns1.exam.example", Addrs: here, Sponsor: "reg-a"},
		&register.Host{Name: "ns2.exam.example", Sponsor: "reg-a"},
		&register.Host{Name: "ns1.other.test", Addrs: []netip.Addr{addr("192.0.2.1")}},
		natural("K-1", "Karin Person"), legal("K-2", "Karl Clerk"), legal("K-3", "KARIN CLERK"),
		&register.Domain{Name: "exam.example", Sponsor: "reg-a", Registrant: "K-1", Hosts: []register.NameServer{server("ns1.exam.example"), server("ns2.exam.example")}},
		&register.Domain{Name: "example.example", Sponsor: "reg-a", Registrant: "K-2", Hosts: []register.NameServer{server("ns1.other.test")}},
		&register.Domain{Name: "exa.xn--p1ai", Hosts: []register.NameServer{{Name: "ns.exa.test", Attr: true, Addrs: []netip.Addr{addr("192.0.2.1")}}}},
		&register.Domain{Name: "xn--exmple-qta.example", Original: "exam.example", IDNTable: "da"},
		&register.Reserved{Name: "examine.example", State: register.ReservedBlocked},
	)
	s.under(searchable(t))
	return s
}

func TestEachSearchFindsWhatItsPatternFits(t *testing.T) {
	s := library(t)
	for _, c := range []struct {
		by      lookup.SearchBy
		pattern string
		want    string
	}{
		{lookup.DomainsByName, "exam.example", "exam.example"},
		{lookup.DomainsByName, "EXAM.Example.", "exam.example"},
		{lookup.DomainsByName, "exam*.example", "exam.example example.example"},
		{lookup.DomainsByName, "exa*", "exa.xn--p1ai exam.example example.example"},
		{lookup.DomainsByName, "exa*.рф", "exa.xn--p1ai"},
		{lookup.DomainsByName, "exá*", "xn--exmple-qta.example"},
		{lookup.DomainsByName, "exámple.example", "xn--exmple-qta.example"},
		{lookup.DomainsByName, "xn--exmple-qta.example", "xn--exmple-qta.example"},
		{lookup.DomainsByServer, "ns1.exam.example", "exam.example"},
		{lookup.DomainsByServer, "ns*.exam.example", "exam.example"},
		{lookup.DomainsByServer, "ns.exa.test", "exa.xn--p1ai"},
		{lookup.DomainsByAddress, "192.0.2.1", "exa.xn--p1ai exam.example example.example"},
		{lookup.DomainsByAddress, "2001:DB8::1", "exam.example"},
		{lookup.HostsByName, "ns1.exam.example", "ns1.exam.example"},
		{lookup.HostsByName, "ns*.exam.example", "ns1.exam.example ns2.exam.example"},
		{lookup.HostsByAddress, "192.0.2.1", "ns1.exam.example ns1.other.test"},
		{lookup.EntitiesByName, "ka*", "K-3 reg-a K-2"},
		{lookup.EntitiesByName, "karin clerk", "K-3"},
		{lookup.EntitiesByHandle, "k-*", "K-2 K-3 K-reg"},
		{lookup.EntitiesByHandle, "K-2", "K-2"},
	} {
		a, err := s.search(public, c.by, c.pattern)
		if err != nil {
			t.Errorf("%s=%s: %v", c.by, c.pattern, err)
			continue
		}
		if got := strings.Join(found(a), " "); got != c.want {
			t.Errorf("%s=%s: %s, want %s", c.by, c.pattern, got, c.want)
		}
		if a.Total != -1 || a.Page != 1 || a.Next != "" || a.About.Rules == "" || len(a.About.Zones) != 2 {
			t.Errorf("%s=%s: %+v", c.by, c.pattern, a)
		}
	}
}

func TestWhatIsNotSearchedForIsSaidAlikeForAll(t *testing.T) {
	s := library(t)
	for _, c := range []struct {
		by      lookup.SearchBy
		pattern string
		want    string
	}{
		{lookup.DomainsByName, "nothing.example", "not_found"},
		{lookup.DomainsByName, "examine.example", "not_found"}, // reserved
		{lookup.DomainsByName, "exam.test", "not_found"},
		{lookup.EntitiesByName, "karin person", "not_found"}, // withheld
		{lookup.EntitiesByHandle, "K-1", "not_found"},
		{lookup.DomainsByName, "e*", "unsupported"},
		{lookup.HostsByName, "ns*", "unsupported"},
		{lookup.DomainsByName, "ex*.ex*", "unsupported"},
		{lookup.DomainsByAddress, "192.0.2.*", "unsupported"},
		{lookup.DomainsByName, "no name", "malformed"},
		{lookup.HostsByAddress, "ns1.exam.example", "malformed"},
		{lookup.EntitiesByName, "", "malformed"},
		{0, "exam.example", "malformed"},
		{lookup.EntitiesByHandle + 1, "K-1", "malformed"},
	} {
		if _, err := s.search(public, c.by, c.pattern); lookup.OutcomeOf(err).String() != c.want {
			t.Errorf("%s=%s: %v, want %s", c.by, c.pattern, err, c.want)
		}
	}
}

func TestAMatchThatSplitsACharacterIsPassedOver(t *testing.T) {
	s := searchScene(t)
	s.under(searchable(t))
	for _, name := range []string{"กกิน.example", "กกีน.example", "กกก.example", "กก.example"} {
		n, err := register.ParseName(name)
		if err != nil {
			t.Fatal(err)
		}
		s.put(&register.Domain{Name: n})
	}
	for size := range 4 {
		got := s.finds(public, lookup.Search{By: lookup.DomainsByName, Pattern: "กก*", PageSize: size + 1, Count: true})
		if len(got) != 2 {
			t.Errorf("%d a page: %q", size+1, got)
		}
	}
	a, err := s.Search(t.Context(), lookup.Search{Question: s.ask(public, ""), By: lookup.DomainsByName, Pattern: "กก*", Count: true})
	if err != nil || a.Total != 2 {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestWhoMaySearchIsDecidedByTheRules(t *testing.T) {
	unnamed := police(private)
	unnamed.Purpose, unnamed.Case = "", ""
	exactServers := []lookup.SearchBy{lookup.HostsByName, lookup.HostsByAddress}
	full, empty := library(t), searchScene(t)
	for _, name := range disclose.ShippedNames() {
		text, err := disclose.Shipped(name)
		if err != nil {
			t.Fatal(err)
		}
		policy, err := disclose.ReadPolicy(text)
		if err != nil {
			t.Fatal(err)
		}
		full.under(policy)
		empty.under(policy)
		few := exactServers
		if name == "closed" {
			few = nil
		}
		for who, c := range map[string]struct {
			access.Caller
			may   []lookup.SearchBy
			parts bool
		}{
			"public":                      {public, few, false},
			"registrar":                   {registrar("reg-a"), few, false},
			"authority without a purpose": {unnamed, few, false},
			"authority":                   {police(private), anySearch, true},
			"operator":                    {access.Caller{Account: "op", Audience: disclose.Operator, Channel: private}, anySearch, true},
		} {
			for _, by := range anySearch {
				for pattern, allowed := range map[string]bool{
					whole(by): slices.Contains(c.may, by),
					part(by):  slices.Contains(c.may, by) && c.parts,
				} {
					if pattern == "" {
						continue
					}
					_, err := full.search(c.Caller, by, pattern)
					_, other := empty.search(c.Caller, by, pattern)
					if refused(err) == allowed || refused(other) == allowed {
						t.Errorf("%s, %s: %s=%s: %v; of an empty register: %v", name, who, by, pattern, err, other)
					}
				}
			}
		}
	}
}

// refused reports a refusal that gives the rule's reason.
func refused(err error) bool {
	var denied *access.Denied
	return errors.As(err, &denied) && denied.Why == access.SearchRefused && denied.Reason != ""
}

var anySearch = []lookup.SearchBy{lookup.DomainsByName, lookup.DomainsByServer, lookup.DomainsByAddress, lookup.HostsByName,
	lookup.HostsByAddress, lookup.EntitiesByName, lookup.EntitiesByHandle}

// whole and part are a pattern for each search.
func whole(by lookup.SearchBy) string {
	return map[lookup.SearchBy]string{
		lookup.DomainsByName: "exam.example", lookup.DomainsByServer: "ns1.exam.example", lookup.DomainsByAddress: "192.0.2.1",
		lookup.HostsByName: "ns1.exam.example", lookup.HostsByAddress: "192.0.2.1", lookup.EntitiesByName: "karin", lookup.EntitiesByHandle: "k-1",
	}[by]
}

func part(by lookup.SearchBy) string {
	return map[lookup.SearchBy]string{
		lookup.DomainsByName: "ex*.example", lookup.DomainsByServer: "ns*.exam.example",
		lookup.HostsByName: "ns*.exam.example", lookup.EntitiesByName: "ka*", lookup.EntitiesByHandle: "k-*",
	}[by]
}

func TestASearchGivesWhatALookUpGives(t *testing.T) {
	s := library(t)
	if a, err := s.search(public, lookup.DomainsByName, "exámple.example"); err != nil || a.Domains[0].Variants.Status() != disclose.Shown {
		t.Errorf("without its variants: %+v, %v", a, err)
	}
	for _, c := range []access.Caller{public, registrar("reg-a"), police(private)} {
		for _, name := range []string{"exam.example", "example.example", "exa.xn--p1ai", "xn--exmple-qta.example"} {
			alone, err := s.Domain(t.Context(), s.ask(c, name))
			if err != nil {
				t.Fatal(err)
			}
			a, err := s.search(c, lookup.DomainsByName, name)
			if err != nil || len(a.Domains) != 1 || !same(&a.Domains[0], alone.Domain) {
				t.Errorf("%s: %+v, %v, want %+v", name, a, err, alone.Domain)
			}
		}
		for _, name := range []string{"ns1.exam.example", "ns1.other.test"} {
			alone, err := s.Host(t.Context(), s.ask(c, name))
			if err != nil {
				t.Fatal(err)
			}
			a, err := s.search(c, lookup.HostsByName, name)
			if err != nil || len(a.Hosts) != 1 || !same(&a.Hosts[0], &alone.Host) {
				t.Errorf("%s: %+v, %v, want %+v", name, a, err, alone.Host)
			}
		}
		for _, handle := range []string{"K-2", "reg-a"} {
			alone, err := s.Entity(t.Context(), s.ask(c, handle), lookup.Anyone)
			if err != nil {
				t.Fatal(err)
			}
			a, err := s.search(c, lookup.EntitiesByHandle, handle)
			if err != nil || len(a.Entities) != 1 || !same(a.Entities[0].Contact, alone.Contact) || !same(a.Entities[0].Registrar, alone.Registrar) {
				t.Errorf("%s: %+v, %v, want %+v", handle, a, err, alone)
			}
		}
	}
}

func TestASearchThatFailsIsAFailure(t *testing.T) {
	s := library(t)
	s.store.fail = errDisk
	if _, err := s.search(public, lookup.DomainsByName, "exam*"); lookup.OutcomeOf(err).String() != "failed" || !errors.Is(err, errDisk) {
		t.Errorf("%v", err)
	}
	s.store.fail = store.ErrUnindexed
	if _, err := s.search(public, lookup.EntitiesByName, "nobody"); lookup.OutcomeOf(err).String() != "failed" {
		t.Errorf("a register without an index: %v", err)
	}
}
