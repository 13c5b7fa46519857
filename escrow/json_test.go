package escrow

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"registerd/register"
	"registerd/store"
)

var (
	someTime     = time.Date(2025, 4, 5, 6, 7, 8, 9000, time.UTC)
	someAddress  = register.Address{Street: []string{"Mill Road 1", "Flat 2"}, City: "Nordby", Province: "Nord", Code: "10000", Country: "DK"}
	somePhone    = register.Phone{Number: "+999.1234567", Extension: "89"}
	someKey      = register.DNSKey{Flags: 257, Protocol: 3, Algorithm: 13, PublicKey: "AQID"}
	someTransfer = register.Transfer{Status: "pending", Requester: "r2", Requested: someTime, Actor: "r1", Acted: someTime.Add(1), Expires: someTime.Add(2)}
	someCase     = register.Proceeding{Since: someTime, Ground: "rights in a name", Reference: "R-1"}
)

// full is one record of each kind with every field set.
var full = map[string]interface{ Append([]byte) []byte }{
	"domain": &register.Domain{
		Name: "one.example", ROID: "D1-EX", IDNTable: "latn", Original: "two.example",
		Statuses: []string{"ok"}, RGP: []string{"addPeriod"}, Registrant: "c1",
		Contacts: []register.DomainRole{{Role: register.RoleAdmin, Handle: "c2"}, {Role: register.RoleBilling, Handle: "c3"}},
		Hosts:    []register.NameServer{{Name: "ns1.one.example"}, {Name: "ns_2.one.example", Attr: true, Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.1")}}},
		Sponsor:  "r1", Creator: "r2", Updater: "r3",
		Created: someTime, Expires: someTime.Add(1), Deletes: someTime.Add(5), Updated: someTime.Add(2), Transferred: someTime.Add(3),
		Transfer: &someTransfer, MaxSigLife: 86400,
		DS:   []register.DS{{KeyTag: 1, Algorithm: 13, DigestType: 2, Digest: "00ff", Key: &someKey}},
		Keys: []register.DNSKey{someKey}, Suspension: &someCase, Dispute: &someCase,
	},
	"reserved": &register.Reserved{
		Name: "city.example", IDNTable: "latn", Original: "town.example",
		State: register.ReservedMirrored, MirroringNS: true, Created: someTime,
	},
	"contact": &register.Contact{
		Handle: "C1", ROID: "C1-EX", Statuses: []string{"ok", "linked"},
		International: register.Postal{Name: "Bjorn Soren", Organization: "Mill Ltd", Address: someAddress},
		Local:         register.Postal{Name: "Björn \u2067Søren\U0001f600", Organization: "Møller & <Sønner>", Address: someAddress},
		Voice:         somePhone, Fax: somePhone, Email: "\"a b\"@one.example",
		Sponsor: "r1", Creator: "r2", Updater: "r3",
		Created: someTime, Updated: someTime.Add(1), Transferred: someTime.Add(2), Transfer: &someTransfer,
		Disclose: register.Preference{Restrict: register.NameInt | register.Email, Permit: register.AddrLoc},
		Facts: register.Facts{
			Holder: register.HolderEstate, Protection: register.NotProtected, Consent: register.OrgInt | register.Fax, Language: "de-AT", Locked: true,
			Verification: register.Verification{State: register.VerificationFailed, Method: register.MethodRiskAssessment, Time: someTime},
		},
	},
	"host": &register.Host{
		Name: "ns1.one.example", ROID: "H1-EX", Statuses: []string{"linked"},
		Addrs:   []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")},
		Sponsor: "r1", Creator: "r2", Updater: "r3", Created: someTime, Updated: someTime.Add(1), Transferred: someTime.Add(2),
	},
	"registrar": &register.Registrar{
		ID: "r1", Name: "One", IANA: 9001, Status: "ok", International: someAddress, Local: someAddress, Voice: somePhone, Fax: somePhone,
		Email: "info@one.example", URL: "https://one.example/", WHOISServer: "whois.one.example", WHOISURL: "https://whois.one.example/",
		RDAPBase: "https://rdap.one.example/", AbuseEmail: "abuse@one.example", AbusePhone: somePhone, Created: someTime, Updated: someTime.Add(1),
	},
	"IDN table": &register.IDNTable{ID: "latn", URL: "https://one.example/latn", PolicyURL: "https://one.example/policy"},
}

// readLine reads an object as a snapshot's line.
func readLine(line []byte) (addition, error) {
	var j objectJSON
	if err := decodeLine(line, &j); err != nil {
		return addition{}, err
	}
	return j.read()
}

func TestEveryFieldOfARecordIsInTheFeed(t *testing.T) {
	for name, record := range full {
		mustBeFull(t, name, reflect.ValueOf(record))
		o := store.Object{Bytes: record.Append(nil)}
		line, err := jsonOf(&o)
		if err != nil {
			t.Fatal(err)
		}
		back, err := readLine(line)
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, line)
		}
		if !bytes.Equal(back.Bytes, o.Bytes) {
			t.Errorf("%s: %s\nis not what was written", name, line)
		}
	}
	if len(full) != reflect.TypeFor[objectJSON]().NumField() {
		t.Error("a kind of object is not tested")
	}
}

// mustBeFull fails for a field that is not set, such as one that is new.
func mustBeFull(t *testing.T, path string, v reflect.Value) {
	t.Helper()
	if v.IsZero() {
		t.Errorf("%s is not set: give it a value here, and a member in the feed", path)
	}
	switch v.Kind() {
	case reflect.Pointer:
		mustBeFull(t, path, v.Elem())
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() || v.Type() == reflect.TypeFor[netip.Addr]() {
			return
		}
		for i := range v.NumField() {
			field := path + "." + v.Type().Field(i).Name
			// The first name server is a reference and has no more than a name.
			if strings.HasPrefix(field, "domain.Hosts[0].") && field != "domain.Hosts[0].Name" {
				continue
			}
			mustBeFull(t, field, v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			mustBeFull(t, fmt.Sprintf("%s[%d]", path, i), v.Index(i))
		}
	}
}

// The generators make records that are allowed, from nothing set to all.

func text(t *rapid.T, what string) string {
	return rapid.StringOfN(rapid.RuneFrom([]rune("aZ9 \"\\/<>&'é日\U0001f600\u202e\u2028")), 0, 12, -1).Draw(t, what)
}

func handle(t *rapid.T, what string) string {
	return rapid.StringMatching(`[A-Za-z0-9][A-Za-z0-9é_-]{0,8}`).Draw(t, what)
}

func maybe[T any](t *rapid.T, what string, draw func(*rapid.T, string) T) (v T) {
	if rapid.Bool().Draw(t, what+" given") {
		v = draw(t, what)
	}
	return v
}

func several0[T any](t *rapid.T, what string, draw func(*rapid.T, string) T) []T {
	var all []T
	for range rapid.IntRange(0, 3).Draw(t, what+" count") {
		all = append(all, draw(t, what))
	}
	return all
}

func moment(t *rapid.T, what string) time.Time {
	return time.Unix(rapid.Int64Range(-1e9, 1e10).Draw(t, what), rapid.Int64Range(0, 999_999_999).Draw(t, what+" ns")).UTC()
}

func drawnContact(t *rapid.T) *register.Contact {
	address := register.Address{
		Street: several0(t, "street", text), City: text(t, "city"), Province: text(t, "province"), Code: text(t, "code"),
		Country: rapid.SampledFrom([]string{"", "SE", "ZZ"}).Draw(t, "country"),
	}
	element := rapid.Uint16Range(0, 1<<9-1)
	return &register.Contact{
		Handle: handle(t, "handle"), ROID: maybe(t, "ROID", handle), Statuses: several0(t, "statuses", text),
		International: register.Postal{Name: text(t, "name"), Organization: text(t, "organization")},
		Local:         register.Postal{Name: text(t, "local name"), Address: address},
		Voice:         register.Phone{Number: text(t, "voice"), Extension: text(t, "extension")},
		Email:         text(t, "email"), Sponsor: maybe(t, "sponsor", handle),
		Created: maybe(t, "created", moment), Updated: maybe(t, "updated", moment),
		Disclose: register.Preference{Restrict: register.Element(element.Draw(t, "restrict")), Permit: register.Element(element.Draw(t, "permit"))},
		Facts: register.Facts{
			Holder:     register.HolderType(rapid.Uint8Range(0, 5).Draw(t, "holder")),
			Protection: register.Protection(rapid.Uint8Range(0, 2).Draw(t, "protection")),
			Consent:    register.Element(element.Draw(t, "consent")),
			Language:   rapid.SampledFrom([]string{"", "en", "zh-Hant"}).Draw(t, "language"),
			Verification: register.Verification{
				State:  register.VerificationState(rapid.Uint8Range(0, 3).Draw(t, "state")),
				Method: register.VerificationMethod(rapid.Uint8Range(0, 5).Draw(t, "method")),
				Time:   maybe(t, "verified", moment),
			},
		},
	}
}

func TestAContactComesBackFromItsLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawnContact(t)
		o := store.Object{Bytes: c.Append(nil)}
		line, err := jsonOf(&o)
		if err != nil {
			t.Fatal(err)
		}
		back, err := readLine(line)
		if err != nil {
			t.Fatalf("%v\n%s", err, line)
		}
		if diff := cmp.Diff(c, back.contact, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s\n%s", line, diff)
		}
		if !bytes.Equal(back.Bytes, o.Bytes) {
			t.Fatalf("the bytes differ: %s", line)
		}
	})
}

func TestMembersAreToldApartByCaseAlone(t *testing.T) {
	seen := map[string]string{}
	for name := range memberNumbers {
		if other, ok := seen[strings.ToLower(name)]; ok {
			t.Errorf("%q and %q are one name to encoding/json", name, other)
		}
		seen[strings.ToLower(name)] = name
	}
	if len(seen) < 50 || len(seen) > 256 {
		t.Errorf("%d names of members", len(seen))
	}
}

func FuzzChange(f *testing.F) {
	for _, tt := range refusedLines {
		if len(tt.line) < 10000 {
			f.Add([]byte(tt.line))
		}
	}
	for _, record := range full {
		object, err := jsonOf(&store.Object{Bytes: record.Append(nil)})
		if err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(line(7, `"put":[`+string(object)+`],"delete":[{"host":"ns9.example"}]`)))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := parseChange(raw)
		if err != nil {
			return
		}
		// What is taken is JSON to others too, and comes back when it is logged.
		if !json.Valid(raw) {
			t.Fatalf("%q is taken and is not JSON", raw)
		}
		again, err := loggedChange(store.Entry{Serial: c.serial, Body: c.body(3)})
		if err != nil || len(again.puts) != len(c.puts) || len(again.deletes) != len(c.deletes) || loggedWider(c.body(3)) != 3 {
			t.Fatalf("%q comes back from the log as %+v, %v", raw, again, err)
		}
		for i := range c.puts {
			written, err := jsonOf(&c.puts[i].Object)
			if err != nil {
				t.Fatalf("%q: %v", raw, err)
			}
			back, err := readLine(written)
			if err != nil || !reflect.DeepEqual(back.Object, c.puts[i].Object) {
				t.Fatalf("%q\n%s\n%+v\n%+v, %v", raw, written, c.puts[i].Object, back.Object, err)
			}
		}
	})
}
