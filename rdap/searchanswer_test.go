package rdap_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/rdap"
)

// TestEachResultSaysWhatIsWithheldOfIt: the paths are of the whole answer, and
// true (RFC 9537 section 4.2).
func TestEachResultSaysWhatIsWithheldOfIt(t *testing.T) {
	for by, member := range everySearch {
		whole := parse(t, rdap.Search(base, rdap.Country, foundBy(by, disclose.Operator, disclose.Full, 2), lookup.Search{}))
		sent := rdap.Search(base, rdap.Country, foundBy(by, disclose.Public, disclose.Full, 2), lookup.Search{})
		root, said := parse(t, sent), 0
		for i, o := range root.(map[string]any)[member].([]any) {
			list, _ := o.(map[string]any)["redacted"].([]any)
			for _, entry := range list {
				said++
				text, _ := json.Marshal(entry)
				var r redaction
				if err := json.Unmarshal(text, &r); err != nil {
					t.Fatal(err)
				}
				for _, path := range []string{r.PrePath, r.PostPath, r.ReplacementPath} {
					if path != "" && !strings.HasPrefix(path, fmt.Sprintf("$.%s[%d].", member, i)) {
						t.Errorf("result %d speaks of %s", i, path)
					}
				}
				if r.PrePath != "" && (len(resolve(t, whole, r.PrePath)) == 0 || len(resolve(t, root, r.PrePath)) != 0) {
					t.Errorf("%s: it was not there, or still is", r.PrePath)
				}
				if r.PostPath != "" && len(resolve(t, root, r.PostPath)) == 0 {
					t.Errorf("%s leads nowhere", r.PostPath)
				}
			}
		}
		if by == lookup.DomainsByName && said == 0 {
			t.Error("nothing is said to be withheld")
		}
		if conforms := slices.Contains(readSearchReply(t, sent).RDAPConformance, "redacted"); conforms != (said > 0) {
			t.Errorf("%s: %d redactions, conformance %t", member, said, conforms)
		}
		if bytes.Count(sent, []byte(`"notices"`)) != 1 || bytes.Contains(sent, []byte("last update of RDAP database")) {
			t.Errorf("%s: what is said of the whole answer stands in an object: %s", member, sent)
		}
	}
}

// TestAResultIsTheObjectThatALookUpShows: but for what only the topmost object
// says.
func TestAResultIsTheObjectThatALookUpShows(t *testing.T) {
	strip := func(o map[string]any) map[string]any {
		for _, topmost := range []string{"rdapConformance", "notices", "lang", "port43", "redacted", "events", "links", "entities", "nameservers"} {
			delete(o, topmost)
		}
		return o
	}
	a := foundBy(lookup.DomainsByName, disclose.Public, disclose.Full, 1)
	got := readSearchReply(t, rdap.Search(base, rdap.Country, a, lookup.Search{})).DomainSearchResults[0]
	want, _ := parse(t, rdap.Domain(base, &lookup.DomainAnswer{About: a.About, Domain: &a.Domains[0]})).(map[string]any)
	if !reflect.DeepEqual(strip(got), strip(want)) {
		t.Errorf("%v\nis not\n%v", got, want)
	}
}

func TestAFieldSetHoldsNoMore(t *testing.T) {
	for _, c := range []struct {
		by    lookup.SearchBy
		part  disclose.FieldSet
		holds []string
	}{
		{lookup.DomainsByName, disclose.ID, []string{"ldhName links objectClassName"}},
		{lookup.HostsByName, disclose.ID, []string{"ldhName links objectClassName"}},
		{lookup.EntitiesByHandle, disclose.ID, []string{"handle links objectClassName", "handle links objectClassName"}},
		{lookup.DomainsByName, disclose.Brief, []string{"events handle ldhName links objectClassName status"}},
		{lookup.HostsByName, disclose.Brief, []string{"handle ipAddresses ldhName links objectClassName status"}},
		{lookup.EntitiesByHandle, disclose.Brief, []string{
			"events handle links objectClassName status", "events handle links objectClassName publicIds roles status"}},
	} {
		body := rdap.Search(base, rdap.Country, foundBy(c.by, disclose.Operator, c.part, 1), lookup.Search{})
		r := readSearchReply(t, body)
		for i, o := range r.results() {
			var names []string
			for name := range o {
				names = append(names, name)
			}
			slices.Sort(names)
			if got := strings.Join(names, " "); got != c.holds[i] {
				t.Errorf("%s: %v holds %s, want %s", c.part, o["objectClassName"], got, c.holds[i])
			}
			if link := o["links"].([]any)[0].(map[string]any); link["rel"] != "self" {
				t.Errorf("%s: no link to itself: %v", c.part, o)
			}
		}
		if r.Subsetting.CurrentFieldSet != c.part.String() {
			t.Errorf("it says to be %s", r.Subsetting.CurrentFieldSet)
		}
	}
}

// TestMetadataIsThereWhenTheRFCsSaySo is RFC 8977 sections 2.2 and 2.3, and RFC
// 8982 section 2.1.
func TestMetadataIsThereWhenTheRFCsSaySo(t *testing.T) {
	for name, c := range map[string]struct {
		change              func(*lookup.SearchAnswer)
		asked               lookup.Search
		paging, next, value string
	}{
		"one page": {value: "domains?name=sh*.example"},
		"one page, counted": {
			change: func(a *lookup.SearchAnswer) { a.Total = 1 }, asked: lookup.Search{Count: true},
			paging: "total 1", value: "domains?name=sh*.example&count=true",
		},
		"the first of several": {
			change: func(a *lookup.SearchAnswer) { a.Next = "abc_-" },
			paging: "size 100 page 1", next: "domains?name=sh*.example&cursor=abc_-", value: "domains?name=sh*.example",
		},
		"in the midst, sorted, counted": {
			change: func(a *lookup.SearchAnswer) {
				a.Next, a.Page, a.Total = "next", 2, 250
				a.Sorted = []lookup.SortKey{{Property: "registrationDate", Descending: true}, {Property: "name"}}
			},
			asked: lookup.Search{Count: true, Cursor: "this"}, paging: "total 250 size 100 page 2",
			next:  "domains?name=sh*.example&sort=registrationDate:d,name&cursor=next",
			value: "domains?name=sh*.example&sort=registrationDate:d,name&count=true&cursor=this",
		},
		"the last": {
			change: func(a *lookup.SearchAnswer) { a.Page = 3 }, asked: lookup.Search{Cursor: "this"},
			paging: "size 100 page 3", value: "domains?name=sh*.example&cursor=this",
		},
		"nothing to sort by": {
			change: func(a *lookup.SearchAnswer) { a.Sortable = nil }, value: "domains?name=sh*.example",
		},
	} {
		a := foundBy(lookup.DomainsByName, disclose.Operator, disclose.Full, 1)
		if c.change != nil {
			c.change(a)
		}
		body := rdap.Search(base, rdap.Country, a, c.asked)
		r := readSearchReply(t, body)
		conforms := []string{"rdap_level_0"}
		paging, next := "", ""
		if r.Paging != nil {
			conforms = append(conforms, "paging")
			paging = told("total", r.Paging.TotalCount) + told("size", r.Paging.PageSize) + told("page", r.Paging.PageNumber)
			for _, l := range r.Paging.Links {
				if next = strings.TrimPrefix(l.Href, base); l.Rel != "next" || l.Type != "application/rdap+json" || l.Value != base+c.value {
					t.Errorf("%s: link %+v", name, l)
				}
			}
		}
		if r.Sorting != nil {
			conforms = append(conforms, "sorting")
		}
		conforms = append(conforms, "subsetting")
		if strings.TrimSpace(paging) != c.paging || next != c.next {
			t.Errorf("%s: %s, next %s", name, paging, next)
		}
		if !slices.Equal(r.RDAPConformance, conforms) {
			t.Errorf("%s: it conforms to %q, and uses %q", name, r.RDAPConformance, conforms)
		}
		if (r.Sorting == nil) != (a.Sortable == nil) {
			t.Errorf("%s: sorting is %+v", name, r.Sorting)
		}
		if !bytes.Contains(body, []byte(`"value":"`+base+strings.ReplaceAll(c.value, "&", `\u0026`)+`","rel":"self"`)) {
			t.Errorf("%s: the links are of another answer than %s: %s", name, c.value, body)
		}
	}
}

func told(what string, n *int) string {
	if n == nil {
		return ""
	}
	return fmt.Sprintf("%s %d ", what, *n)
}

// TestASortPropertyLeadsToWhatItSorts: of every property that RFC 8977 names
// and an object of ours has, the path leads to its values.
func TestASortPropertyLeadsToWhatItSorts(t *testing.T) {
	for by, want := range map[lookup.SearchBy]map[string]string{
		lookup.DomainsByName: {
			"registrationDate": "2021-03-04T05:06:07Z", "lastChangedDate": "2025-01-02T03:04:05Z",
			"expirationDate": "2027-03-04T05:06:07Z", "transferDate": "2023-05-06T07:08:09Z",
		},
		lookup.HostsByName: {"ipv4": "192.0.2.7"},
		lookup.EntitiesByHandle: {
			"handle": "F1", "org": "Fabriek & Co", "voice": "tel:+999.5550199", "cc": "BE", "city": "Antwerpen",
			"email": canary + ".peeters@mail.example", "fn": canary + " Jos\u00e9 <Peeters>", "country": "",
		},
	} {
		a := foundBy(by, disclose.Operator, disclose.Full, 1)
		a.Sortable = []lookup.SortProperty{{Name: "name", Default: true}, {Name: "colour"}}
		for name := range want {
			a.Sortable = append(a.Sortable, lookup.SortProperty{Name: name})
		}
		body := rdap.Search(base, rdap.Country, a, lookup.Search{})
		defaults := 0
		for _, p := range readSearchReply(t, body).Sorting.AvailableSorts {
			if p.Default {
				defaults++
			}
			switch p.Property {
			case "name":
				if want := "$." + everySearch[by] + "[*]['unicodeName','ldhName']"; p.JSONPath != want {
					t.Errorf("name is at %s", p.JSONPath)
				}
			case "colour":
				if p.JSONPath != "" {
					t.Errorf("what nobody knows is at %s", p.JSONPath)
				}
			default:
				if got := resolve(t, parse(t, body), p.JSONPath); len(got) == 0 || got[0] != want[p.Property] {
					t.Errorf("%s is at %s: %q", p.Property, p.JSONPath, got)
				}
			}
		}
		if defaults != 1 {
			t.Errorf("%s: %d defaults", everySearch[by], defaults)
		}
	}
}

// TestAClosedProfileHasWhatRFC9083HasAndNoMore: no page, sort or field set is
// offered, and that there is more is a notice.
func TestAClosedProfileHasWhatRFC9083HasAndNoMore(t *testing.T) {
	a := foundBy(lookup.DomainsByName, disclose.Operator, disclose.Full, 2)
	for _, next := range []string{"", "cursor"} {
		a.Next = next
		body := rdap.Search(base, rdap.ICANN2024, a, lookup.Search{})
		if bytes.Contains(body, []byte("_metadata")) || bytes.Contains(body, []byte(`"paging"`)) || bytes.Contains(body, []byte("cursor")) {
			t.Errorf("%s", body)
		}
		cut := false
		for _, n := range readSearchReply(t, body).Notices {
			cut = cut || n.Type == "result set truncated due to unexplainable reasons"
		}
		if cut != (next != "") {
			t.Errorf("next %q: truncation is said: %t", next, cut)
		}
	}
	if body := rdap.Search(base, rdap.Country, a, lookup.Search{}); bytes.Contains(body, []byte("truncated")) {
		t.Errorf("a link to the next page, and it is said to be truncated: %s", body)
	}
}

// TestASearchHasOneURL: whatever a pattern holds, its URL is one, is a URI, and
// says the same to readers of forms.
func TestASearchHasOneURL(t *testing.T) {
	for pattern, want := range map[string]string{
		"b\u00fccher*.example": "b%C3%BCcher*.example", "a+b c&d=e#f%41": "a%2Bb%20c%26d%3De%23f%2541", "2001:db8::1": "2001:db8::1",
	} {
		a := foundBy(lookup.HostsByAddress, disclose.Operator, disclose.ID, 1)
		a.Pattern = pattern
		body := rdap.Search(base, rdap.Country, a, lookup.Search{})
		if url := `"value":"` + base + "nameservers?ip=" + want + `\u0026fieldSet=id"`; !bytes.Contains(body, []byte(url)) {
			t.Errorf("%q: no %s in %s", pattern, url, body)
		}
	}
}
