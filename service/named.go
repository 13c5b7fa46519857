package service

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"registerd/access"
	"registerd/account"
	"registerd/config"
)

const (
	// lookAtAccounts is how often the file of accounts is looked at: what was
	// revoked is refused that much later.
	lookAtAccounts = 2 * time.Second
	// trustAccounts is how long it is believed when it cannot be read.
	trustAccounts = 30 * time.Second
)

// named is who is admitted: by the configuration's tokens, and by the file of
// accounts, which is looked at again and again. When it cannot be read any more,
// nobody is admitted by it: a revocation may stand in it.
type named struct {
	path string // of the file; "" is none
	now  func() time.Time
	log  *slog.Logger

	// force puts in force who is admitted. It is called with mu held.
	force func(access.People, *access.Access)

	used atomic.Pointer[account.Store] // that is told of uses

	mu       sync.Mutex
	tokens   access.People
	store    *account.Store   // nil if it could not be opened
	kept     account.Snapshot // empty if it is not to be believed
	granted  access.People    // by the request desk
	read     time.Time        // when it was last; zero is never
	found    bool             // the file was there once
	silenced bool             // the log has been told
	doubted  bool             // that nobody of the file is admitted is in force
}

func newNamed(c *config.Config, now func() time.Time, log *slog.Logger) (*named, error) {
	tokens, err := c.TokenAccounts()
	if err != nil {
		return nil, err
	}
	n := &named{path: c.Accounts, now: now, log: log, tokens: tokens, force: func(access.People, *access.Access) {}}
	n.look(context.Background())
	return n, nil
}

// look reads the file if it has changed, and puts in force what it says.
func (n *named) look(ctx context.Context) {
	if n.path == "" {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	changed, err := n.readAgain(ctx)
	if ctx.Err() != nil {
		return
	}
	if err != nil {
		n.distrust(err)
		return
	}
	if n.silenced {
		n.silenced = false
		n.log.Info("the file of accounts can be read again")
	}
	believed := !n.read.IsZero()
	n.read, n.doubted = n.now(), false
	if changed || !believed {
		n.inForce()
	}
	if err := n.store.FlushUses(ctx); err != nil {
		n.log.Warn("accounts: when credentials were last used cannot be noted", "error", err)
	}
}

// readAgain opens the file if it is another one, and reads it if it has changed.
func (n *named) readAgain(ctx context.Context) (changed bool, err error) {
	if n.store != nil && n.store.Replaced() {
		n.close()
	}
	if n.store == nil {
		if n.store, err = account.Open(ctx, account.Config{Path: n.path, Now: n.now}); err != nil {
			return false, err
		}
		n.used.Store(n.store)
		changed, n.found = true, true
	}
	version, err := n.store.Version(ctx)
	if err != nil || !changed && !n.read.IsZero() && version == n.kept.Version {
		return false, err
	}
	kept, err := n.store.Read(ctx)
	if err == nil {
		_, _, err = n.admit(n.tokens, kept, false)
	}
	if err != nil {
		return false, err
	}
	n.kept = kept
	return true, nil
}

// distrust is for a file that cannot be read: for a while it is taken to be as it
// was, since it may be about to be replaced.
func (n *named) distrust(err error) {
	if !n.silenced {
		n.silenced = true
		if errors.Is(err, fs.ErrNotExist) && !n.found {
			n.log.Warn("there is no file of accounts yet: registerd account add makes it; until then credentials are answered that they cannot be checked")
		} else {
			n.log.Error("the file of accounts cannot be read: after half a minute those in it are refused", "error", err)
		}
	}
	if n.doubted || !n.read.IsZero() && n.now().Sub(n.read) < trustAccounts {
		return
	}
	n.read, n.kept = time.Time{}, account.Snapshot{}
	n.doubted = n.inForce()
}

// inForce puts in force what is known now, and reports whether it could.
func (n *named) inForce() bool {
	all, who, err := n.admitted(n.tokens)
	if err != nil { // which was looked at before
		n.log.Error("accounts: they could not be put in force; who is admitted stays as it was", "error", err)
		return false
	}
	n.force(all, who)
	n.log.Info("the accounts are in force", "accounts", len(who.Accounts()))
	return true
}

// let admits those whom the request desk has granted something, and no others of its.
// While there are none, nothing changes.
func (n *named) let(granted access.People) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(granted.Credentials) == 0 && len(n.granted.Credentials) == 0 {
		return
	}
	n.granted = granted
	n.inForce()
}

// admitted is who is, with these tokens of the configuration. mu is held.
func (n *named) admitted(tokens access.People) (access.People, *access.Access, error) {
	return n.admit(tokens, n.kept, n.path != "" && n.read.IsZero())
}

func (n *named) admit(tokens access.People, kept account.Snapshot, unreadable bool) (access.People, *access.Access, error) {
	all := together(tokens, kept)
	all.Join(n.granted)
	who, err := access.New(access.Config{
		Accounts: all.Accounts, Credentials: all.Credentials, Now: n.now, Used: n.noteUse, Unreadable: unreadable,
	})
	return all, who, err
}

func (n *named) noteUse(credential string) {
	if store := n.used.Load(); store != nil {
		store.NoteUse(credential)
	}
}

// readable reports whether the file is believed; without one there is nothing to
// doubt.
func (n *named) readable() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.path == "" || !n.read.IsZero()
}

// noFile reports that a file of accounts is named, and that there has been none since
// the start.
func (n *named) noFile() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.path == "" || n.found {
		return false
	}
	_, err := os.Stat(n.path)
	return errors.Is(err, fs.ErrNotExist)
}

// run looks at every tick.
func (n *named) run(ctx context.Context, tick <-chan time.Time) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
			n.look(ctx)
		}
	}
}

// end closes the file.
func (n *named) end() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.close()
}

func (n *named) close() error {
	if n.store == nil {
		return nil
	}
	n.used.Store(nil)
	err := n.store.Close()
	n.store = nil
	return err
}

// together are the accounts of the file, and those of tokens. The file goes
// before: the tokens of a registrar that has an account there are that account's,
// and live and end with it; a token whose id is taken there is none.
func together(tokens access.People, kept account.Snapshot) access.People {
	all := access.People{
		Accounts:    append([]access.Account{}, kept.Accounts...),
		Credentials: append([]access.Credential{}, kept.Credentials...),
	}
	taken := map[string]bool{}
	for _, c := range kept.Credentials {
		taken[c.ID] = true
	}
	joins := map[string]string{}
	for _, a := range tokens.Accounts {
		switch other := kept.OfRegistrar(a.Registrar); {
		case other != nil:
			joins[a.ID] = other.ID
		case kept.Find(a.ID) == nil:
			all.Accounts = append(all.Accounts, a)
			joins[a.ID] = a.ID
		}
	}
	for _, c := range tokens.Credentials {
		into, known := joins[c.Account]
		if !known || taken[c.ID] {
			continue
		}
		c.Account = into
		all.Credentials = append(all.Credentials, c)
	}
	return all
}
