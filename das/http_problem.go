package das

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"registerd/access"
	"registerd/quota"
	"registerd/ratelimit"
)

// What is not answered at all, and why.
var (
	errMethod         = refused(http.StatusMethodNotAllowed, "one name is asked about with GET or HEAD availability/NAME, many with POST availability")
	errPath           = refused(http.StatusBadRequest, "the path names no name: ask for availability/NAME")
	errTwoCredentials = refused(http.StatusBadRequest, "there are two credentials: where a client's certificate is shown, it is the only one")
	errBody           = refused(http.StatusRequestEntityTooLarge, "a question about one name has no body")
	errMedia          = refused(http.StatusUnsupportedMediaType, "names are taken as application/json, application/x-ndjson or text/plain, not compressed")
	errTooLarge       = refused(http.StatusRequestEntityTooLarge, "the body has more than 262144 bytes")
	errTooMany        = refused(http.StatusRequestEntityTooLarge, "there are more than 1000 names")
	errBroken         = refused(http.StatusBadRequest, "the body did not come to its end")
	errUnreadable     = refused(http.StatusBadRequest, `the body cannot be read: JSON is ["NAME", ...] or {"names": ["NAME", ...]}, a line of NDJSON is "NAME" or {"name": "NAME"}`)
	errNoNames        = refused(http.StatusBadRequest, "there are no names")

	errUnknown  = &problem{status: http.StatusServiceUnavailable, word: "failure", retry: retryFailure, ours: true, says: saysFailure}
	errPanicked = &problem{status: http.StatusInternalServerError, word: "failure", says: saysFailure}
	errBusy     = &problem{status: http.StatusServiceUnavailable, word: "busy", retry: 1, says: "Too many questions about many names are under way."}
)

// retryFailure is when to ask again after a failure of ours, in seconds.
const retryFailure = 30

const saysFailure = "The register cannot be read at the moment. This says nothing about what was asked for."

// problem is an answer that is none (RFC 9457).
type problem struct {
	status int
	word   string // for programs
	says   string
	retry  int64 // seconds; 0 for none
	ours   bool  // a failure, to be logged

	exceeded *ratelimit.Exceeded // a limit; nil if it is none
}

func (p *problem) Error() string { return p.says }

// problemOf translates an error, once. What it does not know is a failure, of
// which the client learns nothing but that it is ours.
func problemOf(err error) *problem {
	var known *problem
	var refused *refusal
	var exceeded *ratelimit.Exceeded
	var denied *access.Denied
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &refused):
		return &problem{status: refused.status, word: "request", says: refused.why.Reason}
	case errors.As(err, &exceeded):
		return limitProblem(exceeded)
	case errors.As(err, &denied) && denied.Why == access.BadCredential:
		return &problem{status: http.StatusUnauthorized, word: "credential",
			says: "The credential is unknown, wrong or expired, or none that is taken here."}
	case errors.As(err, &denied) && denied.Why == access.OpenChannel:
		return &problem{status: http.StatusForbidden, word: "channel",
			says: "A credential was sent in clear. Use TLS, and have the credential replaced."}
	case errors.As(err, &denied) && denied.Why == access.NoAccount:
		return &problem{status: http.StatusForbidden, word: "denied", says: "Nobody has made an account here for this " + denied.Reason + "."}
	case errors.As(err, &denied) && denied.Why == access.Unreadable:
		return &problem{status: http.StatusServiceUnavailable, word: "accounts", retry: retryFailure, ours: true,
			says: "Who has an account cannot be read at the moment. Without a credential the public is answered."}
	case errors.As(err, &denied):
		return &problem{status: http.StatusForbidden, word: "denied", says: "The question is not answered to this account."}
	default:
		return errUnknown
	}
}

// limitProblem is a question too many, or of a network that the operator has blocked.
func limitProblem(x *ratelimit.Exceeded) *problem {
	status, word, retry := quota.Refused(x)
	return &problem{
		status: status, word: word, retry: int64(retry), exceeded: x,
		says: strings.Join(quota.Why(x, ""), ". ") + ". This says nothing about what was asked for.",
	}
}

// problem says why there is no answer, and who keeps the register: whoever is
// turned away must learn whom to ask.
func (h *HTTP) problem(w http.ResponseWriter, r *http.Request, c access.Caller, err error) {
	p := problemOf(err)
	if p.ours && r.Context().Err() == nil {
		h.log.Error("das: a question over HTTP could not be answered", "error", err)
	}
	type keeper struct {
		Name  string `json:"name,omitempty"`
		Email string `json:"email,omitempty"`
		URL   string `json:"url,omitempty"`
	}
	o := h.desk.About().Operator
	body, _ := json.Marshal(struct { // of strings and numbers: nothing can fail
		Title      string `json:"title"`
		Status     int    `json:"status"`
		Detail     string `json:"detail"`
		Reason     string `json:"reason"`
		RetryAfter int64  `json:"retryAfter,omitempty"`
		Operator   keeper `json:"operator,omitzero"`
	}{http.StatusText(p.status), p.status, p.says, p.word, p.retry, keeper(o)})
	header := w.Header()
	h.setRetry(header, c, p)
	if p.status == http.StatusUnauthorized {
		header["Www-Authenticate"] = access.Challenges
	}
	header.Set("Content-Type", "application/problem+json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(p.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

// setRetry says when to come again, and of the budgets what is a reason for it.
func (h *HTTP) setRetry(header http.Header, c access.Caller, p *problem) {
	switch {
	case p.exceeded != nil:
		quota.TellRefused(header, p.exceeded, h.desk.Standing(c, p.exceeded.Class))
	case p.retry == 0:
		h.tellLeft(header, c)
	}
	if p.retry > 0 {
		header.Set("Retry-After", strconv.FormatInt(p.retry, 10))
	}
}
