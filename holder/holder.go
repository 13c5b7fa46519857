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
	"net/netip"
	"net/url"
	"strings"
	"time"

	"registerd/access"
	"registerd/listen"
	"registerd/lookup"
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
	prefix  string // path of the base without its final "/"
	hsts    bool
	policy  string // Content-Security-Policy
	pages   *pages
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
	base, err := url.Parse(c.Base)
	if err != nil || base.Host == "" || !strings.HasSuffix(base.Path, "/") || strings.HasPrefix(base.Path, ownPath+"/") {
		return nil, fmt.Errorf("holder: the base %q is not a URL that ends in /, or is one of ours", c.Base)
	}
	h := &Handler{
		cfg: c, prefix: strings.TrimSuffix(base.EscapedPath(), "/"), hsts: base.Scheme == "https",
		origins: http.NewCrossOriginProtection(), reading: make(chan struct{}, readings),
	}
	// A front end may pass on another Host than the one that people see.
	if err := h.origins.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
		return nil, fmt.Errorf("holder: the base %q: %w", c.Base, err)
	}
	if h.pages, err = newPages(); err != nil {
		return nil, fmt.Errorf("holder: %w", err)
	}
	h.policy = "default-src 'none'; style-src '" + h.pages.styleHash +
		"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	return h, nil
}

// LinkTo is the address that a key is sent to its holder in.
func LinkTo(base, key string) string { return strings.TrimSuffix(base, "/") + ownPath + "#" + key }

// Beside answers what is asked below holder, and gives all else to other. The
// path may have the base's path before it, or a front end has taken it off.
func (h *Handler) Beside(other http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.EscapedPath()
		if rest, ok := strings.CutPrefix(path, h.prefix+ownPath); ok && (rest == "" || rest[0] == '/') {
			h.serve(w, r, rest)
		} else if rest, ok := strings.CutPrefix(path, ownPath); ok && (rest == "" || rest[0] == '/') {
			h.serve(w, r, rest)
		} else {
			other.ServeHTTP(w, r)
		}
	})
}

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
	h.head(w, r)
	v := &visit{h: h, w: w, r: r, channel: h.channel(r), language: h.languageOf(r)}
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

// head is what every answer begins with. Nothing of it is kept by anybody, and no
// other site learns where its reader was.
func (h *Handler) head(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", h.policy)
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Vary", "Accept, Accept-Language, Cookie")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Robots-Tag", "noindex")
	if h.hsts && (r.TLS != nil || h.cfg.Private) {
		header.Set("Strict-Transport-Security", "max-age=31536000")
	}
	if !r.ProtoAtLeast(1, 1) {
		// It may have had a Transfer-Encoding, which net/http takes away without a
		// word; then nobody knows where the next request begins (RFC 9112 section 6.1).
		header.Set("Connection", "close")
	}
}

// channel is how a request reached us. The address is the one that the doorway has
// settled, and no header may say otherwise here.
func (h *Handler) channel(r *http.Request) access.Channel {
	at, _ := netip.ParseAddrPort(r.RemoteAddr)
	addr := at.Addr().Unmap().WithZone("")
	private := h.cfg.Private && !listen.PastFrontEnds(r)
	return access.Channel{Addr: addr, Private: private || r.TLS != nil || addr.IsLoopback()}
}
