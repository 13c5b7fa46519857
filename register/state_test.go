package register

import "testing"

func TestTheLongestZoneWins(t *testing.T) {
	s := &State{Zones: []Name{"example", "co.example", "test"}}
	tests := []struct {
		name, zone Name
		in         bool
	}{
		{"shop.example", "example", true},
		{"shop.co.example", "co.example", true},
		{"co.example", "co.example", true},
		{"www.shop.co.example", "co.example", true},
		{"example", "example", true},
		{"xco.example", "example", true},
		{"a.test", "test", true},
		{"notexample", "", false},
		{"shop.invalid", "", false},
		{"", "", false},
	}
	for _, order := range [][]Name{{"example", "co.example", "test"}, {"co.example", "test", "example"}} {
		s.Zones = order
		for _, tt := range tests {
			if zone, in := s.Zone(tt.name); zone != tt.zone || in != tt.in {
				t.Errorf("zones %v: %q is in %q, %v; want %q, %v", order, tt.name, zone, in, tt.zone, tt.in)
			}
		}
	}
}

func TestARegisterWithoutZonesServesNothing(t *testing.T) {
	for _, s := range []*State{{}, {Zones: []Name{""}}} {
		if zone, in := s.Zone("shop.example"); in {
			t.Errorf("%v: shop.example is in %q", s.Zones, zone)
		}
	}
}

func TestTheRegistrantComesFirst(t *testing.T) {
	d := &Domain{Registrant: "holder", Contacts: []DomainRole{{RoleTech, "t"}, {RoleAdmin, "a"}}}
	want := []DomainRole{{RoleRegistrant, "holder"}, {RoleTech, "t"}, {RoleAdmin, "a"}}
	if diff := same(d.Roles(), want); diff != "" {
		t.Error(diff)
	}
	if got := (&Domain{}).Roles(); len(got) != 0 {
		t.Errorf("a domain without contacts has %v", got)
	}
}
