// Package store says, in words, where a register is kept: what a reader and a
// writer owe to the desk and to the importer. Package sqlite keeps it in one
// file; package storetest is the suite that holds every store to the words.
//
// It knows objects as kind, key and bytes only. It is not where records are
// understood (register), and not where it is decided who sees them (disclose).
package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"registerd/register"
)

// Kind is a kind of object; keys are unique within one. Numbers are kept in
// databases and never reused.
type Kind uint8

// The kinds. Registered and reserved names share one, so that one look says
// what a name is, and no name can be both.
const (
	Names      Kind = 1 // register.Domain or register.Reserved, by Name
	Contacts   Kind = 2 // by HandleKey of the handle; alias: of the ROID
	Hosts      Kind = 3 // by Name
	Registrars Kind = 4 // by HandleKey of the id; alias: the IANA id in decimal
	IDNTables  Kind = 5 // by HandleKey of the id
	Kept       Kind = 6 // register.Kept, by HandleKey of the handle; belongs to no generation
)

func (k Kind) String() string {
	names := [...]string{"", "name", "contact", "host", "registrar", "IDN table", "kept facts"}
	if int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Ref names an object. Keys compare by bytes.
type Ref struct {
	Kind Kind
	Key  string
}

// Object is one object of the register.
type Object struct {
	Ref
	Alias string // a second key it is found by, unique within the kind; "" for none
	Bytes []byte // versioned bytes of package register; the first is the register.Tag
	Refs  []Ref  // what it refers to, in the order in which Found.With shows it

	// Terms are what it is found by in searches, each once; Kept has none. Find
	// and Walk do not give them.
	Terms []register.Term
}

// Tag is what the object is; 0 when there is no object.
func (o *Object) Tag() register.Tag {
	if len(o.Bytes) == 0 {
		return 0
	}
	return register.Tag(o.Bytes[0])
}

// Ask asks for one object by its key, or by its alias.
type Ask struct {
	Ref
	ByAlias bool
}

// Found is an object with the objects it refers to. With has an entry for each
// of its Refs, in order; one that the register does not hold has no Bytes.
// Of those in With only Ref and Bytes are given. Bytes are shared: not to be
// changed. The zero Found is "not there".
type Found struct {
	Object
	With []Object
}

// There reports whether the object is in the register.
func (f *Found) There() bool { return len(f.Bytes) != 0 }

// Scan is a search: it visits the terms of one kind of object that begin with
// one of the prefixes, in the classes seen, and nothing else: terms of other
// classes are not read. Matches are ordered by what stands behind the prefix,
// then by key; an object that matches in the same place twice is given once.
type Scan struct {
	Kind     Kind
	Prefixes []Prefix
	Sees     func(index register.Index, class register.Traits) bool

	// After is the place of the last match that was given before; the zero Place
	// is before the first, or with Descending behind the last.
	After      Place
	Descending bool
	Limit      int  // most matches that are given; at least 1
	KeysOnly   bool // matches have no Found, and are only to be counted

	// ForLookUp says that a look-up asks, for few matches: it takes its turn
	// with the look-ups, which never wait for a search.
	ForLookUp bool
}

// Prefix is what terms of an index begin with.
type Prefix struct {
	Index register.Index
	Value string
}

// Place is where a match stands in the order of its scan.
type Place struct {
	Rest string // of the term's value, behind the prefix
	Key  string
}

// Match is an object that a scan found.
type Match struct {
	Place
	Class register.Traits // that it was found in
	Found Found
}

// ErrUnindexed says that the register cannot be searched: an older program
// loaded it. It is a failure, never "not found".
var ErrUnindexed = errors.New("the register has no index for searches yet: import it again")

// Edition is the state of the register that an answer belongs to. Version
// grows with every published change, whether of an object or of the state.
type Edition struct {
	Version uint64
	State   *register.State // shared: not to be changed
}

// ErrEmpty says that nothing was ever published. It is a failure for who asks
// a question, never "not found".
var ErrEmpty = errors.New("no register was loaded yet")

// ErrDamaged is wrapped by the error for a record whose digest, key or hash
// does not hold. It is a failure, never "not found".
var ErrDamaged = errors.New("damaged record")

// ErrHeld is wrapped by the error for a second load while one is under way.
var ErrHeld = errors.New("another load is under way")

// ErrNotKept is wrapped by the error for a generation that is not kept.
var ErrNotKept = errors.New("no such generation is kept")

// ErrInUse is wrapped by the error for bytes that cannot be overwritten yet.
var ErrInUse = errors.New("the register is being written, or an older version of it read")

// Reader answers questions. It is safe for concurrent use, and never waits for
// a writer.
//
// A call answers from one snapshot: all objects, those they refer to and the
// edition belong together, whatever is published meanwhile. A call that begins
// after a change was published sees it. "Not there" is said only if both
// the key and its hash in a second table are absent; if they disagree, if a
// digest over kind, key and bytes does not hold, or if the key read is not the
// key asked, the error wraps ErrDamaged. Before the first publication
// every call returns ErrEmpty.
type Reader interface {
	// Edition is what is published now. It is what a kept answer is checked by,
	// so it costs less than any question.
	Edition(ctx context.Context) (Edition, error)

	// Find answers all asks, in order.
	Find(ctx context.Context, asks ...Ask) ([]Found, Edition, error)

	// Tags tells for many keys of a kind what they are: 0 is "not there". It is
	// for availability, and reads no record.
	Tags(ctx context.Context, kind Kind, keys []string) ([]register.Tag, Edition, error)

	// Search visits the terms of a scan. Its cost grows with what it gives and
	// with the number of classes and prefixes, never with the register; one of
	// more than 100,000 prefixes, each counted in each class, is refused. It
	// does not make other questions wait.
	//
	// A term is believed only if its object has it, with that class: otherwise
	// the error wraps ErrDamaged. With KeysOnly no object is asked, so those
	// matches are for counting and are not to be shown. Damage may hide an
	// object from a search, never from Find.
	Search(ctx context.Context, s Scan) ([]Match, Edition, error)

	// Walk calls f with every published object of a kind by ascending key,
	// without With, until f returns an error. It is for maintenance.
	Walk(ctx context.Context, kind Kind, f func(Object) error) error

	// Generations gives the published generation, and behind it those that are
	// kept, the one replaced last first.
	Generations(ctx context.Context) ([]Generation, error)

	// Users gives the objects that refer to one, by kind and key: at most limit of
	// them, and no certain ones if there are more. Its cost grows with what it
	// gives, and it does not make other questions wait. Damage may hide a user.
	Users(ctx context.Context, of Ref, limit int) ([]Found, Edition, error)

	Close() error
}

// Writer changes the register. There is one load at a time; single changes
// and a load may alternate.
type Writer interface {
	// Change runs f in one transaction on the published register. If f returns
	// nil, its changes are published in one step and survive a power cut;
	// otherwise nothing changes.
	Change(ctx context.Context, f func(Tx) error) error

	// Load begins a full load beside the published register. An unpublished
	// load that was left behind, by a crash too, is removed.
	Load(ctx context.Context) (Load, error)

	// Revive gives a kept generation as a sealed load that holds what it held when
	// it was replaced. Until that is published it stays kept. It is the one load
	// under way. ErrNotKept says that there is no such generation.
	Revive(ctx context.Context, id uint64) (Load, error)

	// Purge removes the kept generations that were replaced at the time t or
	// before; one that is being revived cannot be published then. When it returns
	// nil, neither their bytes nor those of anything that was replaced or deleted
	// before are in the files of the store. ErrInUse says that all is removed and
	// not yet overwritten: Purge again later. No load waits for it. What an unpublished
	// load left behind goes too, unless a load is under way; one that is begun meanwhile
	// is ErrHeld.
	Purge(ctx context.Context, t time.Time) error

	Close() error
}

// Tx is a transaction on one generation of the register.
type Tx interface {
	// State returns a copy of the state as it will be published. On a register
	// that was never loaded it is the zero State.
	State() register.State

	// SetState replaces it, counts excepted: those the store keeps. It does not keep
	// Removed: whether a change takes a domain away is not to be seen from keys and tags.
	SetState(register.State)

	Find(Ask) (Found, error)

	// Put adds or replaces an object. Objects that refer to it show it at once.
	// An alias that another object of the kind has is an error.
	Put(Object) error

	// Delete removes an object and reports whether it was there.
	Delete(Ref) (bool, error)

	// Dangling reports the references, of objects put and to objects deleted in
	// this transaction, that lead nowhere now: at most limit, and how many
	// there are in all.
	Dangling(limit int) ([]Dangling, int, error)

	// Log keeps a change for replaying. Serials ascend.
	Log(Entry) error

	// Logged calls f with the kept changes whose serial is greater than
	// serial and whose time is after t, in order of serial.
	Logged(serial uint64, t time.Time, f func(Entry) error) error

	// Forget removes the kept changes whose time is before t: their bodies hold
	// personal data, and are of no use once no load can be older.
	Forget(t time.Time) error

	// Unlog removes the kept changes whose serial is greater: a register that
	// goes back to a serial goes on from there with others.
	Unlog(serial uint64) error
}

// Entry is a kept change.
type Entry struct {
	Serial uint64
	Time   time.Time
	Body   []byte
}

// Dangling is a reference to an object that the register does not hold. Line
// is the place given with the object that refers, 0 if unknown.
type Dangling struct {
	From, To Ref
	Line     int64
}
