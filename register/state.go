package register

import "time"

// State is what the register says of itself: it is read in the same snapshot
// as the object it goes with.
type State struct {
	Zones     []Name
	Serial    uint64    // of the last change taken from a feed or snapshot; 0 when none was
	Watermark time.Time // the data is as of this time
	Counts    Counts

	// Deposit is the last deposit taken, Full the last full one (RFC 8909
	// section 5.1.1: ids that a later one's prevId must name).
	Deposit string
	Full    string

	// Removed is how many domains were taken away, or registered anew, since that is
	// counted: only the difference of two says something. It is -1 if an older program
	// wrote the state. Who changes the register counts, by Remove.
	Removed int
}

// Remove counts n domains that were taken away.
func (s *State) Remove(n int) { s.Removed = max(s.Removed, 0) + n }

// Counts is how many objects of each kind the register holds.
type Counts struct {
	Domains    int
	Reserved   int
	Contacts   int
	Hosts      int
	Registrars int
}

// Objects is the sum of all counts.
func (c Counts) Objects() int {
	return c.Domains + c.Reserved + c.Contacts + c.Hosts + c.Registrars
}

// Zone is the served zone that n lies in, and whether there is one. The
// longest wins, since a register may serve a zone and one below it.
func (s *State) Zone(n Name) (Name, bool) {
	var best Name
	found := false
	for _, z := range s.Zones {
		if n.In(z) && (!found || len(z) > len(best)) {
			best, found = z, true
		}
	}
	return best, found
}

// Operator is who keeps the register. Every window shows it, refusals included.
type Operator struct {
	Name  string
	Email string
	URL   string
}

// Policies are the web addresses of the published policies, and what else the
// operator wants said in every answer. Empty ones are not shown.
type Policies struct {
	Publication string
	Disputes    string
	Eligibility string
	Terms       string
	Notices     []Notice
}

// Notice is something that the operator says in words of its own. Link is a web
// address, "" for none.
type Notice struct {
	Title string
	Lines []string
	Link  string
}
