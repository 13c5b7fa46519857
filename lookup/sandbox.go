package lookup

import (
	"context"
	"errors"
	"strings"
	"time"

	"registerd/ratelimit"
	"registerd/register"
	"registerd/store"
)

// In a sandbox the first label of a name says what the answer is, so that who
// writes a client can see each of them: free, registered, reserved, blocked,
// leaving, out-of-policy, invalid, limited and failed. The register is not
// asked, and other names of the sandbox are names of no zone.

// sandboxWait is how long who asks for the name that is over the limit is told
// to wait.
const sandboxWait = time.Minute

// sandboxBudget is whose limit it is.
const sandboxBudget = "sandbox"

// errSandbox is the failure of the name that always fails.
var errSandbox = errors.New("the sandbox's name that always fails was asked for")

// inSandbox reports a name of no zone of ours that lies directly in the sandbox.
func (v *visit) inSandbox(n *Name) bool {
	return v.published.Sandbox != "" && n.Why == WhyZone && n.Name.DirectlyUnder(v.published.Sandbox)
}

// play makes a name of the sandbox what its label says: by a record, where it
// would have one, or by an error, where there would be no answer.
func (v *visit) play(n *Name) (record *store.Found, err error) {
	label, _, _ := strings.Cut(string(n.Name), ".")
	today := v.desk.now().UTC().Truncate(24 * time.Hour)
	d := register.Domain{Name: n.Name, Created: today.AddDate(-3, 0, 0), Expires: today.AddDate(1, 0, 0), Statuses: []string{"ok"}}
	switch label {
	case Free.String():
		*n = Name{Name: n.Name, State: Free}
	case Registered.String():
		return stored(&d), nil
	case Leaving.String():
		d.Statuses, d.RGP = []string{"pendingDelete"}, []string{"pendingDelete"}
		d.Expires, d.Deletes = today.AddDate(0, -1, 0), today.AddDate(0, 0, 5)
		return stored(&d), nil
	case Reserved.String():
		return stored(&register.Reserved{Name: n.Name, State: register.ReservedWithheld}), nil
	case Blocked.String():
		n.block()
	case OutOfPolicy.String():
		n.Why, n.Says = WhyLength, "It has 13 characters, and the sandbox says that these are too many"
	case Invalid.String():
		err = &register.SyntaxError{What: "domain name", Reason: "it is the sandbox's invalid one"}
		*n = invalid(err)
	case "limited":
		err = &ratelimit.Exceeded{RetryAfter: sandboxWait, Budget: sandboxBudget}
	case "failed":
		*n = Name{Name: n.Name}
		err = errSandbox
	}
	return nil, err
}

func stored(r interface{ Append([]byte) []byte }) *store.Found {
	return &store.Found{Object: store.Object{Ref: store.Ref{Kind: store.Names}, Bytes: r.Append(nil)}}
}

// played answers for one name of the sandbox.
func (v *visit) played(ctx context.Context, n Name, edition store.Edition) (*DomainAnswer, disclosure, error) {
	record, err := v.play(&n)
	switch {
	case err != nil:
		return nil, disclosure{}, err
	case record != nil:
		record.Key = string(n.Name)
		return v.found(ctx, record, edition)
	case n.Why == WhyZone:
		return nil, disclosure{}, &Absent{n, v.desk.elsewhere(KindDomain, n.Name)}
	}
	return nil, disclosure{}, &Absent{n, register.ErrNotFound}
}

// playAll makes the names of the sandbox what their labels say. Before the one
// that is over the limit, the answers end.
func (v *visit) playAll(names []Name) ([]Name, error) {
	for i := range names {
		n := &names[i]
		if !v.inSandbox(n) {
			continue
		}
		record, err := v.play(n)
		var exceeded *ratelimit.Exceeded
		switch {
		case errors.As(err, &exceeded) && i > 0:
			return names[:i], nil
		case errors.As(err, &exceeded):
			return nil, err
		case record != nil:
			*n = Name{Name: n.Name}
			if err := v.tell(n, record); err != nil {
				return nil, err
			}
		}
	}
	return names, nil
}
