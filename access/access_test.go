package access

import (
	"crypto/sha256"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registerd/disclose"
)

var (
	noon    = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	secure  = Channel{Addr: netip.MustParseAddr("192.0.2.7"), Private: true}
	inClear = Channel{Addr: netip.MustParseAddr("192.0.2.7")}
)

// police is the account of an authority, with its token.
func police(t *testing.T) (a *Access, token string) {
	t.Helper()
	token, id, hash := NewToken()
	a, err := New(Config{Now: func() time.Time { return noon }, Tokens: []Token{{
		ID: id, Hash: hash, Expires: noon.Add(time.Second), Organization: "Example Police",
		Audience: disclose.Authority, Purposes: []string{"fraud", "missing persons"},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return a, token
}

func TestATokenAdmitsItsAccount(t *testing.T) {
	a, token := police(t)
	got, err := a.Bearer(token, "fraud", "case 17", secure)
	if err != nil {
		t.Fatal(err)
	}
	want := Caller{
		Account: a.Accounts()[0], Organization: "Example Police", Audience: disclose.Authority,
		Purpose: "fraud", Case: "case 17", Channel: secure,
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(x, y netip.Addr) bool { return x == y })); diff != "" {
		t.Error(diff)
	}
	if !got.Named() {
		t.Error("the caller is not named")
	}
}

func TestARegistrarIsAdmittedAsItself(t *testing.T) {
	token, id, hash := NewToken()
	a, err := New(Config{Now: func() time.Time { return noon }, Tokens: []Token{
		{ID: id, Hash: hash, Expires: noon.Add(time.Hour), Audience: disclose.Registrar, Registrar: "nordlys"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	caller, err := a.Bearer(token, "", "", secure)
	if want := (disclose.Viewer{Audience: disclose.Registrar, Registrar: "nordlys"}); err != nil || caller.Viewer() != want {
		t.Errorf("%+v, %v", caller.Viewer(), err)
	}
}

// Each refusal gives the zero Caller, who is shown nothing.
func TestWhoIsRefused(t *testing.T) {
	a, token := police(t)
	later, err := New(Config{Now: func() time.Time { return noon.Add(time.Second) }, Tokens: []Token{a.tokens[a.Accounts()[0]]}})
	if err != nil {
		t.Fatal(err)
	}
	another, _, _ := NewToken()
	parts := strings.Split(token, "_")
	swapped := strings.Join([]string{parts[0], parts[1], strings.Split(another, "_")[2]}, "_")
	for _, tt := range []struct {
		what, token, purpose string
		at                   *Access
		ch                   Channel
		want                 Denial
	}{
		{"in clear", token, "fraud", a, inClear, OpenChannel},
		{"in clear, and wrong", "x", "fraud", a, inClear, OpenChannel},
		{"no channel", token, "fraud", a, Channel{}, OpenChannel},
		{"another purpose", token, "curiosity", a, secure, PurposeRefused},
		{"another case of a purpose", token, "Fraud", a, secure, PurposeRefused},
		{"no token", "", "fraud", a, secure, BadCredential},
		{"a token of nobody", another, "fraud", a, secure, BadCredential},
		{"another's secret", swapped + "_" + checksum(swapped), "fraud", a, secure, BadCredential},
		{"another's secret and the old check", swapped + "_" + parts[3], "fraud", a, secure, BadCredential},
		{"a wrong check", token[:len(token)-1] + other(token[len(token)-1]), "fraud", a, secure, BadCredential},
		{"a wrong secret letter", flip(token, len(parts[0])+len(parts[1])+5), "fraud", a, secure, BadCredential},
		{"a wrong id", flip(token, len(parts[0])+2), "fraud", a, secure, BadCredential},
		{"another prefix", "x" + token, "fraud", a, secure, BadCredential},
		{"upper case", strings.ToUpper(token), "fraud", a, secure, BadCredential},
		{"with a space", token + " ", "fraud", a, secure, BadCredential},
		{"endless", strings.Repeat("a", 1<<20), "fraud", a, secure, BadCredential},
		{"expired at this moment", token, "fraud", later, secure, BadCredential},
		{"a wrong token and a wrong purpose", another, "curiosity", a, secure, BadCredential},
	} {
		caller, err := tt.at.Bearer(tt.token, tt.purpose, "case 17", tt.ch)
		var denied *Denied
		if !errors.As(err, &denied) || denied.Why != tt.want {
			t.Errorf("%s: %v, want denial %d", tt.what, err, tt.want)
		}
		if caller != (Caller{}) || caller.Viewer() != (disclose.Viewer{}) {
			t.Errorf("%s: the caller is %+v", tt.what, caller)
		}
		if err != nil && tt.token != "" && len(tt.token) > 1 && strings.Contains(err.Error(), tt.token) {
			t.Errorf("%s: the error repeats the token", tt.what)
		}
	}
}

func flip(s string, i int) string { return s[:i] + other(s[i]) + s[i+1:] }

func other(c byte) string {
	if c == 'a' {
		return "b"
	}
	return "a"
}

func TestTwoTokensWithOneIDAreRefused(t *testing.T) {
	_, id, hash := NewToken()
	one := Token{ID: id, Hash: hash, Expires: noon, Audience: disclose.Operator}
	two := one
	two.Hash = sha256.Sum256([]byte("another"))
	if _, err := New(Config{Now: time.Now, Tokens: []Token{one, two}}); err == nil || !strings.Contains(err.Error(), id) {
		t.Errorf("the error is %v; it should name the id %s", err, id)
	}
}

func TestTokensThatGrantNothingAreRefused(t *testing.T) {
	_, id, hash := NewToken()
	good := Token{ID: id, Hash: hash, Expires: noon, Audience: disclose.Authority}
	if _, err := New(Config{Now: time.Now, Tokens: []Token{good}}); err != nil {
		t.Fatal(err)
	}
	for what, edit := range map[string]func(*Token){
		"no id":                            func(x *Token) { x.ID = "" },
		"a short id":                       func(x *Token) { x.ID = "abc" },
		"an id in capitals":                func(x *Token) { x.ID = "ABCDEFGH" },
		"an id with an underscore":         func(x *Token) { x.ID = "abcd_fgh" },
		"no hash":                          func(x *Token) { x.Hash = [32]byte{} },
		"no expiry":                        func(x *Token) { x.Expires = time.Time{} },
		"nobody":                           func(x *Token) { x.Audience = disclose.Nobody },
		"the public":                       func(x *Token) { x.Audience = disclose.Public },
		"an audience that does not exist":  func(x *Token) { x.Audience = disclose.Operator + 1 },
		"a registrar without its id":       func(x *Token) { x.Audience = disclose.Registrar },
		"an authority with a registrar id": func(x *Token) { x.Registrar = "nordlys" },
	} {
		bad := good
		edit(&bad)
		if a, err := New(Config{Now: time.Now, Tokens: []Token{bad}}); err == nil || a != nil {
			t.Errorf("%s: accepted", what)
		}
	}
	if _, err := New(Config{Tokens: []Token{good}}); err == nil {
		t.Error("no clock: accepted")
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
		caller, err := a.Bearer(token, tt.purpose, tt.reference, secure)
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
	for d := BadCredential; d <= SearchRefused; d++ {
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
