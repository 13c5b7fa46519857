package rdap_test

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"registerd/disclose"
	"registerd/store"
)

// broken is a store that cannot be read.
type broken struct {
	store.Reader
	fail func() error
}

func (b broken) Find(context.Context, ...store.Ask) ([]store.Found, store.Edition, error) {
	return nil, store.Edition{}, b.fail()
}

func (b broken) Search(context.Context, store.Scan) ([]store.Match, store.Edition, error) {
	return nil, store.Edition{}, b.fail()
}

func (b broken) Edition(context.Context) (store.Edition, error) { return store.Edition{}, b.fail() }

// given is an answer that a described path gave.
type given struct {
	path, asked string
	reply
}

// examples ask each described path at least once.
var examples = []string{
	"domain/shop.example", "nameserver/ns1.shop.example", "entity/F1", "help", "openapi.json", "nameservers?ip=192.0.2.7",
	"domains?name=sh*.example", "entities?handle=F1", "ip/192.0.2.1", "ip/192.0.2.0/24", "autnum/64496", "ips?name=x", "autnums?name=x",
	"ips/rirSearch1", "autnums/rirSearch1", "domains/reverse_search/entity?handle=F1", "nameservers/reverse_search/entity", "entities/reverse_search/entity",
}

// answersOf asks the examples and whatever else has an answer of its own.
func answersOf(t *testing.T, a *api) (out []given) {
	t.Helper()
	ask := func(w *window, method, asked string, headers ...string) {
		for path := range a.Paths {
			bare, _, _ := strings.Cut("/"+asked, "?")
			form := regexp.MustCompile("^" + strings.NewReplacer(`\{`, "(?P<", `\}`, ">[^/]+)").Replace(regexp.QuoteMeta(path)) + "$")
			if form.MatchString(bare) {
				out = append(out, given{path, asked, w.ask(t, method, asked, headers...)})
			}
		}
	}
	usual := open(t, setup{})
	for _, q := range requests {
		if q.method == "GET" {
			ask(usual, q.method, q.path, q.headers...)
		}
	}
	long := strings.Repeat("x", 257)
	sent := open(t, setup{referrals: others(t, theirs), page: registryPage(t)})
	failing := open(t, setup{store: broken{fill(t), func() error { return errors.New("disk") }}})
	panicking := open(t, setup{store: broken{fill(t), func() error { panic("disk") }}})
	spent := open(t, setup{limiter: scarce(t, 1)})
	spent.ask(t, "GET", "help")
	spent.ask(t, "GET", "nonsense")
	for _, e := range examples {
		ask(usual, "GET", e, purposefulOf(usual)...)
		ask(usual, "GET", e, "Authorization", "Basic YTpi")
		ask(usual, "GET", e, "Authorization", "Bearer a", "RDAP-Case", long)
		ask(usual, "GET", e+map[bool]string{true: "&", false: "?"}[strings.Contains(e, "?")]+"farv1_dnt=true", "Authorization", usual.bearer(disclose.Operator))
		ask(spent, "GET", e)
		for _, w := range []*window{failing, panicking} {
			ask(w, "GET", e, purposefulOf(w)...)
		}
		r, err := http.NewRequestWithContext(t.Context(), "GET", usual.url+e, strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		body := do(t, r)
		ask(usual, "GET", e)
		out[len(out)-1].reply = body
	}
	for path := range referred {
		ask(sent, "GET", path)
	}
	for _, path := range []string{"ip/198.51.100.1", "ip/198.51.100.0/24", "autnum/1"} {
		ask(sent, "GET", path)
	}
	for _, path := range []string{"entities?handle=nobody-here", "domains?name=free.example", "domains?name=shop.example",
		"domains/reverse_search/entity?handle=nobody-here"} {
		ask(usual, "GET", path, purposefulOf(usual)...)
	}
	all := allOpen(t)
	for _, e := range examples {
		ask(all, "GET", e, "If-None-Match", "*")
		ask(all, "GET", e, "If-Match", `"other"`)
	}
	ask(sent, "GET", "domain/shop.example", "Accept", "text/html")
	return out
}

// allOpen is a window whose rules withhold nothing from anybody.
func allOpen(t *testing.T) *window {
	t.Helper()
	rule := disclose.Rule{ID: "all", Basis: "test", Reason: "Shown.", Outcome: disclose.Show}
	for f := disclose.DomainName; f <= disclose.SearchByPart; f++ {
		rule.Fields = append(rule.Fields, f)
	}
	policy, err := disclose.NewPolicy("open", []disclose.Rule{rule})
	if err != nil {
		t.Fatal(err)
	}
	w := open(t, setup{})
	p := w.published(t)
	p.Policy = policy
	if err := w.desk.Publish(p); err != nil {
		t.Fatal(err)
	}
	return w
}

func purposefulOf(w *window) []string {
	return []string{"Authorization", w.bearer(disclose.Authority), "RDAP-Purpose", "legalActions", "RDAP-Case", "1"}
}
