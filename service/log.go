package service

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"registerd/config"
	"registerd/lookup"
)

// Log is the log of a server. A fault that comes again and again is one line a
// minute.
type Log struct {
	*slog.Logger
	Level *slog.LevelVar // can be changed while the log is in use
	once  *seldom
}

// Flush writes what is still to be said of faults that came again, and has the next one
// of each be a line at once. It is called before the program ends.
func (l *Log) Flush() { l.once.flush() }

// OpenLog is the log of a server, as its configuration has it.
func OpenLog(c *config.Config, out io.Writer) *Log {
	level := new(slog.LevelVar)
	level.Set(slog.Level(c.LogLevel))
	once := newSeldom(handlerOf(out, c.LogFormat, level))
	return &Log{slog.New(once), level, once}
}

// NewLog is the log of a command, as it has no configuration.
func NewLog(out io.Writer) *slog.Logger { return slog.New(handlerOf(out, "", slog.LevelInfo)) }

// handlerOf writes text for people on a terminal, and JSON for programs elsewhere.
func handlerOf(out io.Writer, format config.LogFormat, level slog.Leveler) slog.Handler {
	text := format == "text" || format == "" && toTerminal(out)
	writing := func(out io.Writer) slog.Handler {
		o := &slog.HandlerOptions{Level: level, ReplaceAttr: spelled}
		if text {
			return slog.NewTextHandler(out, o)
		}
		return slog.NewJSONHandler(out, o)
	}
	if !isJournal(out) {
		return writing(out)
	}
	all := make(prioritized, len(priorities))
	for i, p := range priorities {
		all[i] = writing(prefixed{p.prefix, out})
	}
	return all
}

func toTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// spelled writes durations as people say them: in JSON they would be nanoseconds.
func spelled(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindDuration {
		a.Value = slog.StringValue(a.Value.Duration().String())
	}
	return a
}

// isJournal reports that what is written goes to systemd's journal (systemd.exec(5),
// JOURNAL_STREAM), which reads a priority before each line.
func isJournal(w any) bool {
	f, ok := w.(*os.File)
	var at unix.Stat_t
	return ok && unix.Fstat(int(f.Fd()), &at) == nil && os.Getenv("JOURNAL_STREAM") == fmt.Sprintf("%d:%d", at.Dev, at.Ino)
}

// priorities are those of the journal (sd-daemon(3)), from the lowest level up.
var priorities = []struct {
	from   slog.Level
	prefix string
}{{slog.LevelDebug, "<7>"}, {slog.LevelInfo, "<6>"}, {slog.LevelWarn, "<4>"}, {slog.LevelError, "<3>"}}

// Priority is what a line of a level has before it in w: nothing, where w is not the
// journal.
func Priority(w any, l slog.Level) string {
	if !isJournal(w) {
		return ""
	}
	return priorities[priorityOf(l)].prefix
}

func priorityOf(l slog.Level) (of int) {
	for i := range priorities {
		if l >= priorities[i].from {
			of = i
		}
	}
	return of
}

// prioritized has a handler for each of them, so that journalctl -p finds what it is told.
type prioritized []slog.Handler

func (p prioritized) Enabled(ctx context.Context, l slog.Level) bool { return p[0].Enabled(ctx, l) }

func (p prioritized) Handle(ctx context.Context, r slog.Record) error {
	return p[priorityOf(r.Level)].Handle(ctx, r)
}

func (p prioritized) WithAttrs(attrs []slog.Attr) slog.Handler {
	return p.each(func(h slog.Handler) slog.Handler { return h.WithAttrs(attrs) })
}

func (p prioritized) WithGroup(name string) slog.Handler {
	return p.each(func(h slog.Handler) slog.Handler { return h.WithGroup(name) })
}

func (p prioritized) each(change func(slog.Handler) slog.Handler) slog.Handler {
	out := make(prioritized, len(p))
	for i, h := range p {
		out[i] = change(h)
	}
	return out
}

// prefixed writes something before each line, in the same write.
type prefixed struct {
	prefix string
	out    io.Writer
}

func (p prefixed) Write(line []byte) (int, error) {
	if _, err := p.out.Write(append([]byte(p.prefix), line...)); err != nil {
		return 0, err
	}
	return len(line), nil
}

// logQuestion says of a question what is measured of it: nothing of what was asked,
// or of who asked.
func (s *Service) logQuestion(o lookup.Observation) {
	ctx := context.Background()
	if !s.log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	s.log.LogAttrs(ctx, slog.LevelDebug, "question", slog.String("window", o.Window.String()), slog.String("kind", string(o.Kind)),
		slog.String("audience", o.Audience.String()), slog.String("outcome", o.Outcome.String()), slog.Duration("took", o.Took),
		slog.String("cost", string(o.Cost)), slog.Int("persons", o.Persons), slog.Bool("kept", o.Kept),
		slog.String("refused", string(o.Refused)), slog.String("budget", o.Budget), slog.String("failure", string(o.Failure)))
}
