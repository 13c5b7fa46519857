package lookup

import "registerd/ratelimit"

// Aside takes a ticket for a question that is not about the register's records,
// such as a request for what is not public: what it says stays out of the access
// log. What answering it was worth beyond a question is charged later, and may
// overdraw, so that nothing that was taken is refused afterwards.
func (d *Desk) Aside(q Question, kind Kind) (charge func(work int), err error) {
	q.Text = ""
	v, err := d.admit(q, kind, ratelimit.Lookup, nil)
	if err != nil {
		return nil, err
	}
	return func(work int) { _ = v.ticket.Charge(ratelimit.Cost{Work: work}) }, v.leave(nil) // only records of persons are refused
}
