// Package account keeps who has standing access, and by what they are known: in
// an SQLite file of its own, apart from the register. It does not decide whom to
// admit (access), nor what one may see (disclose).
//
// Nobody who reads the file can be taken for an account: of secrets it holds
// hashes. It does hold the names of people, and is its owner's alone.
package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"registerd/access"
	"registerd/disclose"
)

// Snapshot is what the file says at one moment.
type Snapshot struct {
	Version     uint64 // grows with every change
	Accounts    []access.Account
	Credentials []access.Credential
	Used        map[string]time.Time // when a credential was used last, to the minute
}

// Find is the account of an id, or nil.
func (s *Snapshot) Find(id string) *access.Account {
	if i := slices.IndexFunc(s.Accounts, func(a access.Account) bool { return a.ID == id }); i >= 0 {
		return &s.Accounts[i]
	}
	return nil
}

// OfRegistrar is the account of a registrar: the one that is not removed, if there
// is one. With "" there is none.
func (s *Snapshot) OfRegistrar(key string) (found *access.Account) {
	for i := range s.Accounts {
		a := &s.Accounts[i]
		if key != "" && a.Registrar == key && (found == nil || found.Removed) {
			found = a
		}
	}
	return found
}

// Change is what is done to the file, as it is recorded before it is done.
type Change struct {
	Credential bool   // it is about a credential, and not about an account
	What       string // in words: "add", "suspend", "revoke token"
	Account    string // its id
	Kind       disclose.Kind
	Reason     string // given by who did it; may be empty
	Detail     string // what it is now; it holds no name of a person
}

// Errors of the file.
var (
	ErrNoAccount    = errors.New("there is no such account")
	ErrNoCredential = errors.New("there is no such credential")
	ErrTaken        = errors.New("the id is taken, and that for ever")
	ErrRemoved      = errors.New("the account is removed")
)

// validID is of what can stand in a URL, a log and a header field.
var validID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,38}[a-z0-9]$`)

// Add takes a new account. Its id is never given again.
func (s *Store) Add(ctx context.Context, reason string, a access.Account) error {
	switch {
	case !validID.MatchString(a.ID):
		return fmt.Errorf("account %q: the id is not of 3 to 40 lower-case letters, digits and inner hyphens", a.ID)
	case a.ApprovedBy == "" || a.ApprovedOn.IsZero():
		return fmt.Errorf("account %s: nobody has approved it", a.ID)
	}
	return s.change(ctx, func(t *tx) error {
		if t.now.Find(a.ID) != nil {
			return fmt.Errorf("account %s: %w", a.ID, ErrTaken)
		}
		if err := t.admissible(&a); err != nil {
			return fmt.Errorf("account %s: %w", a.ID, err)
		}
		t.did = Change{What: "add", Account: a.ID, Kind: a.Kind, Reason: reason, Detail: inWords(&a)}
		return t.insertAccount(ctx, &a)
	})
}

// Edit changes an account. Its id and its kind, and whose it is, stay.
func (s *Store) Edit(ctx context.Context, id, what, reason string, edit func(*access.Account)) error {
	return s.change(ctx, func(t *tx) error { return t.edit(ctx, id, what, reason, edit) })
}

func (t *tx) edit(ctx context.Context, id, what, reason string, edit func(*access.Account)) error {
	now := t.now.Find(id)
	switch {
	case now == nil:
		return fmt.Errorf("account %s: %w", id, ErrNoAccount)
	case now.Removed:
		return fmt.Errorf("account %s: %w", id, ErrRemoved)
	}
	next := *now
	edit(&next)
	next.ID, next.Kind, next.Registrar, next.Holder = now.ID, now.Kind, now.Registrar, now.Holder
	if err := t.admissible(&next); err != nil {
		return fmt.Errorf("account %s: %w", id, err)
	}
	t.did = Change{What: what, Account: id, Kind: now.Kind, Reason: reason, Detail: inWords(&next)}
	return t.updateAccount(ctx, &next)
}

// Remove closes an account for good and revokes all that it is known by. Whom the
// operator spoke with, and who it was known as, is erased; the ids stay taken.
func (s *Store) Remove(ctx context.Context, id, reason string) error {
	err := s.change(ctx, func(t *tx) error {
		err := t.edit(ctx, id, "remove", reason, func(a *access.Account) {
			a.Removed, a.WHOIS, a.Networks = true, false, nil
			a.Person, a.Contact = "", ""
		})
		if err != nil {
			return err
		}
		return t.exec(ctx, forgetCredentials, id)
	})
	if err != nil {
		return err
	}
	// What was erased lies in SQLite's log until that is written back.
	if _, err := s.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return fmt.Errorf("accounts: %s is removed, and what was erased is in the log of the file still: %w", id, err)
	}
	return nil
}

// forgetCredentials ends the credentials of an account and takes away what tells of
// persons: notes, who somebody is at a provider, whose certificate it was. The ids stay,
// which the journal speaks of, with something in the place of what a row must have.
const forgetCredentials = `UPDATE credential SET revoked = 1, note = '', claim = '', value = '',
	subject = CASE sort WHEN 'identity' THEN 'removed-' || id ELSE '' END,
	digest = CASE sort WHEN 'certificate' THEN randomblob(length(digest)) ELSE digest END
	WHERE account = ?`

// admissible refuses what access would take, and an operator cannot mean.
func (t *tx) admissible(a *access.Account) error {
	switch {
	case a.Kind == disclose.NoKind:
		return errors.New("it has no kind")
	case strings.TrimSpace(a.Organization) == "":
		return errors.New("the organization is not named")
	case !a.Removed && !a.Until.IsZero() && !a.From.Before(a.Until):
		return errors.New("it ends before it begins")
	case (a.Kind.Audience() == disclose.Authority || a.Kind.Audience() == disclose.Seeker) && len(a.Purposes) == 0:
		return fmt.Errorf("%s has purposes that it may give", withArticle(a.Kind))
	case a.Kind == disclose.KindRegistrar && multiple(a) != 1 && a.Exception == "":
		return errors.New("registrars have equal budgets; another multiple is an exception, which is published with its reason")
	case multiple(a) <= 0:
		return errors.New("its multiple of the budgets is not positive")
	}
	for _, p := range a.Purposes {
		if !access.RegisteredPurpose(p) {
			return fmt.Errorf("the purpose %q is not one that RFC 9560 registers", p)
		}
	}
	for _, other := range t.now.Accounts {
		if a.Registrar != "" && other.Registrar == a.Registrar && other.ID != a.ID && !other.Removed {
			return fmt.Errorf("the registrar has the account %s, and its budget is one", other.ID)
		}
	}
	return nil
}

func multiple(a *access.Account) float64 { return cmp.Or(a.Times, 1) }

func withArticle(k disclose.Kind) string {
	if strings.ContainsRune("aeiou", rune(k.String()[0])) {
		return "an " + k.String()
	}
	return "a " + k.String()
}

// AddCredential takes what an account is known by.
func (s *Store) AddCredential(ctx context.Context, reason string, c access.Credential) error {
	return s.change(ctx, func(t *tx) error {
		a := t.now.Find(c.Account)
		switch {
		case a == nil:
			return fmt.Errorf("account %s: %w", c.Account, ErrNoAccount)
		case a.Removed:
			return fmt.Errorf("account %s: %w", c.Account, ErrRemoved)
		}
		for _, p := range c.Purposes {
			if len(a.Purposes) > 0 && !slices.Contains(a.Purposes, p) {
				return fmt.Errorf("account %s: the purpose %q is not one of the account's", a.ID, p)
			}
		}
		for _, other := range t.now.Credentials {
			if sameIdentity(&c, &other) && !other.Revoked {
				return fmt.Errorf("account %s: %s is known by that already", other.Account, c.Sort)
			}
		}
		t.did = Change{
			Credential: true, What: "add " + c.Sort.String(), Account: c.Account, Kind: a.Kind,
			Reason: reason, Detail: credentialInWords(&c),
		}
		return t.insertCredential(ctx, &c)
	})
}

func sameIdentity(a, b *access.Credential) bool {
	return a.Sort == access.Identity && b.Sort == access.Identity &&
		a.Issuer == b.Issuer && a.Subject == b.Subject && a.Claim == b.Claim && a.Value == b.Value
}

// Revoke ends a credential for good. One that is revoked already stays so.
func (s *Store) Revoke(ctx context.Context, id, reason string) error {
	return s.change(ctx, func(t *tx) error {
		i := slices.IndexFunc(t.now.Credentials, func(c access.Credential) bool { return c.ID == id })
		if i < 0 {
			return fmt.Errorf("credential %s: %w", id, ErrNoCredential)
		}
		c := &t.now.Credentials[i]
		kind := disclose.NoKind
		if a := t.now.Find(c.Account); a != nil {
			kind = a.Kind
		}
		t.did = Change{
			Credential: true, What: "revoke " + c.Sort.String(), Account: c.Account, Kind: kind,
			Reason: reason, Detail: credentialInWords(c),
		}
		return t.exec(ctx, "UPDATE credential SET revoked = 1 WHERE id = ?", id)
	})
}

// inWords says what an account may, and not who it is.
func inWords(a *access.Account) string {
	words := []string{a.Kind.String()}
	say := func(what string, list []string) {
		if len(list) > 0 {
			words = append(words, what+" "+strings.Join(list, " "))
		}
	}
	say("purposes", a.Purposes)
	say("zones", texts(a.Zones))
	say("objects", texts(a.Objects))
	say("networks", networkTexts(a.Networks))
	for what, is := range map[string]bool{"recognised on WHOIS": a.WHOIS, "suspended": a.Suspended, "removed": a.Removed} {
		if is {
			words = append(words, what)
		}
	}
	slices.Sort(words[1:])
	if multiple(a) != 1 {
		words = append(words, fmt.Sprintf("%g times the budgets", a.Times))
	}
	if a.Confidential > 0 {
		words = append(words, "confidential for up to "+a.Confidential.String())
	}
	if !a.From.IsZero() {
		words = append(words, "from "+stamp(a.From))
	}
	if !a.Until.IsZero() {
		words = append(words, "until "+stamp(a.Until))
	}
	if a.ApprovedBy != "" {
		words = append(words, "approved by "+a.ApprovedBy+" on "+a.ApprovedOn.UTC().Format(time.DateOnly))
	}
	return strings.Join(words, ", ")
}

func credentialInWords(c *access.Credential) string {
	words := c.Sort.String() + " " + c.ID
	if len(c.Purposes) > 0 {
		words += ", purposes " + strings.Join(c.Purposes, " ")
	}
	if c.Issuer != "" {
		words += ", of " + c.Issuer
	}
	if !c.Until.IsZero() {
		words += ", until " + stamp(c.Until)
	}
	return words
}
