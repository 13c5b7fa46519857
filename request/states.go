package request

import "slices"

// State is how far a request is.
type State string

// The states. From the last three nothing comes back: a new request names the
// old one.
const (
	Received State = "received"
	Taken    State = "taken"    // somebody works on it
	Proposed State = "proposed" // a grant waits for a second approver
	Granted  State = "granted"
	Refused  State = "refused"
	Closed   State = "closed" // withdrawn, ended without a decision, or a grant that ended early
)

// Action is what is done with a request.
type Action string

// The actions. Granting gives Proposed where a second approver is needed.
const (
	Submit  Action = "submit"
	Attach  Action = "attach evidence"
	Take    Action = "take"
	Extend  Action = "extend"
	Grant   Action = "grant"
	Propose Action = "propose a grant"
	Approve Action = "approve"
	Refuse  Action = "refuse"
	Close   Action = "close"
	PickUp  Action = "pick up the token"
	Renew   Action = "renew the token"
	Read    Action = "read evidence"
	Erase   Action = "erase"
)

// stays marks an action that leaves a request in its state.
const stays State = ""

// moves are all that can be done in each state, and where it leads. docs/requests.md
// shows the same as a table.
var moves = map[State]map[Action]State{
	Received: {Attach: stays, Take: Taken, Extend: stays, Grant: Granted, Propose: Proposed, Refuse: Refused, Close: Closed, Read: stays},
	Taken:    {Attach: stays, Take: Taken, Extend: stays, Grant: Granted, Propose: Proposed, Refuse: Refused, Close: Closed, Read: stays},
	Proposed: {Take: Taken, Extend: stays, Approve: Granted, Refuse: Refused, Close: Closed, Read: stays},
	Granted:  {PickUp: stays, Renew: stays, Close: Closed, Read: stays, Erase: stays},
	Refused:  {Read: stays, Erase: stays},
	Closed:   {Read: stays, Erase: stays},
}

// move is the state that an action leads to.
func (s State) move(number string, a Action) (State, error) {
	next, may := moves[s][a]
	switch {
	case !may:
		return "", &MoveError{number, s, a}
	case next == stays:
		return s, nil
	}
	return next, nil
}

// Open reports a request that waits for us.
func (s State) Open() bool { return s == Received || s == Taken || s == Proposed }

// Outcome is what a request ended in.
type Outcome string

// The outcomes; an empty one is none yet.
const (
	InFull  Outcome = "granted"
	InPart  Outcome = "partly granted"
	None    Outcome = "refused"
	Without Outcome = "closed without a decision"
)

// Kind is what kind of requester somebody is, as they say and the decision confirms.
type Kind string

// The kinds.
const (
	KindAuthority            Kind = "authority"
	KindSecurityTeam         Kind = "security-team"
	KindCertificateAuthority Kind = "certificate-authority"
	KindTradeMarkHolder      Kind = "trade-mark-holder"
	KindResearcher           Kind = "researcher"
	KindOther                Kind = "other"
)

// Kinds are all of them.
var Kinds = []Kind{KindAuthority, KindSecurityTeam, KindCertificateAuthority, KindTradeMarkHolder, KindResearcher, KindOther}

func (k Kind) known() bool { return slices.Contains(Kinds, k) }
