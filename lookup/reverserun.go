package lookup

import (
	"context"
	"fmt"
	"slices"

	"registerd/disclose"
	"registerd/register"
	"registerd/store"
)

var errTooManyContacts = &register.UnsupportedError{What: "search",
	Reason: "over 1,000 contacts fit; narrow the search"}

// looksAt reports contacts of a class that the search looks at: those of whom the
// caller is shown all that is asked of them, in whatever role they are in a domain
// and whoever is its registrar. What of domains tells of them is shown of all
// domains or of none.
func (l *look) looksAt(class register.Traits) bool {
	viewer, policy := l.viewer(), l.published.Policy
	return policy.Finds(viewer, 0, l.scans[0].sees...) && policy.FindsInDomains(viewer, class, l.fields()...)
}

// contacts are those of whom all conditions hold, but for the role, which they have
// in a domain.
func (l *look) contacts(ctx context.Context) (out []store.Ref, err error) {
	led := l.where[0]
	if i := slices.IndexFunc(l.where, func(c condition) bool { return !c.ofRole() && !c.pattern.Part() }); i >= 0 {
		led = l.where[i]
	}
	scan := store.Scan{
		Kind: store.Contacts, Limit: maxMatches + 1,
		Sees: func(_ register.Index, class register.Traits) bool { return l.looksAt(class) },
	}
	for _, begin := range led.pattern.Begins(nil) {
		scan.Prefixes = append(scan.Prefixes, store.Prefix{Index: led.property().index, Value: begin})
	}
	found, err := l.scan(ctx, scan)
	if err != nil {
		return nil, err
	}
	for i := range found {
		c, err := register.DecodeContact(found[i].Found.Bytes)
		if err != nil {
			return nil, err
		}
		if l.fits(c) {
			out = append(out, found[i].Found.Ref)
		}
	}
	if len(found) > maxMatches || len(out) > MaxContacts {
		return nil, errTooManyContacts
	}
	return out, nil
}

// fits reports a contact of whom all conditions hold, but for the role.
func (l *look) fits(c *register.Contact) bool {
	return !slices.ContainsFunc(l.where, func(w condition) bool {
		return !w.ofRole() && !w.pattern.FitsText(w.property().value(c))
	})
}

// byContact are the domains of the contacts that fit, in whatever role. Of more than
// maxMatches it gives that many: nothing narrows what one contact has.
func (l *look) byContact(ctx context.Context) ([]hit, error) {
	contacts, err := l.contacts(ctx)
	if err != nil {
		return nil, err
	}
	var out []hit
	for _, c := range contacts {
		room := maxMatches - len(out)
		users, edition, err := l.desk.store.Users(ctx, c, room+1)
		l.visited += len(users)
		switch {
		case err != nil:
			return nil, err
		case edition.Version != l.edition.Version:
			return nil, errMoved
		}
		l.cut = l.cut || len(users) > room
		for _, u := range users[:min(len(users), room)] {
			if u.Tag().Type() == register.TagDomain {
				out = append(out, hit{0, store.Match{Place: store.Place{Key: u.Key}, Found: u}})
			}
		}
		if l.cut {
			break
		}
	}
	if l.cut && (l.counts || len(l.asked) > 0) {
		return nil, errTooMany
	}
	return out, nil
}

// viewByContact views a domain that one of its contacts was found for. It is nil if
// no contact is in it what was asked for.
func (l *look) viewByContact(f *store.Found) (*result, error) {
	record, err := decodeRecord(f)
	if err != nil {
		return nil, err
	}
	r := &result{kind: f.Kind, key: f.Key, record: record}
	view := l.published.Policy.Domain(l.viewer(), record)
	contacts, shown := view.Contacts.Get()
	for i, c := range record.Contacts {
		if c == nil || !l.looksAt(c.Traits()) || !l.fits(c) || !l.inRoles(record, c) {
			continue
		}
		if !shown || !isShown(view.Name) || !l.shows(&contacts[i]) {
			return nil, fmt.Errorf("%s: the search shows what the rules withhold: %w", f.Kind, store.ErrDamaged)
		}
		r.matched = append(r.matched, matched{contacts[i].Matched(l.fields()...), c})
	}
	if len(r.matched) == 0 {
		return nil, nil
	}
	view = view.Narrow(l.part)
	r.domain = &view
	return r, nil
}

// inRoles reports that the contact has the roles in the domain that were asked for.
func (l *look) inRoles(of *disclose.Record, c *register.Contact) bool {
	var has []register.Role
	for i, role := range of.Domain.Roles() {
		if of.Contacts[i] == c { // read once, whatever the spelling of its handle
			has = append(has, role.Role)
		}
	}
	return !slices.ContainsFunc(l.where, func(w condition) bool { return w.ofRole() && !slices.ContainsFunc(has, w.isIn) })
}

// shows reports that a view holds all that was asked of its contact.
func (l *look) shows(c *disclose.Contact) bool {
	return !slices.ContainsFunc(l.where, func(w condition) bool {
		switch w.property().field {
		case disclose.ContactHandle:
			return !isShown(c.Handle)
		case disclose.ContactEmail:
			return !isShown(c.Email)
		case disclose.ContactName:
			return !isShown(c.Name)
		}
		return false
	})
}

// matched is a contact that a domain was found by: its view, with no more than what
// it was found by.
type matched struct {
	view disclose.Contact
	raw  *register.Contact
}

// matchedPersons is how many records of persons the result tells of by having been
// found, where it does not give them.
func (r *result) matchedPersons() (n int) {
	for i := range r.matched {
		if r.matched[i].view.Personal() {
			n++
		}
	}
	return n
}
