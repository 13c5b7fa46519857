package lookup_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"registerd/access"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/register"
	"registerd/store"
)

// to is what is decided of a field of an object for a beholder.
func to(t *testing.T, a *lookup.ShownAnswer, object, field string, is func(disclose.Viewer) bool) lookup.Visible {
	t.Helper()
	for _, o := range a.Objects {
		name := o.Name
		if o.Kind == lookup.KindEntity && len(o.Roles) > 0 {
			name += " as " + o.Roles[0].String()
		}
		for _, f := range o.Fields {
			if len(f.To) != len(a.To) {
				t.Fatalf("%s %s: decided for %d of %d", name, f.Field, len(f.To), len(a.To))
			}
			for i, v := range a.To {
				if name == object && f.Field == field && is(v) {
					return f.To[i]
				}
			}
		}
	}
	t.Fatalf("nothing is told of %s %s", object, field)
	return lookup.Visible{}
}

func valueOf(a *lookup.ShownAnswer, object, field string) string {
	for _, o := range a.Objects {
		for _, f := range o.Fields {
			if o.Name == object && f.Field == field {
				return f.Text
			}
		}
	}
	return ""
}

func audienceOf(want disclose.Audience) func(disclose.Viewer) bool {
	return func(v disclose.Viewer) bool { return v.Audience == want }
}

func TestAHolderIsToldWhatIsHeldAndWhoIsShownIt(t *testing.T) {
	s := newScene(t)
	a, err := s.ShownOf(t.Context(), s.ask(holder("P1-EX"), "P1-EX"))
	if err != nil {
		t.Fatal(err)
	}
	researcher := func(v disclose.Viewer) bool { return v.Kind == disclose.KindResearcher }
	ofRecord := func(v disclose.Viewer) bool { return v.Audience == disclose.Registrar && v.Registrar != "" }
	for _, tt := range []struct {
		object, field string
		is            func(disclose.Viewer) bool
		status        disclose.Status
		rule          string
	}{
		{"P1", "Name", audienceOf(disclose.Public), disclose.Withheld, "person-no-place"},
		{"P1", "Name", audienceOf(disclose.Authority), disclose.Shown, "authority"},
		{"P1", "Name", ofRecord, disclose.Shown, "registrar-of-record"},
		{"P1 as registrant", "Country", audienceOf(disclose.Public), disclose.Shown, "country"},
		{"P1 as registrant", "Name", audienceOf(disclose.Public), disclose.Withheld, "person"},
		{"P1 as registrant", "Holder", researcher, disclose.Shown, "research"},
		{"shop.example", "Name", audienceOf(disclose.Public), disclose.Shown, "not-personal"},
		{"shop.example", "Transfer", audienceOf(disclose.Public), disclose.Withheld, "office"},
	} {
		got := to(t, a, tt.object, tt.field, tt.is)
		if got.Status != tt.status || got.Rule == nil || got.Rule.ID != tt.rule || got.Rule.Basis == "" {
			t.Errorf("%s %s: %+v, want %s by %s", tt.object, tt.field, got, tt.status, tt.rule)
		}
	}
	for field, want := range map[string]string{"Name": "Karin Canary", "City": "Canaryby", "Email": "karin@home.example", "Holder": "natural", "Fax": "", "Locked": "no"} {
		if got := valueOf(a, "P1", field); got != want {
			t.Errorf("%s is told as %q, want %q", field, got, want)
		}
	}
	for field, want := range map[string]string{"NameServers": "ns1.shop.example", "Sponsor": "Registrar A", "Dispute": "", "DNSSEC": "unsigned"} {
		if got := valueOf(a, "shop.example", field); got != want {
			t.Errorf("the domain's %s is told as %q, want %q", field, got, want)
		}
	}
	for _, o := range a.Objects {
		for _, f := range o.Fields {
			if strings.Contains(f.Text, "Clerk") || strings.Contains(f.Text, "F1") {
				t.Errorf("%s %s tells of somebody else: %s", o.Name, f.Field, f.Text)
			}
		}
	}
	if r := s.records(); len(r) != 1 || !slices.Equal(r[0].Contacts, []string{"P1-EX"}) || r[0].Audience != "holder" || !slices.Contains(r[0].Fields, "contact name") {
		t.Errorf("the journal says %+v", r)
	}
}

// To whoever is not the holder there is no such contact, whether or not there is.
func TestWhatIsHeldIsToldToTheHolderAlone(t *testing.T) {
	s := newScene(t)
	for _, who := range []access.Caller{public, registrar("reg-a"), police(private), holder("F1-EX"), holder(""), holder("P1"), seeker(disclose.KindResearcher, "academicPublicInterestDNSResearch"), granted(disclose.ContactName), {}} {
		for _, text := range []string{"P1", "P1-EX", "NONE"} {
			if a, err := s.ShownOf(t.Context(), s.ask(who, text)); !errors.Is(err, register.ErrNotFound) || a != nil {
				t.Errorf("%s of %s: %v", text, who.Audience, err)
			}
		}
	}
	if r := s.records(); len(r) != 0 {
		t.Errorf("the journal says %+v", r)
	}
	operator := access.Caller{Account: "op", Audience: disclose.Operator, Channel: private}
	for _, text := range []string{"p1", "p1-ex"} {
		if a, err := s.ShownOf(t.Context(), s.ask(operator, text)); err != nil || len(a.Objects) != 3 {
			t.Errorf("%s of the operator: %v, %v", text, a, err)
		}
	}
	clear := holder("P1-EX")
	clear.Channel = open
	var denied *access.Denied
	if _, err := s.ShownOf(t.Context(), s.ask(clear, "P1")); !errors.As(err, &denied) || denied.Why != access.OpenChannel {
		t.Errorf("over an open channel: %v", err)
	}
}

func TestAHolderOfManyDomainsIsToldThatThereAreMore(t *testing.T) {
	s := newScene(t)
	change(t, s.writer, func(tx store.Tx) error {
		for i := range lookup.MaxHeld {
			d := register.Domain{Name: register.Name("n" + strings.Repeat("x", i%50) + string(rune('a'+i/50)) + ".example"), Registrant: "P1", Sponsor: "reg-a"}
			err := tx.Put(store.Object{Ref: store.Ref{Kind: store.Names, Key: string(d.Name)}, Bytes: d.Append(nil),
				Refs: []store.Ref{{Kind: store.Contacts, Key: "p1"}, {Kind: store.Registrars, Key: "reg-a"}}})
			if err != nil {
				return err
			}
		}
		return nil
	})
	a, err := s.ShownOf(t.Context(), s.ask(holder("P1-EX"), "P1"))
	if err != nil || !a.More || len(a.Objects) != 2+lookup.MaxHeld {
		t.Fatalf("%v; %d objects, more is %v", err, len(a.Objects), a.More)
	}
}
