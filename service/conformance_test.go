package service

import (
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	openrdap "github.com/openrdap/rdap"

	"registerd/config"
	"registerd/disclose"
	"registerd/internal/conformance"
)

// acceptedFindings are what the checker finds in answers of ours that stay as
// they are, and why.
var acceptedFindings = map[string]string{
	"9083-3-ldhName": "ns_1.polaris.test is a name server of the example, as registers have them: it is shown as it is registered",
}

// TestEveryObjectOfTheExampleConforms asks for all that the example register
// holds, as each of those who may ask.
func TestEveryObjectOfTheExampleConforms(t *testing.T) {
	s := serveExample(t, nil)
	paths := s.objects(t)
	if len(paths) < 90 {
		t.Fatalf("only %d objects", len(paths))
	}
	for _, who := range []disclose.Audience{disclose.Public, disclose.Registrar, disclose.Authority} {
		found := map[string]int{}
		for _, path := range paths {
			a := s.ask(t, "GET", path, s.as(who))
			isFit(t, a)
			kind, _, _ := strings.Cut(path, "/")
			if a.Status == 200 {
				found[kind]++
			} else if a.Status != 404 {
				t.Errorf("%s: %s: %d %s", who, path, a.Status, a.Body)
			}
		}
		for _, kind := range []string{"domain", "nameserver", "entity"} {
			if found[kind] < 4 {
				t.Errorf("%s: only %d answers of %s", who, found[kind], kind)
			}
		}
	}
}

// TestEveryKindOfQuestionConforms asks what is in questions, over a live server.
func TestEveryKindOfQuestionConforms(t *testing.T) {
	s := serveExample(t, nil)
	for _, q := range questions {
		header := http.Header{}
		for _, line := range q.headers {
			name, value, _ := strings.Cut(line, ": ")
			header[name] = append(header[name], value)
		}
		a := s.ask(t, q.method, q.path, header)
		if a.Status != q.status {
			t.Errorf("%s: %s %s %q: status %d, want %d\n%s", q.id, q.method, q.path, q.headers, a.Status, q.status, a.Body)
		}
		if q.status == 431 {
			continue // net/http says so itself, before there is a request
		}
		isFit(t, a)
	}
}

// TestEverySearchConforms asks what is in searchQuestions.
func TestEverySearchConforms(t *testing.T) {
	s := serveExample(t, nil)
	for _, q := range searchQuestions {
		a := s.ask(t, "GET", q.path, s.as(q.as))
		if a.Status != q.status {
			t.Errorf("%s: %s asks %s: status %d, want %d\n%s", q.id, q.as, q.path, a.Status, q.status, a.Body)
		}
		isFit(t, a)
	}
}

// TestHEADOfEveryQuestionIsItsGET compares status and headers (RFC 7480 section 4.1).
func TestHEADOfEveryQuestionIsItsGET(t *testing.T) {
	s := serveExample(t, nil)
	for _, q := range questions {
		if q.method != "GET" || len(q.headers) > 0 || q.status == 431 {
			continue
		}
		get, head := s.get(t, q.path), s.ask(t, "HEAD", q.path, nil)
		isFit(t, head)
		get.Header.Del("Date")
		head.Header.Del("Date")
		var one, other strings.Builder
		if err := errors.Join(get.Header.Write(&one), head.Header.Write(&other)); err != nil {
			t.Fatal(err)
		}
		if head.Status != get.Status || one.String() != other.String() {
			t.Errorf("%s: HEAD is %d\n%s\nGET is %d\n%s", q.path, head.Status, other.String(), get.Status, one.String())
		}
	}
}

// TestTheProfileOfGenericDomainsConforms asks for all that the example holds,
// with the profile of ICANN switched on. The example is none of a generic
// domain's registers: what it lacks is accepted.
func TestTheProfileOfGenericDomainsConforms(t *testing.T) {
	accepted := map[string]string{
		"9083-3-ldhName": acceptedFindings["9083-3-ldhName"],
		"RP-4.1-v4":      "the example's addresses are those for documentation",
		"RP-4.1-v6":      "the example's addresses are those for documentation",
		"RP-1.4":         "of a contact under protection not even the country is shown",
		"RP-2.4.2":       "a registrar of the example has no IANA id",
		"RP-2.4.5":       "some registrars of the example have no abuse desk",
		"RP-2.4.6":       "some registrars of the example have no web site",
		"TIG-3.2":        "a registrar of the example has no RDAP server",
		"RP-3.1":         "a registrar of the example has no telephone",
	}
	met := map[string]bool{}
	rules := approvedRules(t, "icann-2024")
	s := serveExample(t, func(c *config.Config) { c.RDAP.Profile, c.Rules, c.AllowWidenTo = "icann-2024", rules, "icann-2024-1" })
	for _, path := range append(s.objects(t), "help", "domain/free.example", "domain/test.invalid", "nowhere") {
		for _, id := range conforms(t, s.get(t, path), conformance.ICANN2024, accepted) {
			met[id] = true
		}
	}
	// Of a name of which nothing is lacking, only the addresses are accepted.
	glue := map[string]string{"RP-4.1-v4": accepted["RP-4.1-v4"], "RP-4.1-v6": accepted["RP-4.1-v6"]}
	conforms(t, s.get(t, "domain/bakery.example"), conformance.ICANN2024, glue)
	for id, why := range accepted {
		if !met[id] {
			t.Errorf("%s: nothing is left to accept: %s", id, why)
		}
	}
}

// TestARegisterWithATagAndNeighboursConforms has handles with a tag (RFC 8521),
// and leads whoever asks for what is another's there (RFC 9224).
func TestARegisterWithATagAndNeighboursConforms(t *testing.T) {
	dir := t.TempDir()
	const file = `{"version":"1.0","publication":"2026-11-01T00:00:00Z","services":[[["test"],["https://rdap.test/"]]]}`
	if err := os.WriteFile(filepath.Join(dir, "dns.json"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	s := serveExample(t, func(c *config.Config) { c.Tag, c.Referrals.Dir = "NIC", dir })
	tagged := 0
	for _, path := range s.objects(t) {
		a := s.get(t, path)
		isFit(t, a)
		if strings.Contains(string(a.Body), `"rdap_objectTag_level_0"`) {
			tagged++
		}
	}
	if tagged < 40 {
		t.Errorf("only %d answers have a tag", tagged)
	}
	for _, method := range []string{"GET", "HEAD"} {
		for _, path := range []string{"domain/shop.test", "domain/SHOP.test.?a=b", "nameserver/ns1.shop.test"} {
			a := s.ask(t, method, path, nil)
			isFit(t, a)
			if a.Status != 302 {
				t.Errorf("%s %s: status %d", method, path, a.Status)
			}
		}
	}
}

// TestWhoAsksTooOftenIsAnsweredInRDAPToo uses a budget up.
func TestWhoAsksTooOftenIsAnsweredInRDAPToo(t *testing.T) {
	s := serveExample(t, func(c *config.Config) {
		c.Limits.Off, c.Limits.Lookup = false, config.Budget{PerSecond: 0.01, AtOnce: 2}
	})
	for _, status := range []int{200, 200, 429, 429} {
		a := s.get(t, "domain/bakery.example")
		isFit(t, a)
		if a.Status != status {
			t.Errorf("status %d, want %d", a.Status, status)
		}
	}
}

// approvedRules writes a rule file that comes with the program as somebody would who
// takes it for theirs, and returns its path.
func approvedRules(t *testing.T, name string) string {
	t.Helper()
	text, err := disclose.Shipped(name)
	if err != nil {
		t.Fatal(err)
	}
	whole := strings.Replace(string(text), "\noperator = ", "\ncontroller = \"Example Registry\"\napproved_by = \"Council\"\napproved_on = 2026-01-01\noperator = ", 1)
	path := filepath.Join(t.TempDir(), name+".toml")
	if err := os.WriteFile(path, []byte(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTheOpenRDAPClientReadsTheAnswers is the other half of a second opinion:
// its client asks, as its users do.
func TestTheOpenRDAPClientReadsTheAnswers(t *testing.T) {
	s := serveExample(t, nil)
	server, err := url.Parse(s.rdap)
	if err != nil {
		t.Fatal(err)
	}
	client := &openrdap.Client{HTTP: &http.Client{Transport: s.client}}
	for _, c := range []struct {
		kind  openrdap.RequestType
		query string
		right func(object any) bool
	}{
		{openrdap.DomainRequest, "bakery.example", func(v any) bool {
			d, ok := v.(*openrdap.Domain)
			return ok && d.LDHName == "bakery.example" && len(d.Entities) > 1 && len(d.SecureDNS.DS) > 0
		}},
		{openrdap.DomainRequest, "smørrebrød.example", func(v any) bool {
			d, ok := v.(*openrdap.Domain)
			return ok && d.UnicodeName == "smørrebrød.example"
		}},
		{openrdap.NameserverRequest, "ns1.nordlys.example", func(v any) bool {
			h, ok := v.(*openrdap.Nameserver)
			return ok && h.LDHName == "ns1.nordlys.example"
		}},
		{openrdap.NameserverSearchRequest, "ns1.nordlys.example", func(v any) bool {
			found, ok := v.(*openrdap.NameserverSearchResults)
			return ok && len(found.Nameservers) == 1 && found.Nameservers[0].LDHName == "ns1.nordlys.example"
		}},
		{openrdap.EntityRequest, "nordlys", func(v any) bool {
			e, ok := v.(*openrdap.Entity)
			return ok && e.VCard != nil && e.VCard.Name() == "Nordlys Domains A/S"
		}},
		{openrdap.HelpRequest, "", func(v any) bool {
			h, ok := v.(*openrdap.Help)
			return ok && len(h.Notices) > 0
		}},
	} {
		res, err := client.Do(openrdap.NewRequest(c.kind, c.query).WithServer(server).WithContext(t.Context()))
		if err != nil || !c.right(res.Object) {
			t.Errorf("%s %s: %+v %v", c.kind, c.query, res, err)
			continue
		}
		for _, note := range conformance.DecodedNotes(res.Object) {
			t.Errorf("%s %s: %s", c.kind, c.query, note)
		}
	}
	_, err = client.Do(openrdap.NewRequest(openrdap.DomainRequest, "free.example").WithServer(server).WithContext(t.Context()))
	if e := new(openrdap.ClientError); !errors.As(err, &e) || e.Type != openrdap.ObjectDoesNotExist {
		t.Errorf("a name that is free: %v", err)
	}
}
