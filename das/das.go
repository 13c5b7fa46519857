// Package das is the availability window: names in, one a line and as many as
// a client likes, and a short answer for each, in order, whether it can be
// registered.
//
// It never tells anything of a person, so it may be asked far more often than
// WHOIS. "AVAILABLE" is said of a name only when the desk knows it to be free:
// every failure and every doubt is another word. It decides none of that
// itself, and does not know where the register is kept.
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
	"registerd/ratelimit"
	"registerd/register"
)

const (
	// maxLine is in bytes: a name of 253 octets can take four times as many
	// when it is written in U-labels.
	maxLine = 1024

	// batch is how many names are asked about at once: the store answers a
	// hundred for little more than the price of one.
	batch = 100

	// maxRefused is how many names over the limit a connection is answered
	// for. A client that has not stopped by then does not read the answers.
	maxRefused = 1000
)

// Config is what a server is made of. All of it is required.
type Config struct {
	Desk *lookup.Desk
	Log  *slog.Logger
}

// Server answers about availability. It is safe for concurrent use.
type Server struct {
	desk *lookup.Desk
	log  *slog.Logger

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
	return &Server{
		desk: c.Desk, log: c.Log,
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
func (s *Server) Refusal() []byte { return crowded(s.desk.About()) }

// conversation is one connection. Its memory is bounded by a batch.
type conversation struct {
	*Server
	conn    net.Conn
	lines   *listen.LineReader
	asking  lookup.Question
	names   []string
	out     []byte
	refused int
}

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
	for v.refused < maxRefused {
		err := v.read(taking)
		v.answer(work)
		if errors.Is(err, listen.ErrLineTooLong) {
			v.tooLong()
		}
		if !v.send() {
			return
		}
		if err != nil {
			break
		}
	}
	_ = listen.CloseCleanly(c, s.closeTime) // all is said: there is nobody left to tell
}

// read takes the next line and all that came with it, up to a batch. The error
// is about what comes after those.
func (v *conversation) read(ctx context.Context) error {
	v.names = v.names[:0]
	for len(v.names) == 0 || len(v.names) < batch && v.lines.HasLine() {
		line, err := v.lines.ReadLine(ctx, time.Now().Add(v.idleTime))
		if err != nil {
			return err
		}
		v.names = append(v.names, trim(line))
	}
	return nil
}

// answer asks about the batch. The desk answers about as many names as the
// budget allows and says of the others when to come again.
func (v *conversation) answer(ctx context.Context) {
	for rest := v.names; len(rest) > 0; {
		answers, about, err := v.desk.Names(ctx, v.question(rest), rest)
		if err == nil && (len(answers) == 0 || len(answers) > len(rest)) {
			err = errors.New("the desk answered about other names than it was asked")
		}
		if err != nil {
			v.fail(about, err, len(rest))
			return
		}
		for i := range answers {
			v.out = appendAnswer(v.out, &answers[i], about)
		}
		rest = rest[len(answers):]
	}
}

// fail answers for n names of which nothing is known.
func (v *conversation) fail(about lookup.About, err error, n int) {
	var exceeded *ratelimit.Exceeded
	over := errors.As(err, &exceeded)
	if over {
		v.refused += n
	} else {
		v.log.Error("das: names could not be answered about", "names", n, "error", err)
	}
	for range n {
		if over {
			v.out = appendLimited(v.out, about, exceeded.RetryAfter)
		} else {
			v.out = appendFailed(v.out, about)
		}
	}
}

// tooLong answers the last line of a connection.
func (v *conversation) tooLong() {
	why := &register.SyntaxError{What: "domain name", Reason: "it is too long"}
	err := v.desk.Refuse(v.asking, lookup.KindAvailability, why)
	if errors.Is(err, why) {
		v.out = appendAnswer(v.out, &lookup.Name{State: lookup.Invalid, Syntax: why}, v.desk.About())
		return
	}
	v.fail(v.desk.About(), err, 1)
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

// question stands in the day-book for all names asked with it, under the first.
func (v *conversation) question(names []string) lookup.Question {
	q := v.asking
	q.Text = names[0]
	return q
}
