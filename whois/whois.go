// Package whois is the port-43 window (RFC 3912): a line in, a page of text
// out, and the connection closed, unless the line asks for it to be kept.
//
// It says what the desk answers in the labels that public parsers know, and it
// is where text is made safe for a terminal. It decides nothing about a name or
// a person: it does not know who may see what, how often one may ask, or where
// the register is kept.
package whois

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"slices"
	"time"

	"registerd/listen"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/register"
)

// The limits of a connection. RFC 3912 sets none.
const (
	maxLine   = 512 // bytes of a question
	lineTime  = 5 * time.Second
	idleTime  = 30 * time.Second
	writeTime = 10 * time.Second
	closeTime = 2 * time.Second
)

// Config is what a server is made of. Desk and Log are required.
type Config struct {
	Desk *lookup.Desk
	Log  *slog.Logger

	// Answered is told how long each answer took, from the question's last byte to
	// the answer's. It may be nil.
	Answered func(time.Duration)
}

// Server answers on port 43. It is safe for concurrent use.
type Server struct {
	desk     *lookup.Desk
	log      *slog.Logger
	answered func(time.Duration)

	lineTime  time.Duration // for the whole question, however it trickles in
	idleTime  time.Duration // for the next question, on a connection that is kept
	writeTime time.Duration // for the whole answer
	closeTime time.Duration // for the client to take the end in
}

// New makes a server and refuses to do so with a part missing.
func New(c Config) (*Server, error) {
	switch {
	case c.Desk == nil:
		return nil, errors.New("whois: no desk")
	case c.Log == nil:
		return nil, errors.New("whois: no log")
	}
	if c.Answered == nil {
		c.Answered = func(time.Duration) {}
	}
	return &Server{
		desk: c.Desk, log: c.Log, answered: c.Answered,
		lineTime: lineTime, idleTime: idleTime, writeTime: writeTime, closeTime: closeTime,
	}, nil
}

// Serve answers the connections of l until ctx is done, and then lets the
// answers in progress finish for at most the time drain. Its errors are those of
// [listen.Serve].
func (s *Server) Serve(ctx context.Context, l *listen.Listener, drain time.Duration) error {
	return listen.Serve(ctx, l, drain, func(work context.Context, c net.Conn) {
		s.converse(ctx, work, c)
	})
}

// held is the server as it is now, for one question: its answer is of one piece,
// whatever is put in force meanwhile.
func (s *Server) held() *Server {
	now := *s
	now.desk = s.desk.Held()
	return &now
}

// Refusal is what a listener tells a connection that is one too many.
func (s *Server) Refusal() []byte { return s.seal(crowded(s.desk.About())) }

// seal ends an answer that is about no zone, to somebody who asked for nothing.
func (s *Server) seal(page []byte) []byte { return ProfileOf(s.desk.About()).seal(page, 0) }

// unread answers a line that did not arrive. It is nil when nobody is there to
// be answered.
func (s *Server) unread(question lookup.Question, why error) []byte {
	switch {
	case errors.Is(why, listen.ErrLineTooLong):
		return s.seal(s.refuse(question, errLineTooLong))
	case errors.Is(why, listen.ErrTimeout):
		return s.seal(problem(s.desk.About(), errTooSlow))
	case !errors.Is(why, io.EOF):
		s.log.Debug("whois: a connection ended before its question", "error", withoutAddress(why))
	}
	return nil
}

// withoutAddress is what went wrong on a connection, and not with whom.
func withoutAddress(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

// answer answers a line, and tells how it was understood.
func (s *Server) answer(ctx context.Context, question lookup.Question) ([]byte, query) {
	q, bad := parseQuery(question.Text, s.serves)
	if bad != nil {
		q.form = ProfileOf(s.desk.About())
		return q.form.seal(s.refuse(question, bad), q.charset), q
	}
	question.Text, question.Lang = q.text, q.lang
	question.NoPersons = q.impersonal
	question.Apart = q.handles && ProfileOf(s.aboutOf(q)).handles == handlesAsked
	page, about, err := s.ask(ctx, question, q)
	if err != nil {
		about = s.aboutOf(q)
		page = s.explain(err, about, q)
	}
	q.form = ProfileOf(about)
	page = append(slices.Clip(page), besides(about, q)...)
	if q.limits {
		page = q.form.standing(page, s.standings(question.Caller, q))
	}
	return q.form.seal(page, q.charset), q
}

// aboutOf is of the zone that a question is about, where nothing was found.
func (s *Server) aboutOf(q query) lookup.About {
	if q.kind == lookup.KindDomain || q.kind == lookup.KindHost {
		return s.desk.AboutName(canonical(q.text))
	}
	return s.desk.About()
}

// serves reports whether a word without a dot is a zone of ours. A zone that
// nothing was answered about yet is not known, and its word is taken for a
// handle: that question finds nothing, and the next one knows.
func (s *Server) serves(word string) bool {
	return slices.Contains(s.desk.About().Zones, canonical(word))
}

func (s *Server) ask(ctx context.Context, question lookup.Question, q query) ([]byte, lookup.About, error) {
	switch q.kind {
	case lookup.KindHelp:
		about, err := s.desk.Help(ctx, question)
		if err != nil {
			return nil, about, err
		}
		return told(about, q.about), about, nil
	case lookup.KindHost:
		a, err := s.desk.Host(ctx, question)
		if err != nil {
			return nil, lookup.About{}, err
		}
		return hostPage(a), a.About, nil
	case lookup.KindEntity:
		a, err := s.desk.Entity(ctx, question, q.whom)
		if err != nil {
			return nil, lookup.About{}, err
		}
		return entityPage(a, q.handles), a.About, nil
	default:
		a, err := s.desk.Domain(ctx, question)
		if err != nil {
			return nil, lookup.About{}, err
		}
		page := a.Write(func(a *lookup.DomainAnswer) lookup.Written { return domainPage(a, q.handles) })
		return page.Body, a.About, nil
	}
}

// refuse answers a question that could not be read. It costs as one that could.
func (s *Server) refuse(question lookup.Question, why *queryError) []byte {
	err := s.desk.Refuse(question, lookup.KindOther, &register.SyntaxError{What: "WHOIS query", Reason: why.text})
	var exceeded *ratelimit.Exceeded
	if errors.As(err, &exceeded) {
		return limited(s.desk.About(), exceeded)
	}
	return problem(s.desk.About(), why)
}

// explain makes a page of an error of the desk. What is not known to be
// something else is a failure, and of a failure the client is told nothing.
func (s *Server) explain(err error, about lookup.About, q query) []byte {
	var syntax *register.SyntaxError
	var exceeded *ratelimit.Exceeded
	host := s.referred(err, q)
	var absent *lookup.Absent
	switch {
	case host != "":
		return elsewhere(about, q, err, host)
	case errors.Is(err, register.ErrNotFound) && q.kind == lookup.KindDomain && slices.Contains(about.Zones, canonical(q.text)):
		return zone(about)
	case errors.As(err, &absent) && closed(&absent.Name):
		return vacant(about, &absent.Name)
	case errors.Is(err, register.ErrNotFound):
		return notFound(about, q)
	case errors.Is(err, lookup.ErrElsewhere):
		return elsewhere(about, q, err, "")
	case errors.As(err, &syntax):
		return problem(about, &queryError{codeBadKey, "invalid search key, " + syntax.Reason})
	case errors.As(err, &exceeded):
		return limited(about, exceeded)
	default:
		s.log.Error("whois: a question could not be answered", "kind", string(q.kind), "error", err)
		return failed(about)
	}
}

// referred is the WHOIS server of another register that a name which is not here
// is said to be in.
func (s *Server) referred(err error, q query) register.Name {
	named := q.kind == lookup.KindDomain || q.kind == lookup.KindHost
	if !named || !errors.Is(err, register.ErrNotFound) && !errors.Is(err, lookup.ErrElsewhere) {
		return ""
	}
	return s.desk.Refer(canonical(q.text))
}
