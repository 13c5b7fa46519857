package request

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Request is a request with all that is known of it.
type Request struct {
	Number   string    `json:"number"`
	State    State     `json:"state"`
	Kind     Kind      `json:"kind"`
	Country  string    `json:"country"`
	Urgent   bool      `json:"urgent"`
	Received time.Time `json:"received"`
	Due      time.Time `json:"due"`
	Replied  time.Time `json:"replied,omitzero"`
	Decided  time.Time `json:"decided,omitzero"`
	Outcome  Outcome   `json:"outcome,omitempty"`
	Extended int       `json:"extended"`
	Ends     time.Time `json:"ends,omitzero"`
	Erased   time.Time `json:"erased,omitzero"`
	PickedUp bool      `json:"picked_up"`

	// File is what was sealed; nil when it is erased.
	File *File `json:"file,omitempty"`

	reminded int
	secret   []byte
	same     []byte
	network  []byte
	token    string
	digest   []byte
}

// File is what is sealed of a request.
type File struct {
	Submission Submission  `json:"submission"`
	Extensions []Extension `json:"extensions,omitempty"`
	Decision   *Decision   `json:"decision,omitempty"` // proposed or granted
	Refusal    *Refusal    `json:"refusal,omitempty"`
	Closing    *Closing    `json:"closing,omitempty"`
	History    []Event     `json:"history"`
}

// Extension is a reply that the decision needs longer.
type Extension struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Until  time.Time `json:"until"`
	Reason string    `json:"reason"` // the requester is told it
}

// Closing is why a request ended without a decision, or a grant early.
type Closing struct {
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	Reason string    `json:"reason"` // the requester is told it
}

// Event is what was done when; By is empty for the requester.
type Event struct {
	At     time.Time `json:"at"`
	By     string    `json:"by,omitempty"`
	Action Action    `json:"action"`
}

const columns = `number, state, kind, country, urgent, received, due, replied, decided, outcome, extended, reminded, ends,
	secret, same, network, token, digest, erased, sealed`

// writing writes a row by its number, and never takes the place of another.
var writing = "INSERT INTO request (" + columns + ") VALUES (?" + strings.Repeat(", ?", strings.Count(columns, ",")) + `)
	ON CONFLICT (number) DO UPDATE SET (` + columns + ") = (excluded." + strings.Join(regexp.MustCompile(`,\s+`).Split(columns, -1), ", excluded.") + ")"

type scanner interface{ Scan(...any) error }

// scan reads a row, and opens what is sealed if it is asked to.
func (d *Desk) scan(row scanner, whole bool) (*Request, error) {
	r := new(Request)
	var received, due, replied, decided, ends, erased string
	var sealed []byte
	err := row.Scan(&r.Number, &r.State, &r.Kind, &r.Country, &r.Urgent, &received, &due, &replied, &decided, &r.Outcome,
		&r.Extended, &r.reminded, &ends, &r.secret, &r.same, &r.network, &r.token, &r.digest, &erased, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("requests: reading: %w", err)
	}
	for _, t := range []struct {
		to   *time.Time
		text string
	}{{&r.Received, received}, {&r.Due, due}, {&r.Replied, replied}, {&r.Decided, decided}, {&r.Ends, ends}, {&r.Erased, erased}} {
		if t.text == "" {
			continue
		}
		if *t.to, err = time.Parse(time.RFC3339, t.text); err != nil {
			return nil, fmt.Errorf("requests: %s: %w", r.Number, err)
		}
	}
	r.PickedUp = r.token != ""
	if !whole || !r.Erased.IsZero() {
		return r, nil
	}
	if err := d.unsealFile(r, sealed); err != nil && !errors.Is(err, ErrErased) {
		return nil, fmt.Errorf("requests: %s: %w", r.Number, err)
	}
	return r, nil
}

func (d *Desk) unsealFile(r *Request, sealed []byte) error {
	key, err := d.keys.key(r.Number)
	if err != nil {
		return err
	}
	text, err := unseal(key, sealed, r.Number)
	if err != nil {
		return err
	}
	r.File = new(File)
	return json.Unmarshal(text, r.File)
}

// write writes a whole row, whether it was there or not. What is sealed is sealed
// anew; without a File it is taken away.
func (d *Desk) write(ctx context.Context, t *sql.Tx, r *Request) error {
	var sealed []byte
	if r.File != nil {
		key, err := d.keys.key(r.Number)
		if err != nil {
			return err
		}
		text, err := json.Marshal(r.File)
		if err != nil {
			return err
		}
		if sealed, err = seal(key, text, r.Number); err != nil {
			return err
		}
	}
	_, err := t.ExecContext(ctx, writing,
		r.Number, r.State, r.Kind, r.Country, r.Urgent, stamp(r.Received), stamp(r.Due), stamp(r.Replied), stamp(r.Decided), r.Outcome,
		r.Extended, r.reminded, stamp(r.Ends), r.secret, r.same, r.network, r.token, r.digest, stamp(r.Erased), sealed)
	return err
}

// find is the request of a number, with what is sealed.
func (d *Desk) find(ctx context.Context, t *sql.Tx, number string) (*Request, error) {
	return d.scan(t.QueryRowContext(ctx, "SELECT "+columns+" FROM request WHERE number = ?", number), true)
}

// stamp is "" for no time. Times are kept to the second.
func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

// now is the time to the second, as it is kept.
func (d *Desk) now() time.Time { return d.cfg.Now().UTC().Truncate(time.Second) }
