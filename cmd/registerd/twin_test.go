package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"registerd/access"
	"registerd/audit"
	"registerd/das"
	"registerd/disclose"
	"registerd/escrow"
	"registerd/listen"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/rdap"
	"registerd/register"
	"registerd/store"
	"registerd/store/sqlite"
	"registerd/whois"
)

// TestTwinRegistersAnswerAlike asks two registers that differ only in what the
// caller may not see - in values, in their length, in whether there are any -
// the same questions, and compares the answers to the byte. REGISTERD_TWINS is
// how many seeds are tried (3: each rule file has each caller once),
// REGISTERD_TWIN_QUESTIONS how many questions each pair is asked (150).
func TestTwinRegistersAnswerAlike(t *testing.T) {
	seeds, questions := number(t, "REGISTERD_TWINS", 3), number(t, "REGISTERD_TWIN_QUESTIONS", 150)
	answered := map[string]int{}
	for seed := range uint64(seeds) {
		born := synthetic(t, seed+1)
		first := born.store(t)
		for i, name := range disclose.ShippedNames() {
			who := []string{"", "registrar-none", "registrar-1"}[(int(seed)+i)%3]
			t.Run(fmt.Sprintf("%d/%s/%s", seed+1, name, who), func(t *testing.T) {
				r := rand.New(rand.NewPCG(seed, uint64(i)))
				text, err := disclose.Shipped(name)
				must(t, err)
				policy, err := disclose.ReadPolicy(text)
				must(t, err)
				viewer := disclose.Viewer{Audience: disclose.Public}
				if who != "" {
					viewer = disclose.Viewer{Audience: disclose.Registrar, Registrar: who}
				}
				w := pair(t, policy, viewer)
				w.open(t, 0, born, first)
				other := born.twin(policy, viewer, r)
				w.open(t, 1, other, other.store(t))
				w.compare(t, r, questions, answered)
			})
		}
	}
	for _, status := range []string{"200", "204", "304", "400", "401", "404", "405", "429", "501", "WHOIS LIMIT EXCEEDED", "Domain not found.", "%RC=0", "Registrant Name: "} {
		if answered[status] == 0 {
			t.Errorf("no question was answered with %s, among %v", status, answered)
		}
	}
}

func number(t *testing.T, variable string, otherwise int) int {
	s := os.Getenv(variable)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	must(t, err)
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// whole is a register's objects, decoded.
type whole struct {
	state      *register.State
	contacts   map[string]*register.Contact // by key
	domains    []*register.Domain
	hosts      []*register.Host
	registrars map[string]*register.Registrar
	others     []store.Object
}

// synthetic makes a register of a seed, and reads it.
func synthetic(t *testing.T, seed uint64) *whole {
	path := filepath.Join(t.TempDir(), "register.db")
	w, err := sqlite.OpenWriter(path, sqlite.Options{Create: true})
	must(t, err)
	defer w.Close()
	made := escrow.Synthetic{Domains: 60, Seed: seed, Zone: "example", At: twinTime}
	must(t, made.Synthesize(t.Context(), w, nil))
	r, err := sqlite.OpenReader(path, sqlite.Options{})
	must(t, err)
	defer r.Close()
	edition, err := r.Edition(t.Context())
	must(t, err)
	out := &whole{state: edition.State, contacts: map[string]*register.Contact{}, registrars: map[string]*register.Registrar{}}
	for _, k := range []store.Kind{store.Names, store.Contacts, store.Hosts, store.Registrars, store.IDNTables} {
		must(t, r.Walk(t.Context(), k, out.take))
	}
	out.prune()
	return out
}

// prune leaves out what no domain refers to: most of a small synthetic register.
func (w *whole) prune() {
	used := map[string]bool{}
	for _, d := range w.domains {
		used[key(d.Sponsor)] = true
		for _, role := range d.Roles() {
			c := w.contacts[key(role.Handle)]
			used[key(c.Handle)], used[key(c.Sponsor)] = true, true
		}
		for _, h := range d.Hosts {
			used[string(h.Name)] = true
		}
	}
	w.hosts = slices.DeleteFunc(w.hosts, func(h *register.Host) bool { return !used[string(h.Name)] })
	for _, h := range w.hosts {
		used[key(h.Sponsor)] = true
	}
	maps.DeleteFunc(w.contacts, func(k string, _ *register.Contact) bool { return !used[k] })
	maps.DeleteFunc(w.registrars, func(k string, _ *register.Registrar) bool { return !used[k] })
}

var twinTime = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

func (w *whole) take(o store.Object) (err error) {
	switch o.Tag() {
	case register.TagContact:
		w.contacts[o.Key], err = register.DecodeContact(o.Bytes)
	case register.TagDomain:
		var d *register.Domain
		d, err = register.DecodeDomain(o.Bytes)
		w.domains = append(w.domains, d)
	case register.TagHost:
		var h *register.Host
		h, err = register.DecodeHost(o.Bytes)
		w.hosts = append(w.hosts, h)
	case register.TagRegistrar:
		w.registrars[o.Key], err = register.DecodeRegistrar(o.Bytes)
	default:
		w.others = append(w.others, o)
	}
	return err
}

func key(handle string) string {
	k, err := register.HandleKey(handle)
	if err != nil {
		panic(err)
	}
	return k
}

// view is what the viewer sees of a domain in a window.
func (w *whole) view(p *disclose.Policy, v disclose.Viewer, d *register.Domain) disclose.Domain {
	r := &disclose.Record{Domain: d, Hosts: make([]*register.Host, len(d.Hosts)), Registrar: w.registrars[key(d.Sponsor)]}
	for _, role := range d.Roles() {
		r.Contacts = append(r.Contacts, w.contacts[key(role.Handle)])
	}
	return p.Domain(v, r)
}

// twin is the register with other values wherever no window shows the viewer
// any. What the rules go by, the traits, stays as it is.
func (w *whole) twin(p *disclose.Policy, v disclose.Viewer, r *rand.Rand) *whole {
	out := &whole{state: w.state, contacts: map[string]*register.Contact{}, registrars: w.registrars, others: w.others}
	seen := map[string][]disclose.Contact{}
	for _, window := range []disclose.Window{disclose.WHOIS, disclose.RDAP, disclose.Availability, disclose.Console} {
		v.Window = window
		for _, d := range w.domains {
			view := w.view(p, v, d)
			contacts, _ := view.Contacts.Get()
			for i, role := range d.Roles()[:len(contacts)] {
				seen[key(role.Handle)] = append(seen[key(role.Handle)], contacts[i])
			}
		}
		for k, c := range w.contacts {
			if view, known := p.Contact(v, c); known {
				seen[k] = append(seen[k], view)
			}
		}
	}
	renamed := map[string]string{}
	for _, k := range slices.Sorted(maps.Keys(w.contacts)) {
		c := changed(w.contacts[k], seen[k], r)
		renamed[k] = c.Handle
		if !slices.ContainsFunc(seen[k], anything) && c.Traits() == new(register.Contact).Traits() && r.IntN(3) == 0 {
			continue // one that is not there at all
		}
		out.contacts[key(c.Handle)] = c
	}
	for _, d := range w.domains {
		out.domains = append(out.domains, changedDomain(d, w.view(p, v, d), renamed, r))
	}
	for _, h := range w.hosts {
		other := *h
		view := p.Host(v, h, nil)
		unless(hidden(view.Creator), func() { other.Creator = anyText(r) })
		unless(hidden(view.Updater), func() { other.Updater = anyText(r) })
		unless(hidden(view.Transferred), func() { other.Transferred = moment(r) })
		out.hosts = append(out.hosts, &other)
	}
	return out
}

func unless(withheld bool, change func()) {
	if withheld {
		change()
	}
}

func hidden(v interface{ Status() disclose.Status }) bool {
	return v.Status() == disclose.Withheld || v.Status() == disclose.Replaced
}

// anything reports a view that shows something of the contact.
func anything(v disclose.Contact) bool {
	return slices.ContainsFunc(disclose.Explain(v), func(e disclose.Explained) bool {
		return e.Status != disclose.Withheld && e.Status != disclose.Replaced
	})
}

func anyText(r *rand.Rand) string {
	return []string{"", "Ty", "twin " + strconv.Itoa(r.IntN(1e6)), strings.Repeat("långt ", 1+r.IntN(20))}[r.IntN(4)]
}

func moment(r *rand.Rand) time.Time {
	if r.IntN(3) == 0 {
		return time.Time{}
	}
	return twinTime.Add(-time.Duration(r.IntN(1e6)) * time.Minute)
}

func anyPhone(r *rand.Rand) register.Phone {
	return []register.Phone{{}, {Number: "+999.1"}, {Number: "+999." + strconv.Itoa(r.IntN(1e9)), Extension: strconv.Itoa(r.IntN(1e4))}}[r.IntN(3)]
}

// contactChanges are the values of a contact, with whether a view withholds
// each, and what else it may be.
var contactChanges = []struct {
	hidden func(disclose.Contact) bool
	change func(*register.Contact, *rand.Rand)
}{
	{func(v disclose.Contact) bool { return hidden(v.Handle) }, func(c *register.Contact, r *rand.Rand) {
		c.Handle, c.ROID = c.Handle+"-T"+strconv.Itoa(r.IntN(1e6)), c.ROID+"-T"
	}},
	{func(v disclose.Contact) bool { return hidden(v.Name) }, func(c *register.Contact, r *rand.Rand) {
		c.Local.Name, c.International.Name = anyText(r), anyText(r)
	}},
	{func(v disclose.Contact) bool { return hidden(v.Organization) }, func(c *register.Contact, r *rand.Rand) {
		c.Local.Organization, c.International.Organization = anyText(r), anyText(r)
	}},
	{func(v disclose.Contact) bool { return hidden(v.Street) }, func(c *register.Contact, r *rand.Rand) {
		c.Local.Address.Street = [][]string{nil, {anyText(r)}, {"Ty", "1", anyText(r)}}[r.IntN(3)]
		c.International.Address.Street = [][]string{nil, {anyText(r)}}[r.IntN(2)]
	}},
	{func(v disclose.Contact) bool { return hidden(v.City) }, func(c *register.Contact, r *rand.Rand) {
		c.Local.Address.City, c.International.Address.City = anyText(r), anyText(r)
	}},
	{func(v disclose.Contact) bool { return hidden(v.Province) }, func(c *register.Contact, r *rand.Rand) {
		c.Local.Address.Province, c.International.Address.Province = anyText(r), anyText(r)
	}},
	{func(v disclose.Contact) bool { return hidden(v.Code) }, func(c *register.Contact, r *rand.Rand) {
		c.Local.Address.Code, c.International.Address.Code = anyText(r), anyText(r)
	}},
	{func(v disclose.Contact) bool { return hidden(v.Country) }, func(c *register.Contact, r *rand.Rand) {
		c.Local.Address.Country, c.International.Address.Country = []string{"", "NO"}[r.IntN(2)], []string{"", "IS"}[r.IntN(2)]
	}},
	{func(v disclose.Contact) bool { return hidden(v.Voice) }, func(c *register.Contact, r *rand.Rand) { c.Voice = anyPhone(r) }},
	{func(v disclose.Contact) bool { return hidden(v.Fax) }, func(c *register.Contact, r *rand.Rand) { c.Fax = anyPhone(r) }},
	{func(v disclose.Contact) bool { return hidden(v.Email) }, func(c *register.Contact, r *rand.Rand) {
		c.Email = []string{"", "info@twin.test", "twin" + strconv.Itoa(r.IntN(1e6)) + "@twin.test"}[r.IntN(3)]
	}},
	{func(v disclose.Contact) bool { return hidden(v.Statuses) }, func(c *register.Contact, r *rand.Rand) { c.Statuses = nil }},
	{func(v disclose.Contact) bool { return v.Verification.Status() != disclose.Shown }, func(c *register.Contact, r *rand.Rand) {
		c.Facts.Verification.Method, c.Facts.Verification.Time = register.VerificationMethod(r.IntN(6)), moment(r)
	}},
	{func(v disclose.Contact) bool { return hidden(v.Language) }, func(c *register.Contact, r *rand.Rand) { c.Facts.Language = []string{"", "is"}[r.IntN(2)] }},
	{func(v disclose.Contact) bool { return hidden(v.Creator) }, func(c *register.Contact, r *rand.Rand) { c.Creator = anyText(r) }},
	{func(v disclose.Contact) bool { return hidden(v.Updater) }, func(c *register.Contact, r *rand.Rand) { c.Updater = anyText(r) }},
	{func(v disclose.Contact) bool { return hidden(v.Created) }, func(c *register.Contact, r *rand.Rand) { c.Created = moment(r) }},
	{func(v disclose.Contact) bool { return hidden(v.Updated) }, func(c *register.Contact, r *rand.Rand) { c.Updated = moment(r) }},
	{func(v disclose.Contact) bool { return hidden(v.Transferred) }, func(c *register.Contact, r *rand.Rand) { c.Transferred = moment(r) }},
	{func(v disclose.Contact) bool { return hidden(v.Protection) }, func(c *register.Contact, r *rand.Rand) {
		c.Facts.Protection = register.Protection(r.IntN(3))
	}},
	{func(v disclose.Contact) bool { return hidden(v.Preference) }, func(c *register.Contact, r *rand.Rand) { c.Disclose.Restrict ^= register.AddrLoc }},
	{func(v disclose.Contact) bool { return hidden(v.Consent) }, func(c *register.Contact, r *rand.Rand) { c.Facts.Consent ^= register.NameInt }},
	{func(disclose.Contact) bool { return true }, func(c *register.Contact, r *rand.Rand) {
		c.Transfer = &register.Transfer{Status: anyText(r)}
	}},
}

// changed is the contact with other values where all views withhold them. A
// change that the rules go by is taken back.
func changed(c *register.Contact, views []disclose.Contact, r *rand.Rand) *register.Contact {
	out := *c
	for _, field := range contactChanges {
		if slices.ContainsFunc(views, func(v disclose.Contact) bool { return !field.hidden(v) }) {
			continue
		}
		before := out
		if field.change(&out, r); out.Traits() != c.Traits() {
			out = before
		}
	}
	return &out
}

func changedDomain(d *register.Domain, view disclose.Domain, renamed map[string]string, r *rand.Rand) *register.Domain {
	out := *d
	rename := func(handle string) string {
		if other, known := renamed[key(handle)]; known {
			return other
		}
		return handle
	}
	out.Registrant = rename(d.Registrant)
	out.Contacts = slices.Clone(d.Contacts)
	for i := range out.Contacts {
		out.Contacts[i].Handle = rename(out.Contacts[i].Handle)
	}
	unless(hidden(view.Handle), func() { out.ROID += "-T" })
	unless(hidden(view.Creator), func() { out.Creator = anyText(r) })
	unless(hidden(view.Updater), func() { out.Updater = anyText(r) })
	unless(hidden(view.Created), func() { out.Created = moment(r) })
	unless(hidden(view.Updated), func() { out.Updated = moment(r) })
	unless(hidden(view.Transferred), func() { out.Transferred = moment(r) })
	unless(hidden(view.Transfer), func() { out.Transfer = []*register.Transfer{nil, {Status: anyText(r)}}[r.IntN(2)] })
	unless(hidden(view.Suspension), func() { out.Suspension = []*register.Proceeding{nil, {Ground: anyText(r)}}[r.IntN(2)] })
	unless(hidden(view.Dispute), func() { out.Dispute = []*register.Proceeding{nil, {Ground: anyText(r)}}[r.IntN(2)] })
	return &out
}

// store writes the register to a file and opens it.
func (w *whole) store(t *testing.T) *sqlite.Reader {
	path := filepath.Join(t.TempDir(), "register.db")
	writer, err := sqlite.OpenWriter(path, sqlite.Options{Create: true})
	must(t, err)
	defer writer.Close()
	load, err := writer.Load(t.Context())
	must(t, err)
	defer load.Close()
	put := func(k store.Kind, id, alias string, record interface{ Append([]byte) []byte }, refs ...store.Ref) {
		must(t, load.Put(store.Object{Ref: store.Ref{Kind: k, Key: id}, Alias: alias, Bytes: record.Append(nil), Refs: refs}, 0))
	}
	sponsor := func(id string) store.Ref { return store.Ref{Kind: store.Registrars, Key: key(id)} }
	for k, c := range w.contacts {
		put(store.Contacts, k, key(c.ROID), c, sponsor(c.Sponsor))
	}
	for _, d := range w.domains {
		var refs []store.Ref
		for _, role := range d.Roles() {
			refs = append(refs, store.Ref{Kind: store.Contacts, Key: key(role.Handle)})
		}
		for _, h := range d.Hosts {
			refs = append(refs, store.Ref{Kind: store.Hosts, Key: string(h.Name)})
		}
		put(store.Names, string(d.Name), "", d, append(refs, sponsor(d.Sponsor))...)
	}
	for _, h := range w.hosts {
		put(store.Hosts, string(h.Name), "", h, sponsor(h.Sponsor))
	}
	for k, r := range w.registrars {
		alias := ""
		if r.IANA > 0 {
			alias = strconv.Itoa(r.IANA)
		}
		put(store.Registrars, k, alias, r)
	}
	for _, o := range w.others {
		must(t, load.Put(o, 0))
	}
	_, err = load.Seal(t.Context(), func(int, int) {})
	must(t, err)
	must(t, load.Publish(t.Context(), func(tx store.Tx) error { tx.SetState(*w.state); return nil }))
	reader, err := sqlite.OpenReader(path, sqlite.Options{})
	must(t, err)
	t.Cleanup(func() { reader.Close() })
	return reader
}

// twins are two registers, and who asks them what.
type twins struct {
	sides   [2]*side
	caller  access.Caller
	token   string
	handles []string // of both
	names   []string
	clock   *atomic.Int64

	published lookup.Published
}

// side is one register with all its windows, on loopback.
type side struct {
	whois  *whois.Server
	port43 string // where it listens, and the others
	das    string
	rdap   string
	client http.Transport

	unlimited *whois.Server // for whoever checks that the sides are two
}

func pair(t *testing.T, p *disclose.Policy, v disclose.Viewer) *twins {
	here := access.Channel{Addr: netip.MustParseAddr("127.0.0.1"), Private: true}
	w := &twins{caller: access.Public(here), clock: new(atomic.Int64)}
	var tokens []access.Token
	if v.Audience == disclose.Registrar {
		text, id, hash := access.NewToken()
		w.token = text
		tokens = append(tokens, access.Token{ID: id, Hash: hash, Expires: twinTime.AddDate(1, 0, 0), Organization: "Twin", Audience: v.Audience, Registrar: v.Registrar})
		w.caller = access.Caller{Account: id, Audience: v.Audience, Registrar: v.Registrar, Channel: here}
	}
	who, err := access.New(access.Config{Tokens: tokens, Now: w.now})
	must(t, err)
	w.published = lookup.Published{Policy: p, Access: who, Operator: register.Operator{Name: "Example Registry"}}
	return w
}

func (w *twins) now() time.Time { return twinTime.Add(time.Duration(w.clock.Load())) }

// open opens the windows of one side.
func (w *twins) open(t *testing.T, i int, r *whole, reader store.Reader) {
	limits := ratelimit.Defaults()
	limits.Now, limits.Memory = w.now, 1<<20
	limits.Lookup = ratelimit.Widths(ratelimit.Budget{Rate: 1, Burst: 15})
	limits.Lookup.Account = ratelimit.Budget{Rate: 1, Burst: 15}
	limiter, err := ratelimit.New(limits)
	must(t, err)
	w.sides[i] = openSide(t, lookup.Config{
		Store: reader, Limiter: limiter, AccessLog: audit.Discard(), Published: w.published, Now: w.now, Kept: 16,
	})
	for _, c := range r.contacts {
		w.handles = append(w.handles, c.Handle, c.ROID)
	}
	slices.Sort(w.handles)
	w.handles = slices.Compact(w.handles)
	if i == 0 {
		for _, d := range r.domains {
			w.names = append(w.names, string(d.Name))
		}
	}
}

func openSide(t *testing.T, c lookup.Config) *side {
	log := slog.New(slog.DiscardHandler)
	journal, err := audit.OpenJournal(audit.JournalConfig{Dir: t.TempDir(), Now: c.Now, Logger: log})
	must(t, err)
	t.Cleanup(func() { journal.Close() })
	c.Journal = journal
	desk, err := lookup.New(c)
	must(t, err)
	s := new(side)
	s.whois, err = whois.New(whois.Config{Desk: desk, Log: log})
	must(t, err)
	s.port43 = listenOn(t, func(ctx context.Context, l *listen.Listener) error { return s.whois.Serve(ctx, l, finish) })
	availability, err := das.New(das.Config{Desk: desk, Log: log})
	must(t, err)
	s.das = listenOn(t, func(ctx context.Context, l *listen.Listener) error { return availability.Serve(ctx, l, finish) })
	handler, err := rdap.New(rdap.Config{Desk: desk, Base: "https://rdap.nic.example/", Log: log})
	must(t, err)
	s.rdap = listenOn(t, serveHTTP(rdap.Server(handler, log)))
	s.client.DisableCompression = true
	t.Cleanup(s.client.CloseIdleConnections)
	c.Limiter, c.Kept = ratelimit.Unlimited(), 0
	desk, err = lookup.New(c)
	must(t, err)
	s.unlimited, err = whois.New(whois.Config{Desk: desk, Log: log})
	must(t, err)
	return s
}

// listenOn serves on a port of loopback until the test ends.
func listenOn(t *testing.T, serve func(context.Context, *listen.Listener) error) string {
	l, err := listen.Listen(listen.Config{Address: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// question is asked of either side; it returns all that comes back.
type question func(t *testing.T, s *side) string

// compare asks both sides, and counts how they answer.
func (w *twins) compare(t *testing.T, r *rand.Rand, questions int, answered map[string]int) {
	for range questions {
		w.clock.Add(r.Int64N(int64(2 * time.Second))) // now and then a budget is used up
		what, ask := w.question(t, r)
		one, other := ask(t, w.sides[0]), ask(t, w.sides[1])
		if one != other {
			t.Fatalf("%s: the twins are told apart:\n%s\n\n%s", what, one, other)
		}
		answered[one[:min(3, len(one))]]++
		for _, words := range []string{"WHOIS LIMIT EXCEEDED", "Domain not found.", "%RC=0", "Registrant Name: "} {
			if strings.Contains(one, words) {
				answered[words]++
			}
		}
	}
	// Whoever sees everything must see that they are two, or nothing was compared.
	operator := access.Caller{Account: "op", Audience: disclose.Operator, Channel: w.caller.Channel}
	apart := 0
	for _, name := range w.names {
		q := lookup.Question{Caller: operator, Window: lookup.Console, Text: name}
		if !bytes.Equal(w.sides[0].unlimited.Answer(t.Context(), q), w.sides[1].unlimited.Answer(t.Context(), q)) {
			apart++
		}
	}
	if apart < len(w.names)/3 {
		t.Errorf("the operator tells only %d of %d names apart: these are no twins", apart, len(w.names))
	}
}

// question draws one: nine of ten are about something that is there.
func (w *twins) question(t *testing.T, r *rand.Rand) (what string, ask question) {
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	object := pick(w.names)
	kind := []string{"domain", "entity", "nameserver"}[r.IntN(3)]
	switch kind {
	case "entity":
		object = pick([]string{pick(w.handles), pick(w.handles), "registrar-" + strconv.Itoa(r.IntN(250)), strconv.Itoa(900000 + r.IntN(250))})
	case "nameserver":
		object = pick([]string{"ns1." + object, "ns" + strconv.Itoa(1+r.IntN(3)) + ".provider-" + strconv.Itoa(r.IntN(250)) + ".test"})
	default:
		object = pick([]string{object, object, object, "city" + strconv.Itoa(r.IntN(30)) + ".example"})
	}
	if r.IntN(10) == 0 {
		object = pick([]string{"free-name.example", "other.invalid", "example", "no name", "", "%zz", strings.Repeat("x", 300)})
	}
	if r.IntN(5) == 0 {
		object = pick([]string{strings.ToUpper(object), object + ".", object + "x"})
	}
	switch r.IntN(4) {
	case 0, 1:
		return w.overHTTP(r, "/"+kind+"/"+object)
	case 2:
		line := pick([]string{"", "", "-C latin1 ", "--lang da ", "--lang=xx -C us-ascii ", "-T dn ", "-x "}) +
			map[string]string{"domain": "", "entity": pick([]string{"handle ", "contact ", ""}), "nameserver": "nameserver "}[kind] + object
		if w.token == "" {
			return "WHOIS " + line, func(t *testing.T, s *side) string { return overTCP(t, s.port43, line) }
		}
		q := lookup.Question{Caller: w.caller, Window: lookup.Console, Text: line}
		return "ask " + line, func(t *testing.T, s *side) string { return string(s.whois.Answer(t.Context(), q)) }
	default:
		lines := []string{object}
		for range r.IntN(10) {
			lines = append(lines, pick([]string{pick(w.names), pick(w.handles), "free.example", "-", "other.invalid"}))
		}
		return fmt.Sprintf("DAS %q", lines), func(t *testing.T, s *side) string { return overTCP(t, s.das, strings.Join(lines, "\r\n")) }
	}
}

// overHTTP draws a request: with HEAD, with the tag of an answer of the first
// side, with a method or a credential that is refused.
func (w *twins) overHTTP(r *rand.Rand, path string) (string, question) {
	if r.IntN(12) == 0 {
		path = []string{"/help", "/", "/domains?name=a*", "/entities?fn=a", "/domain/a/b"}[r.IntN(5)]
	}
	method := []string{"GET", "GET", "GET", "GET", "HEAD", "HEAD", "OPTIONS", "POST"}[r.IntN(8)]
	header := http.Header{}
	if w.token != "" {
		header.Set("Authorization", "Bearer "+w.token)
	}
	if r.IntN(20) == 0 {
		header.Set("Authorization", "Bearer registerd_aaaaaaaa_b_c")
	}
	conditional := r.IntN(4) == 0
	tag := ""
	return method + " " + path, func(t *testing.T, s *side) string {
		if conditional && tag == "" { // of the first side, for both
			tag = request(t, s, "GET", path, header).Header.Get("Etag") + `, "none"`
		} else if conditional {
			request(t, s, "GET", path, header) // so that the budgets stay equal
		}
		h := header.Clone()
		if conditional {
			h.Set("If-None-Match", tag)
		}
		res := request(t, s, method, path, h)
		body, err := io.ReadAll(res.Body)
		must(t, err)
		res.Header.Del("Date")
		return fmt.Sprintf("%d\n%s %d\n%v\n%s", res.StatusCode, res.Proto, res.ContentLength, res.Header, body)
	}
}

func request(t *testing.T, s *side, method, path string, header http.Header) *http.Response {
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.rdap+"/", nil)
	must(t, err)
	req.URL.Opaque = "//" + s.rdap + strings.ReplaceAll(path, " ", "%20")
	req.Header = header.Clone()
	res, err := s.client.RoundTrip(req)
	must(t, err)
	body, err := io.ReadAll(res.Body)
	must(t, err)
	must(t, res.Body.Close())
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res
}

// overTCP sends the text as lines, and returns what comes back to the end.
func overTCP(t *testing.T, address, text string) string {
	c, err := net.Dial("tcp", address)
	must(t, err)
	defer c.Close()
	must(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = io.WriteString(c, text+"\r\n")
	must(t, err)
	must(t, c.(*net.TCPConn).CloseWrite())
	answer, err := io.ReadAll(c)
	must(t, err)
	return string(answer)
}
