package ratelimit

import "sync"

// maxAccounts bounds the registry. Accounts come from verified credentials, so
// this is only a backstop; later ones share one account, slower and not open.
const maxAccounts = 8192

// accounts keeps the buckets of named callers apart from the networks' table,
// so that no anonymous flood can push a registrar into a shared bucket.
type accounts struct {
	mu      sync.RWMutex
	budgets [classes]Budget
	known   map[string]*account
	others  *account
}

type account [classes]bucket

func newAccounts(from [classes]Budgets) *accounts {
	a := &accounts{known: make(map[string]*account)}
	for class := range from {
		a.budgets[class] = from[class].Account
	}
	a.others = a.open()
	return a
}

func (a *accounts) open() *account {
	var acc account
	for class, b := range a.budgets {
		acc[class] = newBucket(b)
	}
	return &acc
}

func (a *accounts) bucket(name string, class Class) bucket {
	a.mu.RLock()
	acc := a.known[name]
	a.mu.RUnlock()
	if acc == nil {
		acc = a.add(name)
	}
	return acc[class]
}

func (a *accounts) add(name string) *account {
	a.mu.Lock()
	defer a.mu.Unlock()
	if acc := a.known[name]; acc != nil {
		return acc
	}
	if len(a.known) >= maxAccounts {
		return a.others
	}
	acc := a.open()
	a.known[name] = acc
	return acc
}
