package audit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

var (
	// ErrNoJournal is the answer of a journal that is not kept: see [None].
	ErrNoJournal = errors.New("audit journal: none is kept, so nothing beyond the public may be told")
	// ErrClosed is the answer of a journal that was closed.
	ErrClosed = errors.New("audit journal: closed")
)

// maxGroup limits how many records share one sync, so that a line of waiting
// callers cannot make the first of them wait without end.
const maxGroup = 128

// JournalConfig is what a journal needs; all of it.
type JournalConfig struct {
	Dir    string           // of its own, made with mode 0700 if it is missing
	Now    func() time.Time // stamps the records
	Logger *slog.Logger     // hears of torn lines that were set aside
}

// Journal is the append-only book of disclosures, DIR/journal.jsonl, one JSON
// object a line. Several journals, in one process or in many, may be open on
// one directory: each takes a lock for the moment of a write and continues
// where the others stopped. It is safe for concurrent use.
//
// The zero Journal is [None].
type Journal struct {
	now   func() time.Time
	chain *chain
	queue chan request
	stop  chan struct{}
	done  chan struct{}
	once  sync.Once

	mu     sync.Mutex
	broken error
}

// request is a record that waits for the disk.
type request struct {
	body    []byte
	outcome chan error // has room for one, so that the writer never waits
}

// None is the journal of a desk that keeps none: every Record fails with
// [ErrNoJournal], hence nothing that would need one is told.
func None() *Journal { return new(Journal) }

// OpenJournal opens the journal in cfg.Dir, or begins it. An unfinished last
// line, left by a crash, is moved to journal.torn-N and reported to the
// logger. A journal whose sequence has a gap, or that holds anything but
// records, is refused. The whole file is read, at memory speed.
func OpenJournal(cfg JournalConfig) (*Journal, error) {
	return openJournal(cfg, openAppend)
}

func openJournal(cfg JournalConfig, open func(path string) (file, error)) (*Journal, error) {
	switch {
	case cfg.Dir == "":
		return nil, errors.New("audit journal: no directory given")
	case cfg.Now == nil:
		return nil, errors.New("audit journal: no clock given")
	case cfg.Logger == nil:
		return nil, errors.New("audit journal: no logger given")
	}
	if err := prepareDir(cfg.Dir); err != nil {
		return nil, err
	}
	c, err := openChain(cfg.Dir, cfg.Logger, open)
	if err != nil {
		return nil, err
	}
	j := &Journal{
		now:   cfg.Now,
		chain: c,
		queue: make(chan request),
		stop:  make(chan struct{}),
		done:  make(chan struct{}),
	}
	go j.write()
	return j, nil
}

// Record returns nil only after d is on disk. On any error the answer must not
// leave, though the record may be there: answers are a subset of records.
//
// After a failed write or sync every Record fails until the journal is opened
// anew, since the state of the file is then unknown. A disclosure that is
// incomplete, or over 64 KiB, fails alone. When ctx ends Record stops waiting.
func (j *Journal) Record(ctx context.Context, d Disclosure) error {
	if j.chain == nil {
		return ErrNoJournal
	}
	body, err := d.body()
	if err != nil {
		return err
	}
	// The queue has no room of its own: callers who gave up leave nothing
	// behind in it, however long the disk takes.
	r := request{body: body, outcome: make(chan error, 1)}
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

// Err says why the journal refuses to record, or nil: it is for readiness, and
// for refusing a privileged question before it costs a look-up.
func (j *Journal) Err() error {
	if j.chain == nil {
		return ErrNoJournal
	}
	select {
	case <-j.stop:
		return ErrClosed
	default:
	}
	return j.refusal()
}

func (j *Journal) refusal() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.broken
}

// Close lets the records that were taken reach the disk and closes the file.
func (j *Journal) Close() error {
	if j.chain == nil {
		return nil
	}
	err := ErrClosed
	j.once.Do(func() {
		close(j.stop)
		<-j.done
		err = j.chain.close()
	})
	return err
}

// write is the one writer: whoever comes while it syncs forms the next group.
func (j *Journal) write() {
	defer close(j.done)
	for {
		select {
		case first := <-j.queue:
			group := j.gather(first)
			err := j.commit(group)
			for _, r := range group {
				r.outcome <- err
			}
		case <-j.stop:
			return
		}
	}
}

func (j *Journal) gather(first request) []request {
	group := []request{first}
	for len(group) < maxGroup {
		select {
		case r := <-j.queue:
			group = append(group, r)
		default:
			return group
		}
	}
	return group
}

func (j *Journal) commit(group []request) error {
	if err := j.refusal(); err != nil {
		return err
	}
	err := j.chain.append(j.now(), group)
	if err != nil {
		err = fmt.Errorf("audit journal: refusing until it is opened anew: %w", err)
		j.mu.Lock()
		j.broken = err
		j.mu.Unlock()
	}
	return err
}

func openAppend(path string) (file, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, fileMode)
}
