package ratelimit

import (
	"maps"
	"sync"
	"time"
)

// maxAccounts bounds the registry. Accounts come from verified credentials; when
// there are so many, those that owe nothing are forgotten, and if none is, later ones
// share one account: slower, not open.
const maxAccounts = 8192

// accounts keeps the buckets of named callers apart from the networks' table,
// so that no anonymous flood can push a registrar into a shared bucket.
type accounts struct {
	mu     sync.RWMutex
	rules  *rules
	known  map[string]*account
	others *account
	swept  int64 // when those that owe nothing were last forgotten
}

// sweepEvery keeps newcomers to a full registry from making everybody wait.
const sweepEvery = int64(time.Second)

type account struct {
	buckets [classes]bucket

	mu    sync.Mutex
	spent weight
}

func newAccounts(r *rules) *accounts {
	a := &accounts{rules: r, known: make(map[string]*account)}
	a.others = a.open("")
	return a
}

// budget is that of an account.
func (r *rules) budget(name string, class Class) Budget {
	times := r.Account
	if own, ok := r.Accounts[name]; ok {
		times *= own
	}
	return r.Budgets[class].times(times)
}

func (a *accounts) open(name string) *account {
	var acc account
	for class := range acc.buckets {
		acc.buckets[class] = newBucket(a.rules.budget(name, Class(class)))
	}
	return &acc
}

// fresh is what a caller's account would be that has not asked yet.
func (a *accounts) fresh(name string) *account {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if len(a.known) >= maxAccounts {
		return a.others
	}
	return a.open(name)
}

// set gives every account its new budgets.
func (a *accounts) set(r *rules, now int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.rules = r
	a.others.set(r, "", now)
	for name, acc := range a.known {
		acc.set(r, name, now)
	}
}

func (acc *account) set(r *rules, name string, now int64) {
	for class := range acc.buckets {
		acc.buckets[class].set(now, r.budget(name, Class(class)))
	}
}

// of is a caller's account, opened if need be.
func (a *accounts) of(name string, now int64) *account {
	if acc := a.find(name); acc != nil {
		return acc
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if acc := a.known[name]; acc != nil {
		return acc
	}
	if len(a.known) >= maxAccounts && now-a.swept >= sweepEvery {
		a.swept = now
		maps.DeleteFunc(a.known, func(_ string, acc *account) bool { return acc.full(now) })
	}
	if len(a.known) >= maxAccounts {
		return a.others
	}
	acc := a.open(name)
	a.known[name] = acc
	return acc
}

// full reports an account that forgetting gives nothing.
func (acc *account) full(now int64) bool {
	for _, b := range acc.buckets {
		if b.until(float64(b.Burst()), now) > 0 {
			return false
		}
	}
	return true
}

// find is a caller's account if it has asked already, or nil.
func (a *accounts) find(name string) *account {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.known[name]
}

// forget gives a caller a new account.
func (a *accounts) forget(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.known, name)
}

// each visits the accounts that have asked.
func (a *accounts) each(visit func(name string, acc *account)) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	for name, acc := range a.known {
		visit(name, acc)
	}
}

// state is what is left in an account's buckets.
func (acc *account) state(now int64) (tokens [classes]float64) {
	for class, b := range acc.buckets {
		tokens[class] = b.TokensAt(at(now))
	}
	return tokens
}

// restore opens an account with so much in its buckets.
func (a *accounts) restore(name string, tokens [classes]float64, now int64) {
	for class, b := range a.of(name, now).buckets {
		b.setTokens(now, tokens[class])
	}
}

// note adds what an answer to the caller cost.
func (acc *account) note(cost float64, now int64) {
	acc.mu.Lock()
	defer acc.mu.Unlock()
	acc.spent.add(cost, now)
}
