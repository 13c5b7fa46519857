// Package intake is the window of the request desk over HTTP: where those without
// standing access ask for data that is not public, see what became of it, and are
// given what was granted (NIS2 Art. 28(5)). Programs speak JSON; people have pages
// that need no script. It decides nothing, and keeps nothing.
//
// A request is named by its number, which is no secret and tells of nobody. What
// opens it is a key. The key stands in no address that a server, a log or a
// referrer ever holds: in the link that a requester is given it is the fragment,
// which browsers keep to themselves (RFC 9110 section 4.2.5), and it is sent in the
// header field Authorization or in the body of a form. There are no cookies, so
// there is nothing that another site could make a browser send along.
package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"

	"registerd/access"
	"registerd/listen"
	"registerd/lookup"
	"registerd/page"
	"registerd/request"
)

// Config is what a handler is made of. All but PickedUp and Private is required.
type Config struct {
	Requests func() *request.Desk // that answers; nil while it cannot be opened
	Desk     *lookup.Desk         // that counts what is nonsense, and knows who keeps the register

	// Admit takes a ticket for who asks, from the budget of questions, or says that it
	// is used up. What the answer is worth beyond one question is charged later.
	Admit func(access.Channel) (charge func(work int), err error)

	// PickedUp is told, before a token is handed out, that there is one. It may be nil.
	PickedUp func(context.Context)

	// Base is the public URL below which the handler is: absolute, http or https,
	// with a final "/".
	Base string

	// Private says that the listener stands behind TLS. Connections with TLS and
	// from loopback are private anyway, and who comes past the front ends of a
	// [listen.Forwarding] is not; on others nothing is taken and nothing is told.
	Private bool

	MaxEvidence int64 // bytes of one piece of evidence, as the desk takes them

	Log *slog.Logger
}

// Handler answers below the path requests:
//
//	GET, HEAD  /requests                   the form
//	POST       /requests                   a request: JSON, or the form
//	GET, HEAD  /requests/NUMBER            its state; for people, where they open it
//	POST       /requests/NUMBER            its state, for people
//	POST       /requests/NUMBER/evidence   a file that the request names
//	POST       /requests/NUMBER/token      the token of a grant, once
//
// It is safe for concurrent use.
type Handler struct {
	requests func() *request.Desk
	desk     *lookup.Desk
	admit    func(access.Channel) (func(int), error)
	pickedUp func(context.Context)
	log      *slog.Logger
	base     string
	at       *listen.Place
	private  bool
	evidence int64
	pages    *page.Set
	reading  places
	origins  *http.CrossOriginProtection
}

const ownPath = "/requests"

// New makes a handler and refuses to do so with a part missing.
func New(c Config) (*Handler, error) {
	switch {
	case c.Requests == nil:
		return nil, errors.New("intake: no request desk")
	case c.Desk == nil:
		return nil, errors.New("intake: no desk")
	case c.Admit == nil:
		return nil, errors.New("intake: nobody counts")
	case c.MaxEvidence < 1:
		return nil, errors.New("intake: no size of evidence")
	case c.Log == nil:
		return nil, errors.New("intake: no log")
	}
	if c.PickedUp == nil {
		c.PickedUp = func(context.Context) {}
	}
	h := &Handler{
		requests: c.Requests, desk: c.Desk, admit: c.Admit, pickedUp: c.PickedUp, log: c.Log, base: c.Base, private: c.Private,
		evidence: c.MaxEvidence,
	}
	var err error
	if h.at, err = listen.NewPlace(c.Base, ownPath, c.Private); err != nil {
		return nil, fmt.Errorf("intake: %w", err)
	}
	if h.origins, err = h.at.Origins(); err != nil {
		return nil, fmt.Errorf("intake: %w", err)
	}
	if h.pages, err = page.New(pagesHTML, pagesCSS); err != nil {
		return nil, fmt.Errorf("intake: %w", err)
	}
	return h, nil
}

// Beside answers what is asked below requests, and gives all else to other.
func (h *Handler) Beside(other http.Handler) http.Handler { return h.at.Beside(other, h.serve) }

// place is what a path leads to.
type place struct {
	number string // "" for requests itself
	part   string // "", "evidence" or "token"
}

// nowhere is the part of a path that leads to none.
const nowhere = "nowhere"

var placeForm = regexp.MustCompile(`^(?:/(R-[0-9]{4}-[0-9]{6})(?:/(evidence|token))?)?/?$`)

// serve answers a request whose path behind requests is rest, as it was sent.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request, rest string) {
	h.at.Head(w.Header(), r)
	h.pages.Head(w.Header())
	w.Header().Set("Vary", "Accept, Accept-Language, Authorization")
	client, private := listen.Way(r, h.private)
	v := &visit{h: h, w: w, r: r, channel: access.Channel{Addr: client, Private: private}, language: h.languageOf(r)}
	defer v.recover()
	found := placeForm.FindStringSubmatch(rest)
	if found == nil {
		v.part = nowhere
		v.refuse(errPath)
		return
	}
	v.place = place{found[1], found[2]}
	methods, answer := "GET, HEAD, POST, OPTIONS", v.get
	if v.part != "" {
		methods = "POST, OPTIONS"
	}
	switch {
	case r.Method == http.MethodOptions:
		w.Header().Set("Allow", methods)
		w.WriteHeader(http.StatusNoContent)
		return
	case r.Method == http.MethodPost:
		answer = v.post
	case v.part != "" || r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", methods)
		v.refuse(errMethod)
		return
	}
	if !v.channel.Private {
		v.refuse(errOpenChannel)
		return
	}
	if v.requests = h.requests(); v.requests == nil {
		v.closed()
		return
	}
	answer()
}
