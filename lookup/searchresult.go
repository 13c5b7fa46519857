package lookup

import (
	"context"
	"fmt"

	"registerd/disclose"
	"registerd/register"
	"registerd/store"
)

// result is a match as its caller sees it, narrowed to the field set. One of
// the views is set.
type result struct {
	kind      store.Kind
	key       string
	domain    *disclose.Domain
	host      *disclose.Host
	contact   *disclose.Contact
	registrar *disclose.RegistrarView

	record  *disclose.Record  // that the domain was made of
	raw     *register.Contact // that the contact was made of
	matched []matched         // the contacts that the domain was found by, if it was by those
}

// view makes a result of a match, nil if it is none after all. A scan looks only at what its caller is shown;
// if the view holds back what it was found by, one of the two is wrong, and
// nothing is answered.
func (l *look) view(h *hit) (*result, error) {
	if l.by == DomainsByContact {
		return l.viewByContact(&h.Found)
	}
	r := &result{kind: h.Found.Kind, key: h.Key}
	shown, err := false, error(nil)
	switch r.kind {
	case store.Names:
		shown, err = l.viewDomain(r, &h.Found)
	case store.Hosts:
		shown, err = l.viewHost(r, &h.Found)
	case store.Contacts:
		shown, err = l.viewContact(r, &h.Found)
	case store.Registrars:
		shown, err = l.viewRegistrar(r, &h.Found)
	}
	if err == nil && !shown {
		err = fmt.Errorf("%s: the index shows what the rules withhold: %w", r.kind, store.ErrDamaged)
	}
	return r, err
}

func isShown[T any](v disclose.Value[T]) bool { return v.Status() == disclose.Shown }

func (l *look) viewDomain(r *result, f *store.Found) (shown bool, err error) {
	decode := decodeRecord
	if l.part != disclose.Full {
		decode = decodeAlone
	}
	record, err := decode(f)
	if err != nil {
		return false, err
	}
	view := l.published.Policy.Domain(l.viewer(), record)
	shown = isShown(view.Name) && (l.by == DomainsByName || isShown(view.NameServers))
	view = view.Narrow(l.part)
	r.domain, r.record = &view, record
	return shown, nil
}

// relate adds their variants to the domains of a page, as look-ups have them.
func (l *look) relate(ctx context.Context, page *matches) error {
	if l.part != disclose.Full {
		return nil
	}
	for _, r := range page.results {
		if r.record == nil {
			continue
		}
		related, err := l.related(ctx, r.record.Domain, l.edition.Version)
		if err != nil {
			return err
		}
		if len(related) > 0 {
			r.record.Related = related
			view := l.published.Policy.Domain(l.viewer(), r.record)
			r.domain = &view
		}
	}
	return nil
}

func (l *look) viewHost(r *result, f *store.Found) (shown bool, err error) {
	h, err := register.DecodeHost(f.Bytes)
	if err != nil {
		return false, err
	}
	by, err := registrarIn(f.With)
	if err != nil {
		return false, err
	}
	view := l.published.Policy.Host(l.viewer(), h, by)
	shown = isShown(view.Name) && (l.by == HostsByName || isShown(view.Addrs))
	view = view.Narrow(l.part)
	r.host = &view
	return shown, nil
}

func (l *look) viewContact(r *result, f *store.Found) (shown bool, err error) {
	c, err := register.DecodeContact(f.Bytes)
	if err != nil {
		return false, err
	}
	view, known := l.published.Policy.Contact(l.viewer(), c)
	shown = known && isShown(view.Handle) && (l.by == EntitiesByHandle || isShown(view.Name))
	view = view.Narrow(l.part)
	r.contact, r.raw = &view, c
	return shown, nil
}

func (l *look) viewRegistrar(r *result, f *store.Found) (shown bool, err error) {
	raw, err := register.DecodeRegistrar(f.Bytes)
	if err != nil {
		return false, err
	}
	view := l.published.Policy.Registrar(l.viewer(), raw)
	shown = isShown(view.ID) && (l.by == EntitiesByHandle || isShown(view.Name))
	view = view.Narrow(l.part)
	r.registrar = &view
	return shown, nil
}

// personal is how many records of persons the result tells of: those that it gives,
// or those that it was found by.
func (r *result) personal() int {
	switch {
	case r.domain != nil:
		return max(r.domain.PersonalRecords(), r.matchedPersons())
	case r.contact != nil && r.contact.Personal():
		return 1
	}
	return 0
}

// disclosed adds the fields that the journal records.
func (r *result) disclosed(to *disclose.Tally) {
	switch {
	case r.domain != nil:
		to.Domain(r.domain)
		for i := range r.matched {
			to.Contact(&r.matched[i].view)
		}
	case r.contact != nil:
		to.Contact(r.contact)
	}
}

// contacts are those whose data the result tells.
func (r *result) contacts() []string {
	switch {
	case r.domain != nil:
		told := whose(r.domain, r.record)
		for i := range r.matched {
			told = contactTold(told, &r.matched[i].view, r.matched[i].raw)
		}
		return told
	case r.contact != nil:
		return contactTold(nil, r.contact, r.raw)
	}
	return nil
}
