package lookup_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"registerd/access"
	"registerd/audit"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
)

// where reads conditions from a query: "fn=Karin*&role=technical".
func where(query string) (out []lookup.Condition) {
	for pair := range strings.SplitSeq(query, "&") {
		property, pattern, _ := strings.Cut(pair, "=")
		out = append(out, lookup.Condition{Property: property, Pattern: pattern})
	}
	return out
}

func byContact(query string) lookup.Search {
	return lookup.Search{By: lookup.DomainsByContact, Where: where(query)}
}

func (s *scene) searchByContact(c access.Caller, query string) (*lookup.SearchAnswer, error) {
	q := byContact(query)
	q.Question = s.ask(c, "")
	return s.Search(s.t.Context(), q)
}

// people is a register of contacts and what they have.
func people(t *testing.T) *scene {
	s := searchScene(t)
	mail := func(c *register.Contact, address string) *register.Contact { c.Email = address; return c }
	as := func(role register.Role, handle string) register.DomainRole {
		return register.DomainRole{Role: role, Handle: handle}
	}
	hidden := mail(natural("P-1", "Karin Protected"), "p@post.test")
	hidden.Facts.Protection = register.Protected
	s.put(
		&register.Registrar{ID: "reg-a", Name: "Karin's Names"},
		mail(natural("N-1", "Karin Berg"), "Karin@Berg.test"), mail(natural("N-2", "Karl Berg"), "karl@berg.test"),
		mail(legal("L-1", "Karin Clerk"), "office@firm.test"), natural("N-3", "Nobody With Mail"), hidden,
		&register.Domain{Name: "aa.example", Registrant: "N-1", Sponsor: "reg-a", Contacts: []register.DomainRole{as(register.RoleTech, "L-1")}},
		&register.Domain{Name: "bb.example", Registrant: "N-2", Sponsor: "reg-a", Contacts: []register.DomainRole{as(register.RoleAdmin, "N-1"), as(register.RoleTech, "n-1")}},
		&register.Domain{Name: "cc.example", Registrant: "L-1", Contacts: []register.DomainRole{as(register.RoleBilling, "GONE")}},
		&register.Domain{Name: "dd.example", Registrant: "P-1"},
		&register.Domain{Name: "ee.example"},
	)
	return s
}

func TestASearchByContactFindsTheDomainsOfWhomAllConditionsHold(t *testing.T) {
	s := people(t)
	for query, want := range map[string]string{
		"handle=N-1":                             "aa bb",
		"handle=n-*":                             "aa bb",
		"handle=n-1&handle=N-*":                  "aa bb",
		"handle=n-1&handle=n-2":                  "",
		"email=karin@berg.test":                  "aa bb",
		"email=KARIN@*":                          "aa bb",
		"fn=karin berg":                          "aa bb",
		"fn=karin*":                              "aa bb cc dd",
		"fn=karin*&email=office@firm.test":       "aa cc",
		"fn=karin*&role=registrant":              "aa cc dd",
		"fn=karin*&role=technical":               "aa bb",
		"fn=karin*&role=TECH*":                   "aa bb",
		"fn=karin*&role=billing":                 "",
		"handle=N-1&role=technical":              "bb", // another one is technical contact of aa
		"handle=N-1&role=technical&role=admin*":  "bb",
		"handle=N-1&role=registrant&role=admin*": "",
		"handle=N-3":                             "",
		"handle=GONE":                            "",
		"handle=reg-a":                           "", // registrars are not looked at
		"fn=karin's names":                       "",
		"handle=N-1-EX":                          "", // the ROID
		"fn=kar berg":                            "",
	} {
		got := strings.ReplaceAll(strings.Join(s.finds(police(private), byContact(query)), " "), ".example", "")
		if got != want {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}
}

func TestASearchByContactSaysInOneFormWhatItWas(t *testing.T) {
	s := people(t)
	want := "handle=n-*&fn=karin*&role=technical"
	for _, query := range []string{want, "role=TECHNICAL&fn=KARIN*&handle= N-*", "fn=Karin*&role=technical&fn=karin*&handle=N-*"} {
		a, err := s.searchByContact(police(private), query)
		if err != nil || !slices.Equal(a.Where, where(want)) || len(a.Domains) != 1 || a.Total != -1 || a.Cut {
			t.Errorf("%s: %+v, %v", query, a, err)
		}
	}
	records := s.records()
	for _, r := range records {
		if r.Question != "domains/reverse_search/entity?"+want || r.Key != want {
			t.Errorf("the journal says %q of %q", r.Question, r.Key)
		}
	}
	if len(records) != 3 {
		t.Errorf("%d records", len(records))
	}
}

func TestASearchByContactGivesWhatALookUpGives(t *testing.T) {
	s := people(t)
	alone, err := s.Domain(t.Context(), s.ask(police(private), "bb.example"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.searchByContact(police(private), "email=karl@berg.test")
	if err != nil || len(a.Domains) != 1 || !same(&a.Domains[0], alone.Domain) {
		t.Errorf("%+v, %v, want %+v", a, err, alone.Domain)
	}
}

func TestWhatIsNotSearchedForByContactIsSaid(t *testing.T) {
	s := people(t)
	for query, want := range map[string]string{
		"fn=nobody":                         "not_found",
		"role=registrant":                   "unsupported", // that is all of them
		"handle=N-1&role=registrar":         "unsupported",
		"handle=N-1&role=noc":               "unsupported",
		"fn=k*":                             "unsupported",
		"fn=*berg":                          "unsupported",
		"fn=":                               "malformed",
		"":                                  "malformed",
		"voice=1":                           "malformed",
		"fn=a\x00b":                         "malformed",
		"fn=a" + strings.Repeat("&fn=a", 8): "malformed",
	} {
		if _, err := s.searchByContact(police(private), query); lookup.OutcomeOf(err).String() != want {
			t.Errorf("%q: %v, want %s", query, err, want)
		}
	}
	none := lookup.Search{Question: s.ask(police(private), ""), By: lookup.DomainsByContact, Pattern: "N-1"}
	if _, err := s.Search(t.Context(), none); lookup.OutcomeOf(err) != audit.Malformed {
		t.Errorf("without a condition: %v", err)
	}
}

func TestWhoMaySearchByContactIsDecidedByTheRulesAndHasAPurpose(t *testing.T) {
	full, empty := people(t), searchScene(t)
	purposeful := func(c access.Caller) access.Caller { c.Purpose = "legalActions"; return c }
	unnamed := police(private)
	unnamed.Purpose, unnamed.Case = "", ""
	caseless := police(private)
	caseless.Case = ""
	operator := access.Caller{Account: "op", Audience: disclose.Operator, Channel: private}
	bounded := func(b access.Bounds) access.Caller { c := police(private); c.Bounds = &b; return c }
	const yes, byRules, purpose = "yes", "by the rules", "for want of a purpose"
	openToRegistrars := showing("open", disclose.Condition{Standings: []disclose.Standing{disclose.ToOtherRegistrar}}, fieldsFrom(disclose.SearchDomainsByName, disclose.SearchByPart)...)
	for _, c := range []struct {
		who    string
		policy *disclose.Policy
		access.Caller
		want string
	}{
		{"the public", disclose.GDPR(), public, byRules},
		{"the public", everything(t), public, byRules},
		{"a registrar", disclose.GDPR(), purposeful(registrar("reg-a")), byRules},
		{"a registrar", rules(t, openToRegistrars), purposeful(registrar("reg-a")), yes},
		{"a registrar without a purpose", rules(t, openToRegistrars), registrar("reg-a"), purpose},
		{"an authority", disclose.GDPR(), police(private), yes},
		{"an authority without a purpose", disclose.GDPR(), unnamed, purpose},
		{"an authority without a case", disclose.GDPR(), caseless, byRules},
		{"an authority without a case", everything(t), caseless, byRules},
		{"an authority for contacts alone", disclose.GDPR(), bounded(access.Bounds{Objects: []access.Object{access.Contact}}), byRules},
		{"an authority for domains alone", disclose.GDPR(), bounded(access.Bounds{Objects: []access.Object{access.Domain}}), byRules},
		{"an authority for both", disclose.GDPR(), bounded(access.Bounds{Objects: []access.Object{access.Domain, access.Contact}}), yes},
		{"an authority for a zone", disclose.GDPR(), bounded(access.Bounds{Zones: []register.Name{"example"}}), byRules},
		{"a seeker", disclose.GDPR(), seeker(disclose.KindTradeMarkHolder, "legalActions"), byRules},
		{"a seeker", everything(t), seeker(disclose.KindTradeMarkHolder, "legalActions"), yes},
		{"one with a grant", everything(t), granted(disclose.ContactName), byRules},
		{"a holder", everything(t), purposeful(holder("N-1-EX")), byRules},
		{"the operator", disclose.GDPR(), purposeful(operator), yes},
		{"the operator without a purpose", disclose.GDPR(), operator, purpose},
	} {
		for _, s := range []*scene{full, empty} {
			s.under(c.policy)
			_, err := s.searchByContact(c.Caller, "handle=L-1")
			var denied *access.Denied
			got := yes
			if errors.As(err, &denied) {
				got = map[access.Denial]string{access.SearchRefused: byRules, access.PurposeRequired: purpose}[denied.Why]
			} else if err != nil && !errors.Is(err, register.ErrNotFound) {
				t.Fatal(err)
			}
			if got != c.want {
				t.Errorf("%s, %s: %s (%v), want %s", c.policy.Version(), c.who, got, err, c.want)
			}
		}
	}
}

// A class that is shown in one role alone is not looked at: what is given would tell
// how much is not.
func TestASearchByContactLooksAtWhomTheCallerIsShownInEveryRole(t *testing.T) {
	s := people(t)
	may := showing("may", disclose.Condition{Standings: []disclose.Standing{disclose.ToOtherRegistrar}}, fieldsFrom(disclose.SearchDomainsByName, disclose.SearchByPart)...)
	who := registrar("reg-b")
	who.Purpose = "technicalIssueResolution"
	legalIn := func(id string, outcome disclose.Outcome, when disclose.Condition) disclose.Rule {
		when.Holders = []register.HolderType{register.HolderLegal}
		r := showing(id, when, disclose.ContactName, disclose.ContactHandle)
		r.Outcome = outcome
		return r
	}
	tech := disclose.Condition{Roles: []register.Role{register.RoleTech}}
	own := disclose.Condition{Standings: []disclose.Standing{disclose.ToRegistrarOfRecord}}
	for what, c := range map[string]struct {
		rules []disclose.Rule
		want  string
	}{
		"in every role":              {[]disclose.Rule{may, legalIn("all", disclose.Show, disclose.Condition{})}, "aa.example cc.example"},
		"in one role":                {[]disclose.Rule{may, legalIn("one", disclose.Show, tech)}, ""},
		"in all roles but one":       {[]disclose.Rule{may, legalIn("none", disclose.Withhold, tech), legalIn("all", disclose.Show, disclose.Condition{})}, ""},
		"to the registrar of record": {[]disclose.Rule{may, legalIn("own", disclose.Show, own)}, ""},
	} {
		s.under(rules(t, c.rules...))
		for _, query := range []string{"fn=karin*", "fn=karin clerk&handle=l-*"} {
			if got := strings.Join(s.finds(who, byContact(query)), " "); got != c.want {
				t.Errorf("shown %s: %s finds %q, want %q", what, query, got, c.want)
			}
		}
		if got := s.finds(who, byContact("handle=L-1&email=office@firm.test")); got != nil {
			t.Errorf("shown %s: found by an address that is withheld: %q", what, got)
		}
	}
}
