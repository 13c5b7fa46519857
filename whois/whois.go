// Package whois is the port-43 window (RFC 3912): a line in, a page of text
// out, and the connection closed.
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
	"net/netip"
	"slices"
	"time"

	"registerd/access"
	"registerd/listen"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/register"
)

// maxLine is the longest question in bytes. RFC 3912 sets none.
const maxLine = 512

// Config is what a server is made of. All of it is required.
type Config struct {
	Desk *lookup.Desk
	Log  *slog.Logger
}

// Server answers on port 43. It is safe for concurrent use.
type Server struct {
	desk *lookup.Desk
	log  *slog.Logger

	lineTime  time.Duration // for the whole question, however it trickles in
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
	return &Server{
		desk: c.Desk, log: c.Log,
		lineTime: 5 * time.Second, writeTime: 10 * time.Second, closeTime: 2 * time.Second,
	}, nil
}

// Serve answers one question on each connection of l until ctx is done, and
// then lets the answers in progress finish for at most the time drain. Its
// errors are those of [listen.Serve].
func (s *Server) Serve(ctx context.Context, l *listen.Listener, drain time.Duration) error {
	return listen.Serve(ctx, l, drain, s.converse)
}

// Refusal is what a listener tells a connection that is one too many.
func (s *Server) Refusal() []byte { return crowded(s.desk.About()) }

func (s *Server) converse(ctx context.Context, c net.Conn) {
	line, err := listen.ReadLine(c, time.Now().Add(s.lineTime), maxLine)
	answer := s.reply(ctx, listen.ClientAddr(c), line, err)
	if answer == nil {
		return
	}
	if c.SetWriteDeadline(time.Now().Add(s.writeTime)) != nil {
		return
	}
	if _, err := c.Write(answer); err != nil {
		return // the client has gone, or reads too slowly to be waited for
	}
	_ = listen.CloseCleanly(c, s.closeTime) // the answer is out: there is nobody left to tell
}

// reply answers what was read of a connection. It is nil when nobody is there
// to be answered.
func (s *Server) reply(ctx context.Context, from netip.Addr, line string, err error) []byte {
	question := lookup.Question{
		Caller: access.Public(access.Channel{Addr: from}),
		Window: lookup.WHOIS,
		Text:   line,
	}
	switch {
	case err == nil:
		return s.answer(ctx, question)
	case errors.Is(err, listen.ErrLineTooLong):
		return s.refuse(question, errLineTooLong)
	case errors.Is(err, listen.ErrTimeout):
		return problem(s.desk.About(), errTooSlow)
	case !errors.Is(err, io.EOF):
		s.log.Debug("whois: a connection ended before its question", "error", err)
	}
	return nil
}

// answer answers a line.
func (s *Server) answer(ctx context.Context, question lookup.Question) []byte {
	q, bad := parseQuery(question.Text, s.serves)
	if bad != nil {
		return s.refuse(question, bad)
	}
	question.Text, question.Lang = q.text, q.lang
	page, err := s.ask(ctx, question, q)
	if err != nil {
		page = s.explain(err, q)
	}
	return q.charset.encode(append(slices.Clip(page), otherLanguage(s.desk.About(), q)...))
}

// serves reports whether a word without a dot is a zone of ours. A zone that
// nothing was answered about yet is not known, and its word is taken for a
// handle: that question finds nothing, and the next one knows.
func (s *Server) serves(word string) bool {
	return slices.Contains(s.desk.About().Zones, canonical(word))
}

func (s *Server) ask(ctx context.Context, question lookup.Question, q query) ([]byte, error) {
	switch q.kind {
	case lookup.KindHelp:
		about, err := s.desk.Help(ctx, question)
		if err != nil {
			return nil, err
		}
		return help(about), nil
	case lookup.KindHost:
		a, err := s.desk.Host(ctx, question)
		if err != nil {
			return nil, err
		}
		return hostPage(a), nil
	case lookup.KindEntity:
		a, err := s.desk.Entity(ctx, question, q.whom)
		if err != nil {
			return nil, err
		}
		return entityPage(a), nil
	default:
		a, err := s.desk.Domain(ctx, question)
		if err != nil {
			return nil, err
		}
		return a.Write(domainPage).Body, nil
	}
}

// refuse answers a question that could not be read. It costs as one that could.
func (s *Server) refuse(question lookup.Question, why *queryError) []byte {
	err := s.desk.Refuse(question, lookup.KindOther, &register.SyntaxError{What: "WHOIS query", Reason: why.text})
	var exceeded *ratelimit.Exceeded
	if errors.As(err, &exceeded) {
		return limited(s.desk.About(), exceeded.RetryAfter)
	}
	return problem(s.desk.About(), why)
}

// explain makes a page of an error of the desk. What is not known to be
// something else is a failure, and of a failure the client is told nothing.
func (s *Server) explain(err error, q query) []byte {
	about := s.desk.About()
	var syntax *register.SyntaxError
	var exceeded *ratelimit.Exceeded
	switch {
	case errors.Is(err, register.ErrNotFound) && q.kind == lookup.KindDomain && slices.Contains(about.Zones, canonical(q.text)):
		return zone(about)
	case errors.Is(err, register.ErrNotFound):
		return notFound(about, q)
	case errors.Is(err, lookup.ErrElsewhere):
		return elsewhere(about, q, err)
	case errors.As(err, &syntax):
		return problem(about, &queryError{codeBadKey, "invalid search key, " + syntax.Reason})
	case errors.As(err, &exceeded):
		return limited(about, exceeded.RetryAfter)
	default:
		s.log.Error("whois: a question could not be answered", "kind", string(q.kind), "error", err)
		return failed(about)
	}
}
