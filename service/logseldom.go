package service

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"
)

const (
	// seldomEvery is how long what was said is not said again.
	seldomEvery = time.Minute
	// seldomMost is how many faults are told apart at once. Beyond that, those of one
	// message are one.
	seldomMost = 200
)

// seldom is a handler by which one fault is one line: a warning or an error that comes
// again within a minute is counted, and said once more when the minute is over, with how
// often it came. What says the same in all its words is the same; numbers and times may
// differ. Lower levels pass as they are.
type seldom struct {
	inner slog.Handler
	after func(time.Duration, func()) // calls it then
	with  string                      // what tells these lines apart
	*lately
}

// lately is what was said in the last minute, by its words.
type lately struct {
	mu    sync.Mutex
	lines map[string]*toldLine
}

// toldLine is the last of the same lines, if more came than one.
type toldLine struct {
	more   int
	last   slog.Record
	writes slog.Handler
}

func newSeldom(inner slog.Handler) *seldom {
	return &seldom{
		inner: inner, lately: &lately{lines: make(map[string]*toldLine)},
		after: func(d time.Duration, f func()) { time.AfterFunc(d, f) },
	}
}

func (s *seldom) Enabled(ctx context.Context, l slog.Level) bool { return s.inner.Enabled(ctx, l) }

func (s *seldom) Handle(ctx context.Context, r slog.Record) error {
	if r.Level < slog.LevelWarn {
		return s.inner.Handle(ctx, r)
	}
	words := s.with + wordsOf(r)
	s.mu.Lock()
	if len(s.lines) >= seldomMost && s.lines[words] == nil {
		words = r.Message
	}
	if before := s.lines[words]; before != nil {
		before.more++
		before.last, before.writes = r.Clone(), s.inner
		s.mu.Unlock()
		return nil
	}
	s.lines[words] = new(toldLine)
	s.mu.Unlock()
	s.after(seldomEvery, func() { s.again(words) })
	return s.inner.Handle(ctx, r)
}

// again says what came since, and waits for another minute; or forgets, if nothing came.
func (s *seldom) again(words string) {
	s.mu.Lock()
	line := s.lines[words]
	if line == nil || line.more == 0 {
		delete(s.lines, words)
		s.mu.Unlock()
		return
	}
	now := *line
	*line = toldLine{}
	s.mu.Unlock()
	now.write()
	s.after(seldomEvery, func() { s.again(words) })
}

// flush says what is still to be said, when the program ends, and forgets what was said.
func (s *seldom) flush() {
	s.mu.Lock()
	lines := s.lines
	s.lines = make(map[string]*toldLine)
	s.mu.Unlock()
	for _, line := range lines {
		if line.more > 0 {
			line.write()
		}
	}
}

func (l *toldLine) write() {
	l.last.AddAttrs(slog.Int("repeated", l.more))
	_ = l.writes.Handle(context.Background(), l.last) // nobody is left to be told
}

// wordsOf is the message with what else is in words.
func wordsOf(r slog.Record) string {
	var b strings.Builder
	b.WriteString(r.Level.String() + " " + r.Message)
	r.Attrs(func(a slog.Attr) bool {
		addWords(&b, a)
		return true
	})
	return b.String()
}

func addWords(b *strings.Builder, a slog.Attr) {
	switch v := a.Value.Resolve(); v.Kind() {
	case slog.KindString, slog.KindAny, slog.KindGroup:
		b.WriteString("\x00" + a.Key + "\x00" + v.String())
	}
}

func (s *seldom) WithAttrs(attrs []slog.Attr) slog.Handler {
	var b strings.Builder
	for _, a := range attrs {
		addWords(&b, a)
	}
	return &seldom{inner: s.inner.WithAttrs(attrs), after: s.after, with: s.with + b.String(), lately: s.lately}
}

func (s *seldom) WithGroup(name string) slog.Handler {
	return &seldom{inner: s.inner.WithGroup(name), after: s.after, with: s.with + "\x00" + name, lately: s.lately}
}
