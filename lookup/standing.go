package lookup

import (
	"errors"

	"registerd/disclose"
	"registerd/register"
	"registerd/store"
)

// What a name is to somebody who would register it is settled here for every
// window: by the view that the public gets of its record, or, when there is no
// record, by the rules of its zone.

// tell says what the record makes of a name.
func (v *visit) tell(n *Name, f *store.Found) error {
	public := disclose.Viewer{Audience: disclose.Public, Window: v.question.Window}
	switch f.Tag().Type() {
	case register.TagReserved:
		r, err := register.DecodeReserved(f.Bytes)
		if err != nil {
			return err
		}
		view := v.published.Policy.Reserved(public, r)
		n.reserved(&view)
	case register.TagDomain:
		d, err := register.DecodeDomain(f.Bytes)
		if err != nil {
			return err
		}
		view := v.published.Policy.Departure(public, d)
		n.registered(&view)
	}
	return nil
}

// registered tells of a name that somebody has. Where the rules withhold its
// statuses it is registered and no more.
func (n *Name) registered(d *disclose.Domain) {
	until, leaving := d.Leaving()
	n.State = Registered
	if leaving {
		n.State, n.Why, n.Says, n.Until = Leaving, WhyDeletion, "The name is to be deleted", until
	}
}

func (n *Name) reserved(r *disclose.Reserved) {
	state, _ := r.State.Get()
	switch state {
	case register.ReservedBlocked:
		n.State, n.Why, n.Says = Blocked, WhyRegistry, "The registry has blocked the name. It cannot be registered"
	case register.ReservedMirrored:
		n.State, n.Why, n.Says = Blocked, WhyVariant, "The name is a variant of a registered one, and delegated with it. It cannot be registered"
	default:
		n.State, n.Why, n.Says = Reserved, WhyRegistry, "The registry has reserved the name. It cannot be registered"
	}
}

// block tells of a name that would be free, had nobody a variant of it.
func (n *Name) block() {
	n.State, n.Why, n.Says = Blocked, WhyVariant, "A variant of the name is taken"
}

// vacant tells of a name that nobody has and nobody withholds what its zone
// makes of it. Whether a variant of it is taken is not looked at.
func (v *visit) vacant(n *Name, state *register.State) {
	zone, ours := state.Zone(n.Name)
	n.State = OutOfPolicy
	switch {
	case !ours:
		n.Why, n.Says = WhyZone, "The name lies outside the zones of this register"
	case n.Name == zone:
		n.Why, n.Says = WhyApex, "The name is a zone of this register"
	case !n.Name.DirectlyUnder(zone):
		n.Why, n.Says = WhySubdomain, "Names are registered directly below a zone of this register"
	case !n.Name.Registrable():
		n.Why, n.Says = WhyCharacters, "The name holds a character that IDNA2008 lets no name have"
	default:
		reason, says := register.Eligible, ""
		if rules := v.published.Zones[zone].Names; rules != nil {
			reason, says = rules.Check(n.Name)
		}
		if n.Why, n.Says = whyOf[reason], says; reason == register.Eligible {
			n.State = Free
		}
	}
}

var whyOf = map[register.Reason]Why{
	register.BadLength: WhyLength, register.BadCharacters: WhyCharacters,
	register.BadHyphens: WhyHyphens, register.TooManyVariants: WhyVariants,
}

// invalid is what is no name.
func invalid(err error) Name {
	n := Name{State: Invalid, Why: WhySyntax, Says: "It is not a domain name"}
	errors.As(err, &n.Syntax)
	return n
}
