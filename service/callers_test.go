package service

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"maps"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"registerd/access"
	"registerd/config"
	"registerd/disclose"
	"registerd/holder"
	"registerd/internal/idp"
	"registerd/internal/pki"
	"registerd/register"
	"registerd/request"
)

// guest is somebody who asks: by what the program knows it, and what it then is to
// the publication rules.
type guest struct {
	name   string
	is     disclose.Viewer
	from   netip.Addr       // whom the front end says it is
	header http.Header      // what it sends
	shows  *tls.Certificate // on the listener for client certificates
	logsIn bool             // at the provider, in a browser

	// sees are the questions that show it what the public is not shown, and values
	// what of that; both are regular expressions, and nil is nothing. They are
	// written by hand, for people to judge.
	sees   []string
	values string
}

// guests are all kinds of caller, with the files by which the program knows them.
type guests struct {
	*book
	list     []*guest
	dir      string
	clients  *pki.Authority
	servers  *pki.Authority
	provider *idp.Provider
	secrets  []string // that stand in nothing that is kept or told

	// granted are a grant's objects and fields.
	granted *disclose.Grant
}

// The example's Karin, of whom the public is told the country.
const (
	karinsHandle = "CANARY-KA1"
	karinsROID   = "CANARY1-EXAMPLE"
	ofKarin      = `GET /(domain/(karin\.example|KARIN\.example\.)(\?fieldSet=brief)?|entity/canary(-ka1|1-example))$`
)

var (
	nordlys = disclose.Viewer{Audience: disclose.Registrar, Registrar: "nordlys"}
	fjord   = disclose.Viewer{Audience: disclose.Registrar, Registrar: "fjord"}
	theOne  = disclose.Viewer{Audience: disclose.Holder, Holder: karinsROID}
	nobody  = disclose.Viewer{Audience: disclose.Public}
	officer = disclose.Viewer{Audience: disclose.Authority, Kind: disclose.KindAuthority, Purpose: "legalActions"}
)

func seeker(k disclose.Kind, purpose string) disclose.Viewer {
	return disclose.Viewer{Audience: disclose.Seeker, Kind: k, Purpose: purpose}
}

// What those see who see more, in the example and under gdpr.
var (
	ofAnybody = []string{"GET /domain", "GET /entit", "GET /nameserver"}
	ofNordlys = []string{
		`GET /domain/(` + namesOfNordlys + `|KARIN)\.example\.?(\?fieldSet=brief)?$`,
		`GET /entity/(` + handlesOfNordlys + `|canary(1|2|8|16|20)-example|c(03|06|13|14)-example)$`,
		`GET /nameserver/([a-d]\.dns\.townhall|ns\.xn--blbrgrd-fxak7p|(ns[12]|spare)\.nordlys)\.example$`,
		`GET /nameservers\?name=ns1\.nordlys\.example$`,
	}
	nordlysOnWHOIS = []string{
		`^WHOIS (-T dn |--lang da )?(` + namesOfNordlys + `)\.example$`,
		`^WHOIS handle (` + handlesOfNordlys + `)$`,
	}
	ofFjord = []string{
		`GET /domain/(lighthouse|nobody|shelter|quiet|secure|disputed|moving|the-longest.*)\.example$`,
		`GET /entity/(fyr-1|canary-lx5|canary-kc10|quiet-1|canary-te15|bill-1|canary(5|10|15)-example|c(04|11|17)-example)$`,
		`GET /nameserver/ns[12]\.(fjord\.test|lighthouse\.example)$`,
		`GET /nameservers\?ip=192\.0\.2\.53$`, // ns1.lighthouse.example
	}
)

const (
	namesOfNordlys   = `bakery|karin|protected|townhall|estate|hidden|xn--blbrgrd-fxak7p|xn--smrrebrd-64af|xn--smrrebrd-o4af|paused|farewell|idle|nordlys`
	handlesOfNordlys = `canary-ka1|canary-sm2|havn-1|kom-1|canary-es8|hidden-1|nord-tech|canary-ad16|canary-pt20`
)

func newGuests(t *testing.T) *guests {
	t.Helper()
	g := &guests{book: newBook(t), dir: t.TempDir()}
	var err error
	g.servers, err = pki.New()
	must(t, err)
	g.clients, err = pki.New()
	must(t, err)
	g.provider, err = idp.New(time.Now)
	must(t, err)
	t.Cleanup(g.provider.Close)

	g.welcome(guest{name: "the public"})
	g.welcome(guest{name: "who shows an unknown token", header: bearer(g.unknownToken())})
	g.registrars(t)
	g.authorities(t)
	g.seekers(t)
	g.holders(t)
	g.add(t, "registry", disclose.KindOperator, nil)
	g.welcome(guest{name: "the operator", is: disclose.Viewer{Audience: disclose.Operator}, header: bearer(g.tokenOf(t, "registry")), sees: ofAnybody})
	return g
}

// welcome adds a guest, who comes from an address of its own if none is said.
func (g *guests) welcome(one guest) {
	if one.is == (disclose.Viewer{}) {
		one.is = nobody
	}
	if !one.from.IsValid() {
		one.from = netip.AddrFrom4([4]byte{192, 0, 2, byte(len(g.list) + 1)})
	}
	g.list = append(g.list, &one)
}

// at is an address of the networks by which accounts are known on WHOIS: those of
// nordlys end below 128.
func at(n byte) netip.Addr { return netip.AddrFrom4([4]byte{198, 51, 100, n}) }

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

// saying is the header with a purpose and a case.
func saying(h http.Header, purpose, reference string) http.Header {
	h = maps.Clone(h)
	for name, value := range map[string]string{"Rdap-Purpose": purpose, "Rdap-Case": reference} {
		if value != "" {
			h[name] = []string{value}
		}
	}
	return h
}

func (g *guests) unknownToken() string {
	text, _, _ := access.NewToken()
	g.secrets = append(g.secrets, text)
	return text
}

func (g *guests) tokenOf(t *testing.T, account string) string {
	text, _ := g.token(t, account, nil)
	g.secrets = append(g.secrets, text)
	return text
}

// certificateOf makes one, and has the account known by it.
func (g *guests) certificateOf(t *testing.T, account string) *tls.Certificate {
	shown, _ := issue(t, g.clients, pki.Order{})
	must(t, g.AddCredential(t.Context(), "", access.Credential{
		ID: access.NewID(), Account: account, Sort: access.Certificate, SPKI: sha256.Sum256(shown.Leaf.RawSubjectPublicKeyInfo),
	}))
	return &shown
}

func (g *guests) registrars(t *testing.T) {
	network := netip.MustParsePrefix("198.51.100.0/25")
	g.add(t, "nordlys", disclose.KindRegistrar, func(a *access.Account) { a.WHOIS, a.Networks = true, []netip.Prefix{network} })
	g.add(t, "fjord", disclose.KindRegistrar, func(a *access.Account) { a.Registrar = "fjord" })
	token := g.tokenOf(t, "nordlys")
	basic := http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("nordlys:"+token))}}
	both := slices.Concat(ofNordlys, nordlysOnWHOIS)
	g.welcome(guest{name: "the registrar nordlys, by token", is: nordlys, from: at(1), header: bearer(token), sees: both})
	g.welcome(guest{name: "the registrar nordlys, by Basic", is: nordlys, from: at(2), header: basic, sees: both})
	g.welcome(guest{name: "the registrar nordlys, by certificate", is: nordlys, from: at(3), shows: g.certificateOf(t, "nordlys"), sees: both})
	g.welcome(guest{name: "the registrar nordlys, by its network on WHOIS", is: nordlys, from: at(4), sees: nordlysOnWHOIS})
	g.welcome(guest{name: "the token of nordlys from elsewhere", header: bearer(token)})
	g.welcome(guest{name: "the registrar fjord", is: fjord, header: bearer(g.tokenOf(t, "fjord")), sees: ofFjord})
}

func (g *guests) authorities(t *testing.T) {
	g.add(t, "police", disclose.KindAuthority, func(a *access.Account) {
		a.Purposes = []string{"legalActions", "dnsTransparency"}
		a.WHOIS, a.Networks = true, []netip.Prefix{netip.MustParsePrefix("198.51.100.128/25")}
	})
	must(t, g.AddCredential(t.Context(), "", access.Credential{
		ID: access.NewID(), Account: "police", Sort: access.Identity, Issuer: g.provider.Issuer, Subject: "officer-7",
	}))
	g.add(t, "police-dk", disclose.KindAuthority, func(a *access.Account) { a.Zones = []register.Name{"dk"} })
	token := bearer(g.tokenOf(t, "police"))
	vouched := g.provider.Sign(g.provider.Access("officer-7"))
	g.secrets = append(g.secrets, vouched)
	full := func(n byte, name string, one guest) {
		one.name, one.is, one.from, one.header, one.sees = name, officer, at(n), saying(one.header, "legalActions", "2026-17"), ofAnybody
		g.welcome(one)
	}
	full(201, "an authority with a purpose and a case", guest{header: token})
	full(202, "an authority with both, by certificate", guest{header: http.Header{}, shows: g.certificateOf(t, "police")})
	full(203, "an officer with a token of the provider", guest{header: bearer(vouched)})
	full(204, "an officer who has logged in", guest{header: http.Header{}, logsIn: true})
	g.welcome(guest{name: "an authority with a purpose, and no case", from: at(205), header: saying(token, "legalActions", "")})
	g.welcome(guest{name: "an authority with a case, and no purpose", from: at(206), header: saying(token, "", "2026-17")})
	g.welcome(guest{name: "an authority that gives a purpose it may not", from: at(207), header: saying(token, "domainNameControl", "2026-17")})
	g.welcome(guest{name: "an authority for another zone", header: saying(bearer(g.tokenOf(t, "police-dk")), "legalActions", "2026-17")})
	g.welcome(guest{name: "an authority by its network on WHOIS", from: at(208)})
}

func (g *guests) seekers(t *testing.T) {
	for _, s := range []struct {
		kind    disclose.Kind
		purpose string // for which there are rules
		sees    []string
		values  string
	}{
		{disclose.KindCertificateAuthority, "domainNameCertification", []string{`domain/(laboratory|hidden)\.example$`},
			`^(Canary Forsøgsanstalt|Canarystr(ae|æ)de 13|Canaryby|Canary Isles|Canaryøerne|CANARY-13)$`},
		{disclose.KindTradeMarkHolder, "legalActions", []string{`domain/(laboratory|hidden|quiet|disputed)\.example$`},
			`^(Canary Forsøgsanstalt|Canarystr(ae|æ)de 13|Canaryby|Canary Isles|Canaryøerne|CANARY-13|tel:\+999\.22627911)$`},
		{disclose.KindResearcher, "academicPublicInterestDNSResearch", nil, ""},
	} {
		account := s.kind.String()
		g.add(t, account, s.kind, func(a *access.Account) { a.Purposes = []string{s.purpose, "dnsTransparency"} })
		token, account := bearer(g.tokenOf(t, account)), strings.NewReplacer("-authority", " authority", "-holder", " holder").Replace(account)
		g.welcome(guest{name: "a " + account, is: seeker(s.kind, s.purpose), header: saying(token, s.purpose, ""), sees: s.sees, values: s.values})
		g.welcome(guest{name: "a " + account + " without a purpose", header: token})
		if s.kind == disclose.KindCertificateAuthority { // one for all: there is no rule for the other purpose
			g.welcome(guest{name: "a " + account + " with another purpose", is: seeker(s.kind, "dnsTransparency"), header: saying(token, "dnsTransparency", "")})
		}
	}
	granted := g.grant(t)
	g.welcome(guest{name: "who was granted a name and an e-mail address", is: disclose.Viewer{Audience: disclose.Public, Grant: g.granted},
		header: bearer(granted), sees: []string{`GET /domain/(karin\.example|KARIN\.example\.)$`}, values: `^(Canary Karin (Ær|Aer)o?ø?e?skov|canary-1@post\.example)$`})
}

// grant has the request desk grant Karin's name and e-mail address, and picks up
// the token.
func (g *guests) grant(t *testing.T) (token string) {
	c := &config.Config{}
	c.Requests.Dir = filepath.Join(g.dir, "requests")
	settings, err := RequestDeskConfig(&c.Requests, nil)
	must(t, err)
	settings.Record = func(context.Context, request.Step) error { return nil }
	desk, err := request.Open(t.Context(), settings)
	must(t, err)
	defer desk.Close()
	karin := []request.Object{{Domain: "karin.example"}}
	fields := []disclose.Field{disclose.ContactName, disclose.ContactEmail}
	receipt, err := desk.Submit(t.Context(), request.Submission{
		Requester: request.Requester{Kind: request.KindTradeMarkHolder, Organisation: "Brands ApS", Person: "Ida Lund", Email: "ida@brands.example", Country: "DK"},
		Purpose:   "legalActions", Basis: "Trade mark 4711", Why: "We mean to sue the holder for infringement.", Objects: karin,
		Fields: []request.Field{request.Field(fields[0]), request.Field(fields[1])}, Client: netip.MustParseAddr("192.0.2.77"),
	})
	must(t, err)
	_, err = desk.Grant(t.Context(), receipt.Number, request.Decision{
		By: "jens", Objects: []request.Object{{Domain: "karin.example", ROID: "D02-EXAMPLE", Holder: karinsROID}}, Ground: request.Ground{Statute: "Trade Marks Act, section 43"}, Identity: "Brands ApS", Verified: "Called back",
		Country: "DK", NotHeard: "It would frustrate the suit", Until: time.Now().AddDate(0, 0, 30),
		Fields: []request.FieldDecision{{Field: request.Field(fields[0]), Granted: true}, {Field: request.Field(fields[1]), Granted: true}},
	})
	must(t, err)
	picked, err := desk.PickUp(t.Context(), receipt.Secret)
	must(t, err)
	open, _, err := desk.Openings(t.Context())
	must(t, err)
	g.granted = open[0].Grant
	g.secrets = append(g.secrets, picked.Text, receipt.Secret)
	return picked.Text
}

func (g *guests) holders(t *testing.T) {
	g.add(t, "karin", disclose.KindHolder, func(a *access.Account) { a.Holder = karinsROID })
	g.welcome(guest{name: "the holder, by token", is: theOne, header: bearer(g.tokenOf(t, "karin")), sees: []string{ofKarin}})
	links, err := holder.OpenLinks(t.Context(), holder.LinksConfig{
		Path: filepath.Join(g.dir, "links.db"), Now: time.Now, Record: func(context.Context, holder.Step) error { return nil },
	})
	must(t, err)
	defer links.Close()
	key, _, err := links.Make(t.Context(), karinsROID, time.Now().Add(time.Hour))
	must(t, err)
	session, err := links.Open(t.Context(), key, netip.MustParseAddr("192.0.2.1"))
	must(t, err)
	g.secrets = append(g.secrets, key, session)
	g.welcome(guest{name: "the holder, by a link", is: theOne, header: http.Header{"Cookie": {"__Host-holder=" + session}}, sees: []string{"GET /holder$"}})
}

// write puts a file where the program reads it.
func (g *guests) write(t *testing.T, name string, text []byte) (path string) {
	path = filepath.Join(g.dir, name+"-"+strconv.Itoa(len(text)))
	must(t, os.WriteFile(path, text, 0o600))
	return path
}
