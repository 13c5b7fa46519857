// Package request is the request desk: it keeps requests for data that is not
// public from those without standing access, what was decided about each, and
// the clock that runs until it is (NIS2 Art. 28(5)).
//
// It does not know how requests arrive (request/intake), who somebody is
// (access), or how an answer is written: what it decides ends in a
// disclose.Grant and the hash of a token.
//
// What may tell of a person is sealed with a key for each request, in a file of
// its own, and gone when that is erased. In clear stay the number, the times, the
// kind of requester, the country and the outcome, which the transparency report
// counts.
package request

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"registerd/register"
)

// Config is what a desk needs. What is zero is its default, but for Dir, Now and
// Record, which are required.
type Config struct {
	Dir string // of its own, made with mode 0700 if it is missing
	Now func() time.Time

	// Record keeps that something is done, before it is. What is not recorded is
	// not done; what is recorded may, after a crash, not have been done.
	Record func(context.Context, Step) error

	// NewToken makes a token: its text, its id and the hash of its secret. It is
	// required where tokens are picked up.
	NewToken func() (text, id string, hash [sha256.Size]byte)

	// Purposes are the words that a request may give; none allows none.
	Purposes []string

	// SecondApprover says that nobody grants alone.
	SecondApprover bool

	OpenInAll      int           // requests that may be open at the same time; default 1000
	OpenPerNetwork int           // of those, of one network; default 10
	MaxEvidence    int64         // bytes of one piece of evidence; default 10 MiB
	Keep           time.Duration // how long what is sealed is kept after the end; default 90 days
}

// The defaults of Config.
const (
	defaultOpenInAll      = 1000
	defaultOpenPerNetwork = 10
	DefaultMaxEvidence    = 10 << 20
	defaultKeep           = 90 * 24 * time.Hour
)

// Desk is the request desk. It is safe for concurrent use, and other processes may
// have the same one open.
type Desk struct {
	cfg  Config
	db   *sql.DB
	keys vault
}

// Entry is what kind of record a step is in the journal.
type Entry string

// The entries.
const (
	EntryRequest Entry = "request"
	EntryGrant   Entry = "grant"
	EntryRefusal Entry = "refusal"
	EntryToken   Entry = "token"
)

// Step is one thing that is done at the desk, as it is recorded before it is done.
type Step struct {
	Entry   Entry
	Action  Action
	Number  string
	By      string // system user, or "registerd" for what time does; "" is the requester
	Kind    Kind
	Purpose string
	Basis   string    // of the decision, in law; it names no person
	Until   time.Time // until when the holder is not to learn of it

	// What tells of persons, or may.
	Organisation string
	Person       string
	Case         string // the requester's reference
	Reason       string
	Objects      []string
	Fields       []string
	Client       netip.Addr
}

// The errors of the desk, beside *InvalidError and *MoveError.
var (
	ErrNotFound      = errors.New("there is no such request")
	ErrDuplicate     = errors.New("the same request is open already")
	ErrTooMany       = errors.New("too many requests are open")
	ErrSameApprover  = errors.New("who proposed a grant may not approve it")
	ErrErased        = errors.New("what was sealed of the request is erased")
	ErrNoToken       = errors.New("there is no token to pick up")
	ErrWrongEvidence = errors.New("it is not a piece of evidence that the request names")
)

// InvalidError says what is wrong with which member of a submission or a decision.
// It never repeats what was given.
type InvalidError struct{ Member, Reason string }

func (e *InvalidError) Error() string { return e.Member + ": " + e.Reason }

func invalid(member, format string, args ...any) error {
	return &InvalidError{member, fmt.Sprintf(format, args...)}
}

// MoveError says that something cannot be done in the state a request is in.
type MoveError struct {
	Number string
	State  State
	Action Action
}

func (e *MoveError) Error() string {
	return fmt.Sprintf("request %s: it is %s, and cannot be subject to: %s", e.Number, e.State, e.Action)
}

// Object is what a request is about: a domain, or a contact by its handle.
type Object struct {
	Domain  register.Name `json:"domain,omitempty"`
	Contact string        `json:"contact,omitempty"`
	// ROID is the object's, once somebody has looked: names and handles are used
	// again.
	ROID string `json:"roid,omitempty"`
	// Holder is the ROID that the registrant of a domain had then.
	Holder string `json:"holder,omitempty"`
}

func (o Object) String() string {
	if o.Domain != "" {
		return string(o.Domain)
	}
	return o.Contact
}

// same reports the same name or handle.
func (o Object) same(other Object) bool {
	return o.Domain == other.Domain && o.Contact == other.Contact
}
