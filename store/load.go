package store

import (
	"context"
	"time"

	"registerd/register"
)

// Duplicate is a key, or an alias (Ref.Key is the alias then), that was put
// twice: at Line what was put first at First.
type Duplicate struct {
	Ref
	Alias       bool
	Line, First int64
}

// Load is a full load: a generation built beside the served one. Memory does
// not grow with the number of objects.
type Load interface {
	// Put takes an object, in any order; line is its place in the input.
	Put(o Object, line int64) error

	// Seal is called once, after the last Put. It checks the whole and makes it ready.
	Seal(ctx context.Context, progress func(done, total int)) (Report, error)

	// Gone calls f with the published objects of a kind whose key is not in
	// the load. It may be called in Publish's f.
	Gone(ctx context.Context, kind Kind, f func(Object) error) error

	// Differing calls f with every published object of a kind that the load
	// holds otherwise, and with what the load holds of it, both without With and
	// Terms. It may be called in Publish's f.
	Differing(ctx context.Context, kind Kind, f func(published, loaded Object) error) error

	// Publish runs f in a transaction on the sealed load, whose state is the
	// published one with the load's counts, and publishes the
	// load with f's changes in one step that survives a power cut. The generation
	// whose place it takes is kept as it is; of those kept before, all but the
	// last MaxKept-1 are removed afterwards. A load with duplicates is refused.
	Publish(ctx context.Context, f func(Tx) error) error

	// Close removes the load unless it was published or revived.
	Close() error
}

// Generation is a full load with the changes that were made to it while it was
// served. The first may have no load.
type Generation struct {
	ID        uint64
	Published time.Time      // for the first time; zero if that is not known
	Replaced  time.Time      // when another took its place; zero for the published one
	State     register.State // when it was replaced; of the published one, now
}

// MaxKept is how many generations are kept beside the published one. Each takes
// about as much space as that.
const MaxKept = 3

// Report says what a sealed load holds. Duplicates and Dangling are the first
// MaxReported of each; the totals count all.
type Report struct {
	Counts          register.Counts
	Duplicates      []Duplicate
	Dangling        []Dangling
	DuplicatesTotal int
	DanglingTotal   int
}

// MaxReported is how many problems of a kind a report names.
const MaxReported = 100
