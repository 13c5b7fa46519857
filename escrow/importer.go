// Package escrow fills the register: from escrow deposits (RFC 8909, RFC 9022),
// from a registry's own change feed, and from snapshots in the feed's format.
//
// It is the one place where data from outside becomes objects of the register,
// and where it is checked. It does not decide what may be seen, and it does
// not know how objects are kept.
package escrow

import (
	"errors"
	"fmt"
	"time"

	"registerd/register"
	"registerd/store"
)

// Config says what an import works on. Writer, Reader, Wider and Now are required.
type Config struct {
	Writer store.Writer
	Reader store.Reader // the published register; may be empty yet

	// Wider reports whether the public would see more of a contact with the
	// new traits than with the old. It comes from the publication rules.
	Wider func(old, new register.Traits) bool

	Now func() time.Time

	KeepDangling bool // take objects that refer to missing ones, and list them
	AcceptShrink bool // take a load that holds over 5 % fewer objects
	AcceptWiden  bool // take data that shows more of over 0.1 % of the contacts

	// Progress is called now and then with objects read so far and, if known,
	// how many there are to be. It may be nil.
	Progress func(stage string, done, total int)
}

// Importer takes data into the register. It is for one import at a time.
type Importer struct{ Config }

// New refuses a Config with a part missing.
func New(c Config) (*Importer, error) {
	switch {
	case c.Writer == nil:
		return nil, errors.New("escrow: no writer")
	case c.Reader == nil:
		return nil, errors.New("escrow: no reader")
	case c.Wider == nil:
		return nil, errors.New("escrow: no rule for what is wider")
	case c.Now == nil:
		return nil, errors.New("escrow: no clock")
	}
	if c.Progress == nil {
		c.Progress = func(string, int, int) {}
	}
	return &Importer{c}, nil
}

// The limits beyond which data is held until an operator accepts it.
const (
	maxShrink = 0.05  // of all objects
	maxWiden  = 0.001 // of the contacts
)

// Severity says whether a problem refuses the import.
type Severity uint8

// The severities.
const (
	Warning Severity = iota
	Refusal
)

func (s Severity) String() string {
	if s == Refusal {
		return "refusal"
	}
	return "warning"
}

// Problem is one thing wrong with the input: where, with which object, against
// which rule. Line counts from 1; 0 is unknown.
type Problem struct {
	Severity Severity
	Line     int64
	Object   string // "domain shop.example"; never a personal value
	Rule     string // "every referenced contact is in the deposit (RFC 9022 section 5.1.1)"
	Detail   string
}

func (p Problem) String() string {
	at := ""
	if p.Line > 0 {
		at = fmt.Sprintf("line %d: ", p.Line)
	}
	s := at + p.Object
	if p.Detail != "" {
		s += ": " + p.Detail
	}
	return s + " [" + p.Rule + "]"
}

// Report is what an import found and did.
type Report struct {
	Kind      string // FULL, DIFF, INCR, changes, snapshot, rollback
	ID        string // the deposit's id
	Watermark time.Time
	Serial    uint64
	Counts    register.Counts // of the register after the import
	Read      int             // objects and deletes read
	Skipped   map[string]int  // unknown elements, by name: counted and passed over

	Problems []Problem // the first maxProblems of each severity
	Refusals int       // how many there were in all
	Warnings int
}

const maxProblems = 100

// add notes a problem. All are counted, the first are kept.
func (r *Report) add(p Problem) {
	n := &r.Warnings
	if p.Severity == Refusal {
		n = &r.Refusals
	}
	if *n < maxProblems {
		r.Problems = append(r.Problems, p)
	}
	*n++
}

// RefusedError says that the input was refused and nothing was changed. The
// report names every problem.
type RefusedError struct{ Report *Report }

func (e *RefusedError) Error() string {
	problems := "problems"
	if e.Report.Refusals == 1 {
		problems = "problem"
	}
	what := "import"
	if e.Report.Kind == kindRollback {
		what = kindRollback
	}
	return fmt.Sprintf("the %s was refused for %d %s, and nothing was changed", what, e.Report.Refusals, problems)
}
