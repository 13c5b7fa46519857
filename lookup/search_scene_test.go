package lookup_test

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"testing"

	"registerd/access"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
	"registerd/store"
)

// objects makes objects of records as an import would, with all their terms.
func objects(t testing.TB, records ...any) (out []store.Object) {
	t.Helper()
	key := func(handle string) string {
		k, err := register.HandleKey(handle)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	by := func(sponsor string) []store.Ref {
		if sponsor == "" {
			return nil
		}
		return []store.Ref{{Kind: store.Registrars, Key: key(sponsor)}}
	}
	for _, record := range records {
		var o store.Object
		switch r := record.(type) {
		case *register.Domain:
			o = store.Object{Ref: store.Ref{Kind: store.Names, Key: string(r.Name)}, Bytes: r.Append(nil), Terms: r.Terms()}
			for _, role := range r.Roles() {
				o.Refs = append(o.Refs, store.Ref{Kind: store.Contacts, Key: key(role.Handle)})
			}
			for _, h := range r.Hosts {
				if !h.Attr {
					o.Refs = append(o.Refs, store.Ref{Kind: store.Hosts, Key: string(h.Name)})
				}
			}
			o.Refs = append(o.Refs, by(r.Sponsor)...)
		case *register.Contact:
			o = store.Object{Ref: store.Ref{Kind: store.Contacts, Key: key(r.Handle)}, Bytes: r.Append(nil), Terms: r.Terms(), Refs: by(r.Sponsor)}
		case *register.Host:
			o = store.Object{Ref: store.Ref{Kind: store.Hosts, Key: string(r.Name)}, Bytes: r.Append(nil), Terms: r.Terms(), Refs: by(r.Sponsor)}
		case *register.Registrar:
			o = store.Object{Ref: store.Ref{Kind: store.Registrars, Key: key(r.ID)}, Bytes: r.Append(nil), Terms: r.Terms()}
		case *register.Reserved:
			o = store.Object{Ref: store.Ref{Kind: store.Names, Key: string(r.Name)}, Bytes: r.Append(nil), Terms: r.Terms()}
		default:
			t.Fatalf("there is no such record: %T", record)
		}
		out = append(out, o)
	}
	return out
}

func (s *scene) put(records ...any) {
	s.t.Helper()
	change(s.t, s.writer, func(tx store.Tx) error {
		for _, o := range objects(s.t, records...) {
			if err := tx.Put(o); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *scene) remove(k store.Kind, key string) {
	s.t.Helper()
	change(s.t, s.writer, func(tx store.Tx) error { _, err := tx.Delete(store.Ref{Kind: k, Key: key}); return err })
}

// searchScene is a register for searches: the zones example and рф.
func searchScene(t *testing.T) *scene {
	t.Helper()
	s := newScene(t)
	change(t, s.writer, func(tx store.Tx) error {
		state := tx.State()
		state.Zones = []register.Name{"example", "xn--p1ai"}
		tx.SetState(state)
		for _, ref := range []store.Ref{{Kind: store.Names, Key: "shop.example"}, {Kind: store.Hosts, Key: "ns1.shop.example"},
			{Kind: store.Contacts, Key: "p1"}, {Kind: store.Contacts, Key: "f1"}, {Kind: store.Registrars, Key: "reg-a"}} {
			if _, err := tx.Delete(ref); err != nil {
				return err
			}
		}
		return nil
	})
	return s
}

// under replaces the rules in force.
func (s *scene) under(p *disclose.Policy) {
	s.t.Helper()
	published := s.config.Published
	published.Policy = p
	s.config.Published = published
	if err := s.Publish(published); err != nil {
		s.t.Fatal(err)
	}
}

// rules are rules of which the first fits before those of the GDPR file.
func rules(t testing.TB, first ...disclose.Rule) *disclose.Policy {
	t.Helper()
	p, err := disclose.NewPolicy("test "+strconv.Itoa(len(first)), append(first, disclose.GDPR().Rules...))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func showing(id string, when disclose.Condition, fields ...disclose.Field) disclose.Rule {
	return disclose.Rule{ID: id, Basis: "test", Reason: "test", Fields: fields, When: when, Outcome: disclose.Show}
}

func fieldsFrom(first, last disclose.Field) (out []disclose.Field) {
	for f := first; f <= last; f++ {
		out = append(out, f)
	}
	return out
}

// searchable lets everybody ask every search, and shows everybody what the GDPR
// file does. Of organisations it shows the name and the handle too.
func searchable(t testing.TB) *disclose.Policy {
	return rules(t,
		showing("searches", disclose.Condition{}, fieldsFrom(disclose.SearchDomainsByName, disclose.SearchByPart)...),
		showing("legal-names", disclose.Condition{Holders: []register.HolderType{register.HolderLegal}},
			disclose.ContactExistence, disclose.ContactHandle, disclose.ContactName))
}

// everything shows everybody everything that no protection covers.
func everything(t testing.TB) *disclose.Policy {
	return rules(t, showing("everything", disclose.Condition{}, fieldsFrom(disclose.DomainName, disclose.SearchByPart)...))
}

func (s *scene) search(c access.Caller, by lookup.SearchBy, pattern string) (*lookup.SearchAnswer, error) {
	return s.Search(s.t.Context(), lookup.Search{Question: s.ask(c, ""), By: by, Pattern: pattern})
}

// found is what an answer names, in its order.
func found(a *lookup.SearchAnswer) (out []string) {
	for i := range a.Domains {
		name, _ := a.Domains[i].Name.Get()
		out = append(out, string(name))
	}
	for i := range a.Hosts {
		name, _ := a.Hosts[i].Name.Get()
		out = append(out, string(name))
	}
	for _, e := range a.Entities {
		handle, id := "", ""
		if e.Contact != nil {
			handle, _ = e.Contact.Handle.Get()
		} else {
			id, _ = e.Registrar.ID.Get()
		}
		out = append(out, handle+id)
	}
	return out
}

// finds asks a search to its last page and reports all that it named.
func (s *scene) finds(c access.Caller, search lookup.Search) (out []string) {
	s.t.Helper()
	search.Question = s.ask(c, "")
	for {
		a, err := s.Search(s.t.Context(), search)
		if errors.Is(err, register.ErrNotFound) {
			return out
		}
		if err != nil {
			s.t.Fatalf("%s=%s: %v", search.By, search.Pattern, err)
		}
		out = append(out, found(a)...)
		if a.Next == "" {
			return out
		}
		search.Cursor = a.Next
	}
}

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

func server(name string) register.NameServer { return register.NameServer{Name: register.Name(name)} }

// numbered is a domain of which there are many.
func numbered(i int) *register.Domain {
	return &register.Domain{Name: register.Name(fmt.Sprintf("many%05d.example", i)), Created: now.AddDate(0, 0, -i%7)}
}

func legal(handle, name string) *register.Contact {
	return &register.Contact{Handle: handle, ROID: handle + "-EX", Local: register.Postal{Name: name, Organization: "Firm " + handle},
		Facts: register.Facts{Holder: register.HolderLegal, Protection: register.NotProtected}}
}

func natural(handle, name string) *register.Contact {
	return &register.Contact{Handle: handle, ROID: handle + "-EX", Local: register.Postal{Name: name},
		Facts: register.Facts{Holder: register.HolderNatural, Protection: register.NotProtected}}
}

// same reports equal views. What is not there is the same too.
func same(a, b any) bool { return reflect.DeepEqual(a, b) }
