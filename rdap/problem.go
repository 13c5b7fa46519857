package rdap

import (
	"errors"

	"registerd/access"
	"registerd/federated"
	"registerd/lookup"
	"registerd/ratelimit"
	"registerd/register"
)

// problem is an answer that is not what was asked for (RFC 9083 section 6).
type problem struct {
	status int
	title  string
	says   string

	about  string   // title of what more there is to say
	notice []string // which is nothing, if it is empty

	// availability are lines about whether the name that was asked for can be
	// registered: the state in a word, the reason in a word, and in words.
	availability []string

	retry int  // whole seconds for Retry-After; 0 for none
	ours  bool // a failure, to be logged

	exceeded *ratelimit.Exceeded // a limit; nil if it is none
}

// retryFailure is when to ask again after a failure of ours: soon enough for a
// person, late enough for a crowd.
const retryFailure = 30

// refusal is a question that this window does not pass on, and with which
// status it says so.
type refusal struct {
	status int
	title  string
	why    *register.SyntaxError
}

func (r *refusal) Error() string { return r.why.Error() }

// Unwrap lets the desk see that the question is to blame.
func (r *refusal) Unwrap() error { return r.why }

func refuse(status int, title, reason string) error {
	return &refusal{status, title, &register.SyntaxError{What: "request", Reason: reason}}
}

// reservedError is a name that is nobody's and that nobody can register. It is
// not there, and least of all is it free.
type reservedError struct{ name lookup.Name }

func (*reservedError) Error() string { return "the name is reserved" }

// problemOf translates an error, once and for all queries. What it does not
// know is a failure, of which the client learns nothing but that it is ours.
func (s site) problemOf(err error) problem {
	var refused *refusal
	var syntax *register.SyntaxError
	var exceeded *ratelimit.Exceeded
	var denied *access.Denied
	var unsupported *register.UnsupportedError
	var reserved *reservedError
	var absent *lookup.Absent
	switch {
	case errors.As(err, &refused):
		return problem{status: refused.status, title: refused.title, says: sentence(refused.why.Reason)}
	case errors.Is(err, lookup.ErrUnsupported):
		return s.problemOf(errUnsupported)
	case errors.As(err, &reserved):
		return reservedProblem(reserved.name)
	case errors.As(err, &absent):
		return s.absentProblem(absent)
	case errors.Is(err, lookup.ErrElsewhere):
		return problem{status: 404, title: "Not Found", says: "The name is in no zone of this register, which says nothing about it."}
	case errors.Is(err, register.ErrNotFound):
		return problem{status: 404, title: "Not Found", says: "The register holds no such object."}
	case errors.As(err, &exceeded):
		return s.limitProblem(exceeded)
	case errors.As(err, &denied):
		return deniedProblem(denied)
	case errors.Is(err, federated.ErrUnreachable):
		return problem{status: 503, title: "Service Unavailable", retry: retryFailure,
			says: "The OpenID provider cannot be asked at the moment. Without a credential the public is answered."}
	case errors.As(err, &unsupported):
		return problem{status: 422, title: "Unprocessable Content", says: sentence(unsupported.Error())}
	case errors.As(err, &syntax):
		return problem{status: 400, title: "Bad Request", says: sentence(syntax.Error())}
	default:
		return problem{status: 503, title: "Service Unavailable", retry: retryFailure, ours: true,
			says: "The register cannot be read at the moment. This says nothing about what was asked for."}
	}
}

func sentence(reason string) string {
	if reason == "" {
		return reason
	}
	first := reason[0]
	if 'a' <= first && first <= 'z' {
		first -= 'a' - 'A'
	}
	return string(first) + reason[1:] + "."
}

func reservedProblem(n lookup.Name) problem {
	return problem{status: 404, title: "Not Found", says: "The name is not registered.", availability: availability(n)}
}

// absentProblem says what a name is that is not there: that it is not there is
// no promise that it can be registered.
func (s site) absentProblem(absent *lookup.Absent) problem {
	p := s.problemOf(absent.Unwrap())
	p.availability = availability(absent.Name)
	return p
}

func availability(n lookup.Name) []string {
	lines := []string{"State: " + n.Word()}
	if n.Why != lookup.WhyNothing {
		lines = append(lines, "Reason: "+string(n.Why), n.Says+".")
	}
	return lines
}

func deniedProblem(d *access.Denied) problem {
	switch d.Why {
	case access.BadCredential:
		return problem{status: 401, title: "Unauthorized", says: "The credential is unknown, wrong or expired, or none that is taken here."}
	case access.OpenChannel:
		return problem{status: 403, title: "Forbidden", says: "A credential was sent in clear. Use TLS, and have the credential replaced."}
	case access.PurposeRefused:
		return problem{status: 403, title: "Forbidden", says: "The account may not give this purpose."}
	case access.JournalRequired:
		return problem{status: 503, title: "Service Unavailable", retry: retryFailure, ours: true,
			says: "Answers above the public one cannot be journaled at the moment, and are not given."}
	case access.ConfidentialRefused:
		return problem{status: 403, title: "Forbidden",
			says: "Answers above the public one are journaled, and the account may not have the holder not told of them."}
	case access.NoAccount:
		return problem{status: 403, title: "Forbidden", says: "Nobody has made an account here for this " + d.Reason + "."}
	case access.Unreadable:
		return problem{status: 503, title: "Service Unavailable", retry: retryFailure, ours: true,
			says: "Who has an account cannot be read at the moment. Without a credential the public is answered."}
	case access.PurposeRequired:
		return problem{status: 403, title: "Forbidden",
			says: "This search is answered for a purpose only. Give it in the header RDAP-Purpose or the query parameter farv1_qp."}
	case access.SearchRefused:
		return problem{status: 403, title: "Forbidden", says: "This search is not answered to you.",
			about: "Publication rules", notice: []string{d.Reason}}
	default:
		return problem{status: 403, title: "Forbidden", says: "The question is not answered to this account."}
	}
}

// problem writes an error answer. It names who keeps the register: whoever is
// turned away must learn whom to ask.
func (s site) problem(p problem, a lookup.About) []byte {
	return s.encode(s.base+"help", ours, func(e *encoder) {
		e.number("errorCode", p.status)
		e.member("title", p.title)
		mark := e.begin("description", '[')
		e.text(p.says)
		e.end(mark, ']')
		e.member("lang", e.lang)
		mark = e.begin("notices", '[')
		e.notice(p.about, p.notice...)
		e.notice("Availability", p.availability...)
		if p.status == 404 {
			e.stale(a)
		}
		e.keeper(a)
		e.end(mark, ']')
	})
}
