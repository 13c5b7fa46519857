package request

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"io"
	"slices"
	"time"

	"registerd/disclose"
)

// byLink is the request that a link's secret opens. An erased one has none.
func (d *Desk) byLink(ctx context.Context, t *sql.Tx, secret string) (*Request, error) {
	hash := hashOf(secret)
	if hash == nil {
		return nil, ErrNotFound
	}
	r, err := d.scan(t.QueryRowContext(ctx, "SELECT "+columns+" FROM request WHERE secret = ?", hash), true)
	if err == nil && r.File == nil {
		return nil, ErrNotFound
	}
	return r, err
}

// Attach takes a piece of evidence that the submission named, by its hash. One
// that is here already is taken again without a word.
func (d *Desk) Attach(ctx context.Context, secret string, hash Digest, from io.Reader) error {
	var named *Evidence
	// Nobody without a link makes us read a file.
	err := d.inside(ctx, func(t *sql.Tx) (err error) {
		_, named, err = d.namedBy(ctx, t, secret, hash)
		return err
	})
	if err != nil {
		return desks(err)
	}
	file, err := io.ReadAll(io.LimitReader(from, named.Size+1))
	switch {
	case err != nil:
		return desks(err)
	case int64(len(file)) != named.Size || sha256.Sum256(file) != hash:
		return ErrWrongEvidence
	}
	return desks(d.inside(ctx, func(t *sql.Tx) error {
		r, named, err := d.namedBy(ctx, t, secret, hash)
		if err != nil || !named.Kept.IsZero() {
			return err
		}
		return d.move(ctx, t, r, Attach, "", func(now time.Time) (Step, error) {
			named.Kept = now
			return Step{Entry: EntryRequest, Reason: "sha256 " + hash.String()}, nil
		}, func() error { return d.keys.keepEvidence(r.Number, hash, file) })
	}))
}

// namedBy is the request of a link, and what it says of a piece of evidence.
func (d *Desk) namedBy(ctx context.Context, t *sql.Tx, secret string, hash Digest) (*Request, *Evidence, error) {
	r, err := d.byLink(ctx, t, secret)
	if err != nil {
		return nil, nil, err
	}
	all := r.File.Submission.Evidence
	i := slices.IndexFunc(all, func(e Evidence) bool { return e.SHA256 == hash })
	if i < 0 {
		return nil, nil, ErrWrongEvidence
	}
	if _, err := r.State.move(r.Number, Attach); err != nil {
		return nil, nil, err
	}
	return r, &all[i], nil
}

// Token is a token as it is handed out, this once.
type Token struct {
	Text  string
	Until time.Time
}

// PickUp hands out the token of a grant. A second time there is none.
func (d *Desk) PickUp(ctx context.Context, secret string) (Token, error) {
	if d.cfg.NewToken == nil {
		return Token{}, errors.New("requests: this desk hands out no tokens")
	}
	var token Token
	err := d.inside(ctx, func(t *sql.Tx) error {
		r, err := d.byLink(ctx, t, secret)
		if err != nil {
			return err
		}
		if r.State != Granted || r.PickedUp || !d.now().Before(r.Ends) {
			return ErrNoToken
		}
		token.Until = r.Ends
		return d.move(ctx, t, r, PickUp, "", func(time.Time) (Step, error) {
			var hash [sha256.Size]byte
			token.Text, r.token, hash = d.cfg.NewToken()
			r.digest = hash[:]
			return Step{Entry: EntryToken, Reason: "token " + r.token, Until: r.File.Decision.Confidential}, nil
		}, nil)
	})
	if err != nil {
		return Token{}, desks(err)
	}
	return token, nil
}

// Opening is a token that was picked up, and what it opens.
type Opening struct {
	Number       string
	ID           string // of the token
	Hash         [sha256.Size]byte
	Organisation string // who the requester was found to be: what it said of itself is not told on
	Grant        *disclose.Grant
	Until        time.Time
	Confidential time.Time // until when the holder is not to learn of it; zero is not
}

// Openings are those that are in force, and the version of their list, which grows
// with every change but the passing of time.
func (d *Desk) Openings(ctx context.Context) (open []Opening, version uint64, err error) {
	now := d.now()
	err = d.inside(ctx, func(t *sql.Tx) error {
		if err := t.QueryRowContext(ctx, "SELECT version FROM edition").Scan(&version); err != nil {
			return err
		}
		return d.each(ctx, t, "state = 'granted' AND token <> ''", true, func(r *Request) error {
			if r.File == nil || r.File.Decision == nil || len(r.digest) != sha256.Size || !now.Before(r.Ends) {
				return nil
			}
			grant := r.File.Decision.grant(r.Number)
			grant.Requester, grant.Purpose = string(r.Kind), r.File.Submission.Purpose
			open = append(open, Opening{
				Number: r.Number, ID: r.token, Hash: [sha256.Size]byte(bytes.Clone(r.digest)),
				Organisation: r.File.Decision.Identity,
				Grant:        grant, Until: r.Ends, Confidential: r.File.Decision.Confidential,
			})
			return nil
		})
	})
	return open, version, desks(err)
}

// Version is that of Openings, for who asks often.
func (d *Desk) Version(ctx context.Context) (version uint64, err error) {
	err = d.db.QueryRowContext(ctx, "SELECT version FROM edition").Scan(&version)
	return version, desks(err)
}
