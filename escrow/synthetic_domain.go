package escrow

import (
	"encoding/hex"
	"net/netip"
	"strconv"
	"time"

	"registerd/register"
	"registerd/store"
)

// generator makes the objects of a synthetic register and puts each.
type generator struct {
	*Synthetic
	registrars zipf
	providers  int
	outside    string // a zone that the register does not serve
	put        func(store.Object, error) error
}

func newGenerator(s *Synthetic, put func(store.Object, error) error) *generator {
	g := &generator{Synthetic: s, registrars: newZipf(syntheticRegistrars), put: put, outside: "example"}
	// One provider of name servers for each registrar, and one for 40 domains
	// beside them.
	g.providers = syntheticRegistrars + s.Domains/40
	if s.Zone.In("example") {
		g.outside = "test"
	}
	return g
}

// holder is the domain whose own holder domain i has: a quarter belongs to
// whom the one before belongs to.
func (g *generator) holder(i int) int {
	for i > 0 && g.dice(diceHolder, i).chance(25) {
		i--
	}
	return i
}

func (g *generator) registrar(holder int) int {
	return g.registrars.pick(g.dice(diceRegistrar, holder))
}

func id(prefix string, n int) string {
	return string(strconv.AppendInt(append(make([]byte, 0, 16), prefix...), int64(n), 10))
}

// roid has the form of RFC 5730 section 2.8.
func roid(prefix string, n int) string { return id(prefix, n) + "-SYN" }

// domain puts the i-th domain, after the contacts and hosts of its own.
func (g *generator) domain(i int) error {
	d := g.dice(diceDomain, i)
	holder := g.holder(i)
	registrar := g.registrar(holder)
	o := &register.Domain{
		Name: g.Name(i), ROID: roid("D", i),
		Registrant: id("C", holder),
		Sponsor:    id("registrar-", registrar+1),
	}
	o.Creator, o.Updater = o.Sponsor, o.Sponsor
	if o.Name.IsIDN() {
		o.IDNTable = "mixed"
	}
	if holder == i {
		if err := g.put(objectOfContact(g.contact(o.Registrant, roid("C", i), i, registrar))); err != nil {
			return err
		}
	}
	if err := g.contacts(d, o, i, registrar); err != nil {
		return err
	}
	if err := g.hosts(d, o, i, registrar); err != nil {
		return err
	}
	g.life(d, o)
	if d.n(3) == 0 {
		o.DS = []register.DS{g.ds(d)}
	}
	return g.put(objectOfDomain(o))
}

// contacts gives the domain up to three contacts beside its holder. The
// technical one and the one for bills are the registrar's.
func (g *generator) contacts(d *dice, o *register.Domain, i, registrar int) error {
	add := func(r register.Role, handle string) {
		o.Contacts = append(o.Contacts, register.DomainRole{Role: r, Handle: handle})
	}
	kind := d.pick([]int{10, 20, 40, 30})
	if kind >= 2 {
		admin := o.Registrant
		if d.chance(50) {
			admin = id("A", i)
			if err := g.put(objectOfContact(g.contact(admin, roid("A", i), -1-i, registrar))); err != nil {
				return err
			}
		}
		add(register.RoleAdmin, admin)
	}
	if kind >= 1 {
		add(register.RoleTech, id("T", registrar+1))
	}
	if kind == 3 {
		add(register.RoleBilling, id("B", registrar+1))
	}
	return nil
}

// hosts gives the domain name servers below its own name, its registrar's, or
// those of another provider.
func (g *generator) hosts(d *dice, o *register.Domain, i, registrar int) error {
	if d.chance(8) {
		for k := range 2 {
			name := register.Name(id("ns", k+1) + "." + string(o.Name))
			o.Hosts = append(o.Hosts, register.NameServer{Name: name})
			host := &register.Host{
				Name: name, ROID: roid("G", 2*i+k), Statuses: []string{"linked"},
				Addrs:   []netip.Addr{documentation4(d), documentation6(d)},
				Sponsor: o.Sponsor, Creator: o.Sponsor, Created: g.before(d, 10),
			}
			if err := g.put(objectOfHost(host)); err != nil {
				return err
			}
		}
		return nil
	}
	provider := registrar
	if d.chance(50) {
		provider = d.n(g.providers)
	}
	for k := range g.servers(provider) {
		o.Hosts = append(o.Hosts, register.NameServer{Name: g.server(provider, k)})
	}
	return nil
}

// servers is how many name servers a provider has.
func (g *generator) servers(provider int) int {
	return 2 + g.dice(diceProvider, provider).pick([]int{66, 14, 14, 3, 3})
}

func (g *generator) server(provider, k int) register.Name {
	return register.Name(id("ns", k+1) + "." + id("provider-", provider+1) + "." + g.outside)
}

// documentation4 is of 198.51.100.0/24 (RFC 5737), documentation6 of 2001:db8::/32 (RFC 3849).
func documentation4(d *dice) netip.Addr {
	return netip.AddrFrom4([4]byte{198, 51, 100, byte(1 + d.n(254))})
}

func documentation6(d *dice) netip.Addr {
	a := [16]byte{0x20, 0x01, 0x0d, 0xb8, byte(d.n(256)), byte(d.n(256)), 15: byte(1 + d.n(254))}
	return netip.AddrFrom16(a)
}

// before is a time in the years before the register's.
func (g *generator) before(d *dice, years int) time.Time {
	return g.At.Add(-time.Second * time.Duration(d.n(years*365*86400))).UTC().Truncate(time.Second)
}

// life gives the domain its dates and statuses.
func (g *generator) life(d *dice, o *register.Domain) {
	o.Created = g.before(d, 20)
	o.Updated = o.Created.Add(g.At.Sub(o.Created) / time.Duration(1+d.n(9)))
	o.Updated = o.Updated.Truncate(time.Second)
	o.Expires = o.Created
	for !o.Expires.After(g.At) {
		o.Expires = o.Expires.AddDate(1, 0, 0)
	}
	switch d.pick([]int{600, 330, 30, 20, 15, 3, 2}) {
	case 0:
		o.Statuses = []string{"clientTransferProhibited"}
	case 1:
		o.Statuses = []string{"ok"}
	case 2:
		o.Statuses = []string{"clientDeleteProhibited", "clientTransferProhibited", "clientUpdateProhibited"}
	case 3:
		o.Expires = o.Expires.AddDate(-1, 0, 0)
		o.Statuses, o.RGP = []string{"pendingDelete"}, []string{"redemptionPeriod"}
		o.Deletes = g.At.AddDate(0, 0, 20).Truncate(time.Second)
	case 4:
		o.Transferred = o.Updated
		o.Statuses, o.RGP = []string{"ok"}, []string{"transferPeriod"}
	case 5:
		o.Statuses = []string{"serverHold"}
		o.Suspension = &register.Proceeding{Since: o.Updated, Ground: "holder not identified", Reference: "S-" + o.ROID}
	case 6:
		o.Statuses = []string{"serverDeleteProhibited", "serverTransferProhibited"}
		o.Dispute = &register.Proceeding{Since: o.Updated, Ground: "rights in a name", Reference: "R-" + o.ROID}
	}
}

// ds is a record of algorithm 13 with a SHA-256 digest (RFC 6605).
func (g *generator) ds(d *dice) register.DS {
	var digest [32]byte
	for i := range digest {
		digest[i] = byte(d.Uint64())
	}
	return register.DS{KeyTag: uint16(d.n(1 << 16)), Algorithm: 13, DigestType: 2, Digest: hex.EncodeToString(digest[:])}
}
