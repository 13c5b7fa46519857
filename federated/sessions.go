package federated

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"
)

const (
	maxSessions = 4096
	maxOfOne    = 8 // sessions of one person; the one that ends first goes
	// sessionLife is how long a login is good for, however often it is refreshed.
	sessionLife = 12 * time.Hour
)

// Session is somebody who has logged in.
type Session struct {
	Identity
	Ends      time.Time
	Left      time.Duration // until then, when the session was asked for
	Refreshes bool          // whether it can be made to last longer
}

type session struct {
	Session
	provider *provider
	refresh  string
	last     time.Time // that it can be made to last
}

// sessions are kept in memory, by the hash of what the browser holds: what is seen of
// one is no key to the other.
type sessions struct {
	mu   sync.Mutex
	open map[[sha256.Size]byte]*session
}

func newSessions() sessions { return sessions{open: map[[sha256.Size]byte]*session{}} }

// Open makes a session of a login. The key is the browser's to keep, and new with
// every login: nobody can have chosen it.
func (f *Federation) Open(a Arrived) (key string, s Session) {
	key = rand.Text() + rand.Text()
	f.sessions.mu.Lock()
	defer f.sessions.mu.Unlock()
	f.sessions.makeRoom(f.now(), &a.Identity)
	held := a.session
	held.last = f.now().Add(sessionLife)
	f.sessions.open[sha256.Sum256([]byte(key))] = &held
	return key, held.told(f.now())
}

// makeRoom closes what has ended, and then the first to end of the person's if there
// are too many, and of all.
func (s *sessions) makeRoom(now time.Time, who *Identity) {
	var mine, all [sha256.Size]byte
	own := 0
	first := func(than, key [sha256.Size]byte) bool {
		return s.open[than] == nil || s.open[key].Ends.Before(s.open[than].Ends)
	}
	for key, held := range s.open {
		if !now.Before(held.Ends) {
			delete(s.open, key)
			continue
		}
		if first(all, key) {
			all = key
		}
		if held.Issuer == who.Issuer && held.Subject == who.Subject {
			if own++; first(mine, key) {
				mine = key
			}
		}
	}
	if own >= maxOfOne {
		delete(s.open, mine)
	}
	if len(s.open) >= maxSessions {
		delete(s.open, all)
	}
}

// held is a session that has not ended. mu is held.
func (s *sessions) held(key string, now time.Time) *session {
	held := s.open[sha256.Sum256([]byte(key))]
	if held == nil || !now.Before(held.Ends) {
		return nil
	}
	return held
}

// Session is the one of a key, if there is one.
func (f *Federation) Session(key string) (Session, bool) {
	f.sessions.mu.Lock()
	defer f.sessions.mu.Unlock()
	held := f.sessions.held(key, f.now())
	if held == nil {
		return Session{}, false
	}
	return held.told(f.now()), true
}

func (s *session) told(now time.Time) Session {
	told := s.Session
	told.Left = told.Ends.Sub(now)
	return told
}

// take ends a session and gives it to whoever goes on with it.
func (f *Federation) take(key string) *session {
	f.sessions.mu.Lock()
	defer f.sessions.mu.Unlock()
	held := f.sessions.held(key, f.now())
	delete(f.sessions.open, sha256.Sum256([]byte(key)))
	return held
}

// Close ends a session, and tells the provider that its tokens are not needed. That
// the provider does not hear it does not keep the session open.
func (f *Federation) Close(ctx context.Context, key string) (known bool) {
	held := f.take(key)
	if held == nil {
		return false
	}
	if held.refresh != "" && held.provider.Login.Revocation != "" {
		_, _ = held.provider.post(ctx, held.provider.Login.Revocation, form{"token": held.refresh, "token_type_hint": "refresh_token"})
	}
	return true
}

// Refresh asks the provider for a later end of a session. The session stays as it was
// if the provider cannot be asked, and ends if it refuses.
func (f *Federation) Refresh(ctx context.Context, key string) (Session, error) {
	f.sessions.mu.Lock()
	held := f.sessions.held(key, f.now())
	if held == nil || held.refresh == "" || !f.now().Before(held.last) {
		f.sessions.mu.Unlock()
		return Session{}, refuse("the session cannot be refreshed")
	}
	refresh := held.refresh
	held.refresh = "" // it is good once
	f.sessions.mu.Unlock()

	next, err := held.provider.login(ctx, form{"grant_type": "refresh_token", "refresh_token": refresh}, "")
	if err == nil && next.Subject != held.Subject {
		err = refuse("the provider answers for somebody else")
	}
	f.sessions.mu.Lock()
	defer f.sessions.mu.Unlock()
	switch {
	case isRefused(err):
		delete(f.sessions.open, sha256.Sum256([]byte(key)))
		return Session{}, err
	case err != nil:
		held.refresh = refresh
		return Session{}, err
	}
	if next.refresh == "" {
		next.refresh = refresh // the provider keeps it good
	}
	if next.Ends.After(held.last) {
		next.Ends = held.last
	}
	next.Refreshes = true
	held.Session, held.refresh = next.Session, next.refresh
	return held.told(f.now()), nil
}
