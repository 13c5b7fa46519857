package lookup

import (
	"time"

	"registerd/register"
)

// State is what a name is to somebody who would register it. The zero state is
// unknown: a failure is never a free name.
type State uint8

// The states of a name.
const (
	Unknown     State = iota
	Free              // nothing stands against registering it
	Registered        // somebody has it
	Reserved          // the registry withholds it
	Blocked           // the registry blocks it, or a variant of it is taken
	Leaving           // somebody has had it, and it is about to be deleted
	OutOfPolicy       // a name that nobody can register here, and Why
	Invalid           // not a name
)

var stateWords = [...]string{"unknown", "free", "registered", "reserved", "blocked", "leaving", "out-of-policy", "invalid"}

// String is the word by which every window names the state to programs.
func (s State) String() string { return stateWords[s] }

// Why is the word, for programs, of why a name is not free.
type Why string

// The words. Those about the label are the rules of its zone (register.Reason).
const (
	WhyNothing    Why = ""           // Free and Registered need no reason
	WhyRegistry   Why = "registry"   // the registry has decided so
	WhyVariant    Why = "variant"    // a variant of it is taken
	WhyDeletion   Why = "deletion"   // it is to be deleted
	WhyZone       Why = "zone"       // it lies in no zone of ours
	WhyApex       Why = "apex"       // it is a zone of ours
	WhySubdomain  Why = "subdomain"  // it lies below a name that can be registered
	WhyLength     Why = "length"     // of its label, in characters
	WhyCharacters Why = "characters" // the zone does not take one of them
	WhyHyphens    Why = "hyphens"    // they stand where the zone takes none
	WhyVariants   Why = "variants"   // it has more of them than can be looked at
	WhySyntax     Why = "syntax"     // it is not a name
)

// Name is what the register says of one name's availability. It is the same
// at every window.
type Name struct {
	Name   register.Name // "" when invalid
	State  State
	Why    Why
	Says   string                // Why in English, without a full stop at the end; "" with WhyNothing
	Until  time.Time             // of Leaving: when it will be deleted; zero when that is not known
	Syntax *register.SyntaxError // why it is invalid
}

// Word is the state's word for programs.
func (n *Name) Word() string { return n.State.String() }

// Absent says what a name is that is not there. It is a register.ErrNotFound, or
// an ErrElsewhere and perhaps an *Elsewhere.
type Absent struct {
	Name Name
	why  error
}

func (a *Absent) Error() string { return string(a.Name.Name) + ": " + a.why.Error() }

// Unwrap is what the desk says of everything that is not there.
func (a *Absent) Unwrap() error { return a.why }
