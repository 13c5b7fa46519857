package rdap_test

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"registerd/access"
	"registerd/disclose"
	"registerd/lookup"
)

func TestEachAudienceSeesItsOwn(t *testing.T) {
	w := open(t, setup{kept: 10})
	purposeful := []string{"RDAP-Purpose", "legalActions", "RDAP-Case", "2026/17"}
	for _, c := range []struct {
		who      disclose.Audience
		path     string
		headers  []string
		personal bool
	}{
		{disclose.Operator, "domain/shop.example", nil, true},
		{disclose.Operator, "entity/P1", nil, true},
		{disclose.Registrar, "domain/shop.example", nil, true},
		{disclose.Registrar, "domain/firm.example", nil, false}, // another registrar's
		{disclose.Authority, "domain/shop.example", purposeful, true},
		{disclose.Authority, "domain/shop.example?farv1_qp=legalActions", purposeful[2:], true},
		{disclose.Authority, "entity/P1", purposeful, true},
		{disclose.Authority, "domain/shop.example", purposeful[:2], false}, // no case
		{disclose.Authority, "domain/shop.example", purposeful[2:], false}, // no purpose
		{disclose.Public, "domain/shop.example", purposeful, false},
		{disclose.Public, "domain/shop.example?farv1_qp=legalActions", nil, false},
	} {
		headers := c.headers
		if c.who > disclose.Public {
			headers = append([]string{"Authorization", w.bearer(c.who), "If-None-Match", "*"}, headers...)
		}
		got := w.ask(t, "GET", c.path, headers...)
		if got.status != 200 || bytes.Contains(got.body, []byte(canary)) != c.personal {
			t.Errorf("%s, %s %q: %d, personal data %t", c.who, c.path, c.headers, got.status, !c.personal)
		}
		decodes(t, c.path, got.body)
		cache, tag := got.header.Get("Cache-Control"), got.header.Get("ETag")
		if named := c.who > disclose.Public; named != (cache == "no-store") || named != (tag == "") {
			t.Errorf("%s, %s: Cache-Control %q, ETag %q", c.who, c.path, cache, tag)
		}
	}
}

func TestTwoCredentialsAreNone(t *testing.T) {
	w := open(t, setup{})
	got := w.ask(t, "GET", "domain/shop.example", "Authorization", w.bearer(disclose.Operator), "Authorization", "Bearer x")
	if got.status != 401 {
		t.Errorf("status %d", got.status)
	}
	checkReply(t, "two credentials", got)
}

func TestARefusedPurposeIsForbidden(t *testing.T) {
	w := open(t, setup{})
	got := w.ask(t, "GET", "domain/shop.example", "Authorization", w.bearer(disclose.Authority), "RDAP-Purpose", "curiosity", "RDAP-Case", "1")
	if got.status != 403 {
		t.Errorf("status %d", got.status)
	}
	checkReply(t, "purpose", got)
}

func TestAnAccountThatMayNotHideItsQuestionsIsToldSo(t *testing.T) {
	w := open(t, setup{})
	for path, header := range map[string][]string{"domain/shop.example?farv1_dnt=true": nil, "domain/shop.example": {"RDAP-Confidential", "true"}} {
		header = append(header, "Authorization", w.bearer(disclose.Authority), "RDAP-Purpose", "legalActions", "RDAP-Case", "1")
		got := w.ask(t, "GET", path, header...)
		if got.status != 403 || !strings.Contains(string(got.body), "may not have the holder not told") {
			t.Errorf("%s %q: %d %s", path, header[0], got.status, got.body)
		}
		checkReply(t, path, got)
	}
}

func TestWhoAsksWithoutBeingUnderstoodIsRefusedAndNotToldInTheOpen(t *testing.T) {
	w := open(t, setup{})
	for what, tt := range map[string]struct {
		query  string
		header []string
		want   int
	}{
		"plainly":             {"", []string{"RDAP-Purpose", "legalActions", "RDAP-Case", "1"}, 200},
		"twice alike":         {"?farv1_qp=legalActions&farv1_dnt=false&farv1_dnt=false", []string{"RDAP-Purpose", "legalActions", "RDAP-Case", "1"}, 200},
		"two purposes":        {"?farv1_qp=legalActions", []string{"RDAP-Purpose", "dnsTransparency", "RDAP-Case", "1"}, 400},
		"two in the query":    {"?farv1_qp=legalActions&farv1_qp=dnsTransparency", []string{"RDAP-Case", "1"}, 400},
		"two cases":           {"?farv1_qp=legalActions", []string{"RDAP-Case", "1", "RDAP-Case", "2"}, 400},
		"no and yes":          {"?farv1_dnt=false&farv1_dnt=true", nil, 400},
		"no, and yes by name": {"?farv1_dnt=false", []string{"RDAP-Confidential", "true"}, 400},
		"neither":             {"?farv1_dnt", nil, 400},
		"behind a semicolon":  {"?a=1;farv1_dnt=true", nil, 400},
		"badly encoded":       {"?farv1_dnt=true%zz", nil, 400},
	} {
		header := append(tt.header, "Authorization", w.bearer(disclose.Authority))
		if got := w.ask(t, "GET", "domain/shop.example"+tt.query, header...); got.status != tt.want {
			t.Errorf("%s: status %d, want %d", what, got.status, tt.want)
		}
	}
}

func TestAnAccountAndItsTokenAreTakenFromOldClients(t *testing.T) {
	w := open(t, setup{})
	token := strings.TrimPrefix(w.bearer(disclose.Operator), "Bearer ")
	for user, want := range map[string]int{"operator": 200, "authority": 401, "": 401} {
		basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+token))
		got := w.ask(t, "GET", "domain/shop.example", "Authorization", basic)
		if got.status != want {
			t.Errorf("%q: status %d, want %d", user, got.status, want)
		}
		if challenges := got.header.Values("WWW-Authenticate"); want == 401 && len(challenges) != 2 {
			t.Errorf("%q: the challenges are %q", user, challenges)
		}
		if want != 200 {
			checkReply(t, user, got)
		}
	}
}

func TestWithoutAJournalOnlyThePublicIsAnswered(t *testing.T) {
	w := open(t, setup{noJournal: true})
	got := w.ask(t, "GET", "domain/shop.example", "Authorization", w.bearer(disclose.Operator))
	if got.status != 503 || got.header.Get("Retry-After") == "" {
		t.Errorf("status %d", got.status)
	}
	checkReply(t, "no journal", got)
	if got := w.ask(t, "GET", "domain/shop.example"); got.status != 200 {
		t.Errorf("public: status %d", got.status)
	}
}

// TestASpellingDoesNotChangeTheAnswer: conformance tools compare the answers to
// spellings member by member.
func TestASpellingDoesNotChangeTheAnswer(t *testing.T) {
	w := open(t, setup{})
	for _, spellings := range [][]string{
		{"domain/shop.example", "domain/SHOP.EXAMPLE", "domain/sHoP.ExAmPlE.", "domain/%73hop.example", "domain/shop%2eexample", "domain/shop.example?x=%zz"},
		{"domain/xn--bcher-kva.example", "domain/XN--BCHER-KVA.EXAMPLE", "domain/b%C3%BCcher.example", "domain/B%C3%9Ccher.Example.", "domain/bu%CC%88cher.example"},
		{"nameserver/ns1.shop.example", "nameserver/NS1.shop.example.", "nameserver/%6es1.shop.example"},
		{"entity/F1", "entity/f1", "entity/F1-EX", "entity/f1-ex", "entity/%46%31"},
		{"entity/reg-a", "entity/REG-A", "entity/9995"},
	} {
		first := w.ask(t, "GET", spellings[0])
		for _, path := range spellings {
			got := w.ask(t, "GET", path)
			if got.status != 200 || !bytes.Equal(got.body, first.body) || got.header.Get("ETag") != first.header.Get("ETag") {
				t.Errorf("%s: %d, another answer than %s", path, got.status, spellings[0])
			}
		}
	}
}

func TestNoHeaderOfTheRequestReachesTheLinks(t *testing.T) {
	w := open(t, setup{})
	r, err := http.NewRequestWithContext(t.Context(), "GET", w.url+"domain/shop.example", nil)
	if err != nil {
		t.Fatal(err)
	}
	want := w.ask(t, "GET", "domain/shop.example")
	r.Host = "evil.test"
	r.Header.Set("X-Forwarded-Host", "evil.test")
	r.Header.Set("X-Forwarded-Proto", "gopher")
	if got := do(t, r); !bytes.Equal(got.body, want.body) {
		t.Errorf("another answer: %s", got.body)
	}
}

func TestAReferenceThatLeadsNowhereIsSaidToWhoMaySeeIt(t *testing.T) {
	w := open(t, setup{})
	got := w.ask(t, "GET", "domain/lost.example", "Authorization", w.bearer(disclose.Operator))
	for _, want := range []string{`"handle":"GONE"`, "does not hold it", "object truncated due to unexplainable reasons"} {
		if !bytes.Contains(got.body, []byte(want)) {
			t.Errorf("no %s in %s", want, got.body)
		}
	}
	decodes(t, "lost", got.body)
	if got := w.ask(t, "GET", "domain/lost.example"); bytes.Contains(got.body, []byte("GONE")) || bytes.Contains(got.body, []byte("hold it")) {
		t.Errorf("the public is told: %s", got.body)
	}
}

func TestTheConsoleIsAnsweredAsHTTPIs(t *testing.T) {
	w := open(t, setup{})
	public := access.Public(access.Channel{Addr: testAddr, Private: true})
	for path, kind := range map[string]lookup.Kind{
		"domain/shop.example": lookup.KindDomain, "domain/free.example": lookup.KindDomain, "domain/kept.example": lookup.KindDomain,
		"nameserver/ns1.shop.example": lookup.KindHost, "entity/F1": lookup.KindEntity, "help": lookup.KindHelp, "nowhere": lookup.KindOther,
	} {
		want := w.ask(t, "GET", path)
		_, text, _ := strings.Cut(path, "/")
		status, body := w.handler.Answer(t.Context(), kind, lookup.Question{Caller: public, Window: lookup.Console, Text: text})
		if status != want.status || !bytes.Equal(body, want.body) {
			t.Errorf("%s: %d and %d:\n%s\n%s", path, status, want.status, body, want.body)
		}
	}
}
