package service

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"registerd/access"
	"registerd/account"
	"registerd/config"
	"registerd/disclose"
	"registerd/ratelimit"
	"registerd/testdata"
)

// book is a file of accounts, to write in.
type book struct {
	*account.Store
	path string
}

func newBook(t *testing.T) *book {
	t.Helper()
	b := &book{path: filepath.Join(t.TempDir(), "accounts.db")}
	b.open(t)
	return b
}

func (b *book) open(t *testing.T) {
	t.Helper()
	var err error
	b.Store, err = account.Open(t.Context(), account.Config{
		Path: b.path, Create: true, Now: time.Now, Record: func(context.Context, account.Change) error { return nil },
	})
	must(t, err)
	store := b.Store
	t.Cleanup(func() { store.Close() })
}

// add takes an account of a kind; edit says what else it is.
func (b *book) add(t *testing.T, id string, kind disclose.Kind, edit func(*access.Account)) {
	t.Helper()
	a := access.Account{ID: id, Organization: "The " + id, Kind: kind, Times: 1, ApprovedBy: "Jens", ApprovedOn: time.Now()}
	switch kind {
	case disclose.KindRegistrar:
		a.Registrar = testdata.Registrar
	case disclose.KindAuthority:
		a.Purposes = []string{"legalActions"}
	}
	if edit != nil {
		edit(&a)
	}
	must(t, b.Add(t.Context(), "", a))
}

// token makes a token of an account; edit says what is special about it.
func (b *book) token(t *testing.T, of string, edit func(*access.Credential)) (text, id string) {
	t.Helper()
	text, id, hash := access.NewToken()
	c := access.Credential{ID: id, Account: of, Sort: access.Token, Hash: hash, Until: time.Now().AddDate(1, 0, 0)}
	if edit != nil {
		edit(&c)
	}
	must(t, b.AddCredential(t.Context(), "", c))
	return text, id
}

// behind is the example register, whose RDAP window stands behind a front end, so
// that every question can come from an address of its own.
func behind(t *testing.T, b *book, change func(*config.Config)) *exampleServer {
	return serveExample(t, func(c *config.Config) {
		c.Accounts, c.Limits.Off = b.path, false
		c.Limits.Failure = config.Budget{PerHour: 1, AtOnce: 100}
		c.RDAP.ForwardedFrom, c.RDAP.BehindTLS = []string{"127.0.0.1/32"}, true
		if change != nil {
			change(c)
		}
	})
}

// askedOnWHOIS is what WHOIS answers.
func (s *exampleServer) askedOnWHOIS(t *testing.T, name string) string {
	t.Helper()
	c, err := net.Dial("tcp", s.service.Address("whois"))
	must(t, err)
	defer c.Close()
	_, err = fmt.Fprintf(c, "%s\r\n", name)
	must(t, err)
	answer, err := io.ReadAll(c)
	must(t, err)
	return string(answer)
}

func TestARevocationIsInForceInEveryWindowWhenTheFileIsLookedAtNext(t *testing.T) {
	for what, revoke := range map[string]func(b *book, token string) error{
		"revoked":   func(b *book, token string) error { return b.Revoke(context.Background(), token, "") },
		"suspended": func(b *book, _ string) error { return edited(b, func(a *access.Account) { a.Suspended = true }) },
		"removed":   func(b *book, _ string) error { return b.Remove(context.Background(), "nordlys", "") },
		"ended": func(b *book, _ string) error {
			return edited(b, func(a *access.Account) { a.Until = time.Now().Add(-time.Second) })
		},
	} {
		t.Run(what, func(t *testing.T) {
			b := newBook(t)
			b.add(t, "nordlys", disclose.KindRegistrar, func(a *access.Account) {
				a.WHOIS, a.Networks = true, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("192.0.2.0/24")}
			})
			token, id := b.token(t, "nordlys", nil)
			s := behind(t, b, nil)
			header := http.Header{"Authorization": {"Bearer " + token}, "X-Forwarded-For": {"192.0.2.1"}}
			look := func(status int, onWHOIS bool) {
				t.Helper()
				for _, path := range []string{karin, "availability/karin.example"} {
					if got := s.ask(t, "GET", path, header); got.Status != status {
						t.Errorf("%s: %d, want %d", path, got.Status, status)
					}
				}
				if what == "revoked" { // which is no account
					onWHOIS = true
				}
				if got := s.askedOnWHOIS(t, "karin.example"); strings.Contains(got, karinsName) != onWHOIS {
					t.Errorf("WHOIS shows more than to the public: %t, want %t\n%s", !onWHOIS, onWHOIS, got)
				}
			}
			look(200, true)
			must(t, revoke(b, id))
			s.service.named.look(t.Context())
			look(401, false)
		})
	}
}

func edited(b *book, edit func(*access.Account)) error {
	return b.Edit(context.Background(), "nordlys", "change", "", edit)
}

// A connection that is kept is asked on by whoever has it, also after one's account
// has ended.
func TestAKeptWHOISConnectionEndsWithTheAccount(t *testing.T) {
	b := newBook(t)
	b.add(t, "nordlys", disclose.KindRegistrar, func(a *access.Account) {
		a.WHOIS, a.Networks = true, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	s := behind(t, b, nil)
	c, err := net.Dial("tcp", s.service.Address("whois"))
	must(t, err)
	defer c.Close()
	lines := bufio.NewReader(c)
	ask := func() string {
		_, err := fmt.Fprint(c, "-k karin.example\r\n")
		must(t, err)
		var answer strings.Builder
		for blank := 0; blank < 2; {
			line, err := lines.ReadString('\n')
			must(t, err)
			answer.WriteString(line)
			if blank++; strings.TrimSpace(line) != "" {
				blank = 0
			}
		}
		return answer.String()
	}
	if !strings.Contains(ask(), karinsName) {
		t.Error("the account is not recognised")
	}
	must(t, edited(b, func(a *access.Account) { a.Suspended = true }))
	s.service.named.look(t.Context())
	if strings.Contains(ask(), karinsName) {
		t.Error("the account is suspended, and told more than the public")
	}
}

func TestTheFileIsLookedAtWithEveryTick(t *testing.T) {
	b := newBook(t)
	b.add(t, "nordlys", disclose.KindRegistrar, nil)
	n, err := newNamed(&config.Config{Accounts: b.path}, time.Now, slog.New(slog.DiscardHandler))
	must(t, err)
	defer n.end()
	forced := make(chan int, 10)
	n.force = func(all access.People, _ *access.Access) { forced <- len(all.Accounts) }
	ctx, cancel := context.WithCancel(t.Context())
	tick, done := make(chan time.Time), make(chan struct{})
	go func() { n.run(ctx, tick); close(done) }()
	tick <- time.Time{} // nothing has changed
	tick <- time.Time{}
	b.add(t, "police", disclose.KindAuthority, nil)
	tick <- time.Time{}
	tick <- time.Time{} // taken when the one before was done with
	if len(forced) != 1 {
		t.Fatalf("put in force %d times, want once", len(forced))
	}
	if got := <-forced; got != 2 {
		t.Errorf("%d accounts are in force, want 2", got)
	}
	cancel()
	<-done
}

func TestAnAccountOfAFileThatCannotBeReadIsRefusedAndThePublicIsNot(t *testing.T) {
	b := newBook(t)
	b.add(t, "police", disclose.KindAuthority, nil)
	known, _ := b.token(t, "police", nil)
	now := time.Now()
	c := &config.Config{Accounts: b.path}
	own, id, hash := access.NewToken()
	c.Tokens = []config.Token{{ID: id, Hash: access.FormatHash(hash), Expires: now.AddDate(1, 0, 0), Organization: "Register", Audience: "operator"}}
	n, err := newNamed(c, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	must(t, err)
	defer n.end()
	here := access.Channel{Addr: netip.MustParseAddr("127.0.0.1"), Private: true}
	check := func(when, of string, want access.Denial) {
		t.Helper()
		n.look(t.Context())
		_, who, err := n.admitted(n.tokens)
		must(t, err)
		var why access.Denial
		if _, err := who.Admit(access.Bearer(of), access.Said{}, here); err != nil {
			why = err.(*access.Denied).Why
		}
		if why != want {
			t.Errorf("%s: denial %d, want %d", when, why, want)
		}
	}
	check("at first", known, 0)
	must(t, os.Rename(b.path, b.path+".away"))
	check("when the file is gone", known, 0)
	now = now.Add(trustAccounts)
	check("when it has been gone for a while", known, access.Unreadable)
	check("by the configuration's token meanwhile", own, 0)
	if n.readable() {
		t.Error("it is said to be readable")
	}
	must(t, os.Rename(b.path+".away", b.path))
	check("when it is back", known, 0)
	must(t, b.Close())
	must(t, os.Remove(b.path))
	b.open(t)
	check("when another file is in its place", known, access.BadCredential)
}

func TestTheBudgetsOfAccountsChangeWithTheirFileAndArePublished(t *testing.T) {
	b := newBook(t)
	b.add(t, "nordlys", disclose.KindRegistrar, nil)
	s := behind(t, b, nil)
	quota := func() int {
		return s.service.limiter.Standing(ratelimit.Client{Account: "nordlys"}, ratelimit.Lookup).Quota
	}
	before := quota()
	must(t, edited(b, func(a *access.Account) { a.Times, a.Exception = 3, "It moves a zone in May" }))
	s.service.named.look(t.Context())
	if got := quota(); got != 3*before {
		t.Errorf("the budget is %d, and was %d", got, before)
	}
	const want = "Exception: The nordlys has 3 times the budgets of an account. It moves a zone in May"
	if got := s.ask(t, "GET", "help", http.Header{"X-Forwarded-For": {"192.0.2.1"}}); !strings.Contains(string(got.Body), want) {
		t.Errorf("help does not say %q:\n%s", want, got.Body)
	}
}

func TestWhenATokenWasUsedIsNotedToTheMinute(t *testing.T) {
	b := newBook(t)
	b.add(t, "police", disclose.KindAuthority, nil)
	token, id := b.token(t, "police", nil)
	now := time.Date(2026, 11, 20, 12, 0, 30, 0, time.UTC)
	n, err := newNamed(&config.Config{Accounts: b.path}, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	must(t, err)
	defer n.end()
	_, who, err := n.admitted(n.tokens)
	must(t, err)
	_, err = who.Admit(access.Bearer(token), access.Said{}, access.Channel{Addr: netip.MustParseAddr("127.0.0.1"), Private: true})
	must(t, err)
	now = now.Add(time.Minute)
	n.look(t.Context())
	all, err := b.Read(t.Context())
	if want := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC); err != nil || !all.Used[id].Equal(want) {
		t.Errorf("used %v, %v; want %v", all.Used[id], err, want)
	}
}
