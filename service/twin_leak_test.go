package service

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"registerd/disclose"
	"registerd/register"
	"registerd/store"
)

// visits is a store that notes which rows searches visit. That of two registers
// the same are visited is as near as one comes to saying that searches of them
// take the same time.
type visits struct {
	store.Reader
	mu    sync.Mutex
	noted strings.Builder
}

func (v *visits) Search(ctx context.Context, scan store.Scan) ([]store.Match, store.Edition, error) {
	found, edition, err := v.Reader.Search(ctx, scan)
	v.mu.Lock()
	defer v.mu.Unlock()
	if !scan.ForLookUp {
		fmt.Fprintf(&v.noted, "%s %q behind %q, %d at most: %v", scan.Kind, scan.Prefixes, scan.After, scan.Limit, err)
		for _, m := range found {
			fmt.Fprintf(&v.noted, " %q", m.Place)
		}
		v.noted.WriteByte('\n')
	}
	return found, edition, err
}

func (v *visits) Users(ctx context.Context, of store.Ref, limit int) ([]store.Found, store.Edition, error) {
	found, edition, err := v.Reader.Users(ctx, of, limit)
	v.mu.Lock()
	defer v.mu.Unlock()
	fmt.Fprintf(&v.noted, "users of %s %q, %d at most: %v", of.Kind, of.Key, limit, err)
	for i := range found {
		fmt.Fprintf(&v.noted, " %q", found[i].Key)
	}
	v.noted.WriteByte('\n')
	return found, edition, err
}

func (v *visits) all() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.noted.String()
}

// unfiltered is a store whose searches look at what is withheld.
type unfiltered struct{ store.Reader }

func (u unfiltered) Search(ctx context.Context, scan store.Scan) ([]store.Match, store.Edition, error) {
	scan.Sees = func(register.Index, register.Traits) bool { return true }
	return u.Reader.Search(ctx, scan)
}

// TestALeakTellsTwinsApart holds the comparison of twins to its purpose: where
// something is shown that should not be, it finds it.
func TestALeakTellsTwinsApart(t *testing.T) {
	oncePerGate(t)
	right := before(t, shippedPolicy(t, "gdpr"), openSearches)
	shown := func(fields ...disclose.Field) *disclose.Policy {
		return before(t, right, disclose.Rule{ID: "leak", Basis: "test", Reason: "A leak.", Fields: fields,
			Outcome: disclose.Show, DespiteProtection: "a leak"})
	}
	person := []disclose.Field{disclose.ContactExistence, disclose.ContactHandle, disclose.ContactName}
	born := synthetic(t, 1)
	for what, leak := range map[string]struct {
		policy *disclose.Policy
		reader func(store.Reader) store.Reader
		search bool // only a search can tell
	}{
		"searches look at everybody":          {right, func(r store.Reader) store.Reader { return unfiltered{r} }, true},
		"the public is shown who a person is": {shown(person...), nil, true},
		"the public is shown streets":         {shown(disclose.ContactStreet), nil, false},
	} {
		t.Run(what, func(t *testing.T) {
			r := rand.New(rand.NewPCG(7, 7))
			w := pair(t, leak.policy, twinCallers[0])
			other := born.twin(right, w.caller.Viewer(), r)
			for i, register := range []*whole{born, other} {
				var reader store.Reader = register.store(t)
				if leak.reader != nil {
					reader = leak.reader(reader)
				}
				w.open(t, i, register, reader)
			}
			difference := ""
			for range 60 {
				if difference == "" && leak.search {
					difference = w.search(t, r, answered{})
				} else if difference == "" {
					difference = w.compare(t, r, 5, answered{})
				}
			}
			if difference == "" {
				t.Error("nobody noticed")
			}
		})
	}
}
