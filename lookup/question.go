package lookup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"registerd/access"
	"registerd/audit"
	"registerd/disclose"
	"registerd/ratelimit"
	"registerd/register"
	"registerd/store"
)

// Question is one question at the desk. Who is asking is part of it.
type Question struct {
	Caller access.Caller
	Window Window
	Text   string // the name or handle asked for, as it arrived

	// NoPersons leaves contacts out of the answer, and does not look for them.
	NoPersons bool

	// Part is how much of its object the answer to a look-up holds. With less than
	// all of it, it tells of no person.
	Part disclose.FieldSet

	// Apart says that the window writes this answer in another way than it does
	// for others: it is neither kept nor taken from what is kept.
	Apart bool

	// Lang is the language (BCP 47) wanted for reasons. Without one, or for one
	// that the rules do not have, answers are in the rules' first language.
	Lang string
}

// ErrElsewhere says that a name lies in no zone of this register. Nothing is
// said about it: neither that it exists nor that it does not.
var ErrElsewhere = errors.New("not a name of this register")

// visit is a question on its way through the desk: what is settled when it
// leaves, whichever way it leaves.
type visit struct {
	desk      *Desk
	published *Published
	question  Question
	kind      Kind
	began     time.Time
	ticket    ratelimit.Ticket
	cost      ratelimit.Cost // of the answer, beside the question
	looked    int            // of its Work, what was looked through before there was an answer
	count     int
	kept      bool   // the answer was ready
	sought    string // what the journal is told of the question, where that is more than its text
	zone      Zone   // that the question is about; that of no name until it is known

	// What the caller's bounds are held to. A contact and a registrar lie in no
	// zone, and neither does a name until it is known which the register has.
	objects []access.Object
	within  register.Name
}

// begin is a visit of somebody who is not admitted yet.
func (d *Desk) begin(q Question, kind Kind) *visit {
	p := d.inForce().published
	return &visit{desk: d, published: p, question: q, kind: kind, began: d.now(), count: 1, zone: p.zone("")}
}

// admit takes a ticket for a question that could be read, or, if it could not,
// a ticket of its own kind: nonsense is not free either.
func (d *Desk) admit(q Question, kind Kind, class ratelimit.Class, syntax error) (*visit, error) {
	v := d.begin(q, kind)
	if syntax != nil {
		return nil, v.refuse(syntax)
	}
	var err error
	if v.ticket, err = d.limiter.Admit(client(q.Caller), class); err != nil {
		return nil, v.leave(err)
	}
	return v, nil
}

// refuse takes a ticket for what is not answered, and returns why, or that there
// is no ticket left.
func (v *visit) refuse(why error) (err error) {
	if v.ticket, err = v.desk.limiter.Admit(client(v.question.Caller), ratelimit.Failure); err != nil {
		return v.leave(err)
	}
	return v.settle(why)
}

// viewer is what the caller is to the rules: outside its bounds the public, but
// for what it was granted.
func (v *visit) viewer() disclose.Viewer {
	c := v.question.Caller
	viewer := c.Viewer()
	outside := func(o access.Object) bool { return !c.Bounds.Hold(o, v.within) }
	if viewer.Audience > disclose.Public && slices.ContainsFunc(v.objects, outside) {
		viewer = disclose.Viewer{Audience: disclose.Public, Grant: c.Grant}
	}
	viewer.Window = v.question.Window
	return viewer
}

// lies says where the object is that the question is about.
func (v *visit) lies(o access.Object, within register.Name) {
	v.objects, v.within = []access.Object{o}, within
}

// zoneOf is the zone of the register that a name lies in, or "".
func zoneOf(e *store.Edition, name register.Name) register.Name {
	zone, _ := e.State.Zone(name)
	return zone
}

// language is that of the answer.
func (v *visit) language() string {
	if l, ok := Speaks(v.zone.Languages, v.question.Lang); ok {
		return l
	}
	return v.zone.Languages[0]
}

// about is what the answer says of the register.
func (v *visit) about(e *store.Edition) About {
	return about(v.published, v.zone, e, v.language(), v.began)
}

// Speaks finds the language that serves one that is wanted: itself, or what is
// left of it without its last subtags (RFC 4647 section 3.4).
func Speaks(languages []string, want string) (language string, ok bool) {
	for want != "" {
		for _, l := range languages {
			if strings.EqualFold(l, want) {
				return l, true
			}
		}
		want = want[:max(0, strings.LastIndexByte(want, '-'))]
	}
	return "", false
}

// find reads from the store.
func (v *visit) find(ctx context.Context, asks ...store.Ask) ([]store.Found, store.Edition, error) {
	found, edition, err := v.desk.store.Find(ctx, asks...)
	if err != nil {
		return nil, edition, v.failRead(ctx, err)
	}
	v.desk.last.Store(&edition)
	return found, edition, nil
}

// failRead ends a visit for which the register could not be read.
func (v *visit) failRead(ctx context.Context, err error) error {
	v.refund(ctx)
	return v.leave(fmt.Errorf("%s: reading the register: %w", v.kind, err))
}

// fail ends a visit whose record could not be understood: a failure, never
// "not found".
func (v *visit) fail(err error) error {
	v.ticket.Refund()
	return v.leave(fmt.Errorf("%s: reading the record: %w", v.kind, err))
}

// noted is what the access log keeps of the question: of those that only the
// journal is to know of, which seals them, nothing.
func (v *visit) noted() string {
	switch v.question.Caller.Audience {
	case disclose.Authority, disclose.Seeker, disclose.Holder:
		return ""
	}
	return access.Masked(v.question.Text)
}

// leave notes how the question ended, and returns err.
func (v *visit) leave(err error) error {
	o := v.observed(err, v.desk.now().Sub(v.began))
	v.desk.observe(o)
	v.desk.accessLog.Note(audit.Question{
		Client: v.question.Caller.Channel.Addr, Window: o.Window.String(), Kind: string(o.Kind),
		Audience: o.Audience.String(), Text: v.noted(), Outcome: o.Outcome, Duration: o.Took, Count: v.count,
	})
	return err
}

// OutcomeOf tells the typed errors of the desk apart. All else is a failure.
func OutcomeOf(err error) audit.Outcome {
	var syntax *register.SyntaxError
	var unsupported *register.UnsupportedError
	var exceeded *ratelimit.Exceeded
	var denied *access.Denied
	switch {
	case err == nil:
		return audit.Answered
	case errors.Is(err, register.ErrNotFound), errors.Is(err, ErrElsewhere):
		return audit.NotFound
	case errors.Is(err, ErrUnsupported):
		return audit.Unsupported
	case errors.As(err, &syntax):
		return audit.Malformed
	case errors.As(err, &unsupported):
		return audit.Unsupported
	case errors.As(err, &exceeded):
		return audit.Limited
	case errors.As(err, &denied):
		return audit.Denied
	default:
		return audit.Failed
	}
}

// Identify makes a caller of what was presented. A wrong credential costs ten
// failures. A right one is taken even when the budget for those is used up: else
// whoever guesses would lock out the neighbours. What makes guessing vain is the
// length of the secret.
func (d *Desk) Identify(w Window, p access.Presented, said access.Said, ch access.Channel) (access.Caller, error) {
	c, err := d.inForce().admitted.Load().Admit(p, said, ch)
	if err == nil {
		return c, nil
	}
	v := d.begin(Question{Caller: access.Public(ch), Window: w}, KindCredential)
	if denied, ok := err.(*access.Denied); ok && denied.Why == access.BadCredential {
		v.cost.Work = guessPrice - 1
	}
	return access.Caller{}, v.refuse(err)
}

// Recognise makes a caller of the network that a question on WHOIS comes from,
// where there are no credentials: mostly the public.
func (d *Desk) Recognise(ch access.Channel) access.Caller {
	return d.inForce().admitted.Load().Recognise(ch)
}

// Refuse takes a ticket for a question that a window could not read or does
// not serve. It returns why, or that the budget is exceeded.
func (d *Desk) Refuse(q Question, kind Kind, why error) error {
	return d.begin(q, kind).refuse(why)
}

// Name takes a ticket of a look-up and reads the name that is asked for. Nothing
// is looked up: the question is answered elsewhere.
func (d *Desk) Name(q Question) (register.Name, error) {
	name, syntax := register.ParseName(q.Text)
	v, err := d.admit(q, KindDomain, ratelimit.Lookup, syntax)
	if err != nil {
		return "", err
	}
	return name, v.settle(nil)
}

// Help takes a ticket and tells of the register itself.
func (d *Desk) Help(ctx context.Context, q Question) (About, error) {
	v, err := d.admit(q, KindHelp, ratelimit.Lookup, nil)
	if err != nil {
		return About{}, err
	}
	e, err := d.store.Edition(ctx)
	if err != nil {
		return About{}, v.failRead(ctx, err)
	}
	d.last.Store(&e)
	a := v.about(&e)
	a.Searches = v.offers()
	if v.published.Limits != nil {
		a.Limits = v.published.Limits()
	}
	if over := v.settle(nil); over != nil {
		return About{}, over
	}
	return a, nil
}
