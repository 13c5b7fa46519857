// Package holder is the window of those whose data the register holds: who opens
// a link that the operator sent sees every field that is kept of a contact and its
// domains, to whom each is shown and why, and who was given it (GDPR Art. 15).
//
// It decides nothing of this: what is held and shown comes from lookup, and who
// was given it from the journal, by a function. It keeps links and sessions, which
// name the contact by its ROID.
//
// The key of a link stands in no address that a server, a log or a referrer holds:
// it is the link's fragment, which browsers keep to themselves (RFC 9110 section
// 4.2.5), and is sent in the body of a form. Whoever looks at links in letters
// before people do, as mail scanners do, uses none up.
package holder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"registerd/access"
	"registerd/listen"
	"registerd/lookup"
	"registerd/page"
)

// Receipt says that somebody was given data of the holder.
type Receipt struct {
	Time         time.Time `json:"time"` // to the second, UTC
	Organisation string    `json:"organisation"`
	Kind         string    `json:"kind"` // of requester
	Purpose      string    `json:"purpose"`
	Basis        string    `json:"basis"`
	Object       string    `json:"object"` // that was asked for; "" of a search
	Fields       []string  `json:"fields"` // that were told, beyond what is public
}

// Config is what a handler is made of. All but Private is required.
type Config struct {
	Links *Links
	Desk  *lookup.Desk

	// Received lists who was given data of the contact with a ROID, as its holder
	// may know it now.
	Received func(ctx context.Context, roid string) ([]Receipt, error)

	// Admit takes a question from the budget of an address, and then what the answer
	// is worth beyond it, in questions.
	Admit func(ch access.Channel) (charge func(work int), err error)

	// Base is the public URL below which the handler is: absolute, http or https,
	// with a final "/".
	Base string

	// Private says that the listener stands behind TLS. Connections with TLS and
	// from loopback are private anyway, and who comes past the front ends of a
	// [listen.Forwarding] is not; on others nothing is opened.
	Private bool

	Log *slog.Logger
}

// Handler answers below the path holder:
//
//	GET, HEAD  /holder        what is held, as a page or as JSON; without a session, where a link is opened
//	POST       /holder        opens a link, once
//	POST       /holder/leave  ends the session
//
// It is safe for concurrent use.
type Handler struct {
	cfg     Config
	at      *listen.Place
	pages   *page.Set
	origins *http.CrossOriginProtection
	reading chan struct{} // holds one for each reading of the journal
}

const (
	ownPath   = "/holder"
	leavePath = "/leave"

	// readings are how many read the journal at once: all of it is read.
	readings = 2
	// guessPrice is what a key that opens nothing costs beyond the question.
	guessPrice = 9
)

// New makes a handler and refuses to do so with a part missing.
func New(c Config) (*Handler, error) {
	switch {
	case c.Links == nil:
		return nil, errors.New("holder: no links")
	case c.Desk == nil:
		return nil, errors.New("holder: no desk")
	case c.Received == nil:
		return nil, errors.New("holder: nobody knows who was given data")
	case c.Admit == nil:
		return nil, errors.New("holder: nobody counts")
	case c.Log == nil:
		return nil, errors.New("holder: no log")
	}
	h := &Handler{cfg: c, reading: make(chan struct{}, readings)}
	var err error
	if h.at, err = listen.NewPlace(c.Base, ownPath, c.Private); err != nil {
		return nil, fmt.Errorf("holder: %w", err)
	}
	if h.origins, err = h.at.Origins(); err != nil {
		return nil, fmt.Errorf("holder: %w", err)
	}
	if h.pages, err = page.New(pagesHTML, pagesCSS); err != nil {
		return nil, fmt.Errorf("holder: %w", err)
	}
	return h, nil
}

// LinkTo is the address that a key is sent to its holder in.
func LinkTo(base, key string) string { return strings.TrimSuffix(base, "/") + ownPath + "#" + key }

// Beside answers what is asked below holder, and gives all else to other.
func (h *Handler) Beside(other http.Handler) http.Handler { return h.at.Beside(other, h.serve) }

// visit is one request.
type visit struct {
	h        *Handler
	w        http.ResponseWriter
	r        *http.Request
	channel  access.Channel
	language string // of the rules, that reasons are given in
}

// serve answers a request whose path behind holder is rest, as it was sent.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request, rest string) {
	h.at.Head(w.Header(), r)
	h.pages.Head(w.Header())
	w.Header().Set("Vary", "Accept, Accept-Language, Cookie")
	client, private := listen.Way(r, h.cfg.Private)
	v := &visit{h: h, w: w, r: r, channel: access.Channel{Addr: client, Private: private}, language: h.languageOf(r)}
	defer v.recover()
	methods, answer := "GET, HEAD, POST, OPTIONS", v.get
	switch rest {
	case "", "/":
	case leavePath:
		methods = "POST, OPTIONS"
	default:
		v.problem(errPath)
		return
	}
	switch {
	case r.Method == http.MethodOptions:
		w.Header().Set("Allow", methods)
		w.WriteHeader(http.StatusNoContent)
		return
	case r.Method == http.MethodPost && rest == leavePath:
		answer = v.leave
	case r.Method == http.MethodPost:
		answer = v.open
	case rest == leavePath || r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", methods)
		v.problem(errMethod)
		return
	}
	if !v.channel.Private {
		v.problem(errOpenChannel)
		return
	}
	if err := answer(); err != nil {
		v.problem(err)
	}
}
