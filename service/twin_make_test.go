package service

import (
	"fmt"
	"maps"
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"registerd/escrow"
	"registerd/lookup"
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
	made := escrow.Synthetic{Domains: 112, Seed: seed, Zone: "example", At: twinTime}
	must(t, made.Synthesize(t.Context(), w, nil))
	out := wholeOf(t, path)
	out.prune()
	out.share()
	return out
}

// wholeOf reads a register.
func wholeOf(t *testing.T, path string) *whole {
	r, err := sqlite.OpenReader(path, sqlite.Options{})
	must(t, err)
	defer r.Close()
	edition, err := r.Edition(t.Context())
	must(t, err)
	out := &whole{state: edition.State, contacts: map[string]*register.Contact{}, registrars: map[string]*register.Registrar{}}
	for _, k := range []store.Kind{store.Names, store.Contacts, store.Hosts, store.Registrars, store.IDNTables} {
		must(t, r.Walk(t.Context(), k, out.take))
	}
	return out
}

// share gives everybody more in common than a page of a search holds: the
// beginning of their names, and a name server, one of many at one address.
func (w *whole) share() {
	const shared = "shared.test"
	for i := range lookup.DefaultPage + 5 {
		name := register.Name(fmt.Sprintf("ns%03d.%s", i, shared))
		w.hosts = append(w.hosts, &register.Host{Name: name, Sponsor: w.domains[0].Sponsor, Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.1")}})
	}
	for _, d := range w.domains {
		if !d.Name.IsIDN() {
			d.Name = "tw-" + d.Name
		}
		d.Hosts = append(d.Hosts, register.NameServer{Name: "ns000." + shared})
		d.Registrant = "tw-" + d.Registrant
		for i := range d.Contacts {
			d.Contacts[i].Handle = "tw-" + d.Contacts[i].Handle
		}
	}
	contacts := map[string]*register.Contact{}
	for _, c := range w.contacts {
		c.Handle = "tw-" + c.Handle
		for _, form := range []*register.Postal{&c.Local, &c.International} {
			if form.Name != "" {
				form.Name = "Tw " + form.Name
			}
		}
		contacts[key(c.Handle)] = c
	}
	w.contacts = contacts
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
	case register.TagDomain, register.TagLeaving:
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

// store writes the register to a file and opens it.
func (w *whole) store(t *testing.T) *sqlite.Reader {
	reader, err := sqlite.OpenReader(w.file(t), sqlite.Options{})
	must(t, err)
	t.Cleanup(func() { reader.Close() })
	return reader
}

// file writes the register to a file.
func (w *whole) file(t *testing.T) (path string) {
	path = filepath.Join(t.TempDir(), "register.db")
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
	return path
}
