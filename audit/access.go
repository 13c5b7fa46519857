package audit

import (
	"errors"
	"log/slog"
	"net/netip"
	"sync"
	"time"
)

const (
	// DefaultKeep is how long the access log remembers.
	DefaultKeep = 30 * 24 * time.Hour
	// DefaultBuffer is how many questions wait for the disk at most. They are
	// written when half of it is used, and every second: it carries some
	// hundred thousand a second.
	DefaultBuffer = 16384

	flushEvery   = time.Second
	textRunes    = 256 // of a question, as written
	textKept     = 4*textRunes + 4
	textPerEntry = 128 // bytes; most questions have 10 to 40
)

// Outcome says how a question ended. It is closed, so that it may label a
// metric and never carries what a client sent.
type Outcome uint8

// The outcomes. The zero one is written as "unknown".
const (
	_           Outcome = iota
	Answered            // with an object, or with free and taken
	NotFound            // there is none that this caller may know of
	Malformed           // the question could not be read
	Unsupported         // it could be read, and is not served
	Denied              // not to this caller
	Limited             // not now: over the budget
	Failed              // ours: nothing was said about the object
	numOutcomes int     = iota
)

var outcomeNames = [numOutcomes]string{
	"unknown", "answered", "not_found", "malformed", "unsupported", "denied", "limited", "failed",
}

// String is the outcome as it is written.
func (o Outcome) String() string {
	if int(o) >= numOutcomes {
		o = 0
	}
	return outcomeNames[o]
}

// Question is what the day-book is told. Window, Kind and Audience are words of
// the program, Text is what the client sent.
type Question struct {
	Client   netip.Addr // kept as its Prefix only
	Window   string
	Kind     string
	Audience string
	Text     string // written with at most 256 runes
	Outcome  Outcome
	Duration time.Duration
	Count    int // how many questions this note stands for; less than 1 is 1
}

// AccessConfig is what an access log needs.
type AccessConfig struct {
	Dir    string           // may be the journal's
	Keep   time.Duration    // zero is DefaultKeep, otherwise a day or more
	Now    func() time.Time // stamps the notes and says which day it is
	Buffer int              // in questions; zero is DefaultBuffer
	Logger *slog.Logger     // hears of files that cannot be written or removed
}

// AccessLog is the day-book: one file a day (UTC), DIR/access-YYYY-MM-DD.jsonl,
// one JSON object a line. No note in it is older than Keep. It is safe for
// concurrent use. The zero AccessLog is [Discard].
type AccessLog struct {
	now   func() time.Time
	files *daily
	wake  chan struct{}
	stop  chan struct{}
	done  chan struct{}

	mu      sync.Mutex
	closed  bool
	filling *batch // by those who answer
	spare   *batch // with the writer, or empty
	dropped uint64
}

// batch holds notes and, so that no note keeps a client's buffer alive, copies
// of their texts, one after the other.
type batch struct {
	entries []entry
	text    []byte
}

// entry is a note as it waits. The client's full address is gone already.
type entry struct {
	micros   int64 // since 1970, UTC
	duration time.Duration
	count    int
	client   netip.Prefix
	window   string
	kind     string
	audience string
	textLen  int
	outcome  Outcome
}

func newBatch(size int) *batch {
	return &batch{entries: make([]entry, 0, size), text: make([]byte, 0, size*textPerEntry)}
}

// Discard is the access log of a trial: it keeps nothing.
func Discard() *AccessLog { return new(AccessLog) }

// OpenAccessLog opens today's file and removes those that are too old.
func OpenAccessLog(cfg AccessConfig) (*AccessLog, error) {
	return openAccessLog(cfg, openDay)
}

func (cfg AccessConfig) check() error {
	switch {
	case cfg.Dir == "":
		return errors.New("access log: no directory given")
	case cfg.Now == nil:
		return errors.New("access log: no clock given")
	case cfg.Logger == nil:
		return errors.New("access log: no logger given")
	case cfg.Keep < 24*time.Hour:
		return errors.New("access log: must keep a day or more, since its files hold a day")
	case cfg.Buffer < 16:
		return errors.New("access log: must have a buffer of 16 questions or more")
	}
	return nil
}

func openAccessLog(cfg AccessConfig, open openFunc) (*AccessLog, error) {
	if cfg.Keep == 0 {
		cfg.Keep = DefaultKeep
	}
	if cfg.Buffer == 0 {
		cfg.Buffer = DefaultBuffer
	}
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if err := prepareDir(cfg.Dir); err != nil {
		return nil, err
	}
	files, err := openDaily(cfg, open)
	if err != nil {
		return nil, err
	}
	l := &AccessLog{
		now:     cfg.Now,
		files:   files,
		wake:    make(chan struct{}, 1),
		stop:    make(chan struct{}),
		done:    make(chan struct{}),
		filling: newBatch(cfg.Buffer),
		spare:   newBatch(cfg.Buffer),
	}
	go l.write()
	return l, nil
}

// Note writes q down soon. It never waits for the disk and never fails: what
// finds no room is dropped and counted.
func (l *AccessLog) Note(q Question) {
	if l.files == nil {
		return
	}
	e := entry{
		micros: l.now().UnixMicro(), duration: q.Duration, count: max(q.Count, 1), client: Prefix(q.Client),
		window: q.Window, kind: q.Kind, audience: q.Audience, outcome: q.Outcome,
		textLen: min(len(q.Text), textKept),
	}
	l.mu.Lock()
	b := l.filling
	if l.closed || len(b.entries) == cap(b.entries) || len(b.text)+e.textLen > cap(b.text) {
		l.dropped++
		l.mu.Unlock()
		return
	}
	b.entries = append(b.entries, e)
	b.text = append(b.text, q.Text[:e.textLen]...)
	half := 2*len(b.entries) >= cap(b.entries) || 2*len(b.text) >= cap(b.text)
	l.mu.Unlock()
	if half {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
}

// Dropped counts the notes that were lost: for want of room, because the disk
// failed, or after Close.
func (l *AccessLog) Dropped() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dropped
}

// Close writes what is waiting. Later notes are dropped.
func (l *AccessLog) Close() error {
	if l.files == nil {
		return nil
	}
	l.mu.Lock()
	first := !l.closed
	l.closed = true
	l.mu.Unlock()
	if !first {
		return errors.New("access log: closed already")
	}
	close(l.stop)
	<-l.done
	return l.files.close()
}

func (l *AccessLog) write() {
	defer close(l.done)
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for stopped := false; !stopped; {
		select {
		case <-tick.C:
		case <-l.wake:
		case <-l.stop:
			stopped = true
		}
		l.flush()
	}
}

// flush swaps the buffers, so that notes go on while the disk is slow.
func (l *AccessLog) flush() {
	l.mu.Lock()
	full := l.filling
	l.filling, l.spare = l.spare, nil
	l.mu.Unlock()

	lost := l.files.write(full)
	l.files.turnDay()
	full.entries, full.text = full.entries[:0], full.text[:0]

	l.mu.Lock()
	l.spare = full
	l.dropped += uint64(lost)
	l.mu.Unlock()
}
