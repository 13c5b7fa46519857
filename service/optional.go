package service

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// tryAgain is how long what could not be opened is left alone.
const tryAgain = time.Minute

// optional is what the program can do without, and opens as soon as it can: at the
// start, each minute until then, and whenever the configuration is read again.
type optional[T any] struct {
	open func(context.Context) (*T, error)
	tell func(error) // of a failure, when it is a new one; and of nil, when it is open after one

	mu      sync.Mutex // held by who tries
	failure string
	it      atomic.Pointer[T]
	is      chan struct{} // closed when it is open
}

// openOptional tries for the first time.
func openOptional[T any](ctx context.Context, open func(context.Context) (*T, error), tell func(error)) *optional[T] {
	o := &optional[T]{open: open, tell: tell, is: make(chan struct{})}
	_ = o.try(ctx) // told
	return o
}

// get is nil while it is not open, and if there is to be none.
func (o *optional[T]) get() *T {
	if o == nil {
		return nil
	}
	return o.it.Load()
}

// try opens it, unless it is open.
func (o *optional[T]) try(ctx context.Context) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.it.Load() != nil {
		return nil
	}
	it, err := o.open(ctx)
	if err != nil {
		if ctx.Err() == nil && err.Error() != o.failure {
			o.failure = err.Error()
			o.tell(err)
		}
		return err
	}
	if o.failure != "" {
		o.tell(nil)
	}
	o.it.Store(it)
	close(o.is)
	return nil
}

// await tries again at every tick, and returns what is open then; nil if ctx ends before.
func (o *optional[T]) await(ctx context.Context, tick <-chan time.Time) *T {
	for {
		select {
		case <-o.is:
			return o.get()
		case <-ctx.Done():
			return nil
		case <-tick:
			_ = o.try(ctx) // told
		}
	}
}

// runOptional runs what is open as soon as it is, until ctx ends.
func runOptional[T any](ctx context.Context, o *optional[T], run func(*T)) {
	ticker := time.NewTicker(tryAgain)
	defer ticker.Stop()
	if it := o.await(ctx, ticker.C); it != nil {
		run(it)
	}
}
