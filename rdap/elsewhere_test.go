package rdap_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	openrdap "github.com/openrdap/rdap"

	"registerd/rdap"
	"registerd/referral"
)

// others is a directory in which all that is not ours is at the given bases.
func others(t testing.TB, bases ...string) *referral.Directory {
	t.Helper()
	dir := t.TempDir()
	for name, entries := range map[string][]string{
		"dns.json": {"test", "example", "xn--wgbh1c"}, "ipv4.json": {"192.0.2.0/24"}, "ipv6.json": {"2001:db8::/32"}, "asn.json": {"64496-64511"},
		"object-tags.json": {"EX", "OTHERS"},
	} {
		text, err := json.Marshal(map[string]any{"version": "1.0", "services": [][][]string{{entries, bases}}})
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	d, err := referral.New(referral.Config{Dir: dir, Own: []string{base}, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const theirs = "https://rdap.test/v1/"

// referred is every kind of question about what is not ours, and where it is
// sent to below their base.
var referred = map[string]string{
	"domain/shop.test": "domain/shop.test", "domain/SHOP.Test.": "domain/shop.test", "domain/shop%2Etest": "domain/shop.test",
	"domain/b%C3%BCcher.test": "domain/xn--bcher-kva.test", "domain/shop.xn--wgbh1c": "domain/shop.xn--wgbh1c", "domain/test": "domain/test",
	"domain/shop.test?x=//evil.test/&y=%0d%0aLocation:z": "domain/shop.test",
	"nameserver/ns_1.shop.test":                          "nameserver/ns_1.shop.test",
	"ip/192.0.2.1":                                       "ip/192.0.2.1", "ip/192.0.2.77/25": "ip/192.0.2.0/25", "ip/192.0.2.0%2F24": "ip/192.0.2.0/24",
	"ip/2001:DB8::1": "ip/2001:db8::1", "ip/2001%3adb8%3a%3a1": "ip/2001:db8::1", "ip/2001:db8:0::/48": "ip/2001:db8::/48", "ip/2001:db8::1%25eth0": "ip/2001:db8::1",
	"autnum/64496": "autnum/64496", "autnum/0064496": "autnum/64496",
	"entity/abc-others": "entity/ABC-OTHERS", "entity/P1-EX": "entity/P1-EX", "entity/a%20b-ex": "entity/A%20B-EX",
	"entity/%C3%A6-ex": "entity/%C3%86-EX", "entity/a%3Fb%23c-ex": "entity/A%3FB%23C-EX",
	"entity/..%2F..%2F%2Fevil.test%2F-ex": "entity/..%2F..%2F%2FEVIL.TEST%2F-EX",
	"entity/%5C%5Cevil.test-ex":           "entity/%5C%5CEVIL.TEST-EX",
}

func TestWhatIsNotOursIsRedirected(t *testing.T) {
	w := open(t, setup{referrals: others(t, theirs)})
	for path, want := range referred {
		got := w.ask(t, "GET", path, "X-Forwarded-Host", "evil.test", "Forwarded", "host=evil.test", "X-Original-URL", "/evil")
		if got.status != 302 || got.header.Get("Location") != theirs+want || len(got.header["Location"]) != 1 {
			t.Errorf("%s: %d to %q, want %q", path, got.status, got.header["Location"], theirs+want)
		}
		if got.header.Get("Cache-Control") != "no-store" || got.header.Get("Access-Control-Allow-Origin") != "*" ||
			got.header.Get("Content-Type") != "application/rdap+json" || got.header.Get("ETag") != "" {
			t.Errorf("%s: %v", path, got.header)
		}
		var body struct {
			RDAPConformance []string
			ErrorCode       int
			Notices         []struct{ Description []string }
		}
		if err := json.Unmarshal(got.body, &body); err != nil || len(body.RDAPConformance) == 0 || body.ErrorCode != 0 ||
			len(body.Notices) != 1 || !strings.Contains(body.Notices[0].Description[0], theirs) {
			t.Errorf("%s: %s", path, got.body)
		}
		head := w.ask(t, "HEAD", path)
		if head.status != 302 || head.header.Get("Location") != theirs+want || len(head.body) != 0 {
			t.Errorf("HEAD %s: %d %v", path, head.status, head.header)
		}
	}
}

func TestWhatIsOursOrNobodysOrNoQuestionIsNotRedirected(t *testing.T) {
	w := open(t, setup{referrals: others(t, theirs)})
	for path, want := range map[string]int{
		"domain/shop.example": 200, "domain/free.example": 404, "domain/kept.example": 404, "domain/test.invalid": 404, "domain/not-a-domain.invalid": 404,
		"nameserver/ns1.shop.example": 200, "nameserver/ns9.shop.example": 404, "entity/F1": 200, "entity/F1-EX": 200, "entity/P1": 404, "entity/nobody": 404,
		"ip/198.51.100.1": 404, "ip/::1": 404, "autnum/1": 404, "ips/x": 501, "autnums/x": 501,
		"ip": 400, "ip/": 400, "ip/192.0.2.0/33": 400, "ip/192.0.2.0/24/": 400, "ip/%FF": 400, "ip/192.0.2": 400, "ip//192.0.2.1": 400,
		"autnum": 400, "autnum/": 400, "autnum/AS1": 400, "autnum/64496/": 400, "autnum/4294967296": 400, "domain/shop.test/x": 400,
	} {
		got := w.ask(t, "GET", path)
		if got.status != want || got.header.Get("Location") != "" {
			t.Errorf("%s: %d %q, want %d", path, got.status, got.header.Get("Location"), want)
		}
		checkReply(t, path, got)
	}
}

func TestNobodyIsSentBackToUs(t *testing.T) {
	for _, bases := range [][]string{
		{"https://rdap.nic.example/"}, {"http://RDAP.NIC.Example.:8080/other/"}, {"https://rdap.test/", "https://rdap.nic.example:443/"}, {"//evil.test/"},
	} {
		w := open(t, setup{referrals: others(t, bases...)})
		for path := range referred {
			if got := w.ask(t, "GET", path); got.status != 404 || got.header.Get("Location") != "" {
				t.Errorf("%q: %s: %d %q", bases, path, got.status, got.header.Get("Location"))
			}
		}
	}
	// A front end may have a name that we do not know of.
	w := open(t, setup{referrals: others(t, "https://www.nic.test:8443/")})
	for host, want := range map[string]int{"www.nic.test": 404, "WWW.Nic.Test.:80": 404, "rdap.nic.example": 302, "nic.test": 302} {
		r, err := http.NewRequestWithContext(t.Context(), "GET", w.url+"domain/shop.test", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		if got := do(t, r); got.status != want {
			t.Errorf("asked at %s: %d, want %d", host, got.status, want)
		}
	}
}

// TestARealClientArrives follows a redirect with OpenRDAP's client.
func TestARealClientArrives(t *testing.T) {
	arrived := make(chan *http.Request, 1)
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	other := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived <- r
		w.Header().Set("Content-Type", "application/rdap+json")
		_, _ = io.WriteString(w, `{"rdapConformance":["rdap_level_0"],"objectClassName":"domain","ldhName":"shop.test"}`)
	}))
	other.Listener.Close()
	other.Listener = l
	other.Start()
	t.Cleanup(other.Close)
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}

	w := open(t, setup{referrals: others(t, "http://localhost:"+port+"/rdap/")})
	server, err := url.Parse(w.url)
	if err != nil {
		t.Fatal(err)
	}
	request := openrdap.NewRequest(openrdap.DomainRequest, "shop.test").WithServer(server).WithContext(t.Context())
	response, err := new(openrdap.Client).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if d, ok := response.Object.(*openrdap.Domain); !ok || d.LDHName != "shop.test" {
		t.Errorf("%T", response.Object)
	}
	if r := <-arrived; r.URL.String() != "/rdap/domain/shop.test" || r.Header.Get("Authorization") != "" {
		t.Errorf("%s %v", r.URL, r.Header)
	}
}

func TestACredentialDoesNotChangeWhereOneIsSent(t *testing.T) {
	w := open(t, setup{referrals: others(t, theirs)})
	for audience := range w.tokens {
		if got := w.ask(t, "GET", "domain/shop.test", "Authorization", w.bearer(audience)); got.status != 302 {
			t.Errorf("%v: %d", audience, got.status)
		}
	}
	if got := w.ask(t, "GET", "domain/shop.test", "Authorization", "Bearer wrong"); got.status != 401 {
		t.Errorf("a wrong one: %d", got.status)
	}
}

// A person who may not be known of, and whose handle or ROID ends in the tag
// of others, is answered like nobody.
func TestARedirectTellsNothingOfWhoIsHidden(t *testing.T) {
	hidden, nobody := person("P9-EX"), person("P8")
	hidden.ROID = "P7-EX"
	with := open(t, setup{store: fill(t, append(testObjects(), hidden)...), referrals: others(t, theirs)})
	without := open(t, setup{store: fill(t, append(testObjects(), nobody)...), referrals: others(t, theirs)})
	for _, path := range []string{"entity/P9-EX", "entity/p7-ex", "entity/P9", "entity/P9-NONE"} {
		a, b := with.ask(t, "GET", path), without.ask(t, "GET", path)
		a.header.Del("Date")
		b.header.Del("Date")
		if a.status != b.status || asText(a.header) != asText(b.header) || string(a.body) != string(b.body) {
			t.Errorf("%s: %d %v %s\n%d %v %s", path, a.status, a.header, a.body, b.status, b.header, b.body)
		}
	}
	if got := with.ask(t, "GET", "entity/P9-EX"); got.status != 302 {
		t.Errorf("%d", got.status)
	}
}

// FuzzLocation: wherever somebody is sent, it is below a configured base, and
// in no other form than a path.
func FuzzLocation(f *testing.F) {
	for path := range referred {
		path, query, _ := strings.Cut(path, "?")
		f.Add(path, query, "rdap.nic.example")
	}
	f.Add("domain///evil.test/", "", "evil.test")
	f.Add("//evil.test/domain/shop.test", "", "")
	w := open(f, setup{referrals: others(f, theirs)})
	f.Fuzz(func(t *testing.T, path, query, host string) {
		u, err := url.ParseRequestURI("/" + path)
		if err != nil {
			t.Skip("no HTTP request")
		}
		u.RawQuery = query
		rec := httptest.NewRecorder()
		w.handler.ServeHTTP(rec, &http.Request{Method: "GET", URL: u, Host: host, RemoteAddr: "192.0.2.1:5000", Header: http.Header{}})
		to := rec.Header().Get("Location")
		if (rec.Code == 302) != (to != "") || rec.Code >= 300 && rec.Code < 400 && rec.Code != 302 {
			t.Fatalf("status %d to %q", rec.Code, to)
		}
		if to == "" {
			return
		}
		below, ok := strings.CutPrefix(to, theirs)
		if !ok || strings.ContainsAny(below, "?#\\\"<> \r\n") || strings.Contains(below, "//") || strings.Contains(below, "/../") {
			t.Fatalf("%q", to)
		}
		kind, _, _ := strings.Cut(below, "/")
		if !strings.Contains(" domain nameserver entity ip autnum ", " "+kind+" ") {
			t.Fatalf("%q", to)
		}
	})
}

func TestATaggedHandleIsWrittenAndFoundAlike(t *testing.T) {
	w := open(t, setup{tag: "NIC"})
	for path, handles := range map[string][]string{
		"entity/F1": {"F1-NIC", "reg-a-NIC"}, "entity/reg-a": {"reg-a-NIC"}, "domain/firm.example": {"F1-NIC", "reg-b-NIC"},
	} {
		got := w.ask(t, "GET", path)
		if !strings.HasPrefix(string(got.body), `{"rdapConformance":["rdap_level_0",`) || !strings.Contains(string(got.body), `"rdap_objectTag_level_0"`) {
			t.Errorf("%s: %s", path, got.body)
		}
		for _, handle := range handles {
			if !strings.Contains(string(got.body), `"handle":"`+handle+`"`) {
				t.Errorf("%s: no %s in %s", path, handle, got.body)
			}
			if strings.HasPrefix(path, "entity/") && !strings.Contains(string(got.body), `"href":"`+base+"entity/"+strings.ToLower(handle)+`"`) {
				t.Errorf("%s: no link to %s in %s", path, handle, got.body)
			}
			if found := w.ask(t, "GET", "entity/"+handle); found.status != 200 || !strings.Contains(string(found.body), `"handle":"`+handle+`"`) {
				t.Errorf("%s: %d", handle, found.status)
			}
		}
		if strings.HasPrefix(path, "entity/") {
			if same := w.ask(t, "GET", "entity/"+strings.ToUpper(handles[0])); string(same.body) != string(got.body) {
				t.Errorf("%s: another answer with the tag: %s\n%s", path, same.body, got.body)
			}
		}
		checkReply(t, path, got)
	}
	// What has no entity's handle does not make use of it.
	for _, path := range []string{"domain/free.example", "entity/P1-NIC", "ip/192.0.2.1"} {
		if got := w.ask(t, "GET", path); strings.Contains(string(got.body), "objectTag") {
			t.Errorf("%s: %s", path, got.body)
		}
	}
	if got := w.ask(t, "GET", "nameserver/ns1.shop.example"); !strings.Contains(string(got.body), `"handle":"H1-EX"`) {
		t.Errorf("a name server is no entity: %s", got.body)
	}
	if got := w.ask(t, "GET", "help"); !strings.Contains(string(got.body), `"rdap_objectTag_level_0"`) {
		t.Errorf("help does not list it: %s", got.body)
	}
	for what, s := range map[string]setup{"no tag": {}, "ICANN's profile": {tag: "NIC", profile: rdap.ICANN2024}} {
		w := open(t, s)
		if got := w.ask(t, "GET", "entity/F1"); strings.Contains(string(got.body), "F1-") && !strings.Contains(string(got.body), "F1-EX") || strings.Contains(string(got.body), "objectTag") {
			t.Errorf("%s: %s", what, got.body)
		}
		if got := w.ask(t, "GET", "help"); strings.Contains(string(got.body), "objectTag") {
			t.Errorf("%s: help lists it", what)
		}
	}
}
