package holder

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"registerd/quota"
	"registerd/ratelimit"
	"registerd/register"
)

// problem is an answer that is none (RFC 9457). What it says is one of the words of
// pages, in English, or nobody's.
type problem struct {
	status int
	word   string // for programs; it never changes
	says   string
	retry  int // seconds; 0 is none
}

func (p *problem) Error() string { return p.says }

// What is not done, and why.
var (
	errPath        = &problem{status: http.StatusNotFound, word: "path", says: "There is nothing here."}
	errMethod      = &problem{status: http.StatusMethodNotAllowed, word: "method", says: "This is not done here with this method."}
	errOpenChannel = &problem{status: http.StatusForbidden, word: "channel", says: "This way can be read by others: use TLS. If a key was sent, ask for another one."}
	errOrigin      = &problem{status: http.StatusForbidden, word: "origin", says: "Another web site has sent this."}
	errMedia       = &problem{status: http.StatusUnsupportedMediaType, word: "media", says: "A key is sent as a form."}
	errBody        = &problem{status: http.StatusBadRequest, word: "body", says: "The form cannot be read."}
	errKey         = &problem{status: http.StatusForbidden, word: "key", says: "This link opens nothing: it was used, or its time is over. Ask for another one."}
	errNoSession   = &problem{status: http.StatusUnauthorized, word: "session", says: "Nothing is open: send the key of a link by POST."}
	errGone        = &problem{status: http.StatusNotFound, word: "gone", says: "The register holds nothing of you any more."}
	errBusy        = &problem{status: http.StatusServiceUnavailable, word: "busy", retry: 10, says: "Too many are looking at the moment. Try again soon."}
	errFailure     = &problem{status: http.StatusServiceUnavailable, word: "failure", retry: 30, says: "This cannot be answered at the moment."}
	errMistake     = &problem{status: http.StatusInternalServerError, word: "failure", says: "This cannot be answered at the moment."}
)

// problemOf translates an error, once. What it does not know is a failure.
func problemOf(err error) (p *problem, ours bool) {
	var known *problem
	var exceeded *ratelimit.Exceeded
	switch {
	case errors.As(err, &known):
		return known, false
	case errors.Is(err, ErrNoLink):
		return errKey, false
	case errors.Is(err, register.ErrNotFound):
		return errGone, false
	case errors.As(err, &exceeded):
		status, word, retry := quota.Refused(exceeded)
		return &problem{status: status, word: word, retry: retry, says: strings.Join(quota.Why(exceeded, ""), ". ") + "."}, false
	}
	return errFailure, true
}

// problem says why something was not done, as a page to people.
func (v *visit) problem(err error) {
	p, ours := problemOf(err)
	if ours && v.r.Context().Err() == nil {
		v.h.cfg.Log.Error("holder page: a question could not be answered", "error", err)
	}
	if p.retry > 0 {
		v.w.Header().Set("Retry-After", strconv.Itoa(p.retry))
	}
	if v.people() {
		if v.page(p.status, "problem", problemPage{v.say(p.says), v.h.at.Path()}) == nil {
			return
		}
	}
	_ = v.json(p.status, "application/problem+json", struct { // of texts and a number: nothing can fail
		Title  string `json:"title"`
		Status int    `json:"status"`
		Word   string `json:"word"`
		Detail string `json:"detail"`
	}{http.StatusText(p.status), p.status, p.word, p.says})
}
