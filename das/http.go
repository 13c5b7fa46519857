package das

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"registerd/access"
	"registerd/listen"
	"registerd/lookup"
	"registerd/quota"
	"registerd/ratelimit"
	"registerd/register"
)

// The limits of questions over HTTP, beyond those of the connection.
const (
	maxNames = 1000 // in one question

	// maxBody is in bytes: a thousand of the longest names in ASCII, quoted.
	maxBody = 256 << 10

	oneTime  = 2 * time.Second  // for a look into the register about one name
	manyTime = 10 * time.Second // for all the looks of a question about many
)

// HTTPConfig is what a handler is made of. Desk, Base and Log are required.
type HTTPConfig struct {
	Desk *lookup.Desk

	// Base is the public URL below which the handler is: absolute, http or https,
	// with a final "/".
	Base string

	// Private says that the listener stands behind TLS. Connections with TLS and
	// from loopback are private anyway, and who comes past the front ends of a
	// [listen.Forwarding] is not; on others no credentials are taken.
	Private bool

	Log *slog.Logger
}

// HTTP answers over HTTP, below the path availability:
//
//	GET, HEAD  /availability/NAME
//	POST       /availability          up to a thousand names
//
// It is safe for concurrent use.
type HTTP struct {
	desk    *lookup.Desk
	log     *slog.Logger
	private bool
	at      *listen.Place
	reading places
}

// NewHTTP makes a handler and refuses to do so with a part missing.
func NewHTTP(c HTTPConfig) (*HTTP, error) {
	switch {
	case c.Desk == nil:
		return nil, errors.New("das: no desk")
	case c.Log == nil:
		return nil, errors.New("das: no log")
	}
	at, err := listen.NewPlace(c.Base, ownPath, c.Private)
	if err != nil {
		return nil, fmt.Errorf("das: %w", err)
	}
	return &HTTP{desk: c.Desk, log: c.Log, private: c.Private, at: at}, nil
}

const ownPath = "/availability"

// Beside answers what is asked below availability, and gives all else to other.
func (h *HTTP) Beside(other http.Handler) http.Handler { return h.at.Beside(other, h.serve) }

const (
	oneMethods  = "GET, HEAD, OPTIONS"
	manyMethods = "POST, OPTIONS"
)

// serve answers a request whose path behind availability is rest, as it was sent.
func (h *HTTP) serve(w http.ResponseWriter, r *http.Request, rest string) {
	header := w.Header()
	h.at.Head(header, r)
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Access-Control-Expose-Headers", "Availability, "+quota.FieldNames+", Retry-After, WWW-Authenticate")
	header.Set("Cache-Control", "no-store") // the next moment it may be another
	header.Set("Content-Security-Policy", "default-src 'none'")
	header.Set("Vary", "Accept, Authorization")
	defer h.recover(w, r)
	methods, answer := oneMethods, h.one
	if rest == "" {
		methods, answer = manyMethods, h.many
	}
	switch r.Method {
	case http.MethodOptions:
		preflight(w, methods)
	case http.MethodGet, http.MethodHead, http.MethodPost:
		if (r.Method == http.MethodPost) == (rest == "") {
			answer(w, r, rest)
			return
		}
		fallthrough
	default:
		header.Set("Allow", methods)
		h.refuse(w, r, errMethod)
	}
}

// preflight lets scripts of any origin ask (Fetch standard, CORS preflight).
func preflight(w http.ResponseWriter, methods string) {
	header := w.Header()
	header.Set("Allow", methods)
	header.Set("Access-Control-Allow-Methods", methods)
	header.Set("Access-Control-Allow-Headers", "Accept, Authorization, Content-Type")
	header.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
}

// channel is how a request reached us.
func (h *HTTP) channel(r *http.Request) access.Channel {
	client, private := listen.Way(r, h.private)
	return access.Channel{Addr: client, Private: private}
}

// anybody is who asks, without a credential.
func (h *HTTP) anybody(r *http.Request) access.Caller { return access.Public(h.channel(r)) }

// caller is who asks, by what RDAP takes as well. All that it changes is whose
// budget is used.
func (h *HTTP) caller(r *http.Request) (access.Caller, error) {
	ch := h.channel(r)
	credentials := r.Header["Authorization"]
	key, certified := access.KeyOf(r.TLS)
	q := lookup.Question{Caller: access.Public(ch), Window: lookup.Availability}
	switch {
	case certified && len(credentials) > 0:
		return access.Caller{}, h.desk.Refuse(q, lookup.KindCredential, errTwoCredentials)
	case certified:
		return h.desk.Identify(lookup.Availability, key, access.Said{}, ch)
	case len(credentials) == 0:
		return q.Caller, nil
	}
	presented, ok := access.Authorization(credentials)
	if !ok {
		return access.Caller{}, h.desk.Refuse(q, lookup.KindCredential, &access.Denied{Why: access.BadCredential})
	}
	return h.desk.Identify(lookup.Availability, presented, access.Said{}, ch)
}

// one answers about the name in a path. Whatever the name is, that is an answer.
func (h *HTTP) one(w http.ResponseWriter, r *http.Request, rest string) {
	name, err := url.PathUnescape(strings.TrimPrefix(rest, "/"))
	switch {
	case r.ContentLength != 0:
		w.Header().Set("Connection", "close") // what follows is not a request
		h.refuse(w, r, errBody)
		return
	case err != nil || name == "" || strings.Contains(name, "/"):
		h.refuse(w, r, errPath)
		return
	}
	caller, err := h.caller(r)
	if err != nil {
		h.problem(w, r, h.anybody(r), err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), oneTime)
	defer cancel()
	a := answers{form: formFor(r.Header["Accept"], asJSON), asked: []string{name}, one: true}
	_, _, err = ask(ctx, h.desk, lookup.Question{Caller: caller, Window: lookup.Availability}, a.asked, a.tell)
	if err == nil && a.state == lookup.Unknown {
		err = errUnknown
	}
	if err != nil {
		h.problem(w, r, caller, err)
		return
	}
	w.Header().Set("Availability", a.state.String()) // all that HEAD can tell
	h.tellLeft(w.Header(), caller)
	a.write(w, r)
}

// recover turns a panic into a failure. It logs the type and the place, and not
// the value, which may hold what was asked.
func (h *HTTP) recover(w http.ResponseWriter, r *http.Request) {
	if v := recover(); v != nil {
		h.log.Error("das: a handler panicked; this is a mistake in the program", "type", fmt.Sprintf("%T", v), "stack", listen.Callers())
		h.problem(w, r, h.anybody(r), errPanicked)
	}
}

// tellLeft puts into the head of an answer how many names more may be asked for.
func (h *HTTP) tellLeft(header http.Header, c access.Caller) {
	quota.Tell(header, h.desk.Standing(c, ratelimit.Availability))
}

// refuse has the desk count a request that it will not be asked, and says why it
// is not answered.
func (h *HTTP) refuse(w http.ResponseWriter, r *http.Request, why *refusal) {
	q := lookup.Question{Caller: h.anybody(r), Window: lookup.Availability}
	h.problem(w, r, q.Caller, h.desk.Refuse(q, lookup.KindAvailability, why))
}

// refusal is a request that is not answered, and with which status that is said.
type refusal struct {
	status int
	why    register.SyntaxError
}

func (r *refusal) Error() string { return r.why.Error() }

// Unwrap lets the desk see that the request is to blame.
func (r *refusal) Unwrap() error { return &r.why }

func refused(status int, reason string) *refusal {
	return &refusal{status, register.SyntaxError{What: "request", Reason: reason}}
}
