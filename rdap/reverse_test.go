package rdap_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"registerd/disclose"
	"registerd/internal/conformance"
	"registerd/lookup"
	"registerd/rdap"
	"registerd/register"
)

const reverse = "domains/reverse_search/entity?"

// mapping is what an answer says of where stands what it was searched by.
type mapping struct {
	RDAPConformance []string
	Mapping         []struct{ Property, PropertyPath string } `json:"reverse_search_properties_mapping"`
}

// TestAReverseSearchSaysWhereStandsWhatItWasAskedBy: of each property that was given,
// and of no other, the path leads to the value in each object (RFC 9536 section 5).
func TestAReverseSearchSaysWhereStandsWhatItWasAskedBy(t *testing.T) {
	w, entitled := seeker(t, setup{})
	for query, want := range map[string]map[string]any{
		"handle=F1":                  {"handle": "F1"},
		"handle=f1&role=registrant":  {"handle": "F1", "role": []any{"registrant"}},
		"fn=CANARY%20jos%C3%A9*":     {"fn": canary + " José <Peeters>"},
		"email=canary.peeters@mail*": {"email": canary + ".peeters@mail.example"},
		"role=tech*&fn=ca*&email=ca*&handle=F1": {"fn": canary + " José <Peeters>", "handle": "F1",
			"email": canary + ".peeters@mail.example", "role": []any{"technical"}},
	} {
		got := w.ask(t, "GET", reverse+query, entitled...)
		var m mapping
		if err := json.Unmarshal(got.body, &m); err != nil || got.status != 200 {
			t.Fatalf("%s: %d %s %v", query, got.status, got.body, err)
		}
		if len(m.Mapping) != len(want) || !slices.Contains(m.RDAPConformance, "reverse_search") {
			t.Errorf("%s: %+v", query, m)
		}
		for _, o := range readSearchReply(t, got.body).DomainSearchResults {
			for _, property := range m.Mapping {
				values := resolve(t, any(o), property.PropertyPath)
				if !slices.ContainsFunc(values, func(v any) bool { return fmt.Sprint(v) == fmt.Sprint(want[property.Property]) }) {
					t.Errorf("%s: %s is at %s: %v", query, property.Property, property.PropertyPath, values)
				}
			}
		}
	}
	plain := w.ask(t, "GET", "domains?name=shop.example", entitled...)
	if plain.status != 200 || bytes.Contains(plain.body, []byte("reverse_search")) {
		t.Errorf("a search that is none: %d %s", plain.status, plain.body)
	}
}

// TestASpellingDoesNotChangeAReverseSearch: nor does the order of its conditions, or
// one that is given twice.
func TestASpellingDoesNotChangeAReverseSearch(t *testing.T) {
	w, entitled := seeker(t, setup{})
	want := w.ask(t, "GET", reverse+"handle=f1&fn=canary*&role=technical&count=true", entitled...)
	self := base + strings.ReplaceAll(reverse+"handle=f1&fn=canary*&role=technical&count=true", "&", `\u0026`)
	if want.status != 200 || !bytes.Contains(want.body, []byte(`"value":"`+self+`"`)) {
		t.Fatalf("%d %s", want.status, want.body)
	}
	for _, query := range []string{
		"count=1&role=Technical&fn=CANARY*&handle=F1", "fn=canary*&handle=F1&h%61ndle=f1&role=TECHNICAL&role=technical&count=yes",
		"handle=%20f1%20&&fn=%43anary*&role=technical&count=true&fieldSet=full&farv1_qp=legalActions",
	} {
		if got := w.ask(t, "GET", reverse+query, entitled...); got.status != 200 || !bytes.Equal(got.body, want.body) {
			t.Errorf("%s: %d, another answer\n%s\n%s", query, got.status, got.body, want.body)
		}
	}
}

// TestWhoIsRefusedAReverseSearchIsToldWhy, in words that say nothing of whom it was
// about.
func TestWhoIsRefusedAReverseSearchIsToldWhy(t *testing.T) {
	w := open(t, setup{})
	p := w.published(t)
	rule := disclose.Rule{ID: "registrars", Basis: "test", Reason: "Registrars search.", Outcome: disclose.Show,
		Fields: []disclose.Field{disclose.SearchDomainsByContact}, When: disclose.Condition{Standings: []disclose.Standing{disclose.ToOtherRegistrar}}}
	var err error
	if p.Policy, err = disclose.NewPolicy("registrars", append([]disclose.Rule{rule}, p.Policy.Rules...)); err != nil {
		t.Fatal(err)
	}
	if err := w.desk.Publish(p); err != nil {
		t.Fatal(err)
	}
	registrar := []string{"Authorization", w.bearer(disclose.Registrar)}
	for _, c := range []struct {
		query   string
		headers []string
		status  int
		says    string
	}{
		{"fn=Canary", nil, 403, "Other searches would let the whole register be harvested."},
		{"fn=There%20is%20none", nil, 403, "Other searches would let the whole register be harvested."},
		{"fn=Canary", registrar, 403, "This search is answered for a purpose only. Give it in the header RDAP-Purpose or the query parameter farv1_qp."},
		{"fn=Canary&farv1_qp=legalActions", registrar, 404, "The register holds no such object."},
		{"fn=Canary*&farv1_qp=legalActions", registrar, 403, "Other searches would let the whole register be harvested."},
		{"handle=F1&farv1_qp=legalActions", registrar, 200, `"firm.example"`},
		{"fn=Canary", purposefulOf(w)[:4], 403, "Other searches would let the whole register be harvested."}, // without a case
		{"handle=F1&page=2", purposefulOf(w), 501, "The reverse searches of this server are those for domains by their contacts: " +
			"domains/reverse_search/entity?PROPERTY=PATTERN, with the properties fn, handle, email and role."},
		{"handle=", purposefulOf(w), 400, "A reverse search has one property at least, each with a pattern, and eight at most."},
		{"role=technical", purposefulOf(w), 422, "Search: beside the role, give a handle, an e-mail address or a name."},
		{"handle=F1&role=registrar", purposefulOf(w), 422, "Role: domains are searched by those who are registrant, administrative, technical or billing."},
	} {
		got := w.ask(t, "GET", reverse+c.query, c.headers...)
		if got.status != c.status || !bytes.Contains(got.body, []byte(c.says)) || c.status != 200 && got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s, want %d %s", c.query, got.status, got.body, c.status, c.says)
		}
	}
}

// TestHelpOffersTheReverseSearchesThereAre (RFC 9536 section 4), and a closed profile
// has none.
func TestHelpOffersTheReverseSearchesThereAre(t *testing.T) {
	var help struct {
		RDAPConformance []string
		Offered         []struct{ SearchableResourceType, RelatedResourceType, Property string } `json:"reverse_search_properties"`
	}
	w := open(t, setup{})
	if err := json.Unmarshal(w.ask(t, "GET", "help").body, &help); err != nil {
		t.Fatal(err)
	}
	var offered []string
	for _, o := range help.Offered {
		offered = append(offered, o.Property)
		path := o.SearchableResourceType + "/reverse_search/" + o.RelatedResourceType + "?handle=nobody&" + o.Property + "=technical"
		if got := w.ask(t, "GET", path, purposefulOf(w)...); got.status != 404 {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
	if strings.Join(offered, " ") != "fn handle email role" || !slices.Contains(help.RDAPConformance, "reverse_search") {
		t.Errorf("%+v", help)
	}
	if got := w.ask(t, "GET", "help", purposefulOf(w)...); !bytes.Contains(got.body, []byte(`"You may ask for domains by their contacts: domains/reverse_search/entity?PROPERTY=PATTERN, with the properties fn, handle, email and role, also by the beginning."`)) {
		t.Errorf("%s", got.body)
	}
	closed := open(t, setup{profile: rdap.ICANN2024})
	if got := closed.ask(t, "GET", "help"); bytes.Contains(got.body, []byte("everse")) {
		t.Errorf("%s", got.body)
	}
	if got := closed.ask(t, "GET", reverse+"handle=F1", purposefulOf(closed)...); got.status != 501 {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// TestTheConformanceSuiteFindsNothingInAReverseSearch.
func TestTheConformanceSuiteFindsNothingInAReverseSearch(t *testing.T) {
	w, entitled := seeker(t, setup{})
	header := http.Header{}
	for i := 0; i < len(entitled); i += 2 {
		header.Set(entitled[i], entitled[i+1])
	}
	for _, query := range []string{
		"handle=F1", "handle=F*1", "handle=nobody", "fn=canary*&fieldSet=brief", "email=canary*&fieldSet=id&count=true&sort=name:d", "handle=P1&role=billing",
		"handle=p2&role=administrative&role=technical&sort=registrationDate", "role=billing", "voice=1",
	} {
		got := w.ask(t, "GET", reverse+query, entitled...)
		answer := conformance.Answer{
			Request: conformance.Request{Method: "GET", URL: base + reverse + query, Header: header},
			Status:  got.status, Header: got.header, Body: got.body,
		}
		for _, f := range conformance.Check(answer, conformance.Plain) {
			t.Errorf("%s: %+v", query, f)
		}
		if err := conformance.Matches(answer); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
}

func TestTheNextLinksLeadThroughAllThatAReverseSearchFinds(t *testing.T) {
	objects := []any{registrarA(), firm("F1"), firm("F2")}
	for i := range 150 {
		objects = append(objects, &register.Domain{Name: register.Name(fmt.Sprintf("page-%03d.example", i)), Registrant: "F1", Sponsor: "reg-a",
			Contacts: []register.DomainRole{{Role: register.RoleTech, Handle: "F2"}}})
	}
	w, entitled := seeker(t, setup{store: fill(t, objects...)})
	var found []string
	for path := reverse + "fn=canary*&role=technical&fieldSet=id&sort=name:d"; path != ""; {
		got := w.ask(t, "GET", path, entitled...)
		if got.status != 200 {
			t.Fatalf("%s: %d %s", path, got.status, got.body)
		}
		r := readSearchReply(t, got.body)
		for _, o := range r.DomainSearchResults {
			found = append(found, o["ldhName"].(string))
		}
		path = ""
		for _, l := range r.Paging.Links {
			path = strings.TrimPrefix(l.Href, base)
		}
	}
	slices.Reverse(found)
	if len(found) != 150 || !slices.IsSorted(found) || len(slices.Compact(found)) != 150 {
		t.Errorf("%d found: %v", len(found), found)
	}
}

// TestThatMoreDomainsAreThereThanAreLookedThroughIsSaid (RFC 9083 section 9), beside
// the link to the next page.
func TestThatMoreDomainsAreThereThanAreLookedThroughIsSaid(t *testing.T) {
	a := foundBy(lookup.DomainsByName, disclose.Operator, disclose.Full, 1)
	a.By, a.Where, a.Next, a.Cut = lookup.DomainsByContact, []lookup.Condition{{Property: "handle", Pattern: "a+b&c"}}, "next", true
	body := rdap.Search(base, rdap.Country, a, lookup.Search{})
	said := false
	for _, n := range readSearchReply(t, body).Notices {
		said = said || n.Type == "result set truncated due to unexplainable reasons"
	}
	if !said || !bytes.Contains(body, []byte(`entity?handle=a%2Bb%26c\u0026cursor=next"`)) || !bytes.Contains(body, []byte("than the 10000 that are looked through")) {
		t.Errorf("%s", body)
	}
}
