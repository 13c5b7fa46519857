package intake

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"registerd/quota"
	"registerd/ratelimit"
	"registerd/register"
	"registerd/request"
)

// refusal is a request that is not answered, and with which status that is said.
// Its word never changes.
type refusal struct {
	status int
	word   string
	why    register.SyntaxError
}

func (r *refusal) Error() string { return r.why.Error() }

// Unwrap lets the desk see that the request is to blame.
func (r *refusal) Unwrap() error { return &r.why }

func refused(status int, word, reason string) *refusal {
	return &refusal{status, word, register.SyntaxError{What: "request", Reason: reason}}
}

// What is not taken at all, and why.
var (
	errPath        = refused(http.StatusNotFound, "path", "there is nothing here: requests are made at requests, and looked at at requests/NUMBER")
	errMethod      = refused(http.StatusMethodNotAllowed, "method", "this is not done here with this method")
	errOpenChannel = refused(http.StatusForbidden, "channel", "this way can be read by others: use TLS; and if a key was sent, have it replaced")
	errOrigin      = refused(http.StatusForbidden, "origin", "another web site has sent this")
	errMedia       = refused(http.StatusUnsupportedMediaType, "media", "a request is application/json or the form, not compressed")
	errMediaFile   = refused(http.StatusUnsupportedMediaType, "media", "a file is application/octet-stream, or comes with the form, not compressed")
	errTooLarge    = refused(http.StatusRequestEntityTooLarge, "size", "the body is too large")
	errBroken      = refused(http.StatusBadRequest, "body", "the body did not come to its end, or cannot be read")
	errTrap        = refused(http.StatusUnprocessableEntity, "trap", "the field that is to stay empty was filled in")
	errNoKey       = refused(http.StatusUnauthorized, "key", "the key is missing: it is sent in the header field Authorization, as Bearer")
)

// retryFailure is when to ask again after a failure of ours, retryFull when no more
// requests are taken, retryClosed when the request desk is not open, in seconds.
const (
	retryFailure = 30
	retryFull    = 3600
	retryBusy    = 10
	retryClosed  = 60
)

// problem is an answer that is none (RFC 9457).
type problem struct {
	status int
	word   string // for programs
	says   string
	member string // of the submission, that is wrong
	retry  int64  // seconds; 0 for none
	ours   bool   // a failure, to be logged
}

func (p *problem) Error() string { return p.says }

var (
	errBusy   = &problem{status: http.StatusServiceUnavailable, word: "busy", retry: retryBusy, says: "Too many files are on their way."}
	errClosed = &problem{status: http.StatusServiceUnavailable, word: "not-open", retry: retryClosed, says: "Requests cannot be taken or looked at at the moment. If it is urgent, write to who keeps the register."}
	errWrong  = &problem{status: http.StatusUnauthorized, word: "key", says: "The number and the key do not belong together."}
	errPanic  = &problem{status: http.StatusInternalServerError, word: "failure", says: saysFailure}
)

const saysFailure = "This cannot be done at the moment. If it is urgent, write to who keeps the register."

// fixed are the errors of the request desk that have no more to say.
var fixed = []struct {
	is error
	problem
}{
	{request.ErrNotFound, *errWrong},
	{request.ErrDuplicate, problem{status: http.StatusConflict, word: "duplicate", says: "The same request is open already. Its number and key were given to who made it."}},
	{request.ErrTooMany, problem{status: http.StatusServiceUnavailable, word: "full", retry: retryFull, says: "Too many requests are open. If this one is urgent, write to who keeps the register."}},
	{request.ErrErased, problem{status: http.StatusGone, word: "erased", says: "The request is over, and what it said is erased."}},
	{request.ErrNoToken, problem{status: http.StatusConflict, word: "no-token", says: "There is no token to pick up: none was granted, it is over, or it was picked up already."}},
	{request.ErrWrongEvidence, problem{status: http.StatusUnprocessableEntity, word: "evidence", says: "This is not a file that the request names."}},
}

// problemOf translates an error, once. What it does not know is a failure, of
// which the requester learns nothing but that it is ours.
func problemOf(err error) *problem {
	var known *problem
	var refused *refusal
	var exceeded *ratelimit.Exceeded
	var invalid *request.InvalidError
	var move *request.MoveError
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &refused):
		return &problem{status: refused.status, word: refused.word, says: refused.why.Reason}
	case errors.As(err, &exceeded):
		return limitProblem(exceeded)
	case errors.As(err, &invalid):
		return &problem{status: http.StatusUnprocessableEntity, word: "invalid", member: invalid.Member, says: invalid.Reason}
	case errors.As(err, &move):
		return &problem{status: http.StatusConflict, word: string(move.State), says: "This cannot be done with a request that is " + string(move.State) + "."}
	case errors.As(err, &large):
		return problemOf(errTooLarge)
	}
	for i := range fixed {
		if errors.Is(err, fixed[i].is) {
			return &fixed[i].problem
		}
	}
	return &problem{status: http.StatusServiceUnavailable, word: "failure", retry: retryFailure, ours: true, says: saysFailure}
}

// limitProblem is a question too many, or of a network that the operator has blocked.
func limitProblem(x *ratelimit.Exceeded) *problem {
	status, word, retry := quota.Refused(x)
	return &problem{status: status, word: word, retry: int64(retry), says: strings.Join(quota.Why(x, ""), ". ") + "."}
}

// keeper is who keeps the register: whoever is turned away must learn whom to ask.
type keeper struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	URL   string `json:"url,omitempty"`
}

func (v *visit) keeper() keeper { return keeper(v.h.desk.About().Operator) }

// problem says why something was not done, as a page to people.
func (v *visit) problem(err error) {
	p := problemOf(err)
	if p.ours && v.r.Context().Err() == nil {
		v.h.log.Error("request desk: a question could not be answered", "part", v.part, "error", err)
	}
	header := v.w.Header()
	if p.retry > 0 {
		header.Set("Retry-After", strconv.FormatInt(p.retry, 10))
	}
	if p.status == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", `Bearer realm="requests"`)
	}
	if v.people() {
		v.page(p.status, "problem", problemPage{p.says, p.member, v.h.at.Path()})
		return
	}
	body, _ := json.Marshal(struct { // of strings and numbers: nothing can fail
		Title      string `json:"title"`
		Status     int    `json:"status"`
		Detail     string `json:"detail"`
		Reason     string `json:"reason"`
		Member     string `json:"member,omitempty"`
		RetryAfter int64  `json:"retryAfter,omitempty"`
		Operator   keeper `json:"operator,omitzero"`
	}{http.StatusText(p.status), p.status, p.says, p.word, p.member, p.retry, v.keeper()})
	v.write(p.status, "application/problem+json", body)
}
