package request

import (
	"context"
	"database/sql"
	"time"
)

// Status is what a requester is told of its request: not who works on it, nor how
// interests were weighed.
type Status struct {
	Number   string     `json:"number"`
	State    State      `json:"state"` // a proposed grant is still being worked on
	Urgent   bool       `json:"urgent"`
	Received time.Time  `json:"received"`
	Due      time.Time  `json:"due"`
	Language string     `json:"language,omitempty"`
	Evidence []Evidence `json:"evidence,omitempty"`

	Extension string `json:"extension,omitempty"` // why it takes longer; the last reason
	Refusal   string `json:"refusal,omitempty"`
	Closing   string `json:"closing,omitempty"`

	Objects []string        `json:"objects,omitempty"` // granted
	Fields  []FieldDecision `json:"fields,omitempty"`
	Until   time.Time       `json:"until,omitzero"` // the end of the grant
	// Token says that there is one to be picked up.
	Token bool `json:"token"`
}

// StateFor is the state of the request whose link has the secret.
func (d *Desk) StateFor(ctx context.Context, secret string) (s Status, err error) {
	err = d.inside(ctx, func(t *sql.Tx) error {
		r, err := d.byLink(ctx, t, secret)
		if err == nil {
			s = r.status(d.now())
		}
		return err
	})
	return s, desks(err)
}

func (r *Request) status(now time.Time) Status {
	f := r.File
	s := Status{
		Number: r.Number, State: r.State, Urgent: r.Urgent, Received: r.Received, Due: r.Due,
		Language: f.Submission.Language, Evidence: f.Submission.Evidence,
	}
	if n := len(f.Extensions); n > 0 {
		s.Extension = f.Extensions[n-1].Reason
	}
	if f.Refusal != nil {
		s.Refusal = f.Refusal.Reason
	}
	if f.Closing != nil {
		s.Closing = f.Closing.Reason
	}
	if r.State == Proposed {
		s.State = Taken
	}
	if f.Decision != nil && !r.State.Open() {
		s.Objects, s.Fields, s.Until = objectTexts(f.Decision.Objects), f.Decision.Fields, r.Ends
		s.Token = r.State == Granted && !r.PickedUp && now.Before(r.Ends)
	}
	return s
}
