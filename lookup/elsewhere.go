package lookup

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"registerd/ratelimit"
	"registerd/referral"
	"registerd/register"
	"registerd/store"
)

// Elsewhere is what is known of something that is not of this register: whom to
// ask. It is an ErrElsewhere.
type Elsewhere struct {
	Base   string // URL of their RDAP service, with its final "/", as the directory has it
	Kind   Kind   // KindDomain, KindHost, KindEntity, KindNetwork or KindAutnum
	Object string // what was asked for in canonical form, and never as it arrived
}

func (e *Elsewhere) Error() string { return ErrElsewhere.Error() + ", but of " + e.Base }

// Unwrap makes it an ErrElsewhere.
func (*Elsewhere) Unwrap() error { return ErrElsewhere }

// ErrUnsupported says that nothing of a kind is ever answered here.
var ErrUnsupported = errors.New("not a kind of object that is answered for here")

// elsewhere says who answers for a name of another register, if that is known.
func (d *Desk) elsewhere(kind Kind, name register.Name) error {
	if d.referrals == nil {
		return ErrElsewhere
	}
	base, known := d.referrals.Domain(name)
	if !known {
		return ErrElsewhere
	}
	return &Elsewhere{Base: base, Kind: kind, Object: string(name)}
}

// noHost says that a host is not there. Of one below a zone of ours nobody else
// knows better.
func (d *Desk) noHost(name register.Name, state *register.State) error {
	if _, ours := state.Zone(name); !ours {
		var other *Elsewhere
		if err := d.elsewhere(KindHost, name); errors.As(err, &other) {
			return err
		}
	}
	return fmt.Errorf("%s: %w", name, register.ErrNotFound)
}

// noEntity says that nobody answers to a handle; one with another register's
// tag may be theirs. It looks at the handle alone, so that somebody who may not
// be known of and nobody at all are answered alike.
func (d *Desk) noEntity(key string) error {
	if _, tag, tagged := cutTag(key); tagged && tag != d.tag && d.referrals != nil {
		if base, known := d.referrals.Tag(tag); known {
			return &Elsewhere{Base: base, Kind: KindEntity, Object: strings.ToUpper(key)}
		}
	}
	return fmt.Errorf("handle: %w", register.ErrNotFound)
}

// cutTag splits a handle's key at its last hyphen (RFC 8521 section 2).
func cutTag(key string) (handle, tag string, ok bool) {
	i := strings.LastIndexByte(key, '-')
	if i <= 0 {
		return key, "", false
	}
	tag = strings.ToUpper(key[i+1:])
	plain := strings.ToLower(tag) == key[i+1:] // a dotless i has the capital of an i
	return key[:i], tag, plain && referral.ValidTag(tag)
}

// Tag is what the register's handles end in where they are told apart from
// those of others (RFC 8521), without the hyphen; "" when it has none.
func (d *Desk) Tag() string { return d.tag }

// asksFor are the places where whoever answers to a key may stand, the first
// first. A handle with our tag is the handle without it before anything else:
// that is how it was written.
func (d *Desk) asksFor(key string) []store.Ask {
	var asks []store.Ask
	if handle, tag, tagged := cutTag(key); tagged && tag == d.tag {
		asks = append(asks, store.Ask{Ref: store.Ref{Kind: store.Contacts, Key: handle}},
			store.Ask{Ref: store.Ref{Kind: store.Registrars, Key: handle}})
	}
	contact, registrar := store.Ref{Kind: store.Contacts, Key: key}, store.Ref{Kind: store.Registrars, Key: key}
	return append(asks, store.Ask{Ref: contact}, store.Ask{Ref: contact, ByAlias: true},
		store.Ask{Ref: registrar}, store.Ask{Ref: registrar, ByAlias: true})
}

// Network says who answers for an address or a block of addresses, and Autnum
// for an autonomous system's number. They hold none themselves, so there is
// always an error: *Elsewhere, or register.ErrNotFound when nobody is known to
// answer, or ErrUnsupported when the desk knows nothing of others.
func (d *Desk) Network(_ context.Context, q Question) error {
	network, object, err := parseNetwork(q.Text)
	return d.refer(q, KindNetwork, err, func() (bool, string, string) {
		file := referral.IPv6
		if network.Addr().Is4() {
			file = referral.IPv4
		}
		base, _ := d.referrals.Network(network)
		return d.referrals.Holds(file), base, object
	})
}

// Autnum is described at Network.
func (d *Desk) Autnum(_ context.Context, q Question) error {
	n, err := parseAutnum(q.Text)
	return d.refer(q, KindAutnum, err, func() (bool, string, string) {
		base, _ := d.referrals.Autnum(n)
		return d.referrals.Holds(referral.Autnums), base, strconv.FormatUint(uint64(n), 10)
	})
}

// refer answers a question of which the directory alone knows anything. What
// is not supported costs as nonsense does.
func (d *Desk) refer(q Question, kind Kind, bad error, find func() (supported bool, base, object string)) error {
	var base, object string
	if bad == nil {
		supported := false
		if d.referrals != nil {
			supported, base, object = find()
		}
		if !supported {
			bad = ErrUnsupported
		}
	}
	v, err := d.admit(q, kind, ratelimit.Lookup, bad)
	if err != nil {
		return err
	}
	if base == "" {
		return v.settle(fmt.Errorf("%s: %w", kind, register.ErrNotFound))
	}
	return v.settle(&Elsewhere{Base: base, Kind: kind, Object: object})
}

// parseNetwork reads an address, or one with the length of its network (RFC 9082
// section 3.1.1), and writes it as the RFCs do. Bits beyond the length are
// nobody's question. A zone id is of the asker's own machine and is ignored.
func parseNetwork(s string) (p netip.Prefix, canonical string, err error) {
	address, length, block := strings.Cut(s, "/")
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return p, "", &register.SyntaxError{What: "network", Reason: "it is not an IPv4 or IPv6 address"}
	}
	addr = addr.WithZone("")
	if !block {
		return netip.PrefixFrom(addr, addr.BitLen()), addr.String(), nil
	}
	if p, err = netip.ParsePrefix(addr.String() + "/" + length); err != nil {
		return p, "", &register.SyntaxError{What: "network", Reason: "the length of its prefix is not one"}
	}
	p = p.Masked()
	return p, p.String(), nil
}

// parseAutnum reads a number in asplain (RFC 9082 section 3.1.2, RFC 5396).
func parseAutnum(s string) (uint32, error) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, &register.SyntaxError{What: "autonomous system number", Reason: "it is not a decimal number"}
		}
	}
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0, &register.SyntaxError{What: "autonomous system number", Reason: "it is not a number of 32 bits"}
	}
	return uint32(n), nil
}
