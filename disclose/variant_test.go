package disclose_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	. "registerd/disclose"
	"registerd/register"
)

func TestAVariantIsToldWithHowItStandsToTheName(t *testing.T) {
	record := &Record{Domain: &register.Domain{Name: "shop.example"}, Related: []Related{
		{Reserved: &register.Reserved{Name: "d.example", Original: "shop.example", State: register.ReservedMirrored, IDNTable: "latin"}},
		{Reserved: &register.Reserved{Name: "c.example", Original: "shop.example", State: register.ReservedBlocked}},
		{Reserved: &register.Reserved{Name: "b.example", Original: "shop.example"}},
		{Domain: &register.Domain{Name: "a.example", Original: "shop.example", IDNTable: "latin"}},
	}}
	got, ok := GDPR().Domain(Viewer{Audience: Public}, record).Variants.Get()
	want := []Variant{
		{"a.example", "latin", []Relation{VariantRegistered}},
		{"b.example", "", []Relation{VariantUnregistered, VariantRestricted}},
		{"c.example", "", []Relation{VariantUnregistered, VariantRestricted}},
		{"d.example", "latin", []Relation{VariantRestricted, VariantConjoined}},
	}
	if diff := cmp.Diff(want, got); !ok || diff != "" {
		t.Error(diff)
	}
}

func TestTheOriginalIsToldToWhoMaySeeThatThisIsItsVariant(t *testing.T) {
	record := &Record{
		Domain:  &register.Domain{Name: "b.example", Original: "a.example"},
		Related: []Related{{Domain: &register.Domain{Name: "a.example"}}},
	}
	for _, c := range []struct {
		shown []Field
		want  []Variant
	}{
		{[]Field{DomainVariants, DomainName}, nil},
		{[]Field{DomainVariants, DomainName, DomainVariantOf}, []Variant{{"a.example", "", []Relation{VariantRegistered}}}},
	} {
		got, _ := oneRule(t, c.shown...).Domain(Viewer{Audience: Public}, record).Variants.Get()
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v: %s", c.shown, diff)
		}
	}
}

// A reserved name whose state is withheld must not be known by its relation.
func TestAVariantIsToldByItsOwnRules(t *testing.T) {
	record := &Record{Domain: &register.Domain{Name: "shop.example"}, Related: []Related{
		{Reserved: &register.Reserved{Name: "b.example", Original: "shop.example", State: register.ReservedMirrored, IDNTable: "latin"}},
		{Domain: &register.Domain{Name: "a.example", Original: "shop.example", IDNTable: "latin"}},
	}}
	for _, c := range []struct {
		shown []Field
		want  []Variant
	}{
		{[]Field{DomainVariants}, nil},
		{[]Field{DomainVariants, DomainName}, nil},
		{[]Field{DomainName, DomainVariantOf, ReservedName, ReservedVariantOf}, nil},
		{[]Field{DomainVariants, DomainName, DomainVariantOf}, []Variant{{"a.example", "", []Relation{VariantRegistered}}}},
		{[]Field{DomainVariants, ReservedName, ReservedVariantOf}, []Variant{{"b.example", "", nil}}},
	} {
		got, _ := oneRule(t, c.shown...).Domain(Viewer{Audience: Public}, record).Variants.Get()
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v: %s", c.shown, diff)
		}
	}
}
