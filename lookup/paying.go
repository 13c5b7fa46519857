package lookup

import (
	"context"
	"errors"

	"registerd/access"
	"registerd/ratelimit"
	"registerd/register"
)

// guessPrice is what a credential that is wrong costs of the budget for failures,
// another question that cannot be answered being 1: it is the one of which many
// are worth something.
const guessPrice = 10

// Standing is where a caller stands with the budget of one class.
func (d *Desk) Standing(c access.Caller, class ratelimit.Class) ratelimit.Standing {
	return d.limiter.Standing(client(c), class)
}

// Standings are where a caller stands with every budget that there is, in the
// order of classes. Without limits there are none.
func (d *Desk) Standings(c access.Caller) (out []ratelimit.Standing) {
	for class := ratelimit.Lookup; class <= ratelimit.Miss; class++ {
		if s := d.Standing(c, class); s.Quota > 0 {
			out = append(out, s)
		}
	}
	return out
}

func client(c access.Caller) ratelimit.Client {
	return ratelimit.Client{Addr: c.Channel.Addr, Account: c.Account}
}

// settle charges what the answer costs, and ends the visit. err is the answer,
// if it is one that there is nothing to tell. Over a budget there is no answer.
func (v *visit) settle(err error) error {
	if over := v.pay(); over != nil {
		err = over
	}
	return v.leave(err)
}

// missing settles a question for what is not there. What others would have to
// say is no miss: whoever asks for it walks through no dictionary of ours. That
// nothing but the error decides keeps somebody who may not be known of at the
// price of nobody.
func (v *visit) missing(err error) error {
	v.cost.Missed = errors.Is(err, register.ErrNotFound)
	return v.settle(err)
}

// refund gives back what a question took that we failed to answer. Whoever hangs up
// before the answer pays for it: the work was done.
func (v *visit) refund(ctx context.Context) {
	if !errors.Is(ctx.Err(), context.Canceled) {
		v.ticket.Refund()
	}
}

// pay charges what the answer costs, all at once. Of an answer that tells of
// persons over their budget, the question and the looking are paid for all the
// same: who is told how long to wait is not then told to wait for those.
func (v *visit) pay() error {
	err := v.ticket.Charge(v.cost)
	var over *ratelimit.Exceeded
	if !errors.As(err, &over) {
		return err
	}
	if v.looked > 0 {
		_ = v.ticket.Charge(ratelimit.Cost{Work: v.looked}) // nothing but records of persons is refused
	}
	over.RetryAfter = max(over.RetryAfter, v.desk.Standing(v.question.Caller, ratelimit.Lookup).More)
	return over
}
