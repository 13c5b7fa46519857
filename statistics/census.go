package statistics

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"registerd/register"
	"registerd/store"
)

// Census is what a register held at one time. It is numbers, but for the names of
// registrars, zones and IDN tables.
type Census struct {
	AsOf  time.Time `json:"as_of"` // the data is as of then
	Taken time.Time `json:"taken"` // and was counted then

	// CreatedSince is how many of the domains were created after Since.
	Since        time.Time `json:"since,omitzero"`
	CreatedSince int       `json:"created_since"`

	// Said is what the register itself said then; nil if it did not know.
	Said *Said `json:"said,omitempty"`

	Sheets     map[string]map[string]int `json:"sheets"`
	Registrars map[string]string         `json:"registrars"` // names, by the key of the id
}

// Said is of one edition of the register, exactly. A register that changes while it is
// counted is not.
type Said struct {
	Domains int `json:"domains"`
	Removed int `json:"removed"` // register.State.Removed
}

// Total is a row of the sheet "total".
func (c *Census) Total(kind string) int { return c.Sheets["total"][kind] }

// Counting says how a census is taken.
type Counting struct {
	Reader store.Reader
	Now    time.Time
	Since  time.Time // of the last census before this month; zero if there is none

	// Pause is called after every few hundred objects, so that counting can be slow
	// on purpose. It may be nil.
	Pause func()
}

// counter is a census under way.
type counter struct {
	Counting
	ctx   context.Context
	out   *Census
	zones *register.State
	there index
	seen  int
}

// take counts a register in one pass over each kind of object. It keeps eight bytes
// for each contact, host and registrar, and nothing for domains. A register that
// changes meanwhile is counted as it was at some moment of that time, for each object.
func take(ctx context.Context, how Counting) (*Census, error) {
	if how.Reader == nil || how.Now.IsZero() {
		return nil, errors.New("census: no register or no time given")
	}
	e, err := how.Reader.Edition(ctx)
	if err != nil {
		return nil, fmt.Errorf("census: %w", err)
	}
	c := &counter{Counting: how, ctx: ctx, zones: e.State, out: &Census{
		AsOf: asOf(e.State, how.Now), Taken: whole(how.Now), Since: how.Since,
		Sheets: map[string]map[string]int{}, Registrars: map[string]string{},
	}}
	if e.State.Removed >= 0 {
		c.out.Said = &Said{e.State.Counts.Domains, e.State.Removed}
	}
	for _, s := range sheets {
		c.out.Sheets[s.id] = map[string]int{}
		for _, w := range s.words {
			c.out.Sheets[s.id][w] = 0
		}
	}
	for i := range monthsAround {
		here := monthOf(c.out.AsOf)
		for _, past := range []string{"created", "expired", "transferred"} {
			c.out.Sheets[past][here.AddDate(0, -i, 0).Format(monthForm)] = 0
		}
		c.out.Sheets["expires"][here.AddDate(0, i, 0).Format(monthForm)] = 0
	}
	for _, step := range []struct {
		kind  store.Kind
		count func(store.Object) error
	}{{store.Registrars, c.registrar}, {store.Contacts, c.contact}, {store.Hosts, c.host}, {store.Names, c.name}} {
		if step.kind == store.Names {
			c.there.sort()
		}
		if err := c.walk(step.kind, step.count); err != nil {
			return nil, fmt.Errorf("census: %w", err)
		}
	}
	return c.out, nil
}

// asOf is the time that a register is as of: when it does not say, now.
func asOf(state *register.State, now time.Time) time.Time { return whole(cmp.Or(state.Watermark, now)) }

// whole is a time as the file keeps it.
func whole(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

const pauseAfter = 256

func (c *counter) walk(kind store.Kind, count func(store.Object) error) error {
	return c.Reader.Walk(c.ctx, kind, func(o store.Object) error {
		if c.seen++; c.Pause != nil && c.seen%pauseAfter == 0 {
			c.Pause()
		}
		return count(o)
	})
}

func (c *counter) add(sheet, row string) { c.out.Sheets[sheet][row]++ }

func (c *counter) registrar(o store.Object) error {
	r, err := register.DecodeRegistrar(o.Bytes)
	if err != nil {
		return err
	}
	c.there.add(o.Ref, 0)
	c.add("total", totalRegistrars)
	c.out.Sheets["registrar"][o.Key] = 0
	c.out.Registrars[o.Key] = r.Name
	return nil
}

func (c *counter) contact(o store.Object) error {
	ct, err := register.DecodeContact(o.Bytes)
	if err != nil {
		return err
	}
	what := factsOf(ct)
	c.there.add(o.Ref, what)
	c.add("total", totalContacts)
	c.add("verification", what.verification().String())
	c.add("completeness", completenessOf(ct))
	return nil
}

func (c *counter) host(o store.Object) error {
	h, err := register.DecodeHost(o.Bytes)
	if err != nil {
		return err
	}
	c.there.add(o.Ref, 0)
	c.add("total", totalHosts)
	place := "out-of-zone"
	if _, in := c.zones.Zone(h.Name); in {
		place = "in-zone"
	}
	c.add("host", place)
	c.add("host-address", addressesOf(h))
	return nil
}

func (c *counter) name(o store.Object) error {
	if o.Tag().Type() == register.TagReserved {
		r, err := register.DecodeReserved(o.Bytes)
		if err != nil {
			return err
		}
		c.add("total", totalReserved)
		c.add("reserved", cmp.Or(r.State.String(), "unknown"))
		return nil
	}
	d, err := register.DecodeDomain(o.Bytes)
	if err != nil {
		return err
	}
	c.domain(d)
	return c.references(d, o.Refs)
}

func (c *counter) domain(d *register.Domain) {
	c.add("total", totalDomains)
	c.add("state", stateOf(d, c.out.AsOf))
	c.add("age", ageOf(d.Created, c.out.AsOf))
	c.add("nameservers", serversOf(len(d.Hosts)))
	zone, _ := c.zones.Zone(d.Name)
	c.add("zone", cmp.Or(string(zone), string(none)))
	signed := "unsigned"
	if len(d.DS)+len(d.Keys) > 0 {
		signed = "signed"
	}
	c.add("dnssec", signed)
	script := scriptOf(d.Name)
	c.add("script", script)
	if script != "ASCII" {
		c.add("total", totalIDNs)
		c.add("idn-table", cmp.Or(d.IDNTable, string(none)))
	}
	if d.Created.After(c.Since) {
		c.out.CreatedSince++
	}
	c.month("created", d.Created)
	if d.Expires.After(c.out.AsOf) {
		c.month("expires", d.Expires)
	} else {
		c.month("expired", d.Expires)
	}
	c.month("transferred", d.Transferred)
}

// monthsAround is how many months are told apart, back from this and on from it.
const monthsAround = 13

// month counts what happened in one of the months that are told apart.
func (c *counter) month(sheet string, t time.Time) {
	of := t.UTC().Format(monthForm)
	if _, told := c.out.Sheets[sheet][of]; told {
		c.add(sheet, of)
	}
}

// references counts those that lead nowhere, and the domain by whom they lead to.
func (c *counter) references(d *register.Domain, refs []store.Ref) error {
	holder, identified, registrar := string(none), register.Unverified, string(none)
	for i, to := range refs {
		what, there, err := c.look(to)
		switch {
		case err != nil:
			return err
		case !there:
			c.add("dangling", to.Kind.String())
		}
		switch {
		case to.Kind == store.Contacts && i == 0 && d.Registrant != "":
			holder, identified = what.holder().String(), what.verification()
		case to.Kind == store.Registrars && there:
			registrar = to.Key
		}
	}
	c.add("holder", holder)
	c.add("identification", identified.String())
	c.add("registrar", registrar)
	return nil
}

// look asks the register for what came after it was walked: nothing that is there is
// counted as missing.
func (c *counter) look(to store.Ref) (facts, bool, error) {
	if what, ok := c.there.find(to); ok {
		return what, true, nil
	}
	found, _, err := c.Reader.Find(c.ctx, store.Ask{Ref: to})
	if err != nil || !found[0].There() {
		return 0, false, err
	}
	if to.Kind != store.Contacts {
		return 0, true, nil
	}
	ct, err := register.DecodeContact(found[0].Bytes)
	if err != nil {
		return 0, false, err
	}
	return factsOf(ct), true, nil
}
