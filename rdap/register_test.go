package rdap_test

import (
	"context"
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"registerd/register"
	"registerd/store"
	"registerd/store/sqlite"
)

// canary stands in every value of the test register that the public may not see.
const canary = "CANARY"

var (
	watermark = date("2026-01-01T00:00:00Z")
	created   = date("2021-03-04T05:06:07Z")
	updated   = date("2025-01-02T03:04:05Z")
	expires   = date("2027-03-04T05:06:07Z")
	moved     = date("2023-05-06T07:08:09Z")
	deleted   = date("2027-04-18T05:06:07Z")
)

func date(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

func person(handle string) *register.Contact {
	return &register.Contact{
		Handle: handle, ROID: canary + "-" + handle + "-EX", Statuses: []string{"ok", "linked"},
		Local: register.Postal{
			Name: canary + " Jos\u00e9 <Peeters>", Organization: canary + " & Zonen",
			Address: register.Address{
				Street: []string{canary + " straat 1", canary + " bus 2"}, City: canary + " stad",
				Province: canary + " gewest", Code: canary + "1000", Country: "BE",
			},
		},
		International: register.Postal{Name: canary + " Jose Peeters"},
		Voice:         register.Phone{Number: "+999.5550142", Extension: "42"},
		Fax:           register.Phone{Number: "+999.5550143", Extension: "43"},
		Email:         canary + ".peeters@mail.example",
		Sponsor:       "reg-a", Creator: "reg-a", Updater: "reg-a",
		Created: created, Updated: updated, Transferred: moved,
		Disclose: register.Preference{Restrict: register.NameLoc},
		Facts: register.Facts{
			Holder: register.HolderNatural, Protection: register.NotProtected, Language: "nl",
			Consent:      register.Voice, // to be ignored by the built-in rules
			Verification: register.Verification{State: register.Verified, Method: register.MethodElectronicIdentity, Time: updated},
		},
	}
}

func firm(handle string) *register.Contact {
	c := person(handle)
	c.ROID = handle + "-EX"
	c.Disclose = register.Preference{}
	c.Facts.Holder = register.HolderLegal
	c.Facts.Consent = 0
	c.Local.Organization = "Fabriek & Co"
	c.Local.Address = register.Address{Street: []string{"Kade 7"}, City: "Antwerpen", Code: "2000", Country: "BE"}
	c.Voice = register.Phone{Number: "+999.5550199"}
	return c
}

func registrarA() *register.Registrar {
	return &register.Registrar{
		ID: "reg-a", Name: "Sample Registrar SA", IANA: 9995, Status: "ok",
		Local: register.Address{Street: []string{"Laan 1", "2e"}, City: "Gent", Code: "9000", Country: "BE"},
		Voice: register.Phone{Number: "+999.5550100"}, Fax: register.Phone{Number: "+999.5550101"},
		Email: "office@registrar.example", URL: "https://www.registrar.example/",
		WHOISServer: "whois.registrar.example", WHOISURL: "https://whois.registrar.example/",
		RDAPBase: "https://rdap.registrar.example/", AbuseEmail: "abuse@registrar.example",
		AbusePhone: register.Phone{Number: "+999.5550102"}, Created: created, Updated: updated,
	}
}

func shop() *register.Domain {
	return &register.Domain{
		Name: "shop.example", ROID: "D4711-EX", Statuses: []string{"ok", "clientTransferProhibited", "ok"},
		RGP: []string{"addPeriod"}, Registrant: "P1",
		Contacts: []register.DomainRole{{Role: register.RoleAdmin, Handle: "P2"}, {Role: register.RoleTech, Handle: "F1"},
			{Role: register.RoleTech, Handle: "P2"}, {Role: register.RoleBilling, Handle: "P1"}},
		Hosts:   []register.NameServer{{Name: "ns1.shop.example"}, {Name: "ns2.host.example"}},
		Sponsor: "reg-a", Creator: "reg-a", Updater: "reg-a",
		Created: created, Expires: expires, Deletes: deleted, Updated: updated, Transferred: moved,
		Transfer:   &register.Transfer{Status: "pending", Requester: "reg-b", Requested: updated},
		MaxSigLife: 86400,
		DS: []register.DS{{KeyTag: 12345, Algorithm: 13, DigestType: 2, Digest: "5b4f7081",
			Key: &register.DNSKey{Flags: 257, Protocol: 3, Algorithm: 13, PublicKey: "AwEAAQ=="}}},
		Suspension: &register.Proceeding{Since: updated, Ground: "identity not proven", Reference: "S-1"},
		Dispute:    &register.Proceeding{Since: updated, Ground: canary + " trade mark", Reference: canary + "-D1"},
	}
}

func testObjects() []any {
	return []any{
		registrarA(),
		&register.Registrar{ID: "reg-b", Name: "Other Registrar", Status: "readonly", URL: "www.other.example"},
		person("P1"), person("P2"), firm("F1"),
		&register.Host{
			Name: "ns1.shop.example", ROID: "H1-EX", Statuses: []string{"linked", "ok"}, Sponsor: "reg-a", Creator: "reg-a",
			Addrs:   []netip.Addr{netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("2001:db8::7")},
			Created: created, Updated: updated,
		},
		shop(),
		&register.Domain{Name: "firm.example", ROID: "D2-EX", Statuses: []string{"ok"}, Registrant: "F1", Sponsor: "reg-b", Created: created},
		&register.Domain{
			Name: "xn--bcher-kva.example", ROID: "D3-EX", Statuses: []string{"ok"}, Original: "shop.example", IDNTable: "latin",
			Registrant: "P1", Sponsor: "reg-a", Created: created,
		},
		&register.Domain{
			Name: "lost.example", Statuses: []string{"inactive", "somethingElse"}, Registrant: "GONE", Sponsor: "reg-x",
			Hosts: []register.NameServer{{Name: "ns.lost.example", Attr: true, Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.9")}}},
		},
		&register.Domain{
			Name: "evil.example", ROID: "D\"9\\<script>\u202e\u2028-EX", Statuses: []string{"ok"},
			Suspension: &register.Proceeding{Ground: "a\x00b\x1b[31m\xff \U000e0041"},
		},
		&register.Reserved{Name: "kept.example", State: register.ReservedWithheld},
		&register.Reserved{Name: "blocked.example", State: register.ReservedBlocked},
	}
}

// fill publishes objects in a store of its own and returns a reader of it.
func fill(t testing.TB, objects ...any) store.Reader {
	t.Helper()
	path := filepath.Join(t.TempDir(), "register.db")
	w, err := sqlite.OpenWriter(path, sqlite.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	load, err := w.Load(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer load.Close()
	for i, o := range objects {
		if err := load.Put(objectOf(t, o), int64(i+1)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := load.Seal(context.Background(), func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	err = load.Publish(context.Background(), func(tx store.Tx) error {
		state := tx.State()
		state.Zones, state.Watermark, state.Serial = []register.Name{"example"}, watermark, 7
		tx.SetState(state)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := sqlite.OpenReader(path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func objectOf(t testing.TB, o any) store.Object {
	key := func(s string) string {
		k, err := register.HandleKey(s)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	switch o := o.(type) {
	case *register.Registrar:
		alias := ""
		if o.IANA != 0 {
			alias = "9995"
		}
		return store.Object{Ref: store.Ref{Kind: store.Registrars, Key: key(o.ID)}, Alias: alias, Bytes: o.Append(nil), Terms: o.Terms()}
	case *register.Contact:
		return store.Object{
			Ref: store.Ref{Kind: store.Contacts, Key: key(o.Handle)}, Alias: key(o.ROID), Bytes: o.Append(nil), Terms: o.Terms(),
			Refs: []store.Ref{{Kind: store.Registrars, Key: key(o.Sponsor)}},
		}
	case *register.Host:
		return store.Object{
			Ref: store.Ref{Kind: store.Hosts, Key: string(o.Name)}, Bytes: o.Append(nil), Terms: o.Terms(),
			Refs: []store.Ref{{Kind: store.Registrars, Key: key(o.Sponsor)}},
		}
	case *register.Reserved:
		return store.Object{Ref: store.Ref{Kind: store.Names, Key: string(o.Name)}, Bytes: o.Append(nil), Terms: o.Terms()}
	case *register.Domain:
		out := store.Object{Ref: store.Ref{Kind: store.Names, Key: string(o.Name)}, Bytes: o.Append(nil), Terms: o.Terms()}
		for _, role := range o.Roles() {
			out.Refs = append(out.Refs, store.Ref{Kind: store.Contacts, Key: key(role.Handle)})
		}
		for _, h := range o.Hosts {
			if !h.Attr {
				out.Refs = append(out.Refs, store.Ref{Kind: store.Hosts, Key: string(h.Name)})
			}
		}
		if o.Sponsor != "" {
			out.Refs = append(out.Refs, store.Ref{Kind: store.Registrars, Key: key(o.Sponsor)})
		}
		return out
	}
	t.Fatalf("no such object: %T", o)
	return store.Object{}
}

var testAddr = netip.MustParseAddr("192.0.2.7")
