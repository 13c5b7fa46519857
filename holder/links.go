package holder

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
)

// ErrNoLink says that a key opens nothing: it is none, it was used, it has ended
// or was ended. Which of these is told to nobody.
var ErrNoLink = errors.New("holder: there is no such link any more")

// ErrNoSession says that nobody is let in by a cookie.
var ErrNoSession = errors.New("holder: there is no such session any more")

// sessionTime is how long what a link opens can be looked at.
const sessionTime = 30 * time.Minute

// What is done with links.
const (
	Made   = "made"
	Opened = "opened"
	Ended  = "ended"
)

// Step is what is done with a link, as it is recorded before it is done.
type Step struct {
	What   string     // Made, Opened or Ended
	Link   string     // its id, which names no person; "" of all that a holder has
	ROID   string     // whose
	Client netip.Addr // who opened it
}

// Session is what a link opened.
type Session struct {
	Link string
	ROID string
}

var letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newKey is a key of 256 random bits, and its hash.
func newKey() (text string, hash []byte) {
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // never fails
	text = letters.EncodeToString(raw[:])
	return text, hashOf(text)
}

// hashOf is the hash of a key, or nil of what cannot be one.
func hashOf(text string) []byte {
	raw, err := letters.DecodeString(text)
	if err != nil || len(raw) != 32 {
		return nil
	}
	sum := sha256.Sum256(raw)
	return sum[:]
}

// keyIn finds the key in what somebody has pasted: it alone, or the whole link.
func keyIn(text string) string {
	return strings.ToLower(strings.TrimSpace(text[strings.LastIndexByte(text, '#')+1:]))
}

// Make makes a link to what is held of the contact with the ROID, which can be
// opened once, until its time is over. The key is not kept.
func (l *Links) Make(ctx context.Context, roid string, until time.Time) (key, id string, err error) {
	now := l.cfg.Now()
	switch {
	case roid == "":
		return "", "", errors.New("holder: whose link it is has to be said by a ROID")
	case !until.After(now):
		return "", "", errors.New("holder: the time of the link is over")
	}
	key, hash := newKey()
	id = strings.ToLower(rand.Text()[:10])
	err = l.change(ctx, func(t *sql.Tx) error {
		if err := l.cfg.Record(ctx, Step{What: Made, Link: id, ROID: roid}); err != nil {
			return recording(err)
		}
		_, err := t.ExecContext(ctx, "INSERT INTO link (id, hash, roid, until) VALUES (?, ?, ?, ?)", id, hash, roid, stamp(until))
		return err
	})
	if err != nil {
		return "", "", err
	}
	return key, id, nil
}

// Open uses a link up, and begins a session. The session's key is for a cookie, and
// is always a new one.
func (l *Links) Open(ctx context.Context, text string, client netip.Addr) (session string, err error) {
	hash := hashOf(keyIn(text))
	if hash == nil {
		return "", ErrNoLink
	}
	err = l.change(ctx, func(t *sql.Tx) error {
		var s Session
		err := t.QueryRowContext(ctx, "SELECT id, roid FROM link WHERE hash = ? AND opened = 0", hash).Scan(&s.Link, &s.ROID)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return ErrNoLink
		case err != nil:
			return err
		}
		if err := l.cfg.Record(ctx, Step{What: Opened, Link: s.Link, ROID: s.ROID, Client: client}); err != nil {
			return recording(err)
		}
		var own []byte
		session, own = newKey()
		if _, err := t.ExecContext(ctx, "UPDATE link SET opened = 1 WHERE id = ?", s.Link); err != nil {
			return err
		}
		_, err = t.ExecContext(ctx, "INSERT INTO session (hash, link, roid, until) VALUES (?, ?, ?, ?)",
			own, s.Link, s.ROID, stamp(l.cfg.Now().Add(sessionTime)))
		return err
	})
	if err != nil {
		return "", err
	}
	return session, nil
}

// Session is the one that a cookie's key belongs to.
func (l *Links) Session(ctx context.Context, key string) (s Session, err error) {
	hash := hashOf(key)
	if hash == nil {
		return Session{}, ErrNoSession
	}
	err = l.db.QueryRowContext(ctx, "SELECT link, roid FROM session WHERE hash = ? AND until > ?", hash, stamp(l.cfg.Now())).Scan(&s.Link, &s.ROID)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Session{}, ErrNoSession
	case err != nil:
		return Session{}, fmt.Errorf("holder links: %w", err)
	}
	return s, nil
}

// Leave ends a session; of one that is none it says nothing.
func (l *Links) Leave(ctx context.Context, key string) error {
	return l.change(ctx, func(t *sql.Tx) error {
		_, err := t.ExecContext(ctx, "DELETE FROM session WHERE hash = ?", hashOf(key))
		return err
	})
}

// End ends all links and sessions of the contact with the ROID, and says how many
// there were.
func (l *Links) End(ctx context.Context, roid string) (n int, err error) {
	err = l.change(ctx, func(t *sql.Tx) error {
		if err := l.cfg.Record(ctx, Step{What: Ended, ROID: roid}); err != nil {
			return recording(err)
		}
		for _, from := range []string{"DELETE FROM session WHERE roid = ? COLLATE NOCASE", "DELETE FROM link WHERE roid = ? COLLATE NOCASE"} {
			done, err := t.ExecContext(ctx, from, roid)
			if err != nil {
				return err
			}
			rows, err := done.RowsAffected()
			if err != nil {
				return err
			}
			n += int(rows)
		}
		return nil
	})
	return n, err
}

func recording(err error) error {
	return fmt.Errorf("recording what is then not done: %w", err)
}

// stamp has a fixed width, so that times sort.
func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }
