package lookup

import (
	"context"
	"errors"
	"fmt"

	"registerd/ratelimit"
	"registerd/register"
	"registerd/store"
)

// State is whether a name can be registered. The zero state is unknown:
// a failure is never a free name.
type State uint8

// The states of a name.
const (
	Unknown State = iota
	Free          // well-formed, directly below a zone of ours, and not there
	Registered
	Reserved    // withheld or blocked by the registry
	OutOfPolicy // well-formed, and not directly below a zone of ours
	Invalid     // not a name
)

// Name is what the register says of one name's availability.
type Name struct {
	Name   register.Name // "" when invalid
	State  State
	Syntax *register.SyntaxError // why it is invalid
}

// Names answers for many names at once, in order. When the budget allows for
// some of them only, the answers are fewer than the names: who asks again for
// the rest hears when.
func (d *Desk) Names(ctx context.Context, q Question, names []string) ([]Name, About, error) {
	p := d.published.Load()
	v := &visit{desk: d, published: p, question: q, kind: KindAvailability, began: d.now(), count: len(names), zone: p.zone("")}
	granted, ticket, over := d.limiter.AdmitMany(client(q.Caller), ratelimit.Availability, len(names))
	if over != nil {
		return nil, d.About(), v.leave(over)
	}
	v.ticket, v.count = ticket, granted

	out := make([]Name, granted)
	keys := make([]string, 0, granted)
	for i, text := range names[:granted] {
		name, err := register.ParseName(text)
		if err != nil {
			out[i].State = Invalid
			errors.As(err, &out[i].Syntax)
			continue
		}
		out[i].Name = name
		keys = append(keys, string(name))
	}
	tags, edition, err := d.store.Tags(ctx, store.Names, keys)
	if err != nil {
		ticket.Refund()
		return nil, d.About(), v.leave(fmt.Errorf("availability: reading the register: %w", err))
	}
	d.last.Store(&edition)
	for i, k := 0, 0; i < granted; i++ {
		if out[i].State != Invalid {
			out[i].State = stateOf(tags[k], out[i].Name, edition.State)
			k++
		}
	}
	return out, v.about(&edition), v.leave(nil)
}

func stateOf(tag register.Tag, name register.Name, state *register.State) State {
	switch tag {
	case register.TagDomain:
		return Registered
	case register.TagReserved:
		return Reserved
	case 0:
		if zone, ours := state.Zone(name); ours && name.DirectlyUnder(zone) {
			return Free
		}
		return OutOfPolicy
	default:
		return Unknown
	}
}
