package request

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// ReplyWithin is how long a reply may take (NIS2 Art. 28(5)).
const ReplyWithin = 72 * time.Hour

// Receipt is what a requester is given. The secret opens the state of the request
// and is not kept: only its hash is.
type Receipt struct {
	Number string
	Secret string
	Due    time.Time
}

var letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// hashOf is the hash of a link's secret, or nil of what cannot be one.
func hashOf(secret string) []byte {
	raw, err := letters.DecodeString(secret)
	if err != nil || len(raw) != 32 {
		return nil
	}
	sum := sha256.Sum256(raw)
	return sum[:]
}

// Submit takes a request. Errors of the requester's are an *InvalidError, ErrDuplicate
// and ErrTooMany.
func (d *Desk) Submit(ctx context.Context, s Submission) (Receipt, error) {
	if err := s.take(&d.cfg); err != nil {
		return Receipt{}, err
	}
	now := d.now()
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // never fails
	receipt := Receipt{Secret: letters.EncodeToString(raw[:]), Due: now.Add(ReplyWithin)}
	r := &Request{
		State: Received, Kind: s.Requester.Kind, Country: s.Requester.Country, Urgent: s.Urgent, Received: now, Due: receipt.Due,
		secret: hashOf(receipt.Secret), File: &File{Submission: s, History: []Event{{At: now, Action: Submit}}},
	}
	if err := d.mark(r, &s); err != nil {
		return Receipt{}, err
	}
	err := d.inside(ctx, func(t *sql.Tx) error {
		if err := d.room(ctx, t, r); err != nil {
			return err
		}
		var err error
		if r.Number, err = nextNumber(ctx, t, now); err != nil {
			return err
		}
		if err := d.record(ctx, r, Step{Entry: EntryRequest, Action: Submit, Client: s.Client}); err != nil {
			return err
		}
		if _, err := d.keys.makeKey(r.Number); err != nil {
			return err
		}
		return d.write(ctx, t, r)
	})
	if err != nil {
		return Receipt{}, desks(err)
	}
	receipt.Number = r.Number
	return receipt, nil
}

// mark makes the tags by which the same request, and those of one network, are known.
func (d *Desk) mark(r *Request, s *Submission) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if r.same, err = d.keys.tag("submission", text); err != nil {
		return desks(err)
	}
	if client := s.Client.Unmap(); client.IsValid() {
		r.network, err = d.keys.tag("network", []byte(networkOf(client).String()))
	}
	return desks(err)
}

// networkOf is what one requester is taken to have: an IPv4 /24 or an IPv6 /48.
func networkOf(client netip.Addr) netip.Prefix {
	bits := 48
	if client.Is4() {
		bits = 24
	}
	p, _ := client.Prefix(bits) // both fit
	return p
}

// room refuses what is there already, and what is too much.
func (d *Desk) room(ctx context.Context, t *sql.Tx, r *Request) error {
	var same, all, ofNetwork int
	err := t.QueryRowContext(ctx, `SELECT count(*), count(*) FILTER (WHERE same = ?), count(*) FILTER (WHERE network = ?)
		FROM request WHERE state IN ('received', 'taken', 'proposed')`, r.same, r.network).Scan(&all, &same, &ofNetwork)
	switch {
	case err != nil:
		return err
	case same > 0:
		return ErrDuplicate
	case all >= d.cfg.OpenInAll || ofNetwork >= d.cfg.OpenPerNetwork:
		return ErrTooMany
	}
	return nil
}

// nextNumber is the next of the year. Rows are never deleted, so none comes twice.
func nextNumber(ctx context.Context, t *sql.Tx, now time.Time) (string, error) {
	prefix := fmt.Sprintf("R-%04d-", now.Year())
	var last int
	err := t.QueryRowContext(ctx, "SELECT coalesce(max(cast(substr(number, 8) AS INTEGER)), 0) FROM request WHERE number LIKE ?",
		prefix+"%").Scan(&last)
	if err == nil && last >= 999_999 {
		err = errors.New("the year's numbers are used up")
	}
	return fmt.Sprintf("%s%06d", prefix, last+1), err
}
