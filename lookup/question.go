package lookup

import (
	"context"
	"errors"
	"fmt"
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
	count     int
	zone      Zone // that the question is about; that of no name until it is known
}

// admit takes a ticket for a question that could be read, or, if it could not,
// a ticket of its own kind: nonsense is not free either.
func (d *Desk) admit(q Question, kind Kind, class ratelimit.Class, syntax error) (*visit, error) {
	p := d.published.Load()
	v := &visit{desk: d, published: p, question: q, kind: kind, began: d.now(), count: 1, zone: p.zone("")}
	if syntax != nil {
		class = ratelimit.Failure
	}
	t, err := d.limiter.Admit(client(q.Caller), class)
	if err == nil {
		v.ticket, err = t, syntax
	}
	if err != nil {
		return nil, v.leave(err)
	}
	return v, nil
}

func client(c access.Caller) ratelimit.Client {
	return ratelimit.Client{Addr: c.Channel.Addr, Account: c.Account}
}

// viewer is what the caller is to the rules.
func (v *visit) viewer() disclose.Viewer {
	viewer := v.question.Caller.Viewer()
	viewer.Window = v.question.Window
	return viewer
}

// language is that of the answer.
func (v *visit) language() string {
	if l, ok := Speaks(v.zone.Languages, v.question.Lang); ok {
		return l
	}
	return v.zone.Languages[0]
}

// about is what the answer says of the register.
func (v *visit) about(e *store.Edition) About { return about(v.published, v.zone, e, v.language()) }

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

// find reads from the store. A failure of ours costs the caller nothing, but
// one who hangs up pays for the question.
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
	if !errors.Is(ctx.Err(), context.Canceled) {
		v.ticket.Refund()
	}
	return v.leave(fmt.Errorf("%s: reading the register: %w", v.kind, err))
}

// fail ends a visit whose record could not be understood: a failure, never
// "not found".
func (v *visit) fail(err error) error {
	v.ticket.Refund()
	return v.leave(fmt.Errorf("%s: reading the record: %w", v.kind, err))
}

// disclosure is what is to be released.
type disclosure struct {
	object   store.Ref
	personal int // records of persons that the answer tells of
	fields   func() []disclose.Field
	contacts func() []string // whose data the answer tells
	edition  store.Edition
}

// release charges and journals, and only then lets the answer go.
func (v *visit) release(ctx context.Context, out disclosure) error {
	v.ticket.Charge(out.personal)
	if viewer := v.viewer(); viewer.Audience > disclose.Public {
		if err := v.journal(ctx, viewer, out); err != nil {
			v.ticket.Refund()
			return v.leave(err)
		}
	}
	return v.leave(nil)
}

// whose are the contacts whose data an answer tells, for the journal: a holder
// may ask who was told, also when the domain has long been another's.
func (out *disclosure) whose() []string {
	if out.contacts == nil {
		return nil
	}
	return out.contacts()
}

// journal records a privileged answer. One that cannot be recorded is not given.
func (v *visit) journal(ctx context.Context, viewer disclose.Viewer, out disclosure) error {
	c := v.question.Caller
	if !c.Channel.Private {
		return &access.Denied{Why: access.OpenChannel}
	}
	fields := out.fields()
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.String()
	}
	contacts := out.whose()
	for {
		some := contacts[:journaledTogether(contacts)]
		contacts = contacts[len(some):]
		err := v.desk.journal.Record(ctx, audit.Disclosure{
			Caller: c.Account, Organisation: c.Organization, Audience: viewer.Audience.String(),
			Purpose: c.Purpose, Case: c.Case, Window: v.question.Window.String(),
			Question: v.question.Text, Kind: out.object.Kind.String(), Key: out.object.Key,
			Fields: names, Contacts: some, Rules: v.published.Policy.Version(),
			Serial: out.edition.State.Serial, Client: c.Channel.Addr,
		})
		if err != nil {
			return fmt.Errorf("%w: %w", &access.Denied{Why: access.JournalRequired}, err)
		}
		if len(contacts) == 0 {
			return nil
		}
	}
}

// journaledBytes is how long the ids of the contacts in one record of the
// journal are together: those of a page of a search may be more than a record
// can hold, and escaped an id may be six times as long.
const journaledBytes = 8 << 10

// journaledTogether is how many contacts the next record names. Each record
// waits for the disk, so they are as few as can be.
func journaledTogether(contacts []string) int {
	size := 0
	for i, c := range contacts {
		if size += len(c) + len(`"",`); size > journaledBytes && i > 0 {
			return i
		}
	}
	return len(contacts)
}

// leave notes how the question ended, and returns err.
func (v *visit) leave(err error) error {
	took := v.desk.now().Sub(v.began)
	audience := v.question.Caller.Audience
	outcome := OutcomeOf(err)
	v.desk.observe(v.question.Window, v.kind, audience, outcome, took)
	v.desk.accessLog.Note(audit.Question{
		Client: v.question.Caller.Channel.Addr, Window: v.question.Window.String(), Kind: string(v.kind),
		Audience: audience.String(), Text: v.question.Text, Outcome: outcome, Duration: took, Count: v.count,
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

// Identify makes a caller of a bearer token. A wrong one takes a ticket of the
// budget for failures. A right one is taken even when that is used up: else
// whoever guesses would lock out the neighbours. What makes guessing vain is
// the length of the secret.
func (d *Desk) Identify(w Window, token, purpose, reference string, ch access.Channel) (access.Caller, error) {
	c, err := d.published.Load().Access.Bearer(token, purpose, reference, ch)
	if err == nil {
		return c, nil
	}
	_, err = d.admit(Question{Caller: access.Public(ch), Window: w}, KindCredential, ratelimit.Failure, err)
	return access.Caller{}, err
}

// Refuse takes a ticket for a question that a window could not read or does
// not serve. It returns why, or that the budget is exceeded.
func (d *Desk) Refuse(q Question, kind Kind, why error) error {
	_, err := d.admit(q, kind, ratelimit.Failure, why)
	return err
}

// Name takes a ticket of a look-up and reads the name that is asked for. Nothing
// is looked up: the question is answered elsewhere.
func (d *Desk) Name(q Question) (register.Name, error) {
	name, syntax := register.ParseName(q.Text)
	v, err := d.admit(q, KindDomain, ratelimit.Lookup, syntax)
	if err != nil {
		return "", err
	}
	return name, v.leave(nil)
}

// Help takes a ticket and tells of the register itself.
func (d *Desk) Help(ctx context.Context, q Question) (About, error) {
	v, err := d.admit(q, KindHelp, ratelimit.Lookup, nil)
	if err != nil {
		return About{}, err
	}
	e, err := d.store.Edition(ctx)
	if err != nil {
		v.ticket.Refund()
		return About{}, v.leave(fmt.Errorf("help: reading the register: %w", err))
	}
	d.last.Store(&e)
	a := v.about(&e)
	a.Searches = v.offers()
	return a, v.leave(nil)
}
