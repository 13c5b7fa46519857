package request

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"
)

// move does an action to a request: it looks whether it may be done, records it,
// and writes it. edit changes the request and says what is recorded; besides is what
// has to be on disk before the row says so, and may be nil.
func (d *Desk) move(ctx context.Context, t *sql.Tx, r *Request, a Action, by string, edit func(now time.Time) (Step, error), besides func() error) error {
	next, err := r.State.move(r.Number, a)
	if err != nil {
		return err
	}
	if r.File == nil {
		return ErrErased
	}
	now := d.now()
	step, err := edit(now)
	if err != nil {
		return err
	}
	step.Action, step.By = a, by
	if err := d.record(ctx, r, step); err != nil {
		return err
	}
	if besides != nil {
		if err := besides(); err != nil {
			return err
		}
	}
	r.State = next
	r.File.History = append(r.File.History, Event{At: now, By: by, Action: a})
	if !next.Open() {
		r.same, r.network = nil, nil
	}
	if err := d.write(ctx, t, r); err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, "UPDATE edition SET version = version + 1")
	return err
}

// record keeps a step in the journal.
func (d *Desk) record(ctx context.Context, r *Request, s Step) error {
	s.Number, s.Kind = r.Number, r.Kind
	if f := r.File; f != nil {
		who := f.Submission.Requester
		s.Purpose, s.Organisation, s.Person, s.Case = f.Submission.Purpose, who.Organisation, who.Person, who.Reference
		if s.Objects == nil {
			s.Objects = objectTexts(f.Submission.Objects)
		}
		if s.Fields == nil && s.Action == Submit {
			s.Fields = fieldTexts(f.Submission.Fields)
		}
	}
	if err := d.cfg.Record(ctx, s); err != nil {
		return fmt.Errorf("recording what is then not done: %w", err)
	}
	return nil
}

func objectTexts(objects []Object) (out []string) {
	for _, o := range objects {
		out = append(out, o.String())
	}
	return out
}

func fieldTexts[T fmt.Stringer](fields []T) (out []string) {
	for _, f := range fields {
		out = append(out, f.String())
	}
	return out
}

// desks says whose an error is, unless it is one of those that are told apart.
func desks(err error) error {
	var wrong *InvalidError
	var move *MoveError
	ours := []error{nil, ErrNotFound, ErrDuplicate, ErrTooMany, ErrSameApprover, ErrErased, ErrNoToken, ErrWrongEvidence}
	if errors.As(err, &wrong) || errors.As(err, &move) || slices.ContainsFunc(ours, func(known error) bool { return errors.Is(err, known) }) {
		return err
	}
	return fmt.Errorf("requests: %w", err)
}

// each visits the requests that fit a condition, by their numbers.
func (d *Desk) each(ctx context.Context, t *sql.Tx, where string, whole bool, visit func(*Request) error, args ...any) error {
	rows, err := t.QueryContext(ctx, "SELECT "+columns+" FROM request WHERE "+where+" ORDER BY number", args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		r, err := d.scan(rows, whole)
		if err != nil {
			return err
		}
		if err := visit(r); err != nil {
			return err
		}
	}
	return rows.Err()
}
