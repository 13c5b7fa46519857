package lookup

import (
	"errors"
	"time"

	"registerd/audit"
	"registerd/disclose"
	"registerd/ratelimit"
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
	Persons int // whose records the answer told
	Refused Refusal
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

// observed is what there is to measure of a visit that ended so.
func (v *visit) observed(err error, took time.Duration) Observation {
	o := Observation{
		Window: v.question.Window, Kind: v.kind, Audience: v.question.Caller.Audience,
		Outcome: OutcomeOf(err), Took: took, Cost: CostNone, Refused: refusalOf(err),
	}
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
