package lookup

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"registerd/disclose"
	"registerd/ratelimit"
	"registerd/register"
	"registerd/store"
)

// Search is a question for all objects that a pattern fits. Its Question.Text
// need not be set: the desk puts there what access log and journal show.
type Search struct {
	Question
	By      SearchBy
	Pattern string      // as it arrived
	Where   []Condition // in place of Pattern, for DomainsByContact
	Part    disclose.FieldSet
	Sort    string // RFC 8977 section 2.3: "name:d,expirationDate"; "" is by what was searched
	Count   bool   // whether to count all matches
	Cursor  string // SearchAnswer.Next of the page before; "" for the first page

	// PageSize is how many objects a page holds; 0 is DefaultPage, and more than
	// MaxPage is MaxPage.
	PageSize int
}

// How many objects a page holds.
const (
	DefaultPage = 100
	MaxPage     = 1000
)

// SearchBy is what is searched, and by which of its members (RFC 9082 section
// 3.2).
type SearchBy uint8

// The searches. The zero SearchBy is none.
const (
	_ SearchBy = iota
	DomainsByName
	DomainsByServer
	DomainsByAddress
	HostsByName
	HostsByAddress
	EntitiesByName
	EntitiesByHandle
	DomainsByContact // RFC 9536
)

// SearchAnswer is one page of what a search found, at least one object. Of
// Domains, Hosts and Entities the one that was searched is set. The views are
// narrowed to Part.
type SearchAnswer struct {
	About    About
	By       SearchBy
	Pattern  string // in its one form: no spelling of the search shows in its answer
	Where    []Condition
	Part     disclose.FieldSet
	Domains  []disclose.Domain
	Hosts    []disclose.Host
	Entities []FoundEntity

	Total    int // of all pages; -1 unless Search.Count
	Page     int // from 1
	PageSize int
	Next     string // the cursor of the next page; "" on the last
	Cut      bool   // no more than MaxMatches were looked through, and there are more

	Sorted   []SortKey // what the search was asked to be sorted by; nil when it was not
	Sortable []SortProperty
}

// FoundEntity is a contact or a registrar. One of the two is set.
type FoundEntity struct {
	Contact   *disclose.Contact
	Registrar *disclose.RegistrarView
}

// SortKey is a property that results are sorted by (RFC 8977 section 2.3.1).
type SortKey struct {
	Property   string
	Descending bool
}

// SortProperty is a property that results of this search can be sorted by, for
// this caller and field set. One of them is the default.
type SortProperty struct {
	Name    string
	Default bool
}

// What a search costs of a budget, a look-up being 1. It tells of many objects
// at once, each of which could have been looked up; to look through those that
// are not given costs a hundredth of that, as it costs us.
const (
	searchCost    = 4 // for itself, found or not: some ranges of an index
	lookedAtPrice = 100
)

// Search answers what a pattern fits. Nothing found is register.ErrNotFound, on
// a later page too, if what was left for it is gone meanwhile. A pattern that is
// not searched for, or more than 10,000 matches where they have to be counted or
// sorted, is a *register.UnsupportedError. Who may not ask is *access.Denied,
// whatever the register holds.
func (d *Desk) Search(ctx context.Context, s Search) (*SearchAnswer, error) {
	p, unread := planOf(&s)
	s.Question.Text = s.By.String() + "=" + s.Pattern
	if unread == nil {
		s.Question.Text = p.text()
	}
	sought := s.Question.Text
	if s.By == DomainsByContact {
		s.Question.Text = s.By.String() // whom somebody looks for is for the journal alone
	}
	v, err := d.admit(s.Question, KindSearch, ratelimit.Lookup, unread)
	if err != nil {
		return nil, err
	}
	v.objects, v.sought = p.objects(), sought
	if err := v.allow(p); err != nil {
		return nil, v.leave(err)
	}
	from, err := v.open(p, s.Cursor)
	if err != nil {
		return nil, v.leave(err)
	}
	found, err := v.search(ctx, p, from)
	if err != nil {
		return nil, err
	}
	return v.answerSearch(ctx, p, from, found)
}

// search looks for matches. As many searches as there are processors run at
// once: each may hold 10,000 records.
func (v *visit) search(ctx context.Context, p *plan, from cursor) (*matches, error) {
	select {
	case v.desk.searches <- struct{}{}:
		defer func() { <-v.desk.searches }()
	case <-ctx.Done():
		return nil, v.failSearch(ctx, fmt.Errorf("waiting for a place: %w", context.Cause(ctx)))
	}
	var l *look
	var found *matches
	err := ofOneEdition(func() (err error) {
		l = &look{visit: v, plan: p}
		found, err = l.matches(ctx, from)
		v.looked += l.visited / lookedAtPrice
		return err
	})
	v.looked += p.cost()
	v.cost.Work = v.looked
	var unsupported *register.UnsupportedError
	switch {
	case errors.As(err, &unsupported):
		return nil, v.settleSearch(ctx, p, l.edition, err)
	case err != nil:
		return nil, v.failSearch(ctx, err)
	case len(found.results) == 0:
		// By a part of it nobody asks for something that could be missed.
		v.cost.Missed = !p.partial()
		return nil, v.settleSearch(ctx, p, found.edition, fmt.Errorf("search: %w", register.ErrNotFound))
	}
	return found, nil
}

// settleSearch ends a search that gives nothing. That somebody looked for a person
// is in the journal all the same, before that is said.
func (v *visit) settleSearch(ctx context.Context, p *plan, e store.Edition, err error) error {
	if p.by != DomainsByContact {
		return v.settle(err)
	}
	sought := disclosure{object: p.object(), edition: e, sought: true}
	if over := v.pay(); over != nil {
		return v.leave(v.unpaid(ctx, over, sought))
	}
	if unrecorded := v.journal(ctx, v.viewer(), sought); unrecorded != nil {
		v.refund(ctx)
		err = unrecorded
	}
	return v.leave(err)
}

// unpaid is what is said of an answer over a budget. That somebody looked for a person
// is in the journal before that is said as well: an answer that is not given costs
// nothing of the budget for persons unless there is somebody.
func (v *visit) unpaid(ctx context.Context, over error, out disclosure) error {
	if !out.sought {
		return over
	}
	asked := disclosure{object: out.object, edition: out.edition}
	if unrecorded := v.journal(ctx, v.viewer(), asked); unrecorded != nil {
		return unrecorded
	}
	return over
}

// failSearch ends a search that failed. Whoever asks for so much that the time
// runs out pays for it, like one who hangs up.
func (v *visit) failSearch(ctx context.Context, err error) error {
	err = fmt.Errorf("search: reading the register: %w", err)
	if ctx.Err() != nil {
		return v.settle(err)
	}
	v.ticket.Refund()
	return v.leave(err)
}

// answerSearch makes an answer of what was found, and releases it.
func (v *visit) answerSearch(ctx context.Context, p *plan, from cursor, found *matches) (*SearchAnswer, error) {
	a := &SearchAnswer{
		About: v.about(&found.edition), By: p.by, Pattern: p.pattern.String(), Where: p.conditions(), Part: p.part,
		Cut: found.cut, Total: found.total, Page: from.page, PageSize: p.size,
		Sorted: p.asked, Sortable: v.sortable(p),
	}
	if found.more != nil {
		a.Next = v.seal(p, cursor{page: from.page + 1, at: found.more})
	}
	for _, r := range found.results {
		switch {
		case r.domain != nil:
			a.Domains = append(a.Domains, *r.domain)
		case r.host != nil:
			a.Hosts = append(a.Hosts, *r.host)
		default:
			a.Entities = append(a.Entities, FoundEntity{r.contact, r.registrar})
		}
	}
	v.cost.Work = v.looked + len(found.results)
	out := disclosureOf(p.object(), found)
	out.sought = p.by == DomainsByContact
	if err := v.release(ctx, out); err != nil {
		return nil, err
	}
	return a, nil
}

// disclosureOf is what all the results tell together.
func disclosureOf(object store.Ref, found *matches) disclosure {
	out := disclosure{object: object, edition: found.edition}
	for _, r := range found.results {
		out.personal += r.personal()
	}
	out.told = func(t *disclose.Tally) {
		for _, r := range found.results {
			r.disclosed(t)
		}
	}
	out.contacts = func() (contacts []string) {
		for _, r := range found.results {
			contacts = append(contacts, r.contacts()...)
		}
		slices.Sort(contacts)
		return slices.Compact(contacts)
	}
	return out
}
