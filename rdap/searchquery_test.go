package rdap_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"registerd/disclose"
	"registerd/internal/conformance"
	"registerd/rdap"
	"registerd/register"
)

// seeker is a window, and what an entitled user's question has in its header.
func seeker(t testing.TB, s setup) (w *window, entitled []string) {
	t.Helper()
	w = open(t, s)
	return w, []string{"Authorization", w.bearer(disclose.Authority), "RDAP-Purpose", "legalActions", "RDAP-Case", "2026/17"}
}

// TestASpellingDoesNotChangeASearch: case, encoding, order, and what is not
// asked for make no difference to a byte.
func TestASpellingDoesNotChangeASearch(t *testing.T) {
	w, entitled := seeker(t, setup{})
	for _, spellings := range [][]string{
		{"nameservers?name=ns1.shop.example", "nameservers?name=NS1.Shop.EXAMPLE.", "nameservers?%6e%61me=%6es1%2Eshop.example",
			"nameservers?cache=bust&name=ns1.shop.example&farv1_qp=&&x=%zz&Count=1", "nameservers?count=no&fieldSet=full&name=ns1.shop.example"},
		{"nameservers?ip=2001:db8::7", "nameservers?ip=2001:0DB8:0:0::7", "nameservers?ip=2001%3adb8%3A%3A7"},
		{"domains?name=b%C3%BC*.example&count=true", "domains?name=B%C3%9C*.Example.&count=1", "domains?count=yes&name=bu%CC%88*.example"},
		{"domains?name=xn--bcher-kva.example", "domains?name=b%C3%BCcher.example", "domains?name=XN--BCHER-KVA.example"},
		{"domains?name=sh*.example&sort=name:d&fieldSet=id", "domains?fieldSet=id&sort=name%3Ad&name=SH%2a.example"},
		{"entities?fn=sample*", "entities?fn=SAMPLE*", "entities?fn=%EF%BC%B3ample*"},
		{"entities?handle=reg-a", "entities?handle=REG%2DA"},
	} {
		first := w.ask(t, "GET", spellings[0], entitled...)
		if first.status != 200 {
			t.Errorf("%s: %d %s", spellings[0], first.status, first.body)
		}
		for _, path := range spellings {
			if got := w.ask(t, "GET", path, entitled...); got.status != 200 || !bytes.Equal(got.body, first.body) {
				t.Errorf("%s: %d, another answer than %s\n%s\n%s", path, got.status, spellings[0], got.body, first.body)
			}
		}
	}
}

// TestAPlusIsAPlus: a query is no form (RFC 3986 section 2.2).
func TestAPlusIsAPlus(t *testing.T) {
	plus, space := firm("PLUS"), firm("SPACE")
	plus.Local.Name, space.Local.Name = "One+Two", "One Two"
	w, entitled := seeker(t, setup{store: fill(t, plus, space, registrarA())})
	for query, handle := range map[string]string{"One+Two": "PLUS", "One%2BTwo": "PLUS", "One%20Two": "SPACE"} {
		r := readSearchReply(t, w.ask(t, "GET", "entities?fn="+query, entitled...).body)
		if len(r.EntitySearchResults) != 1 || r.EntitySearchResults[0]["handle"] != handle {
			t.Errorf("%s finds %v", query, r.EntitySearchResults)
		}
	}
}

// TestTheNextLinksLeadThroughAllResults: each once, in order, and no further;
// and what is counted is what is there.
func TestTheNextLinksLeadThroughAllResults(t *testing.T) {
	objects := []any{registrarA()}
	for i := range 250 {
		objects = append(objects, &register.Domain{
			Name: register.Name(fmt.Sprintf("page-%03d.example", i)), ROID: fmt.Sprintf("D%d-EX", i), Sponsor: "reg-a", Created: created.AddDate(0, 0, -i),
		})
	}
	w, entitled := seeker(t, setup{store: fill(t, objects...)})
	for _, sorted := range []string{"", "&sort=name:d", "&sort=registrationDate", "&sort=registrationDate:d,name&fieldSet=brief"} {
		var found []string
		path := "domains?name=pa*.example&count=true" + sorted
		for page := 1; path != ""; page++ {
			got := w.ask(t, "GET", path, entitled...)
			if got.status != 200 {
				t.Fatalf("%s: %d %s", path, got.status, got.body)
			}
			r := readSearchReply(t, got.body)
			for _, o := range r.results() {
				found = append(found, o["ldhName"].(string))
			}
			if *r.Paging.PageNumber != page || *r.Paging.PageSize != 100 || (page == 1) != (r.Paging.TotalCount != nil) {
				t.Errorf("%s: page %d of %d", path, *r.Paging.PageNumber, *r.Paging.PageSize)
			}
			if page == 1 && *r.Paging.TotalCount != 250 {
				t.Errorf("%s: %d in all", path, *r.Paging.TotalCount)
			}
			path = ""
			for _, l := range r.Paging.Links {
				path = strings.TrimPrefix(l.Href, base)
			}
		}
		descending := strings.Contains(sorted, "name:d") || sorted == "&sort=registrationDate"
		if descending {
			slices.Reverse(found)
		}
		if len(found) != 250 || !slices.IsSorted(found) || len(slices.Compact(found)) != 250 {
			t.Errorf("%q: %d found: %v", sorted, len(found), found)
		}
	}
}

// TestACursorIsForWhoGotItAndForThatSearch: and all that is wrong with one is
// said in the same words.
func TestACursorIsForWhoGotItAndForThatSearch(t *testing.T) {
	objects := []any{registrarA()}
	for i := range 101 {
		objects = append(objects, &register.Host{Name: register.Name(fmt.Sprintf("ns%d.page.example", i)), Sponsor: "reg-a", Created: created})
	}
	w, entitled := seeker(t, setup{store: fill(t, objects...)})
	first := readSearchReply(t, w.ask(t, "GET", "nameservers?name=ns*.page.example", entitled...).body)
	next := strings.TrimPrefix(first.Paging.Links[0].Href, base)
	if got := w.ask(t, "GET", next, entitled...); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	cursor := next[strings.Index(next, "&cursor=")+len("&cursor="):]
	flipped := []byte(cursor)
	if flipped[0]++; flipped[0] > 'Z' && flipped[0] < 'a' || flipped[0] == '{' || flipped[0] == ':' {
		flipped[0] = 'A'
	}
	var said []byte
	for _, q := range []struct {
		path    string
		headers []string
	}{
		{"nameservers?name=ns*.page.example&cursor=" + string(flipped), entitled},
		{"nameservers?name=ns1*.page.example&cursor=" + cursor, entitled},
		{"nameservers?name=ns*.page.example&sort=name:d&cursor=" + cursor, entitled},
		{"nameservers?name=ns*.page.example&fieldSet=id&cursor=" + cursor, entitled},
		{"nameservers?name=ns1.page.example&cursor=" + cursor, nil}, // the public's
	} {
		got := w.ask(t, "GET", q.path, q.headers...)
		if said == nil {
			said = got.body
		}
		if got.status != 400 || !bytes.Equal(got.body, said) {
			t.Errorf("%s: %d %s", q.path, got.status, got.body)
		}
	}
}

// TestASearchForOneNameFindsWhatALookUpShows.
func TestASearchForOneNameFindsWhatALookUpShows(t *testing.T) {
	w, entitled := seeker(t, setup{})
	for search, lookup := range map[string]string{
		"domains?name=shop.example": "domain/shop.example", "domains?name=firm.example": "domain/firm.example",
		"nameservers?name=ns1.shop.example": "nameserver/ns1.shop.example", "entities?handle=F1": "entity/F1", "entities?handle=reg-a": "entity/reg-a",
	} {
		got := readSearchReply(t, w.ask(t, "GET", search, entitled...).body).results()
		want := parse(t, w.ask(t, "GET", lookup, entitled...).body).(map[string]any)
		if len(got) != 1 {
			t.Errorf("%s: %d found", search, len(got))
			continue
		}
		for name := range want {
			if _, there := got[0][name]; !there && !slices.Contains([]string{"rdapConformance", "notices", "lang", "port43"}, name) {
				t.Errorf("%s: the search does not show %s", search, name)
			}
		}
		for name := range got[0] {
			if _, there := want[name]; !there {
				t.Errorf("%s: the search shows %s", search, name)
			}
		}
	}
}

// TestOnlyAPublicSearchMayBeKept: as with every answer.
func TestOnlyAPublicSearchMayBeKept(t *testing.T) {
	w, entitled := seeker(t, setup{})
	const path = "nameservers?ip=192.0.2.7"
	public, named := w.ask(t, "GET", path), w.ask(t, "GET", path, entitled...)
	if public.header.Get("Cache-Control") != "public, no-cache" || public.header.Get("ETag") == "" ||
		named.header.Get("Cache-Control") != "no-store" || named.header.Get("ETag") != "" {
		t.Errorf("%v\n%v", public.header, named.header)
	}
	if again := w.ask(t, "GET", path, "If-None-Match", public.header.Get("ETag")); again.status != 304 {
		t.Errorf("status %d", again.status)
	}
	head := w.ask(t, "HEAD", path)
	if head.status != 200 || len(head.body) != 0 || head.header.Get("Content-Length") != fmt.Sprint(len(public.body)) {
		t.Errorf("HEAD: %d %v", head.status, head.header)
	}
}

// TestWhyASearchIsRefusedIsSaid: by the rule, and whether or not there is
// anything to find.
func TestWhyASearchIsRefusedIsSaid(t *testing.T) {
	w := open(t, setup{})
	for path, want := range map[string]string{
		"domains":                                 "Domains are searched by exactly one of these parameters, and not by an empty one: name, nsLdhName, nsIp.",
		"nameservers?ip=":                         "Nameservers are searched by exactly one of these parameters, and not by an empty one: name, ip.",
		"entities?fn=a&handle=b":                  "Entities are searched by exactly one of these parameters, and not by an empty one: fn, handle.",
		"entities?fn=a&fn=b":                      "The parameter fn is given twice.",
		"domains?name=%ff":                        "The query is not UTF-8 in percent-encoding.",
		"nameservers?ip=192.0.2.7&count=x":        "Count is true, yes, 1, false, no or 0.",
		"nameservers?ip=192.0.2.7&fieldSet=":      "FieldSet is id, brief or full.",
		"nameservers?ip=192.0.2.7&sort=name:up":   "Sort is a list of properties, each once, with :a or :d behind it or nothing, and commas between them.",
		"nameservers?ip=192.0.2.7&cursor=a%20b":   "The cursor is none that this server gave.",
		"entities?fn=Canary*":                     "Other searches would let the whole register be harvested.",
		"entities?fn=There%20is%20no%20such*":     "Other searches would let the whole register be harvested.",
		"domains/reverse_search/entity?fn=Canary": "Other searches would let the whole register be harvested.",
	} {
		if got := w.ask(t, "GET", path); !bytes.Contains(got.body, []byte(want)) {
			t.Errorf("%s: %s", path, got.body)
		}
	}
}

// TestAClosedProfileTakesNoParametersOfItsOwn: what it does not offer is
// unknown to it, hence ignored (RFC 7480 section 4.3).
func TestAClosedProfileTakesNoParametersOfItsOwn(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	h, err := rdap.New(rdap.Config{Desk: open(t, setup{}).desk, Base: base, Profile: rdap.ICANN2024, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	w := &window{handler: h, url: serve(t, h, log)}
	want := w.ask(t, "GET", "nameservers?ip=192.0.2.7")
	got := w.ask(t, "GET", "nameservers?ip=192.0.2.7&count=maybe&fieldSet=&sort=,&cursor=+")
	if want.status != 200 || got.status != 200 || !bytes.Equal(got.body, want.body) || bytes.Contains(got.body, []byte("_metadata")) {
		t.Errorf("%d %s\n%d %s", want.status, want.body, got.status, got.body)
	}
	if help := w.ask(t, "GET", "help").body; bytes.Contains(help, []byte("paging")) || bytes.Contains(help, []byte("fieldSet")) ||
		!bytes.Contains(help, []byte("nameservers?ip=")) {
		t.Errorf("help: %s", help)
	}
}

// TestTheConformanceSuiteFindsNothingInASearch: of any kind, by anybody.
func TestTheConformanceSuiteFindsNothingInASearch(t *testing.T) {
	w, entitled := seeker(t, setup{})
	paths := append(slices.Clone(examples), "domains?name=b%C3%BC*.example&fieldSet=brief", "domains?name=sh*.example&fieldSet=id&count=true&sort=name:d",
		"entities?handle=re*&fieldSet=id", "entities?fn=*", "domains?nsIp=192.0.2.7", "domains?nsLdhName=ns1.shop.example&sort=expirationDate")
	for _, path := range paths {
		for _, headers := range [][]string{nil, entitled} {
			got := w.ask(t, "GET", path, headers...)
			if path == "openapi.json" {
				continue
			}
			header := http.Header{}
			for i := 0; i+1 < len(headers); i += 2 {
				header.Set(headers[i], headers[i+1])
			}
			for _, f := range conformance.Check(conformance.Answer{
				Request: conformance.Request{Method: "GET", URL: base + path, Header: header},
				Status:  got.status, Header: got.header, Body: got.body,
			}, conformance.Plain) {
				t.Errorf("%s: %+v", path, f)
			}
		}
	}
}
