package rdap

import (
	"net/netip"

	"registerd/disclose"
	"registerd/lookup"
)

// host writes a name server (RFC 9083 section 5.2).
func (s site) host(a *lookup.HostAnswer) []byte {
	h := &a.Host
	name, named := h.Name.Get()
	self := s.base
	if named {
		self = s.hostURL(name)
	}
	return s.encode(self, language(a.About), func(e *encoder) {
		e.party = ofHost
		e.member("objectClassName", "nameserver")
		e.handle(h.Handle, atHandle)
		hide(e, h.Name, atLDHName)
		if named {
			e.names(name)
		}
		e.member("lang", e.lang)
		hide(e, h.Statuses, atStatus)
		statuses, _ := h.Statuses.Get()
		e.statuses("", statuses)
		hide(e, h.Addrs, atAddrs)
		e.addresses(h.Addrs)
		e.optional("port43", s.whois)
		mark := e.begin("events", '[')
		e.whenBy("registration", h.Created, atCreated, h.Creator, atCreator)
		e.whenBy("last changed", h.Updated, atUpdated, h.Updater, atUpdater)
		e.when("transfer", h.Transferred, atTransferred)
		e.updated(a.About)
		e.end(mark, ']')
		if named {
			e.selfOnly(self)
		}
		e.hostSponsor(h)
		e.notices(a.About)
	})
}

func (e *encoder) hostSponsor(h *disclose.Host) {
	hide(e, h.Sponsor, atRegistrar)
	r, ok := h.Sponsor.Get()
	if !ok {
		return
	}
	e.party, e.root = ofRegistrar, "$.entities[?(@.roles[0]=='registrar')]"
	mark := e.begin("entities", '[')
	e.open('{')
	e.registrar(&r)
	e.close('}')
	e.end(mark, ']')
}

// addresses writes ipAddresses: RFC 5952 for IPv6, dotted decimal for IPv4
// (RFC 9083 section 3), each family in the register's order.
func (e *encoder) addresses(v disclose.Value[[]netip.Addr]) {
	addrs, _ := v.Get()
	mark := e.begin("ipAddresses", '{')
	e.family("v4", addrs, netip.Addr.Is4)
	e.family("v6", addrs, func(a netip.Addr) bool { return !a.Is4() })
	e.end(mark, '}')
}

func (e *encoder) family(key string, addrs []netip.Addr, is func(netip.Addr) bool) {
	mark := e.begin(key, '[')
	for _, a := range addrs {
		if is(a) {
			e.next()
			e.b = append(e.b, '"')
			e.b = a.AppendTo(e.b)
			e.b = append(e.b, '"')
		}
	}
	e.end(mark, ']')
}
