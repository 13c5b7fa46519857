package rdap_test

import (
	"encoding/json"
	"slices"
	"testing"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
)

// foundBy is what a search found, as a viewer sees it: a domain, a host, or a
// contact and a registrar, each n times.
func foundBy(by lookup.SearchBy, audience disclose.Audience, part disclose.FieldSet, n int) *lookup.SearchAnswer {
	policy, v := disclose.GDPR(), disclose.Viewer{Audience: audience}
	a := &lookup.SearchAnswer{
		About: lookup.About{Watermark: watermark, Rules: "gdpr-2", Operator: register.Operator{Name: "Example Registry"}},
		By:    by, Pattern: "sh*.example", Part: part, Total: -1, Page: 1, PageSize: 100,
		Sortable: []lookup.SortProperty{{Name: "name", Default: true}, {Name: "registrationDate"}},
	}
	for range n {
		switch by {
		case lookup.DomainsByName, lookup.DomainsByServer, lookup.DomainsByAddress:
			a.Domains = append(a.Domains, policy.Domain(v, record()).Narrow(part))
		case lookup.HostsByName, lookup.HostsByAddress:
			a.Hosts = append(a.Hosts, policy.Host(v, wholeHost(), registrarA()).Narrow(part))
		default:
			c, visible := policy.Contact(v, firm("F1"))
			if !visible {
				panic("an organisation is hidden")
			}
			c, r := c.Narrow(part), policy.Registrar(v, registrarA()).Narrow(part)
			a.Entities = append(a.Entities, lookup.FoundEntity{Contact: &c}, lookup.FoundEntity{Registrar: &r})
		}
	}
	return a
}

// searchReply is what a program reads of a search's answer.
type searchReply struct {
	RDAPConformance []string
	Lang            string
	Notices         []struct{ Title, Type string }

	DomainSearchResults, NameserverSearchResults, EntitySearchResults []map[string]any

	Paging *struct {
		TotalCount, PageSize, PageNumber *int
		Links                            []struct{ Value, Rel, Href, Type string }
	} `json:"paging_metadata"`
	Sorting *struct {
		CurrentSort    string
		AvailableSorts []struct {
			Property, JSONPath string
			Default            bool
		}
	} `json:"sorting_metadata"`
	Subsetting *struct {
		CurrentFieldSet    string
		AvailableFieldSets []struct {
			Name, Description string
			Default           bool
		}
	} `json:"subsetting_metadata"`
}

func (r searchReply) results() []map[string]any {
	return slices.Concat(r.DomainSearchResults, r.NameserverSearchResults, r.EntitySearchResults)
}

func readSearchReply(t testing.TB, body []byte) (r searchReply) {
	t.Helper()
	if err := json.Unmarshal(body, &r); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return r
}

var everySearch = map[lookup.SearchBy]string{
	lookup.DomainsByName: "domainSearchResults", lookup.HostsByName: "nameserverSearchResults", lookup.EntitiesByHandle: "entitySearchResults",
}
