// Package lookup is the desk: the one path from a question to an answer.
//
// Every window comes here, and here every question is admitted, looked up,
// disclosed, charged and journaled, in this order, before anything is
// released. The desk hands out views only; it has no way to hand out a raw
// record. It does not know how a question arrives or an answer is written.
package lookup

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"registerd/access"
	"registerd/audit"
	"registerd/disclose"
	"registerd/ratelimit"
	"registerd/referral"
	"registerd/register"
	"registerd/store"
)

// Window is where a question came in, and where its answer leaves.
type Window = disclose.Window

// The windows.
const (
	WHOIS        = disclose.WHOIS
	Availability = disclose.Availability
	RDAP         = disclose.RDAP
	Console      = disclose.Console
)

// Kind is what a question is about.
type Kind string

// The kinds of question.
const (
	KindDomain       Kind = "domain"
	KindHost         Kind = "nameserver"
	KindEntity       Kind = "entity"
	KindNetwork      Kind = "ip"
	KindAutnum       Kind = "autnum"
	KindAvailability Kind = "availability"
	KindHelp         Kind = "help"
	KindCredential   Kind = "credential"
	KindSearch       Kind = "search"
	KindRequest      Kind = "request" // for what is not public
	KindHolder       Kind = "holder"  // what is shown of one, to itself
	KindOther        Kind = "other"
)

// Published is what the operator publishes and may replace while the desk is
// open: every answer is made by the old or by the new one as a whole.
type Published struct {
	Policy   *disclose.Policy
	Access   *access.Access
	Operator register.Operator
	Policies register.Policies

	// Form is how windows write answers, where the operator may choose. The desk
	// passes it on with the answer, and does not look at it. It may be nil.
	Form any

	// Zones are those whose answers differ in this. A zone that is not here
	// has Policies, and the languages of the rules.
	Zones map[register.Name]Zone

	// Sandbox is a zone whose names say themselves what is answered of them, for
	// who writes clients. A zone that the register has is none; "" is off.
	Sandbox register.Name

	// Refer are the WHOIS servers of other registers, by the name that theirs
	// are below.
	Refer map[register.Name]register.Name

	// Limits are the sentences that help gives the budgets in, which may be others
	// from day to day. Without it, help says nothing of them.
	Limits func() []string

	// MaxAge is how old the data may be before answers say that it may be out of
	// date; 0 is never.
	MaxAge time.Duration
}

// Zone is what the operator publishes of one zone.
type Zone struct {
	Policies  register.Policies
	Languages []string // that reasons are given in, the default first
	Form      any      // as in Published

	// Names says which labels directly below the zone can be registered, and not
	// below a zone within it. With nil, all can.
	Names *register.LabelRules
}

// zone is what is published of the zone that a name lies in; the zero name
// lies in none.
func (p *Published) zone(n register.Name) Zone {
	for ; n != "" && len(p.Zones) > 0; n = n.Parent() {
		if z, ok := p.Zones[n]; ok {
			return z
		}
	}
	return Zone{Policies: p.Policies, Languages: p.Policy.Languages, Form: p.Form}
}

// Config is what a desk is made of. All but Observe and what stands below it is
// required.
type Config struct {
	Store     store.Reader
	Limiter   *ratelimit.Limiter
	Journal   *audit.Journal
	AccessLog *audit.AccessLog
	Published Published
	Now       func() time.Time

	// Observe is told of every question, for metrics. It may be nil.
	Observe func(Observation)

	// SearchKey authenticates the cursors of searches. Machines that answer for
	// one another have the same; without one, the desk draws its own.
	SearchKey []byte

	// Kept is how many public answers are kept ready; 0 keeps none. One takes
	// about 10 KB, and 2 more when it was asked for in fewer bytes. It is used only
	// while the register has not changed since.
	Kept int

	// Referrals knows who answers for what is not ours. It may be nil.
	Referrals *referral.Directory

	// Tag is what the register's handles end in, in capitals and digits, where
	// they are told apart from those of others (RFC 8521). It may be "".
	Tag string
}

// Desk answers questions. It is safe for concurrent use.
type Desk struct {
	*house
	held *inForce // nil goes by what is in force at the moment
}

// house is what a desk keeps whatever is published.
type house struct {
	store     store.Reader
	limiter   *ratelimit.Limiter
	journal   *audit.Journal
	accessLog *audit.AccessLog
	now       func() time.Time
	observe   func(Observation)
	current   atomic.Pointer[inForce]
	kept      *lru.TwoQueueCache[asked, *keptAnswer]
	last      atomic.Pointer[store.Edition]
	referrals *referral.Directory
	tag       string
	searchKey []byte
	searches  chan struct{} // holds one for each search that is under way
}

// New opens a desk and refuses to do so with a part missing.
func New(c Config) (*Desk, error) {
	switch {
	case c.Store == nil:
		return nil, errors.New("desk: no store")
	case c.Limiter == nil:
		return nil, errors.New("desk: no limiter")
	case c.Journal == nil:
		return nil, errors.New("desk: no journal")
	case c.AccessLog == nil:
		return nil, errors.New("desk: no access log")
	case c.Now == nil:
		return nil, errors.New("desk: no clock")
	case c.Tag != "" && !referral.ValidTag(c.Tag):
		return nil, fmt.Errorf("desk: the tag %q is not of capitals and digits", c.Tag)
	}
	d := &Desk{house: &house{
		store: c.Store, limiter: c.Limiter, journal: c.Journal, accessLog: c.AccessLog,
		now: c.Now, observe: c.Observe, referrals: c.Referrals, tag: c.Tag,
		searchKey: c.SearchKey, searches: make(chan struct{}, runtime.GOMAXPROCS(0)),
	}}
	if len(d.searchKey) == 0 {
		d.searchKey = make([]byte, sha256.Size)
		rand.Read(d.searchKey) // never fails
	}
	if d.observe == nil {
		d.observe = func(Observation) {}
	}
	if c.Kept > 0 {
		kept, err := lru.New2Q[asked, *keptAnswer](c.Kept)
		if err != nil {
			return nil, err
		}
		d.kept = kept
	}
	if err := d.Publish(c.Published); err != nil {
		return nil, err
	}
	return d, nil
}

// About is what every answer says of the register itself.
type About struct {
	Operator  register.Operator
	Policies  register.Policies
	Zones     []register.Name
	Serial    uint64
	Watermark time.Time // the data is as of this time
	Rules     string    // version of the publication rules
	Version   uint64    // of the register: grows with every change

	Languages []string // that reasons are given in, the default first
	Language  string   // of the reasons in this answer
	Form      any      // how it is written; see Published

	Stale bool // the data is older than it may be; see Published

	Searches []Offer  // that the caller may ask; for Help alone
	Limits   []string // in sentences; for Help alone
}

func about(p *Published, z Zone, e *store.Edition, language string, now time.Time) About {
	a := About{
		Operator: p.Operator, Policies: z.Policies, Rules: p.Policy.Version(),
		Languages: z.Languages, Language: language, Form: z.Form,
	}
	if e != nil && e.State != nil {
		a.Zones, a.Serial, a.Watermark, a.Version = e.State.Zones, e.State.Serial, e.State.Watermark, e.Version
		a.Stale = p.stale(e, now)
	}
	return a
}

// stale reports data that is older than it may be. Of data that says no time,
// nothing is said.
func (p *Published) stale(e *store.Edition, now time.Time) bool {
	return p.MaxAge > 0 && e.State != nil && !e.State.Watermark.IsZero() && now.Sub(e.State.Watermark) > p.MaxAge
}

// About is for refusals and failures, which say who keeps the register too. It
// asks nobody: the register's part is as the last answer knew it, empty before
// the first.
func (d *Desk) About() About {
	p := d.inForce().published
	return about(p, p.zone(""), d.last.Load(), p.Policy.Language(), d.now())
}

// AboutName is About of the zone that a name lies in.
func (d *Desk) AboutName(name register.Name) About {
	p := d.inForce().published
	z := p.zone(name)
	return about(p, z, d.last.Load(), z.Languages[0], d.now())
}

// Ready reports whether questions can be answered: the register can be read.
func (d *Desk) Ready(ctx context.Context) (About, error) {
	_, err := d.Edition(ctx)
	return d.About(), err
}

// Edition is that of the register at the moment.
func (d *Desk) Edition(ctx context.Context) (store.Edition, error) {
	e, err := d.store.Edition(ctx)
	if err == nil {
		d.last.Store(&e)
	}
	return e, err
}

// JournalReady reports why privileged questions would be refused, if they would.
func (d *Desk) JournalReady() error { return d.journal.Err() }
