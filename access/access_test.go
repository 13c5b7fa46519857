package access

import (
	"crypto/sha256"
	"errors"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"registerd/disclose"
)

var (
	noon    = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	secure  = Channel{Addr: netip.MustParseAddr("192.0.2.7"), Private: true}
	inClear = Channel{Addr: netip.MustParseAddr("192.0.2.7")}
)

// one is the access of a single account with a single credential.
func one(t *testing.T, account Account, c Credential) *Access {
	t.Helper()
	a, err := New(Config{Now: func() time.Time { return noon }, Accounts: []Account{account}, Credentials: []Credential{c}})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

var policeAccount = Account{
	ID: "police", Organization: "Example Police", Kind: disclose.KindAuthority, Purposes: []string{"fraud", "missing persons"},
}

// police is the account of an authority, with its token.
func police(t *testing.T) (a *Access, token string) {
	t.Helper()
	token, id, hash := NewToken()
	return one(t, policeAccount, Credential{Sort: Token, ID: id, Account: "police", Hash: hash, Until: noon.Add(time.Second)}), token
}

func TestATokenAdmitsItsAccount(t *testing.T) {
	a, token := police(t)
	for _, p := range []Presented{Bearer(token), Basic{"police", token}} {
		got, err := a.Admit(p, Said{Purpose: "fraud", Case: "case 17"}, secure)
		if err != nil {
			t.Fatal(err)
		}
		want := Caller{
			Account: "police", Organization: "Example Police", Kind: disclose.KindAuthority, Audience: disclose.Authority,
			Purpose: "fraud", Case: "case 17", Channel: secure,
		}
		if got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		if !got.Named() {
			t.Error("the caller is not named")
		}
	}
}

func TestARegistrarIsAdmittedAsItself(t *testing.T) {
	token, id, hash := NewToken()
	a := one(t, Account{ID: "nordlys", Kind: disclose.KindRegistrar, Registrar: "nordlys"},
		Credential{Sort: Token, ID: id, Account: "nordlys", Hash: hash, Until: noon.Add(time.Hour)})
	caller, err := a.Admit(Bearer(token), Said{}, secure)
	if want := (disclose.Viewer{Audience: disclose.Registrar, Registrar: "nordlys"}); err != nil || caller.Viewer() != want {
		t.Errorf("%+v, %v", caller.Viewer(), err)
	}
}

// Each refusal gives the zero Caller, who is shown nothing.
func TestWhoIsRefused(t *testing.T) {
	a, token := police(t)
	another, _, _ := NewToken()
	parts := strings.Split(token, "_")
	swapped := strings.Join([]string{parts[0], parts[1], strings.Split(another, "_")[2]}, "_")
	// with is the same account and token, but for something.
	with := func(edit func(*Account, *Credential)) *Access {
		account, c := *a.accounts["police"], *a.tokens[parts[1]]
		edit(&account, &c)
		return one(t, account, c)
	}
	for _, tt := range []struct {
		what    string
		shown   Presented
		purpose string
		at      *Access
		ch      Channel
		want    Denial
	}{
		{"in clear", Bearer(token), "fraud", a, inClear, OpenChannel},
		{"in clear, and wrong", Bearer("x"), "fraud", a, inClear, OpenChannel},
		{"no channel", Bearer(token), "fraud", a, Channel{}, OpenChannel},
		{"another purpose", Bearer(token), "curiosity", a, secure, PurposeRefused},
		{"another case of a purpose", Bearer(token), "Fraud", a, secure, PurposeRefused},
		{"no token", Bearer(""), "fraud", a, secure, BadCredential},
		{"a token of nobody", Bearer(another), "fraud", a, secure, BadCredential},
		{"another's secret", Bearer(swapped + "_" + checksum(swapped)), "fraud", a, secure, BadCredential},
		{"another's secret and the old check", Bearer(swapped + "_" + parts[3]), "fraud", a, secure, BadCredential},
		{"a wrong check", Bearer(token[:len(token)-1] + other(token[len(token)-1])), "fraud", a, secure, BadCredential},
		{"a wrong secret letter", Bearer(flip(token, len(parts[0])+len(parts[1])+5)), "fraud", a, secure, BadCredential},
		{"a wrong id", Bearer(flip(token, len(parts[0])+2)), "fraud", a, secure, BadCredential},
		{"another prefix", Bearer("x" + token), "fraud", a, secure, BadCredential},
		{"upper case", Bearer(strings.ToUpper(token)), "fraud", a, secure, BadCredential},
		{"with a space", Bearer(token + " "), "fraud", a, secure, BadCredential},
		{"endless", Bearer(strings.Repeat("a", 1<<20)), "fraud", a, secure, BadCredential},
		{"a wrong token and a wrong purpose", Bearer(another), "curiosity", a, secure, BadCredential},
		{"another user", Basic{"customs", token}, "fraud", a, secure, BadCredential},
		{"no user", Basic{"", token}, "fraud", a, secure, BadCredential},
		{"the user and no password", Basic{"police", ""}, "fraud", a, secure, BadCredential},
		{"the user and a password of nobody", Basic{"police", another}, "fraud", a, secure, BadCredential},
		{"a key of nobody", Key{1}, "fraud", a, secure, NoAccount},
		{"the key that is no key", Key{}, "fraud", a, secure, NoAccount},
		{"a person whom we do not know", Person{Issuer: "https://id.example", Subject: "ole"}, "fraud", a, secure, NoAccount},
		{"expired at this moment", Bearer(token), "fraud", with(func(_ *Account, c *Credential) { c.Until = noon }), secure, BadCredential},
		{"not valid yet", Bearer(token), "fraud", with(func(_ *Account, c *Credential) { c.From = noon.Add(1) }), secure, BadCredential},
		{"revoked", Bearer(token), "fraud", with(func(_ *Account, c *Credential) { c.Revoked = true }), secure, BadCredential},
		{"suspended", Bearer(token), "fraud", with(func(a *Account, _ *Credential) { a.Suspended = true }), secure, BadCredential},
		{"removed", Bearer(token), "fraud", with(func(a *Account, _ *Credential) { a.Removed = true }), secure, BadCredential},
		{"an account that has ended", Bearer(token), "fraud", with(func(a *Account, _ *Credential) { a.Until = noon }), secure, BadCredential},
		{"an account that has not begun", Bearer(token), "fraud", with(func(a *Account, _ *Credential) { a.From = noon.Add(1) }), secure, BadCredential},
		{"from another network", Bearer(token), "fraud", with(func(a *Account, _ *Credential) { a.Networks = networks("198.51.100.0/24") }), secure, BadCredential},
		{"a purpose of the account that is none of the token's", Bearer(token), "missing persons",
			with(func(_ *Account, c *Credential) { c.Purposes = []string{"fraud"} }), secure, PurposeRefused},
	} {
		caller, err := tt.at.Admit(tt.shown, Said{Purpose: tt.purpose, Case: "case 17"}, tt.ch)
		var denied *Denied
		if !errors.As(err, &denied) || denied.Why != tt.want {
			t.Errorf("%s: %v, want denial %d", tt.what, err, tt.want)
		}
		if caller != (Caller{}) || caller.Viewer() != (disclose.Viewer{}) {
			t.Errorf("%s: the caller is %+v", tt.what, caller)
		}
		if text, is := tt.shown.(Bearer); is && err != nil && len(text) > 1 && strings.Contains(err.Error(), string(text)) {
			t.Errorf("%s: the error repeats the token", tt.what)
		}
	}
}

func networks(list ...string) (out []netip.Prefix) {
	for _, n := range list {
		out = append(out, netip.MustParsePrefix(n))
	}
	return out
}

func flip(s string, i int) string { return s[:i] + other(s[i]) + s[i+1:] }

func other(c byte) string {
	if c == 'a' {
		return "b"
	}
	return "a"
}

func TestCredentialsThatCouldNotBeToldApartAreRefused(t *testing.T) {
	_, id, hash := NewToken()
	first := Credential{Sort: Token, ID: id, Account: "police", Hash: hash, Until: noon}
	second := first
	second.Hash = sha256.Sum256([]byte("another"))
	key := Credential{Sort: Certificate, ID: "one", Account: "police", SPKI: hash}
	again := key
	again.ID = "two"
	for what, list := range map[string][]Credential{"an id": {first, second}, "a key": {key, again}} {
		_, err := New(Config{Now: time.Now, Accounts: []Account{policeAccount}, Credentials: list})
		if err == nil || !strings.Contains(err.Error(), list[1].ID) {
			t.Errorf("%s twice: the error is %v; it should name %s", what, err, list[1].ID)
		}
	}
	if _, err := New(Config{Now: time.Now, Accounts: []Account{policeAccount, policeAccount}}); err == nil {
		t.Error("an account twice: accepted")
	}
	known := Account{ID: "a-school", Kind: disclose.KindResearcher, WHOIS: true, Networks: networks("192.0.2.0/24")}
	twin := known
	twin.ID = "b-school"
	if _, err := New(Config{Now: time.Now, Accounts: []Account{known, twin}}); err == nil {
		t.Error("two accounts known by one network on WHOIS: accepted")
	}
}

func TestAccountsThatContradictThemselvesAreRefused(t *testing.T) {
	for what, edit := range map[string]func(*Account){
		"no id":                             func(x *Account) { x.ID = "" },
		"an id of two lines":                func(x *Account) { x.ID = "a\nb" },
		"a registrar without its id":        func(x *Account) { x.Kind = disclose.KindRegistrar },
		"an authority with a registrar id":  func(x *Account) { x.Registrar = "nordlys" },
		"a holder without its ROID":         func(x *Account) { x.Kind = disclose.KindHolder },
		"an authority with a ROID":          func(x *Account) { x.Holder = "c1-example" },
		"recognised by no network":          func(x *Account) { x.WHOIS = true },
		"a network with host bits":          func(x *Account) { x.Networks = networks("192.0.2.1/24") },
		"a network mapped into IPv6":        func(x *Account) { x.Networks = networks("::ffff:192.0.2.0/120") },
		"negative budgets":                  func(x *Account) { x.Times = -1 },
		"budgets that are no number":        func(x *Account) { x.Times = math.NaN() },
		"a kind of object there is none of": func(x *Account) { x.Objects = []Object{"king"} },
	} {
		bad := policeAccount
		edit(&bad)
		if a, err := New(Config{Now: time.Now, Accounts: []Account{bad}}); err == nil || a != nil {
			t.Errorf("%s: accepted", what)
		}
	}
	if _, err := New(Config{}); err == nil {
		t.Error("no clock: accepted")
	}
}

func TestCredentialsThatProveNothingAreRefused(t *testing.T) {
	_, id, hash := NewToken()
	token := Credential{Sort: Token, ID: id, Account: "police", Hash: hash, Until: noon}
	person := Credential{Sort: Identity, ID: id, Account: "police", Issuer: "https://id.example", Subject: "ole"}
	key := Credential{Sort: Certificate, ID: id, Account: "police", SPKI: hash}
	for _, good := range []Credential{token, person, key} {
		one(t, policeAccount, good)
	}
	for _, tt := range []struct {
		what string
		of   Credential
		edit func(*Credential)
	}{
		{"no id", token, func(x *Credential) { x.ID = "" }},
		{"a short id", token, func(x *Credential) { x.ID = "abc" }},
		{"an id in capitals", token, func(x *Credential) { x.ID = "ABCDEFGH" }},
		{"an id with an underscore", token, func(x *Credential) { x.ID = "abcd_fgh" }},
		{"no hash", token, func(x *Credential) { x.Hash = [32]byte{} }},
		{"no expiry", token, func(x *Credential) { x.Until = time.Time{} }},
		{"of nobody", token, func(x *Credential) { x.Account = "customs" }},
		{"of no sort", token, func(x *Credential) { x.Sort = 0 }},
		{"of a sort that there is not", token, func(x *Credential) { x.Sort = Identity + 1 }},
		{"no key", key, func(x *Credential) { x.SPKI = [32]byte{} }},
		{"no issuer", person, func(x *Credential) { x.Issuer = "" }},
		{"neither subject nor claim", person, func(x *Credential) { x.Subject = "" }},
		{"a subject and a claim", person, func(x *Credential) { x.Claim, x.Value = "group", "police" }},
		{"a claim with any value", person, func(x *Credential) { x.Subject, x.Claim = "", "group" }},
	} {
		bad := tt.of
		tt.edit(&bad)
		if a, err := New(Config{Now: time.Now, Accounts: []Account{policeAccount}, Credentials: []Credential{bad}}); err == nil || a != nil {
			t.Errorf("%s: accepted", tt.what)
		}
	}
}

func TestAnAuthorityWithoutPurposeAndCaseIsThePublic(t *testing.T) {
	a, token := police(t)
	for _, tt := range []struct {
		purpose, reference string
		want               disclose.Audience
	}{
		{"fraud", "case 17", disclose.Authority},
		{"", "case 17", disclose.Public},
		{"fraud", "", disclose.Public},
		{"fraud", " \t", disclose.Public},
		{"fraud", "\u200b", disclose.Public},
		{"fraud", "-", disclose.Public},
		{"", "", disclose.Public},
	} {
		caller, err := a.Admit(Bearer(token), Said{Purpose: tt.purpose, Case: tt.reference}, secure)
		if err != nil {
			t.Fatal(err)
		}
		if got := caller.Viewer(); got.Audience != tt.want {
			t.Errorf("purpose %q, case %q: seen as %+v", tt.purpose, tt.reference, got)
		}
	}
}

func TestThePublicIsThePublic(t *testing.T) {
	caller := Public(inClear)
	if caller.Named() || caller.Viewer() != (disclose.Viewer{Audience: disclose.Public}) || caller.Channel != inClear {
		t.Errorf("%+v", caller)
	}
}

func TestATokenHasTheFormThatScannersKnow(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		text, id, hash := NewToken()
		parts := strings.Split(text, "_")
		if len(parts) != 4 || parts[0] != "registerd" || parts[1] != id || len(parts[2]) != 52 || len(parts[3]) != 8 {
			t.Fatalf("a token of the form %q", text)
		}
		gotID, secret, ok := splitToken(text)
		if !ok || gotID != id || len(secret) != 32 || sha256.Sum256(secret) != hash {
			t.Fatal("a token is not read back")
		}
		if seen[text] || seen[id] {
			t.Fatal("the same token twice")
		}
		seen[text], seen[id] = true, true
	}
}

func TestAHashIsReadBack(t *testing.T) {
	_, _, hash := NewToken()
	got, err := ParseHash(FormatHash(hash))
	if got != hash || err != nil {
		t.Errorf("%x, %v", got, err)
	}
	whole := FormatHash(hash)
	for _, s := range []string{"", "sha256:", whole[:len(whole)-2], whole + "00", whole[len("sha256:"):], "md5:" + whole[len("sha256:"):], "sha256:" + strings.Repeat("g", 64)} {
		if got, err := ParseHash(s); err == nil || got != ([32]byte{}) {
			t.Errorf("%q was read", s)
		}
	}
}

func TestEveryDenialHasWords(t *testing.T) {
	seen := map[string]bool{}
	for d := BadCredential; d <= NoAccount; d++ {
		text := (&Denied{Why: d}).Error()
		if seen[text] || text == (&Denied{}).Error() {
			t.Errorf("denial %d says %q", d, text)
		}
		seen[text] = true
	}
}

func FuzzToken(f *testing.F) {
	text, _, _ := NewToken()
	for _, s := range []string{text, "", "registerd_", "registerd_aaaaaaaa__00000000", strings.Repeat("_", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if id, secret, ok := splitToken(s); ok && (!validID(id) || len(secret) != 32 || !strings.HasSuffix(s, checksum(s[:len(s)-9]))) {
			t.Fatalf("%q is taken for a token", s)
		}
	})
}
