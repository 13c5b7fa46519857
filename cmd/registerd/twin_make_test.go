package main

import (
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"registerd/disclose"
	"registerd/escrow"
	"registerd/register"
	"registerd/store"
	"registerd/store/sqlite"
)

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
	type searchable interface {
		Append([]byte) []byte
		Terms() []register.Term
	}
	put := func(k store.Kind, id, alias string, record searchable, refs ...store.Ref) {
		must(t, load.Put(store.Object{Ref: store.Ref{Kind: k, Key: id}, Alias: alias, Bytes: record.Append(nil), Refs: refs, Terms: record.Terms()}, 0))
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
