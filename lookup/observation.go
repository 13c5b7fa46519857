package lookup

import (
	"context"
	"errors"
	"time"

	"registerd/access"
	"registerd/audit"
	"registerd/disclose"
	"registerd/ratelimit"
	"registerd/store"
)

// Observation is what is measured of a question: nothing of what was asked, of
// who asked, or of the register.
type Observation struct {
	Window   Window
	Kind     Kind
	Audience disclose.Audience
	Outcome  audit.Outcome
	Took     time.Duration

	Cost    CostClass
	Persons int  // whose records the answer told
	Kept    bool // the answer had been given before, and was ready
	Refused Refusal
	Budget  string // whose was used up, such as "IPv4 /24 network"; "" of one that was not refused by a budget
	Failure Failure
}

// CostClass is what sort of price an answer had.
type CostClass string

// The classes. A search is one whatever it finds, and what tells of persons is
// Personal whatever else it tells.
const (
	CostNone         CostClass = "none" // there was no answer
	CostPlain        CostClass = "plain"
	CostPersonal     CostClass = "personal"
	CostMiss         CostClass = "miss"
	CostSearch       CostClass = "search"
	CostAvailability CostClass = "availability"
)

// Refusal is the word for what a question was refused by: the name of a class of
// budgets, or one of those below. "" is of one that was not.
type Refusal string

// The refusals that are by no budget of the client's.
const (
	RefusedByPause   Refusal = "pause"   // that grows while the client does not wait
	RefusedByBlock   Refusal = "block"   // of the operator
	RefusedByServer  Refusal = "server"  // which has too much to do
	RefusedByShare   Refusal = "shared"  // of what all share who the server has no room to count
	RefusedBySandbox Refusal = "sandbox" // whose name says so
)

// Failure is the word for why a question could not be answered. "" is of one that was.
type Failure string

// The failures. After the last of them the public is served.
const (
	FailedByDamage  Failure = "damaged"   // a record or an index is not what it was
	FailedByNothing Failure = "empty"     // no register was loaded, or none that can be searched
	FailedByTime    Failure = "abandoned" // the client has gone, or the program ended
	FailedByRest    Failure = "other"     // above all the disk of the register
	FailedByJournal Failure = "journal"   // it could not be written: nothing above the public is told
)

// Failures are all of them.
func Failures() []Failure {
	return []Failure{FailedByDamage, FailedByNothing, FailedByTime, FailedByRest, FailedByJournal}
}

// observed is what there is to measure of a visit that ended so.
func (v *visit) observed(err error, took time.Duration) Observation {
	o := Observation{
		Window: v.question.Window, Kind: v.kind, Audience: v.question.Caller.Audience,
		Outcome: OutcomeOf(err), Took: took, Cost: CostNone, Kept: v.kept && err == nil,
		Refused: refusalOf(err), Budget: budgetOf(err),
	}
	o.Failure = failureOf(o.Outcome, err)
	if o.Outcome == audit.Answered || o.Outcome == audit.NotFound {
		o.Cost, o.Persons = v.costClass(), v.cost.Personal
	}
	return o
}

func (v *visit) costClass() CostClass {
	switch {
	case v.kind == KindAvailability:
		return CostAvailability
	case v.kind == KindSearch:
		return CostSearch
	case v.cost.Personal > 0:
		return CostPersonal
	case v.cost.Missed:
		return CostMiss
	}
	return CostPlain
}

func refusalOf(err error) Refusal {
	var e *ratelimit.Exceeded
	switch {
	case !errors.As(err, &e):
		return ""
	case e.Block != nil:
		return RefusedByBlock
	case e.Pause:
		return RefusedByPause
	case e.Whose == ratelimit.Everybody:
		return RefusedByServer
	case e.Whose == ratelimit.Newcomers:
		return RefusedByShare
	case e.Budget == sandboxBudget:
		return RefusedBySandbox
	}
	return Refusal(e.Class.String())
}

func budgetOf(err error) string {
	var e *ratelimit.Exceeded
	if !errors.As(err, &e) {
		return ""
	}
	return e.Budget
}

func failureOf(outcome audit.Outcome, err error) Failure {
	var denied *access.Denied
	switch {
	case errors.As(err, &denied) && denied.Why == access.JournalRequired:
		return FailedByJournal
	case outcome != audit.Failed:
		return ""
	case errors.Is(err, store.ErrDamaged):
		return FailedByDamage
	case errors.Is(err, store.ErrEmpty), errors.Is(err, store.ErrUnindexed):
		return FailedByNothing
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return FailedByTime
	}
	return FailedByRest
}
