package account_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registerd/access"
	"registerd/account"
	"registerd/disclose"
	"registerd/register"
)

var noon = time.Date(2026, 11, 20, 12, 0, 30, 0, time.UTC)

// scene is a file, with what is recorded of its changes.
type scene struct {
	*account.Store
	path     string
	now      time.Time
	recorded []account.Change
	refuse   error // of what is recorded
}

func open(t *testing.T) *scene {
	t.Helper()
	s := &scene{path: filepath.Join(t.TempDir(), "accounts.db"), now: noon}
	s.reopen(t, true)
	return s
}

func (s *scene) reopen(t *testing.T, create bool) {
	t.Helper()
	var err error
	s.Store, err = account.Open(t.Context(), account.Config{
		Path: s.path, Create: create, Now: func() time.Time { return s.now },
		Record: func(_ context.Context, c account.Change) error {
			if s.refuse == nil {
				s.recorded = append(s.recorded, c)
			}
			return s.refuse
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	store := s.Store
	t.Cleanup(func() { store.Close() })
}

func (s *scene) read(t *testing.T) account.Snapshot {
	t.Helper()
	all, err := s.Read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func police() access.Account {
	return access.Account{
		ID: "police-dk", Organization: "Example Police", Person: "Ole Olsen", Contact: "ole@police.example",
		Kind: disclose.KindAuthority, Purposes: []string{"legalActions"}, Times: 1,
		ApprovedBy: "Jens", ApprovedOn: noon.Truncate(time.Second),
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// token adds a token to an account, and returns its text.
func (s *scene) token(t *testing.T, of string) (text, id string) {
	t.Helper()
	text, id, hash := access.NewToken()
	must(t, s.AddCredential(t.Context(), "", access.Credential{ID: id, Account: of, Sort: access.Token, Hash: hash, Until: noon.AddDate(1, 0, 0)}))
	return text, id
}

func TestWhatIsKeptIsWhatWasGiven(t *testing.T) {
	s := open(t)
	everything := access.Account{
		ID: "school", Organization: "Øresund University", Person: "Eva Holm", Contact: "+45 1", Kind: disclose.KindResearcher,
		Purposes: []string{"academicPublicInterestDNSResearch", "dnsTransparency"}, Zones: []register.Name{"dk", "co.dk"},
		Objects:  []access.Object{access.Domain},
		Networks: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("2001:db8::/48")}, WHOIS: true,
		Times: 2.5, Exception: "A study", Confidential: 48 * time.Hour, From: noon, Until: noon.AddDate(1, 0, 0),
		ApprovedBy: "Jens", ApprovedOn: noon,
	}
	must(t, s.Add(t.Context(), "", police()))
	must(t, s.Add(t.Context(), "", everything))
	credentials := []access.Credential{
		{ID: "abcdefgh", Account: "police-dk", Sort: access.Token, Hash: sha256.Sum256([]byte("x")), Purposes: []string{"legalActions"}, From: noon, Until: noon.AddDate(1, 0, 0), Note: "Batch"},
		{ID: "bbbbbbbb", Account: "police-dk", Sort: access.Certificate, SPKI: sha256.Sum256([]byte("y"))},
		{ID: "cccccccc", Account: "police-dk", Sort: access.Identity, Issuer: "https://id.example", Subject: "ole"},
		{ID: "dddddddd", Account: "school", Sort: access.Identity, Issuer: "https://id.example", Claim: "group", Value: "school"},
	}
	for _, c := range credentials {
		must(t, s.AddCredential(t.Context(), "", c))
	}
	s.reopen(t, false)
	same := cmp.Options{cmp.Comparer(func(x, y netip.Prefix) bool { return x == y })}
	all := s.read(t)
	if diff := cmp.Diff([]access.Account{police(), everything}, all.Accounts, same, ignoreNil); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(credentials, all.Credentials, ignoreNil); diff != "" {
		t.Error(diff)
	}
	if all.Version != 6 {
		t.Errorf("after six changes the version is %d", all.Version)
	}
}

// ignoreNil takes an empty list for none.
var ignoreNil = cmp.FilterValues(func(x, y []string) bool { return len(x) == 0 && len(y) == 0 }, cmp.Ignore())

func TestEveryChangeIsRecordedBeforeItIsMade(t *testing.T) {
	s := open(t)
	must(t, s.Add(t.Context(), "treaty", police()))
	_, id := s.token(t, "police-dk")
	must(t, s.Edit(t.Context(), "police-dk", "suspend", "a leak", func(a *access.Account) { a.Suspended = true }))
	must(t, s.Revoke(t.Context(), id, "a leak"))
	must(t, s.Remove(t.Context(), "police-dk", "the end"))
	var got []string
	for _, c := range s.recorded {
		got = append(got, c.What+" "+c.Account+" "+c.Kind.String()+" "+c.Reason)
		if strings.Contains(c.Detail, "Ole") || c.Detail == "" {
			t.Errorf("what is recorded of %s is %q", c.What, c.Detail)
		}
	}
	want := []string{
		"add police-dk authority treaty", "add token police-dk authority ", "suspend police-dk authority a leak",
		"revoke token police-dk authority a leak", "remove police-dk authority the end",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(s.recorded[0].Detail, "approved by Jens on 2026-11-20") {
		t.Errorf("who approved is not in %q", s.recorded[0].Detail)
	}
}

func TestWhatCannotBeRecordedIsNotDone(t *testing.T) {
	s := open(t)
	must(t, s.Add(t.Context(), "", police()))
	_, id := s.token(t, "police-dk")
	before := s.read(t)
	s.refuse = errors.New("the disk is full")
	other := police()
	other.ID = "customs"
	for what, err := range map[string]error{
		"add":    s.Add(t.Context(), "", other),
		"edit":   s.Edit(t.Context(), "police-dk", "x", "", func(a *access.Account) { a.Suspended = true }),
		"remove": s.Remove(t.Context(), "police-dk", ""),
		"token":  s.AddCredential(t.Context(), "", access.Credential{ID: "abcdefgh", Account: "police-dk", Sort: access.Token, Hash: [32]byte{1}, Until: noon}),
		"revoke": s.Revoke(t.Context(), id, ""),
	} {
		if !errors.Is(err, s.refuse) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if diff := cmp.Diff(before, s.read(t), cmp.Comparer(func(x, y netip.Prefix) bool { return x == y })); diff != "" {
		t.Error(diff)
	}
	unrecorded, err := account.Open(t.Context(), account.Config{Path: s.path, Now: time.Now})
	must(t, err)
	defer unrecorded.Close()
	if err := unrecorded.Remove(t.Context(), "police-dk", ""); err == nil {
		t.Error("a change that nobody records was made")
	}
}

func TestAnAccountThatAnOperatorCannotMeanIsRefused(t *testing.T) {
	for what, edit := range map[string]func(*access.Account){
		"an id of two letters":                      func(a *access.Account) { a.ID = "dk" },
		"an id in capitals":                         func(a *access.Account) { a.ID = "Police" },
		"an id with a colon":                        func(a *access.Account) { a.ID = "po:lice" },
		"an id with an end that is a hyphen":        func(a *access.Account) { a.ID = "police-" },
		"nobody approved it":                        func(a *access.Account) { a.ApprovedBy = "" },
		"nobody's organization":                     func(a *access.Account) { a.Organization = " " },
		"no kind":                                   func(a *access.Account) { a.Kind = disclose.NoKind },
		"no purpose":                                func(a *access.Account) { a.Purposes = nil },
		"a purpose that is not registered":          func(a *access.Account) { a.Purposes = []string{"curiosity"} },
		"it ends before it begins":                  func(a *access.Account) { a.From, a.Until = noon, noon },
		"a registrar that is not named":             func(a *access.Account) { a.Kind = disclose.KindRegistrar },
		"a registrar with more than others, unsaid": func(a *access.Account) { a.Kind, a.Registrar, a.Times = disclose.KindRegistrar, "nordlys", 2 },
		"a registrar with less than others, unsaid": func(a *access.Account) { a.Kind, a.Registrar, a.Times = disclose.KindRegistrar, "nordlys", 0.5 },
		"WHOIS without a network":                   func(a *access.Account) { a.WHOIS = true },
		"a kind of object there is none of":         func(a *access.Account) { a.Objects = []access.Object{"king"} },
	} {
		s := open(t)
		bad := police()
		edit(&bad)
		if err := s.Add(t.Context(), "", bad); err == nil {
			t.Errorf("%s: taken", what)
		}
		if len(s.recorded) > 0 || len(s.read(t).Accounts) > 0 {
			t.Errorf("%s: recorded %v, kept %v", what, s.recorded, s.read(t).Accounts)
		}
	}
}

func TestARegistrarHasOneAccountAndItsExceptionIsSaid(t *testing.T) {
	s := open(t)
	nordlys := access.Account{
		ID: "nordlys", Organization: "Nordlys Domains", Kind: disclose.KindRegistrar, Registrar: "nordlys",
		Times: 3, Exception: "It moves 100,000 domains in May", ApprovedBy: "Jens", ApprovedOn: noon,
	}
	must(t, s.Add(t.Context(), "", nordlys))
	second := nordlys
	second.ID = "nordlys-two"
	if err := s.Add(t.Context(), "", second); err == nil || !strings.Contains(err.Error(), "nordlys") {
		t.Errorf("a second account: %v", err)
	}
	must(t, s.Remove(t.Context(), "nordlys", ""))
	must(t, s.Add(t.Context(), "", second))
	all := s.read(t)
	if got := all.OfRegistrar("nordlys"); got == nil || got.ID != "nordlys-two" {
		t.Errorf("the registrar's account is %+v", got)
	}
	if all.OfRegistrar("") != nil || all.OfRegistrar("another") != nil {
		t.Error("there is an account of no registrar")
	}
}

func TestAnIDIsNeverGivenAgainAndWhatNamesPersonsIsErased(t *testing.T) {
	s := open(t)
	must(t, s.Add(t.Context(), "", police()))
	_, id := s.token(t, "police-dk")
	must(t, s.Remove(t.Context(), "police-dk", ""))
	if err := s.Add(t.Context(), "", police()); !errors.Is(err, account.ErrTaken) {
		t.Errorf("the id again: %v", err)
	}
	all := s.read(t)
	if a := all.Find("police-dk"); a == nil || !a.Removed || a.Person+a.Contact != "" || a.Organization == "" {
		t.Errorf("what is left is %+v", a)
	}
	if c := all.Credentials[0]; c.ID != id || !c.Revoked {
		t.Errorf("its token is %+v", c)
	}
	for what, err := range map[string]error{
		"resume": s.Edit(t.Context(), "police-dk", "resume", "", func(a *access.Account) { a.Removed = false }),
		"remove": s.Remove(t.Context(), "police-dk", ""),
		"token":  s.AddCredential(t.Context(), "", access.Credential{ID: "abcdefgh", Account: "police-dk", Sort: access.Token, Hash: [32]byte{1}, Until: noon}),
	} {
		if !errors.Is(err, account.ErrRemoved) {
			t.Errorf("%s of a removed account: %v", what, err)
		}
	}
	must(t, s.Close())
	for _, f := range files(t, s.path) {
		if text, err := os.ReadFile(f); err != nil || bytes.Contains(text, []byte("Ole Olsen")) {
			t.Errorf("%s: %v; or it still holds whom one spoke with", f, err)
		}
	}
}

func TestWhatIsNotThereIsSaidNotToBe(t *testing.T) {
	s := open(t)
	if err := s.Edit(t.Context(), "nobody", "x", "", func(*access.Account) {}); !errors.Is(err, account.ErrNoAccount) {
		t.Error(err)
	}
	if err := s.AddCredential(t.Context(), "", access.Credential{ID: "abcdefgh", Account: "nobody"}); !errors.Is(err, account.ErrNoAccount) {
		t.Error(err)
	}
	if err := s.Revoke(t.Context(), "abcdefgh", ""); !errors.Is(err, account.ErrNoCredential) {
		t.Error(err)
	}
}

func TestWhoIsKnownByACredentialAlreadyKeepsIt(t *testing.T) {
	s := open(t)
	must(t, s.Add(t.Context(), "", police()))
	for what, c := range map[string]access.Credential{
		"a key":     {Sort: access.Certificate, SPKI: [32]byte{1}},
		"a subject": {Sort: access.Identity, Issuer: "https://id.example", Subject: "ole"},
		"a claim":   {Sort: access.Identity, Issuer: "https://id.example", Claim: "group", Value: "police"},
	} {
		c.Account = "police-dk"
		c.ID = access.NewID()
		first := c.ID
		must(t, s.AddCredential(t.Context(), "", c))
		c.ID = access.NewID()
		if err := s.AddCredential(t.Context(), "", c); err == nil {
			t.Errorf("%s twice: taken", what)
		}
		must(t, s.Revoke(t.Context(), first, ""))
		if err := s.AddCredential(t.Context(), "", c); err != nil {
			t.Errorf("%s again, after it was revoked: %v", what, err)
		}
	}
	if err := s.AddCredential(t.Context(), "", access.Credential{
		ID: access.NewID(), Account: "police-dk", Sort: access.Token, Hash: [32]byte{1}, Until: noon, Purposes: []string{"dnsTransparency"},
	}); err == nil {
		t.Error("a token for a purpose that its account has not: taken")
	}
}
