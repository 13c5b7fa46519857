package lookup_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"registerd/access"
	"registerd/audit"
	"registerd/disclose"
	"registerd/internal/newregister"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/register"
	"registerd/store"
	"registerd/store/sqlite"
)

// scene is a desk over a real register of a few objects.
type scene struct {
	*lookup.Desk
	t       *testing.T
	writer  *sqlite.Writer
	store   *faulty
	config  lookup.Config
	dir     string // of the audit
	journal *audit.Journal
}

// faulty fails when it is told to, and is the real store otherwise.
type faulty struct {
	store.Reader
	fail error
}

func (f *faulty) Find(ctx context.Context, asks ...store.Ask) ([]store.Found, store.Edition, error) {
	if f.fail != nil {
		return nil, store.Edition{}, f.fail
	}
	return f.Reader.Find(ctx, asks...)
}

func (f *faulty) Tags(ctx context.Context, k store.Kind, keys []string) ([]register.Tag, store.Edition, error) {
	if f.fail != nil {
		return nil, store.Edition{}, f.fail
	}
	return f.Reader.Tags(ctx, k, keys)
}

func (f *faulty) Search(ctx context.Context, scan store.Scan) ([]store.Match, store.Edition, error) {
	if f.fail != nil {
		return nil, store.Edition{}, f.fail
	}
	return f.Reader.Search(ctx, scan)
}

var (
	now     = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	private = access.Channel{Addr: netip.MustParseAddr("192.0.2.7"), Private: true}
	open    = access.Channel{Addr: netip.MustParseAddr("192.0.2.7")}
	public  = access.Public(open)
)

func newScene(t *testing.T) *scene {
	t.Helper()
	dir := t.TempDir()
	w, r := newregister.Open(t)
	fill(t, w)
	s := &scene{t: t, writer: w, store: &faulty{Reader: r}, dir: filepath.Join(dir, "audit")}
	var err error
	s.journal, err = audit.OpenJournal(audit.JournalConfig{
		Dir: s.dir, Now: func() time.Time { return now }, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.journal.Close() })
	who, err := access.New(access.Config{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	s.config = lookup.Config{
		Store: s.store, Limiter: ratelimit.Unlimited(), Journal: s.journal, AccessLog: audit.Discard(),
		Published: lookup.Published{Policy: disclose.GDPR(), Access: who, Operator: register.Operator{Name: "Example Registry"}},
		Now:       func() time.Time { return now }, Kept: 16,
	}
	s.reopen()
	return s
}

// reopen opens the desk anew with the scene's configuration.
func (s *scene) reopen() {
	s.t.Helper()
	d, err := lookup.New(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	s.Desk = d
}

func fill(t *testing.T, w store.Writer) {
	t.Helper()
	person := register.Contact{
		Handle: "P1", ROID: "P1-EX", Sponsor: "reg-a", Email: "karin@home.example",
		Local: register.Postal{Name: "Karin Canary", Address: register.Address{City: "Canaryby", Country: "DK"}},
		Facts: register.Facts{Holder: register.HolderNatural, Protection: register.NotProtected},
	}
	firm := register.Contact{
		Handle: "F1", ROID: "F1-EX", Sponsor: "reg-a",
		International: register.Postal{Name: "Canary Clerk", Organization: "Firm Ltd", Address: register.Address{City: "Town", Country: "DK"}},
		Facts:         register.Facts{Holder: register.HolderLegal, Protection: register.NotProtected},
	}
	domain := register.Domain{
		Name: "shop.example", ROID: "D1-EX", Registrant: "P1", Sponsor: "reg-a",
		Contacts: []register.DomainRole{{Role: register.RoleTech, Handle: "F1"}, {Role: register.RoleAdmin, Handle: "GONE"}},
		Hosts:    []register.NameServer{{Name: "ns1.shop.example"}},
		Statuses: []string{"ok"}, Created: now.AddDate(-1, 0, 0),
		Dispute: &register.Proceeding{Since: now, Ground: "canary ground"},
	}
	host := register.Host{Name: "ns1.shop.example", ROID: "H1-EX", Sponsor: "reg-a", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.53")}}
	reserved := register.Reserved{Name: "held.example", State: register.ReservedWithheld}
	regA := register.Registrar{ID: "reg-a", Name: "Registrar A", IANA: 9995}
	ref := func(k store.Kind, key string) store.Ref { return store.Ref{Kind: k, Key: key} }
	objects := []store.Object{
		{Ref: ref(store.Contacts, "p1"), Alias: "p1-ex", Bytes: person.Append(nil), Refs: []store.Ref{ref(store.Registrars, "reg-a")}},
		{Ref: ref(store.Contacts, "f1"), Alias: "f1-ex", Bytes: firm.Append(nil), Refs: []store.Ref{ref(store.Registrars, "reg-a")}},
		{Ref: ref(store.Hosts, "ns1.shop.example"), Bytes: host.Append(nil), Refs: []store.Ref{ref(store.Registrars, "reg-a")}},
		{Ref: ref(store.Registrars, "reg-a"), Alias: "9995", Bytes: regA.Append(nil), Terms: regA.Terms()},
		{Ref: ref(store.Names, "held.example"), Bytes: reserved.Append(nil)},
		{Ref: ref(store.Names, "shop.example"), Bytes: domain.Append(nil), Refs: []store.Ref{
			ref(store.Contacts, "p1"), ref(store.Contacts, "f1"), ref(store.Contacts, "gone"),
			ref(store.Hosts, "ns1.shop.example"), ref(store.Registrars, "reg-a"),
		}},
	}
	change(t, w, func(tx store.Tx) error {
		state := tx.State()
		state.Zones, state.Serial, state.Watermark = []register.Name{"example"}, 7, now
		tx.SetState(state)
		for _, o := range objects {
			if err := tx.Put(o); err != nil {
				return err
			}
		}
		return nil
	})
}

func change(t *testing.T, w store.Writer, f func(store.Tx) error) {
	t.Helper()
	if err := w.Change(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func (s *scene) ask(c access.Caller, text string) lookup.Question {
	return lookup.Question{Caller: c, Window: lookup.RDAP, Text: text}
}

func police(ch access.Channel) access.Caller {
	return access.Caller{Account: "police", Organization: "Police", Audience: disclose.Authority,
		Purpose: "legalActions", Case: "2026-17", Channel: ch}
}

func registrar(id string) access.Caller {
	return access.Caller{Account: id, Audience: disclose.Registrar, Registrar: id, Channel: private}
}

// records are what the journal holds.
func (s *scene) records() []audit.Record {
	s.t.Helper()
	var out []audit.Record
	if err := audit.Walk(s.dir, func(r audit.Record) error { out = append(out, r); return nil }); err != nil {
		s.t.Fatal(err)
	}
	return out
}

var errDisk = errors.New("the disk is on fire")
