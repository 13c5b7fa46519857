package rdap

import (
	"net/netip"

	"registerd/disclose"
	"registerd/lookup"
)

// hostAnswer writes a name server that was asked for.
func (s site) hostAnswer(a *lookup.HostAnswer, part disclose.FieldSet) []byte {
	self := s.base
	if name, named := a.Host.Name.Get(); named {
		self = s.hostURL(name)
	}
	return s.encodePart(self, language(a.About), part, func(e *encoder) { e.host(&a.Host, &a.About) })
}

// host writes the members of a name server (RFC 9083 section 5.2).
func (e *encoder) host(h *disclose.Host, top *lookup.About) {
	e.party = ofHost
	e.member("objectClassName", "nameserver")
	e.handle(h.Handle, atHandle)
	hide(e, h.Name, atLDHName)
	name, named := h.Name.Get()
	if named {
		e.names(name)
	}
	e.topmost(top)
	hide(e, h.Statuses, atStatus)
	statuses, _ := h.Statuses.Get()
	e.statuses("", statuses)
	hide(e, h.Addrs, atAddrs)
	e.addresses(h.Addrs)
	e.port43(top)
	mark := e.begin("events", '[')
	e.whenBy("registration", h.Created, atCreated, h.Creator, atCreator)
	e.whenBy("last changed", h.Updated, atUpdated, h.Updater, atUpdater)
	e.when("transfer", h.Transferred, atTransferred)
	e.updated(top)
	e.end(mark, ']')
	if named {
		e.selfOnly(e.site.hostURL(name))
	}
	e.hostSponsor(h)
	e.notices(top)
}

func (e *encoder) hostSponsor(h *disclose.Host) {
	hide(e, h.Sponsor, atRegistrar)
	r, ok := h.Sponsor.Get()
	if !ok {
		return
	}
	e.party, e.root = ofRegistrar, rootOfRegistrar
	mark := e.begin("entities", '[')
	e.open('{')
	e.registrar(&r)
	e.close('}')
	e.end(mark, ']')
	e.root = ""
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
