package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

var (
	// ErrNoJournal is the answer of a journal that is not kept: see [None].
	ErrNoJournal = errors.New("audit journal: none is kept, so nothing beyond the public may be told")
	// ErrClosed is the answer of a journal that was closed.
	ErrClosed = errors.New("audit journal: closed")
)

const (
	// maxGroup limits how many records share one sync, so that a line of waiting
	// callers cannot make the first of them wait without end.
	maxGroup = 128
	// mendEvery is how often a journal that failed is opened anew.
	mendEvery = 10 * time.Second
	// signEvery is how often a journal that grew is signed for.
	signEvery = time.Minute
)

// JournalConfig is what a journal needs.
type JournalConfig struct {
	Dir    string           // of its own, made with mode 0700 if it is missing
	Now    func() time.Time // stamps the records
	Logger *slog.Logger     // hears of torn lines that were set aside, and of failures

	// SigningKey is the path of the key that checkpoints are signed by, made if it
	// is missing. Default: checkpoint.key in Dir; if that is missing and the
	// journal was signed for before, this one does not sign.
	SigningKey string
	// Places are told every checkpoint.
	Places []Place
	// KeepMonths is for how many months what may tell of a person can be read;
	// then the keys are erased. 0 erases none.
	KeepMonths int
	// Believed says whether the clock is right enough to erase by; nil is always. It is
	// asked every minute.
	Believed func() bool

	patience time.Duration // with a lock that others hold; for tests
}

// Journal is the append-only book of disclosures, DIR/journal.jsonl, one JSON
// object a line. Several journals, in one process or in many, may be open on
// one directory: each takes a lock for the moment of a write and continues
// where the others stopped. It is safe for concurrent use.
//
// The zero Journal is [None].
type Journal struct {
	cfg    JournalConfig
	disk   disk
	queue  chan request
	asked  chan chan signing
	stop   chan struct{}
	done   chan struct{}
	once   sync.Once
	handed *handing

	chain  *chain // nil while it cannot be opened; the writer's
	erased string // the day of the last erasure; the writer's

	mu     sync.Mutex
	broken error
	state  State
}

// State is how far a journal is, for metrics.
type State struct {
	Records      int64 // written
	Checkpointed int64 // of those, signed for
	Signed       time.Time
	Handed       time.Time // when every place was last told a checkpoint
	Failures     uint64    // how often it broke, since this process began
	Unhanded     uint64    // checkpoints that a place was not told
}

// request is a record that waits for the disk.
type request struct {
	body    body
	outcome chan error // has room for one, so that the writer never waits
}

// signing is the outcome of a checkpoint that was asked for.
type signing struct {
	checkpoint Checkpoint
	err        error
}

// None is the journal of a desk that keeps none: every Record fails with
// [ErrNoJournal], hence nothing that would need one is told.
func None() *Journal { return new(Journal) }

// OpenJournal opens the journal in cfg.Dir, or begins it. An unfinished last
// line, left by a crash, is moved to journal.torn-N and reported to the logger.
// A journal of the old form is closed and kept. One whose sequence has a gap,
// that holds anything but records, or that is not what its hashes and its last
// checkpoint say, is refused. The whole file is read and hashed.
func OpenJournal(cfg JournalConfig) (*Journal, error) {
	return openJournal(cfg, folder(cfg.Dir))
}

func openJournal(cfg JournalConfig, d disk) (*Journal, error) {
	j, err := startJournal(cfg, d)
	if err == nil {
		err = j.refusal()
	}
	if err != nil && j != nil {
		return nil, errors.Join(err, j.Close())
	}
	return j, err
}

// StartJournal is OpenJournal for a server: if the journal cannot be opened, it
// refuses, says why in Err, and tries again, as it does after it failed. An
// error is of the configuration alone.
func StartJournal(cfg JournalConfig) (*Journal, error) {
	return startJournal(cfg, folder(cfg.Dir))
}

func (cfg *JournalConfig) check() error {
	switch {
	case cfg.Dir == "":
		return errors.New("audit journal: no directory given")
	case cfg.Now == nil:
		return errors.New("audit journal: no clock given")
	case cfg.Logger == nil:
		return errors.New("audit journal: no logger given")
	case cfg.KeepMonths < 0:
		return errors.New("audit journal: it cannot be kept for a negative time")
	}
	return nil
}

func startJournal(cfg JournalConfig, d disk) (*Journal, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	j := &Journal{
		cfg: cfg, disk: d,
		queue: make(chan request), asked: make(chan chan signing),
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	j.handed = newHanding(cfg.Places, cfg.Logger, func(all bool) {
		j.note(func(s *State) {
			if all {
				s.Handed = cfg.Now()
			} else {
				s.Unhanded++
			}
		})
	})
	j.open()
	go j.write()
	return j, nil
}

// open opens the chain, or breaks the journal.
func (j *Journal) open() {
	err := prepareDir(j.cfg.Dir)
	if err == nil {
		j.chain, err = openChain(&j.cfg, j.disk)
	}
	if err != nil {
		j.fail(err)
		return
	}
	j.mu.Lock()
	j.broken = nil
	j.state.Records, j.state.Checkpointed = j.chain.tree.n, j.chain.signed.last.Size
	j.mu.Unlock()
	j.erase()
}

// fail breaks the journal until it is opened anew.
func (j *Journal) fail(err error) {
	if j.chain != nil {
		_ = j.chain.close() // what matters was synced, or is in doubt already
		j.chain = nil
	}
	j.say(err)
}

// say sets what Err says; nil is that records are taken.
func (j *Journal) say(err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err != nil && j.broken == nil {
		j.state.Failures++
	}
	j.broken = err
}

// Record returns nil only after d is on disk. On any error the answer must not
// leave, though the record may be there: answers are a subset of records.
//
// After a failed write or sync every Record fails until the journal was opened
// anew, since the state of the file is then unknown; that is tried every ten
// seconds. While another process holds the lock for longer than a write takes, every
// Record fails with [ErrLocked]. A disclosure that is incomplete, or over the limit, fails alone.
// When ctx ends Record stops waiting.
func (j *Journal) Record(ctx context.Context, d Disclosure) error {
	if j.queue == nil {
		return ErrNoJournal
	}
	b, err := d.body()
	if err != nil {
		return err
	}
	// The queue has no room of its own: callers who gave up leave nothing
	// behind in it, however long the disk takes.
	r := request{body: b, outcome: make(chan error, 1)}
	select {
	case j.queue <- r:
	case <-j.stop:
		return ErrClosed
	case <-ctx.Done():
		return fmt.Errorf("audit journal: waiting to write: %w", context.Cause(ctx))
	}
	select {
	case err := <-r.outcome:
		return err
	case <-ctx.Done():
		return fmt.Errorf("audit journal: waiting for the disk: %w", context.Cause(ctx))
	}
}

// Checkpoint signs for what is there now, and gives the last checkpoint.
func (j *Journal) Checkpoint(ctx context.Context) (Checkpoint, error) {
	if j.queue == nil {
		return Checkpoint{}, ErrNoJournal
	}
	reply := make(chan signing, 1)
	select {
	case j.asked <- reply:
	case <-j.stop:
		return Checkpoint{}, ErrClosed
	case <-ctx.Done():
		return Checkpoint{}, fmt.Errorf("audit journal: waiting to sign: %w", context.Cause(ctx))
	}
	s := <-reply
	return s.checkpoint, s.err
}

// Err says why the journal refuses to record, or nil: it is for readiness, and
// for refusing a privileged question before it costs a look-up.
func (j *Journal) Err() error {
	if j.queue == nil {
		return ErrNoJournal
	}
	select {
	case <-j.stop:
		return ErrClosed
	default:
	}
	return j.refusal()
}

// State is how far the journal is.
func (j *Journal) State() State {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state
}

func (j *Journal) refusal() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.broken
}

func (j *Journal) note(f func(*State)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	f(&j.state)
}

// Close lets the records that were taken reach the disk, signs for them, tells
// the places, and closes the files.
func (j *Journal) Close() error {
	if j.queue == nil {
		return nil
	}
	err := ErrClosed
	j.once.Do(func() {
		close(j.stop)
		<-j.done
		err = nil
		if j.chain != nil {
			err = j.chain.close()
		}
	})
	return err
}
