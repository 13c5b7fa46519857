// Package das is the availability window: names in, as many as a client likes,
// and a short answer for each, in order, whether it can be registered. They come
// in lines over TCP, in one of several dialects, or over HTTP.
//
// It never tells anything of a person, so it may be asked far more often than
// WHOIS. A name is called free only when the desk knows it to be so: every
// failure and every doubt has other words. It decides none of that itself, and
// does not know where the register is kept.
package das

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"registerd/access"
	"registerd/listen"
	"registerd/lookup"
	"registerd/quota"
	"registerd/ratelimit"
	"registerd/register"
)

const (
	// maxLine is in bytes: a name of 253 octets can take four times as many
	// when it is written in U-labels.
	maxLine = 1024

	// maxRefused is how many names over the limit a connection is answered
	// for. A client that has not stopped by then does not read the answers.
	maxRefused = 1000
)

// Config is what a server is made of. Desk and Log are required.
type Config struct {
	Desk *lookup.Desk
	Log  *slog.Logger

	// Dialect is be-eu when it is left out.
	Dialect *Dialect

	// Answered is told how long the answers to what came together took, from its last
	// byte to theirs. It may be nil.
	Answered func(time.Duration)

	// Zone is where labels are meant that come without one. Default: the register's
	// first zone.
	Zone register.Name
}

// Server answers in lines. It is safe for concurrent use.
type Server struct {
	desk     *lookup.Desk
	log      *slog.Logger
	dialect  *Dialect
	zone     register.Name
	answered func(time.Duration)

	idleTime  time.Duration // between lines
	lineTime  time.Duration // for a line that has begun
	writeTime time.Duration // for the answers to a batch
	closeTime time.Duration // for the client to take the end in
}

// New makes a server and refuses to do so with a part missing.
func New(c Config) (*Server, error) {
	switch {
	case c.Desk == nil:
		return nil, errors.New("das: no desk")
	case c.Log == nil:
		return nil, errors.New("das: no log")
	}
	if c.Dialect == nil {
		c.Dialect = &beEU
	}
	if c.Answered == nil {
		c.Answered = func(time.Duration) {}
	}
	return &Server{
		desk: c.Desk, log: c.Log, dialect: c.Dialect, zone: c.Zone, answered: c.Answered,
		idleTime: 30 * time.Second, lineTime: 5 * time.Second,
		writeTime: 10 * time.Second, closeTime: 2 * time.Second,
	}, nil
}

// Serve answers the lines of each connection of l until ctx is done. It then
// answers the lines that are already here, for at most the time drain. Its
// errors are those of [listen.Serve].
func (s *Server) Serve(ctx context.Context, l *listen.Listener, drain time.Duration) error {
	return listen.Serve(ctx, l, drain, func(work context.Context, c net.Conn) {
		s.converse(ctx, work, c)
	})
}

// Refusal is what a listener tells a connection that is one too many.
func (s *Server) Refusal() []byte {
	about := s.desk.About()
	return s.dialect.write(nil, &answer{outcome: crowded, about: &about})
}

// conversation is one connection. Its memory is bounded by a batch.
type conversation struct {
	*Server
	conn      net.Conn
	lines     *listen.LineReader
	asking    lookup.Question
	questions []question
	names     []string // of questions
	out       []byte
	refused   int
}

// errGoodbye ends a conversation as the end of the input does.
var errGoodbye = errors.New("das: the client has said goodbye")

// converse answers until the client ends. taking is done when no new lines
// are to be taken, work when answers in progress are to be given up.
func (s *Server) converse(taking, work context.Context, c net.Conn) {
	patient := &prompt{Conn: c, lineTime: s.lineTime}
	v := &conversation{
		Server: s, conn: c, lines: listen.NewLineReader(patient, maxLine),
		asking: lookup.Question{
			Caller: access.Public(access.Channel{Addr: listen.ClientAddr(c)}),
			Window: lookup.Availability,
		},
	}
	// Who was let in has a question on its way, though the program ends.
	first, stop := after(taking, s.lineTime)
	defer stop()
	for ctx := first; v.refused < maxRefused; ctx = taking {
		err := v.read(ctx)
		began := time.Now()
		v.answer(work)
		if errors.Is(err, listen.ErrLineTooLong) {
			v.tooLong()
		}
		some := len(v.out) > 0
		if !v.send() {
			return
		}
		if some {
			s.answered(time.Since(began))
		}
		if err != nil || s.dialect.single {
			break
		}
	}
	_ = listen.CloseCleanly(c, s.closeTime) // all is said: there is nobody left to tell
}

// after is a context that is done the time d after ctx is.
func after(ctx context.Context, d time.Duration) (_ context.Context, stop func()) {
	late, cancel := context.WithCancel(context.WithoutCancel(ctx))
	unwatch := context.AfterFunc(ctx, func() { time.AfterFunc(d, cancel) })
	return late, func() { unwatch(); cancel() }
}

// read takes the next line and all that came with it, up to a batch. The error
// is about what comes after those.
func (v *conversation) read(ctx context.Context) error {
	v.questions = v.questions[:0]
	for len(v.questions) == 0 || len(v.questions) < batch && !v.dialect.single && v.lines.HasLine() {
		line, err := v.lines.ReadLine(ctx, time.Now().Add(v.idleTime))
		if err != nil {
			return err
		}
		q := v.dialect.read(trim(line))
		if q.last {
			return errGoodbye
		}
		v.questions = append(v.questions, q)
	}
	return nil
}

// answer asks about the batch and writes the answers.
func (v *conversation) answer(ctx context.Context) {
	v.names = v.names[:0]
	for i := range v.questions {
		name, err := v.whole(ctx, &v.questions[i])
		if err != nil {
			v.fail(v.questions, v.desk.About(), err)
			return
		}
		v.names = append(v.names, name)
	}
	n, about, err := ask(ctx, v.desk, v.asking, v.names, v.tell)
	if err != nil {
		v.fail(v.questions[n:], about, err)
	}
}

// whole is the name that is asked about, with its zone.
func (v *conversation) whole(ctx context.Context, q *question) (string, error) {
	if !q.bare {
		return q.name, nil
	}
	zone := v.zone
	if zone == "" {
		about := v.desk.About()
		if len(about.Zones) == 0 { // nothing was asked yet
			var err error
			if about, err = v.desk.Ready(ctx); err != nil {
				return "", err
			}
		}
		if len(about.Zones) > 0 {
			zone = about.Zones[0]
		}
	}
	return q.name + "." + string(zone), nil
}

func (v *conversation) tell(first int, answers []lookup.Name, about *lookup.About) {
	a := answer{about: about}
	for i := range answers {
		a.question, a.name = v.questions[first+i], &answers[i]
		a.outcome = outcomeOf(a.name)
		v.out = v.dialect.write(v.out, &a)
	}
}

// fail answers questions of whose names nothing is known.
func (v *conversation) fail(questions []question, about lookup.About, err error) {
	a := answer{about: &about}
	var exceeded *ratelimit.Exceeded
	if errors.As(err, &exceeded) {
		v.refused += len(questions)
		if a.outcome, a.wait = limited, exceeded.RetryAfter; exceeded.Block != nil {
			a.outcome, a.why = blocked, quota.Why(exceeded, "")
		}
	} else {
		v.log.Error("das: names could not be answered", "names", len(questions), "error", err)
	}
	for _, a.question = range questions {
		v.out = v.dialect.write(v.out, &a)
	}
}

// tooLong answers the last line of a connection.
func (v *conversation) tooLong() {
	why := &register.SyntaxError{What: "domain name", Reason: "it is too long"}
	err := v.desk.Refuse(v.asking, lookup.KindAvailability, why)
	about := v.desk.About()
	if errors.Is(err, why) {
		n := &lookup.Name{State: lookup.Invalid, Why: lookup.WhySyntax, Says: "It is not a domain name", Syntax: why}
		v.out = v.dialect.write(v.out, &answer{outcome: told, name: n, about: &about})
		return
	}
	v.fail(make([]question, 1), about, err)
}

// send writes what was answered, and reports whether the client took it.
func (v *conversation) send() bool {
	if len(v.out) == 0 {
		return true
	}
	if v.conn.SetWriteDeadline(time.Now().Add(v.writeTime)) != nil {
		return false
	}
	_, err := v.conn.Write(v.out)
	v.out = v.out[:0]
	return err == nil
}
