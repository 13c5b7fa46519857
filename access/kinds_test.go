package access

import (
	"encoding/base64"
	"net/netip"
	"strings"
	"testing"
	"time"

	"registerd/disclose"
	"registerd/register"
)

// What each kind of account is to the rules, by what it says of its question.
func TestWhatEachKindOfAccountIsToTheRules(t *testing.T) {
	for _, tt := range []struct {
		kind               disclose.Kind
		purpose, reference string
		want               disclose.Audience
	}{
		{disclose.KindAuthority, "", "", disclose.Public},
		{disclose.KindAuthority, "legalActions", "", disclose.Public},
		{disclose.KindAuthority, "legalActions", "17", disclose.Authority},
		{disclose.KindCertificateAuthority, "", "17", disclose.Public},
		{disclose.KindCertificateAuthority, "domainNameCertification", "", disclose.Seeker},
		{disclose.KindTradeMarkHolder, "", "", disclose.Public},
		{disclose.KindTradeMarkHolder, "legalActions", "", disclose.Seeker},
		{disclose.KindResearcher, "", "", disclose.Public},
		{disclose.KindResearcher, "academicPublicInterestDNSResearch", "", disclose.Seeker},
		{disclose.KindRegistrar, "", "", disclose.Registrar},
		{disclose.KindHolder, "", "", disclose.Holder},
		{disclose.KindOperator, "", "", disclose.Operator},
	} {
		token, id, hash := NewToken()
		account := Account{ID: "somebody", Kind: tt.kind}
		switch tt.kind {
		case disclose.KindRegistrar:
			account.Registrar = "nordlys"
		case disclose.KindHolder:
			account.Holder = "c1-example"
		}
		a := one(t, account, Credential{Sort: Token, ID: id, Account: "somebody", Hash: hash, Until: noon.Add(time.Hour)})
		c, err := a.Admit(Bearer(token), Said{Purpose: tt.purpose, Case: tt.reference}, secure)
		if err != nil || c.Viewer().Audience != tt.want {
			t.Errorf("%s, purpose %q, case %q: %s, %v; want %s", tt.kind, tt.purpose, tt.reference, c.Viewer().Audience, err, tt.want)
		}
		if v := c.Viewer(); v.Audience == disclose.Public && v != (disclose.Viewer{Audience: disclose.Public}) {
			t.Errorf("%s as the public is %+v", tt.kind, v)
		}
	}
}

// An account of no kind is the public, but for what its token was granted.
func TestAGrantedTokenOpensItsGrantAndNothingElse(t *testing.T) {
	token, id, hash := NewToken()
	grant := new(disclose.Grant)
	a := one(t, Account{ID: "request-17"}, Credential{Sort: Token, ID: id, Account: "request-17", Hash: hash, Until: noon.Add(1), Grant: grant})
	c, err := a.Admit(Bearer(token), Said{}, secure)
	if want := (disclose.Viewer{Audience: disclose.Public, Grant: grant}); err != nil || c.Viewer() != want {
		t.Errorf("%+v, %v; want %+v", c.Viewer(), err, want)
	}
}

// A grant that was decided to be confidential is so for as long as was decided,
// whatever its bearer asks for.
func TestWhatAConfidentialGrantTellsIsKeptFromTheHolder(t *testing.T) {
	token, id, hash := NewToken()
	decided := noon.Add(48 * time.Hour)
	a := one(t, Account{ID: "request-17"}, Credential{
		Sort: Token, ID: id, Account: "request-17", Hash: hash, Until: noon.Add(1), Grant: new(disclose.Grant), ConfidentialUntil: decided,
	})
	if c, err := a.Admit(Bearer(token), Said{}, secure); err != nil || !c.ConfidentialUntil.Equal(decided) {
		t.Errorf("confidential until %v, %v; want %v", c.ConfidentialUntil, err, decided)
	}
}

func TestAListOfPurposesMakesWhoGivesNoneThePublic(t *testing.T) {
	for _, where := range []string{"account", "token", "person"} {
		account := Account{ID: "nordlys", Kind: disclose.KindRegistrar, Registrar: "nordlys"}
		c := Credential{Sort: Identity, ID: "x", Account: "nordlys", Issuer: "https://id.example", Subject: "ole"}
		person := Person{Issuer: "https://id.example", Subject: "ole"}
		list := []string{"legalActions"}
		switch where {
		case "account":
			account.Purposes = list
		case "token":
			c.Purposes = list
		case "person":
			person.Purposes = list
		}
		a := one(t, account, c)
		without, err := a.Admit(person, Said{}, secure)
		if err != nil || without.Viewer().Audience != disclose.Public {
			t.Errorf("purposes of the %s, none given: %s, %v", where, without.Viewer().Audience, err)
		}
		with, err := a.Admit(person, Said{Purpose: "legalActions"}, secure)
		if err != nil || with.Viewer().Audience != disclose.Registrar {
			t.Errorf("purposes of the %s, one given: %s, %v", where, with.Viewer().Audience, err)
		}
		if _, err := a.Admit(person, Said{Purpose: "curiosity"}, secure); err == nil {
			t.Errorf("purposes of the %s, another given: admitted", where)
		}
	}
}

func TestAPersonIsKnownByItsSubjectBeforeAClaim(t *testing.T) {
	accounts := []Account{{ID: "one", Kind: disclose.KindOperator}, {ID: "all", Kind: disclose.KindOperator}}
	a, err := New(Config{Now: func() time.Time { return noon }, Accounts: accounts, Credentials: []Credential{
		{Sort: Identity, ID: "a", Account: "all", Issuer: "https://id.example", Claim: "group", Value: "police"},
		{Sort: Identity, ID: "b", Account: "one", Issuer: "https://id.example", Subject: "ole"},
		{Sort: Identity, ID: "c", Account: "one", Issuer: "https://other.example", Subject: "eva", Revoked: true},
		{Sort: Identity, ID: "d", Account: "one", Issuer: "https://id.example", Subject: "kim", Revoked: true},
	}})
	if err != nil {
		t.Fatal(err)
	}
	police := map[string][]string{"group": {"staff", "police"}}
	for _, tt := range []struct {
		who  Person
		want string
	}{
		{Person{Issuer: "https://id.example", Subject: "ole", Claims: police}, "one"},
		{Person{Issuer: "https://id.example", Subject: "eva", Claims: police}, "all"},
		{Person{Issuer: "https://id.example", Subject: "kim", Claims: police}, ""}, // sent away by name
		{Person{Issuer: "https://id.example", Subject: "eva"}, ""},
		{Person{Issuer: "https://id.example", Claims: police}, ""}, // nobody in particular
		{Person{Issuer: "https://id.example/", Subject: "ole"}, ""},
		{Person{Issuer: "https://other.example", Subject: "eva"}, ""},
		{Person{Subject: "ole"}, ""},
	} {
		c, err := a.Admit(tt.who, Said{}, secure)
		if c.Account != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%+v is %q (%v), want %q", tt.who, c.Account, err, tt.want)
		}
	}
}

func TestOnWHOISTheLongestNetworkThatMayBeIsRecognised(t *testing.T) {
	account := func(id string, whois bool, list ...string) Account {
		return Account{ID: id, Kind: disclose.KindOperator, WHOIS: whois, Networks: networks(list...)}
	}
	suspended := account("closed", true, "192.0.2.64/28")
	suspended.Suspended = true
	a, err := New(Config{Now: func() time.Time { return noon }, Accounts: []Account{
		account("wide", true, "192.0.2.0/24", "2001:db8::/32"), account("narrow", true, "192.0.2.128/25"),
		account("unsaid", false, "198.51.100.0/24"), suspended,
	}})
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]string{
		"192.0.2.1": "wide", "192.0.2.200": "narrow", "2001:db8:7::1": "wide",
		"192.0.2.65": "", "198.51.100.1": "", "203.0.113.1": "", "2001:db9::1": "",
	} {
		ch := Channel{Addr: netip.MustParseAddr(addr)}
		got := a.Recognise(ch)
		if got.Account != want || got.Channel.Addr != ch.Addr {
			t.Errorf("%s is %q, want %q", addr, got.Account, want)
		}
		if want == "" && got != Public(ch) || want != "" && !got.Channel.Private {
			t.Errorf("%s is %+v", addr, got)
		}
	}
}

func TestATokenInTheWrongPlaceIsMaskedForLogs(t *testing.T) {
	token, id, _ := NewToken()
	secret := token[19:71]
	for _, text := range []string{token, "/entity/" + token + "?x", strings.ToUpper(token), strings.ReplaceAll(token, "_", "%5F"), token + ".example " + token} {
		got := Masked(text)
		if low := strings.ToLower(got); strings.Contains(low, secret) || !strings.Contains(low, id) {
			t.Errorf("%s is masked as %s", text, got)
		}
	}
	long := strings.Repeat("a-long-name.", 20) + "example"
	if got := Masked(long); got != long {
		t.Errorf("%s is masked as %s", long, got)
	}
}

// A purpose stands in the journal in clear, and in the report that is published.
func TestAPurposeThatNobodyListedIsAWord(t *testing.T) {
	token, id, hash := NewToken()
	account := Account{ID: "office", Kind: disclose.KindOperator}
	for purpose, want := range map[string]bool{
		"": true, "legalActions": true, "consumer-protection": true, strings.Repeat("x", 64): true,
		strings.Repeat("x", 65): false, "Mrs Jane Doe": false, "jane@registry.example": false, "010203-1234": false, "Ærø": false,
	} {
		a := one(t, account, Credential{Sort: Token, ID: id, Account: "office", Hash: hash, Until: noon.Add(1)})
		if _, err := a.Admit(Bearer(token), Said{Purpose: purpose}, secure); (err == nil) != want {
			t.Errorf("%q: %v", purpose, err)
		}
	}
}

func TestOnWHOISWhoSeesMoreForItsPurposesOnlyIsThePublic(t *testing.T) {
	a, err := New(Config{Now: func() time.Time { return noon }, Accounts: []Account{{
		ID: "nordlys", Kind: disclose.KindRegistrar, Registrar: "nordlys", Purposes: []string{"domainNameControl"},
		WHOIS: true, Networks: networks("192.0.2.0/24"),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	got := a.Recognise(Channel{Addr: netip.MustParseAddr("192.0.2.1")})
	if want := (disclose.Viewer{Audience: disclose.Public}); got.Viewer() != want || got.Account != "nordlys" {
		t.Errorf("%+v", got)
	}
}

func TestBoundsHoldWhatIsInTheListsAndAllWithoutOne(t *testing.T) {
	zones, objects := []register.Name{"dk", "co.dk"}, []Object{Domain}
	for _, tt := range []struct {
		bounds *Bounds
		object Object
		zone   register.Name
		want   bool
	}{
		{nil, Contact, "", true},
		{&Bounds{Zones: zones}, Domain, "dk", true},
		{&Bounds{Zones: zones}, Domain, "se", false},
		{&Bounds{Zones: zones}, Contact, "", false},
		{&Bounds{Objects: objects}, Domain, "se", true},
		{&Bounds{Objects: objects}, Contact, "", false},
		{&Bounds{zones, objects}, Domain, "co.dk", true},
		{&Bounds{zones, objects}, Nameserver, "dk", false},
	} {
		if got := tt.bounds.Hold(tt.object, tt.zone); got != tt.want {
			t.Errorf("%+v holds a %s in %q: %t", tt.bounds, tt.object, tt.zone, got)
		}
	}
}

func TestToBeConfidentialIsAllowedForSoLongOrRefused(t *testing.T) {
	a, token := police(t)
	if _, err := a.Admit(Bearer(token), Said{Purpose: "fraud", Confidential: true}, secure); err == nil || err.(*Denied).Why != ConfidentialRefused {
		t.Errorf("an account that may not: %v", err)
	}
	_, id, hash := NewToken()
	may := policeAccount
	may.Confidential = 90 * 24 * time.Hour
	a = one(t, may, Credential{Sort: Certificate, ID: id, Account: "police", SPKI: hash})
	for asked, want := range map[bool]time.Time{false: {}, true: noon.AddDate(0, 0, 90)} {
		c, err := a.Admit(Key(hash), Said{Purpose: "fraud", Confidential: asked}, secure)
		if err != nil || !c.ConfidentialUntil.Equal(want) {
			t.Errorf("asked %t: until %v, %v", asked, c.ConfidentialUntil, err)
		}
	}
}

func TestAnUnknownCredentialIsNotCalledWrongWhileAccountsCannotBeRead(t *testing.T) {
	token, id, hash := NewToken()
	another, _, _ := NewToken()
	a, err := New(Config{
		Now: func() time.Time { return noon }, Unreadable: true, Accounts: []Account{policeAccount},
		Credentials: []Credential{{Sort: Token, ID: id, Account: "police", Hash: hash, Until: noon}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for what, tt := range map[string]struct {
		shown string
		want  Denial
	}{"known, and expired": {token, BadCredential}, "not known": {another, Unreadable}} {
		if _, err := a.Admit(Bearer(tt.shown), Said{}, secure); err == nil || err.(*Denied).Why != tt.want {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestOnlyACredentialThatWasTakenIsNotedAsUsed(t *testing.T) {
	token, id, hash := NewToken()
	var used []string
	a, err := New(Config{
		Now: func() time.Time { return noon }, Accounts: []Account{policeAccount}, Used: func(c string) { used = append(used, c) },
		Credentials: []Credential{{Sort: Token, ID: id, Account: "police", Hash: hash, Until: noon.Add(1)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []Presented{Bearer("x"), Bearer(flip(token, 30)), Basic{"x", token}, Bearer(token)} {
		_, _ = a.Admit(p, Said{}, secure)
	}
	if len(used) != 1 || used[0] != id {
		t.Errorf("noted: %q", used)
	}
}

func TestWhatTheHeaderFieldAuthorizationMayHold(t *testing.T) {
	basic := func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(s)) }
	for text, want := range map[string]Presented{
		"Bearer abc": Bearer("abc"), "bearer  abc ": Bearer("abc"), "Bearer": Bearer(""),
		basic("police:secret"): Basic{"police", "secret"}, "bASIC cDpz": Basic{"p", "s"},
		basic("police:a:b"): Basic{"police", "a:b"}, basic(":"): Basic{}, basic("æ:ø"): Basic{"æ", "ø"},
		basic("police"): nil, basic("a\x00:b"): nil, basic("a:\nb"): nil, "Basic \xff": nil, "Basic cDpz=": nil, "Basic cDpt=": nil,
		basic("a:\xff"): nil, "": nil, "Digest x": nil, "Bearerabc": nil, "Bearer " + strings.Repeat("a", maxAuthorization): nil,
	} {
		got, ok := Authorization([]string{text})
		if got != want || ok != (want != nil) {
			t.Errorf("%.40q: %v, %t; want %v", text, got, ok, want)
		}
	}
	if _, ok := Authorization([]string{"Bearer a", "Bearer b"}); ok {
		t.Error("two of them are taken")
	}
}

func TestEveryRegisteredPurposeHasAWordAndSaysWhatItIsFor(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range Purposes {
		if seen[p.Word] || p.Says == "" || !RegisteredPurpose(p.Word) {
			t.Errorf("%+v", p)
		}
		seen[p.Word] = true
	}
	if len(Purposes) != 11 || RegisteredPurpose("curiosity") || RegisteredPurpose("") {
		t.Errorf("there are %d", len(Purposes))
	}
}
