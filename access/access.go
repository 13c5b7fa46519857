// Package access says who is asking: it makes a Caller of a credential and the
// channel it came by. It does not say what a caller may see (disclose), nor
// how often one may ask (ratelimit).
package access

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unicode"

	"registerd/disclose"
)

// Channel is how a question reached us.
type Channel struct {
	Addr netip.Addr // of the client
	// Private says that nobody in between can read the answer: TLS, loopback,
	// or a listener that the operator marked as behind TLS.
	Private bool
}

// Caller is who is asking. The zero Caller is nobody, and is shown nothing.
type Caller struct {
	Account      string // "" for the public
	Organization string
	Audience     disclose.Audience
	Registrar    string // HandleKey of the registrar's id, for registrars
	Purpose      string
	Case         string // the caller's own reference
	Channel      Channel
}

// Public is a caller without credentials.
func Public(ch Channel) Caller { return Caller{Audience: disclose.Public, Channel: ch} }

// Named reports a caller with an account.
func (c Caller) Named() bool { return c.Account != "" }

// Viewer is what the caller is to the publication rules, for one exactly named
// object. An authority that gives no purpose or case reference, or none that
// can be read, is the public.
func (c Caller) Viewer() disclose.Viewer {
	if c.Audience == disclose.Authority && (!says(c.Purpose) || !says(c.Case)) {
		return disclose.Viewer{Audience: disclose.Public}
	}
	return disclose.Viewer{Audience: c.Audience, Registrar: c.Registrar, Purpose: c.Purpose}
}

// says reports a text that says something: a letter or a digit at least, and
// not blanks or what cannot be seen.
func says(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

// Denial says why a caller was refused.
type Denial uint8

// The denials.
const (
	BadCredential   Denial = iota + 1 // unknown, wrong, malformed or expired: told apart to nobody
	OpenChannel                       // a credential in clear over a network
	PurposeRefused                    // not one of the account's purposes
	JournalRequired                   // answers above public cannot be journaled now
	SearchRefused                     // a search that the caller may not ask
)

// Denied is the refusal of a caller. Reason is for the caller, and may be empty.
type Denied struct {
	Why    Denial
	Reason string
}

func (d *Denied) Error() string {
	switch d.Why {
	case BadCredential:
		return "credential: it is unknown, wrong or expired"
	case OpenChannel:
		return "credential: it was sent in clear; use TLS"
	case PurposeRefused:
		return "purpose: it is not one that this account may give"
	case JournalRequired:
		return "journal: the disclosure could not be recorded"
	case SearchRefused:
		return "search: this caller may not ask it"
	}
	return "access: denied"
}

// Token is a bearer token as the configuration holds it: never the secret.
type Token struct {
	ID           string
	Hash         [sha256.Size]byte // of the secret
	Expires      time.Time
	Organization string
	Audience     disclose.Audience
	Registrar    string
	Purposes     []string // that the account may give; empty allows any
}

// Config says whom to admit. Now is required.
type Config struct {
	Tokens []Token
	Now    func() time.Time
}

// Access makes callers of credentials. It is safe for concurrent use.
type Access struct {
	tokens map[string]Token
	now    func() time.Time
}

// New refuses tokens that could not be told apart or that grant nothing.
func New(c Config) (*Access, error) {
	if c.Now == nil {
		return nil, errors.New("access: no clock")
	}
	a := &Access{tokens: make(map[string]Token, len(c.Tokens)), now: c.Now}
	for _, t := range c.Tokens {
		if err := t.check(); err != nil {
			return nil, fmt.Errorf("access: token %q: %w", t.ID, err)
		}
		if _, taken := a.tokens[t.ID]; taken {
			return nil, fmt.Errorf("access: token %q: the id is taken", t.ID)
		}
		a.tokens[t.ID] = t
	}
	return a, nil
}

func (t *Token) check() error {
	switch {
	case !validID(t.ID):
		return errors.New("the id is not 8 lower-case letters and digits")
	case t.Hash == [sha256.Size]byte{}:
		return errors.New("it has no hash")
	case t.Expires.IsZero():
		return errors.New("it has no expiry")
	case t.Audience < disclose.Registrar:
		return fmt.Errorf("the audience %s needs no token", t.Audience)
	case t.Audience > disclose.Operator:
		return errors.New("there is no such audience")
	case (t.Audience == disclose.Registrar) != (t.Registrar != ""):
		return errors.New("a registrar's token, and only that, names its registrar")
	}
	return nil
}

// Accounts lists the accounts, for their budgets.
func (a *Access) Accounts() []string {
	ids := make([]string, 0, len(a.tokens))
	for id := range a.tokens {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Bearer makes a caller of a bearer token (RFC 6750). Purpose and reference
// are what the caller says of the question. Every error is a *Denied.
func (a *Access) Bearer(token, purpose, reference string, ch Channel) (Caller, error) {
	if !ch.Private {
		return Caller{}, &Denied{Why: OpenChannel}
	}
	id, secret, ok := splitToken(token)
	known, found := a.tokens[id]
	sum := sha256.Sum256(secret)
	right := subtle.ConstantTimeCompare(sum[:], known.Hash[:]) == 1
	if !ok || !found || !right || !a.now().Before(known.Expires) {
		return Caller{}, &Denied{Why: BadCredential}
	}
	if purpose != "" && len(known.Purposes) > 0 && !slices.Contains(known.Purposes, purpose) {
		return Caller{}, &Denied{Why: PurposeRefused}
	}
	audience := known.Audience
	if purpose == "" && len(known.Purposes) > 0 {
		audience = disclose.Public // it may see more for its purposes only
	}
	return Caller{
		Account: known.ID, Organization: known.Organization,
		Audience: audience, Registrar: known.Registrar,
		Purpose: purpose, Case: reference, Channel: ch,
	}, nil
}
