package lookup_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"registerd/access"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/register"
	"registerd/store"
)

// counting is a real store that counts what a search asks of it, and what it gives.
type counting struct {
	store.Reader
	asked, rows int
}

func (c *counting) Search(ctx context.Context, s store.Scan) ([]store.Match, store.Edition, error) {
	found, e, err := c.Reader.Search(ctx, s)
	c.asked, c.rows = c.asked+1, c.rows+len(found)
	return found, e, err
}

func (c *counting) Users(ctx context.Context, of store.Ref, limit int) ([]store.Found, store.Edition, error) {
	found, e, err := c.Reader.Users(ctx, of, limit)
	c.asked, c.rows = c.asked+1, c.rows+len(found)
	return found, e, err
}

// estate is contacts and the domains that they are in.
type estate struct {
	contacts []*register.Contact
	domains  []*register.Domain
}

// drawEstate draws organisations and persons whose names, handles and addresses
// begin alike, and domains that they share.
func drawEstate(t *rapid.T) (out estate) {
	text := rapid.StringMatching(`ka[rl]?[ab]?`)
	for i := range rapid.IntRange(4, 10).Draw(t, "contacts") {
		c := natural(fmt.Sprintf("ka-%d", i), text.Draw(t, "name"))
		if i%2 == 0 {
			c = legal(fmt.Sprintf("ka-%d", i), text.Draw(t, "name"))
		}
		if rapid.IntRange(0, 3).Draw(t, "protected") == 0 {
			c.Facts.Protection = register.Protected
		}
		c.Email = text.Draw(t, "mailbox") + "@ka.test"
		out.contacts = append(out.contacts, c)
	}
	who := rapid.SampledFrom(out.contacts)
	for i := range rapid.IntRange(1, 8).Draw(t, "domains") {
		d := &register.Domain{Name: register.Name(fmt.Sprintf("ka%d.example", i)), Registrant: who.Draw(t, "registrant").Handle}
		for role := register.RoleAdmin; role <= register.RoleBilling; role++ {
			if rapid.Bool().Draw(t, "role") {
				d.Contacts = append(d.Contacts, register.DomainRole{Role: role, Handle: who.Draw(t, "contact").Handle})
			}
		}
		out.domains = append(out.domains, d)
	}
	return out
}

// twin is an estate that looks the same to whoever is not shown the contacts of a
// class: these have other names and addresses, and other domains of their class.
func (e estate) twin(t *rapid.T, hidden func(register.Traits) bool) (out estate) {
	text := rapid.StringMatching(`ka[rl]?[ab]?`)
	alike := map[register.Traits][]string{}
	class := map[string]register.Traits{}
	for _, c := range e.contacts {
		other := *c
		class[c.Handle] = c.Traits()
		if hidden(c.Traits()) {
			other.Local.Name, other.Email = text.Draw(t, "other name"), text.Draw(t, "other mailbox")+"@ka.test"
			alike[c.Traits()] = append(alike[c.Traits()], c.Handle)
		}
		out.contacts = append(out.contacts, &other)
	}
	swap := func(handle string) string {
		if those := alike[class[handle]]; len(those) > 0 {
			return rapid.SampledFrom(those).Draw(t, "other contact")
		}
		return handle
	}
	for _, d := range e.domains {
		other := *d
		other.Registrant, other.Contacts = swap(d.Registrant), slices.Clone(d.Contacts)
		for i := range other.Contacts {
			other.Contacts[i].Handle = swap(other.Contacts[i].Handle)
		}
		out.domains = append(out.domains, &other)
	}
	return out
}

// stands puts an estate into the register, and returns how to take it out again.
func (s *scene) stands(e estate) (remove func()) {
	var all []any
	for _, c := range e.contacts {
		all = append(all, c)
	}
	for _, d := range e.domains {
		all = append(all, d)
	}
	s.put(all...)
	return func() {
		change(s.t, s.writer, func(tx store.Tx) (err error) {
			for _, o := range objects(s.t, all...) {
				_, gone := tx.Delete(o.Ref)
				err = errors.Join(err, gone)
			}
			return err
		})
	}
}

// drawByContact draws a search by contact, mostly for what is in an estate.
func drawByContact(t *rapid.T, sides [2]estate) lookup.Search {
	names, handles, addresses := []string{"ka*", "kar*", "kal"}, []string{"ka-*", "ka-99"}, []string{"ka*", "kara@*"}
	for _, e := range sides {
		for _, c := range e.contacts {
			names, handles = append(names, c.Local.Name, c.Local.Name+"*"), append(handles, c.Handle)
			addresses = append(addresses, c.Email, strings.TrimSuffix(c.Email, "ka.test")+"*")
		}
	}
	q := lookup.Search{
		By: lookup.DomainsByContact, Part: disclose.FieldSet(rapid.IntRange(0, 2).Draw(t, "set")),
		Sort:  rapid.SampledFrom([]string{"", "", "name:d", "registrationDate", "fn"}).Draw(t, "sort"),
		Count: rapid.Bool().Draw(t, "count"), PageSize: rapid.IntRange(1, 3).Draw(t, "size"),
	}
	for range rapid.IntRange(1, 3).Draw(t, "conditions") {
		property := rapid.SampledFrom([]string{"fn", "fn", "handle", "handle", "email", "role"}).Draw(t, "property")
		pattern := rapid.SampledFrom(map[string][]string{"fn": names, "handle": handles, "email": addresses,
			"role": {"registrant", "technical", "admin*", "billing", "registrar"}}[property]).Draw(t, "pattern")
		q.Where = append(q.Where, lookup.Condition{Property: property, Pattern: pattern})
	}
	return q
}

// TestASearchByContactTellsNothingOfWhoIsWithheld asks two registers that differ only
// there the same searches, page by page, and compares all that is answered, what it
// cost, and what was asked of the store.
func TestASearchByContactTellsNothingOfWhoIsWithheld(t *testing.T) {
	var sides [2]*scene
	var stores [2]*counting
	for i := range sides {
		s := searchScene(t)
		stores[i] = &counting{Reader: s.store}
		s.config.Store, s.config.SearchKey = stores[i], []byte("both")
		s.limited(func(*ratelimit.Settings) {})
		sides[i] = s
	}
	legal := disclose.Condition{Holders: []register.HolderType{register.HolderLegal}, Protected: disclose.Excluded}
	named := func(c access.Caller) access.Caller { c.Purpose = "legalActions"; return c }
	all := []disclose.Field{disclose.ContactExistence, disclose.ContactHandle, disclose.ContactName, disclose.ContactEmail}
	policy := rules(t, showing("searches", disclose.Condition{}, fieldsFrom(disclose.SearchDomainsByName, disclose.SearchByPart)...),
		showing("organisations", legal, all...))
	callers := []access.Caller{named(registrar("reg-x")), seeker(disclose.KindTradeMarkHolder, "legalActions"), police(private), public}
	given := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		caller := rapid.SampledFrom(callers).Draw(t, "caller")
		viewer := caller.Viewer()
		viewer.Window = lookup.RDAP
		first := drawEstate(t)
		estates := [2]estate{first, first.twin(t, func(class register.Traits) bool {
			return !slices.ContainsFunc(all, func(f disclose.Field) bool { return policy.FindsInDomains(viewer, class, f) })
		})}
		for i, s := range sides {
			s.under(policy)
			defer s.stands(estates[i])()
		}
		for range 3 {
			asksAlike(t, sides, caller, drawByContact(t, estates), given, func(i int) string {
				looked := fmt.Sprint(stores[i].asked, stores[i].rows)
				stores[i].asked, stores[i].rows = 0, 0
				return looked
			})
		}
	})
	wantEveryOutcome(t, given)
}
