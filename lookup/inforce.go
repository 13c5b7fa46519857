package lookup

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"registerd/access"
)

// inForce is all that answers are made by at one moment, but for the register
// and the budgets.
type inForce struct {
	published *Published
	admitted  atomic.Pointer[access.Access] // accounts come and go by themselves
	desk      Desk                          // that goes by this alone
}

func (d *Desk) inForce() *inForce {
	if d.held != nil {
		return d.held
	}
	return d.current.Load()
}

// Held is the desk as it is now: whatever is put in force meanwhile, all that it
// says is of one piece. A window asks for it once for each question.
func (d *Desk) Held() *Desk { return &d.inForce().desk }

// Prepare looks whether what the operator publishes can be, and returns the desk
// by which it will be answered. Nothing changes until Take. Without an Access,
// those are admitted who are now.
func (d *Desk) Prepare(p Published) (*Desk, error) {
	if now := d.current.Load(); p.Access == nil && now != nil {
		p.Access = now.admitted.Load()
	}
	switch {
	case p.Policy == nil:
		return nil, errors.New("desk: no publication rules")
	case p.Access == nil:
		return nil, errors.New("desk: no access")
	}
	for name, z := range p.Zones {
		if err := speaksAll(p.Policy.Languages, z.Languages); err != nil {
			return nil, fmt.Errorf("desk: zone %s: %w", name, err)
		}
	}
	f := &inForce{published: &p}
	f.admitted.Store(p.Access)
	f.desk = Desk{d.house, f}
	return &f.desk, nil
}

// Take puts in force what was prepared, from the next question on: every answer
// is made by the old or by the new as a whole.
func (d *Desk) Take(prepared *Desk) { d.current.Store(prepared.held) }

// Publish replaces what the operator publishes.
func (d *Desk) Publish(p Published) error {
	next, err := d.Prepare(p)
	if err == nil {
		d.Take(next)
	}
	return err
}

// Admitted is how many accounts there are.
func (d *Desk) Admitted() int { return len(d.inForce().admitted.Load().Accounts()) }

// Admit replaces who has an account, in every window from the next question on.
// Nothing else that is published changes.
func (d *Desk) Admit(a *access.Access) { d.inForce().admitted.Store(a) }

// speaksAll refuses languages that the rules are not written in.
func speaksAll(rules, zone []string) error {
	if len(zone) == 0 {
		return errors.New("it has no language")
	}
	for _, l := range zone {
		if !slices.Contains(rules, l) {
			return fmt.Errorf("the publication rules are not written in %q", l)
		}
	}
	return nil
}
