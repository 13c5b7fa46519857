package request

import (
	"context"
	"database/sql"
	"slices"
	"time"
)

// Numbers count requests that were received in a time: what the transparency report
// says. They name nobody.
type Numbers struct {
	Kind Kind `json:"kind"` // "" is all of them

	Received int `json:"received"`
	Urgent   int `json:"urgent"`
	InEEA    int `json:"in_eea"`
	Outside  int `json:"outside_eea"`

	Granted  int `json:"granted"`
	Partly   int `json:"partly_granted"`
	Refused  int `json:"refused"`
	Closed   int `json:"closed_without_decision"`
	Waiting  int `json:"waiting"`
	Extended int `json:"extended"`

	// Breaches had no reply within 72 hours, or no decision by the time that they
	// were extended to.
	Breaches int `json:"breaches"`

	Reply    Times `json:"reply"`    // to the first reply, of those that have one
	Decision Times `json:"decision"` // to the end of the question, of those that have it
}

// Times are a median and a worst, in hours.
type Times struct {
	Median float64 `json:"median_hours"`
	Worst  float64 `json:"worst_hours"`
}

// Statistics are the numbers of requests received from a time up to another, that
// one not included: a row for each kind there were any of, and last one for all.
func (d *Desk) Statistics(ctx context.Context, from, to time.Time) ([]Numbers, error) {
	byKind := map[Kind][]*Request{}
	err := d.inside(ctx, func(t *sql.Tx) error {
		return d.each(ctx, t, "received >= ? AND received < ?", false, func(r *Request) error {
			byKind[r.Kind] = append(byKind[r.Kind], r)
			byKind[""] = append(byKind[""], r)
			return nil
		}, stamp(from), stamp(to))
	})
	if err != nil {
		return nil, desks(err)
	}
	var out []Numbers
	for _, kind := range append(slices.Clone(Kinds), "") {
		if all := byKind[kind]; len(all) > 0 || kind == "" {
			out = append(out, count(kind, all, d.now()))
		}
	}
	return out, nil
}

func count(kind Kind, all []*Request, now time.Time) Numbers {
	n := Numbers{Kind: kind, Received: len(all)}
	var replies, decisions []time.Duration
	for _, r := range all {
		n.add(r, now)
		if !r.Replied.IsZero() {
			replies = append(replies, r.Replied.Sub(r.Received))
		}
		if !r.Decided.IsZero() {
			decisions = append(decisions, r.Decided.Sub(r.Received))
		}
	}
	n.Reply, n.Decision = times(replies), times(decisions)
	return n
}

func (n *Numbers) add(r *Request, now time.Time) {
	tally := func(to *int, is bool) {
		if is {
			*to++
		}
	}
	tally(&n.Urgent, r.Urgent)
	tally(&n.InEEA, inEEA(r.Country))
	tally(&n.Outside, !inEEA(r.Country))
	tally(&n.Granted, r.Outcome == InFull)
	tally(&n.Partly, r.Outcome == InPart)
	tally(&n.Refused, r.Outcome == None)
	tally(&n.Closed, r.Outcome == Without)
	tally(&n.Waiting, r.State.Open())
	tally(&n.Extended, r.Extended > 0)
	tally(&n.Breaches, r.late(now))
}

func times(all []time.Duration) Times {
	if len(all) == 0 {
		return Times{}
	}
	slices.Sort(all)
	middle := (all[(len(all)-1)/2] + all[len(all)/2]) / 2
	return Times{middle.Hours(), all[len(all)-1].Hours()}
}
