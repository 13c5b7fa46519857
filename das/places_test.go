package das

import (
	"net/netip"
	"testing"

	"registerd/access"
)

func from(address string) access.Caller {
	return access.Public(access.Channel{Addr: netip.MustParseAddr(address)})
}

func TestNobodyTakesThePlacesOfOthers(t *testing.T) {
	var p places
	take := func(c access.Caller, want int) (leave []func()) {
		t.Helper()
		for {
			l, ok := p.take(c)
			if !ok {
				break
			}
			leave = append(leave, l)
		}
		if len(leave) != want {
			t.Errorf("%+v took %d places, want %d", c, len(leave), want)
		}
		return leave
	}
	first := take(from("192.0.2.1"), maxTogether)
	take(from("192.0.2.200"), 0) // the same site
	take(from("::ffff:192.0.2.9"), 0)
	take(from("2001:db8:1:2::1"), maxTogether)
	take(from("2001:db8:1:ffff::1"), 0)
	for i := range maxNameless/maxTogether - 2 {
		take(from(netip.AddrFrom4([4]byte{198, 51, byte(i), 1}).String()), maxTogether)
	}
	take(from("203.0.113.1"), 0) // what is left is for accounts
	for _, account := range []string{"a", "b", "c", "d"} {
		take(access.Caller{Account: account, Channel: access.Channel{Addr: netip.MustParseAddr("192.0.2.1")}}, maxTogether)
	}
	take(access.Caller{Account: "e"}, 0)

	for _, leave := range first {
		leave()
	}
	take(from("203.0.113.1"), maxTogether)
}

func TestPlacesRememberOnlyWhoHasOne(t *testing.T) {
	var p places
	for i := range 1000 {
		leave, ok := p.take(from(netip.AddrFrom4([4]byte{10, byte(i >> 8), byte(i), 1}).String()))
		if !ok {
			t.Fatal("there was no place")
		}
		leave()
	}
	if len(p.by) != 0 || p.taken != 0 || p.nameless != 0 {
		t.Errorf("%+v", &p)
	}
}
