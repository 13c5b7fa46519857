// Package rdap is the HTTP window of the desk (RFC 7480, 7481, 9082, 9083,
// 9537): it reads a question from a request, asks the desk, and writes the view
// it is given as JSON.
//
// It decides nothing about who sees what: it holds views only, whose withheld
// values are gone, and says of each what the view says. It keeps no budget and
// no journal; both are the desk's.
package rdap

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"registerd/federated"
	"registerd/lookup"
)

// Config is what a window is made of. Desk, Base and Log are required.
//
// The desk may keep answers as they were written, so all windows of one desk
// have the same Base and WHOIS.
type Config struct {
	Desk *lookup.Desk

	// Base is the public URL that all links begin with: absolute, http or
	// https, with a final "/". It is configured, and never taken from a request.
	Base string

	// WHOIS is the host of the WHOIS server (port43, RFC 9083 section 4.7); ""
	// when there is none.
	WHOIS string

	// Profile is what answers keep to beyond the standards.
	Profile Profile

	// Page is the web page that people are sent to; nil when there is none.
	Page *Page

	// Private says that the listener stands behind TLS: nobody on the way can
	// read an answer. Connections with TLS and from loopback are private anyway;
	// who comes past the front ends of a [listen.Forwarding] is not.
	Private bool

	// Federation takes the word of OpenID providers for who asks; nil when there is none.
	Federation *federated.Federation

	// Requests says that a request desk is beside, at requests below the base.
	Requests bool

	Log *slog.Logger
}

// Handler answers RDAP questions. It is an http.Handler.
type Handler struct {
	site    site
	desk    *lookup.Desk
	private bool
	log     *slog.Logger
	prefix  string // path of the base without its final "/": where a front end may leave it
	page    *Page
	packer  *packer
	router  *chi.Mux
	hsts    []string
	vary    []string
}

// New makes the window, and refuses to do so with a part missing.
func New(c Config) (*Handler, error) {
	switch {
	case c.Desk == nil:
		return nil, errors.New("rdap: no desk")
	case c.Log == nil:
		return nil, errors.New("rdap: no log")
	}
	base, ok := readBase(c.Base)
	if !ok {
		return nil, fmt.Errorf("rdap: the base %q is not an http or https URL with a plain path that ends in /", c.Base)
	}
	packer, err := newPacker()
	if err != nil {
		return nil, fmt.Errorf("rdap: making ready to compress: %w", err)
	}
	h := &Handler{
		site: site{base: c.Base, whois: c.WHOIS, profile: c.Profile, federation: c.Federation, requests: c.Requests}, desk: c.Desk, private: c.Private,
		log: c.Log, prefix: strings.TrimSuffix(base.EscapedPath(), "/"), router: chi.NewRouter(),
		page: c.Page, packer: packer, vary: vary,
	}
	if c.Federation != nil && c.Federation.Sessions() {
		h.vary = varyByCookie
	}
	if c.Profile.closed()&usesTags == 0 {
		h.site.tag = c.Desk.Tag()
	}
	if base.Scheme == "https" {
		h.hsts = []string{"max-age=31536000"}
	}
	h.routes(h.router)
	if h.prefix != "" {
		h.router.Route(h.prefix, h.routes)
	}
	return h, nil
}

// routes are the paths of RFC 9082 section 3. Only GET and HEAD come this far.
func (h *Handler) routes(r chi.Router) {
	r.Handle("/domain/*", h.orPage(h.answers(lookup.KindDomain, "/domain/", h.domain)))
	r.Handle("/nameserver/*", h.answers(lookup.KindHost, "/nameserver/", h.host))
	r.Handle("/entity/*", h.answers(lookup.KindEntity, "/entity/", h.entity))
	r.Handle("/help", h.answers(lookup.KindHelp, "/help", h.help))
	r.Handle("/"+descriptionPath, h.describe())
	unsupported := h.refuses(errUnsupported)
	for place, s := range searches {
		r.Handle("/"+s.path, h.search(place))
	}
	r.Handle("/"+reversePath+"/*", h.searches(h.reverseSearch))
	for _, path := range []string{"/nameservers", "/entities"} {
		r.Handle(path+"/reverse_search/*", h.refuses(h.site.otherReverse()))
	}
	r.Handle("/ip/*", http.HandlerFunc(h.network))
	r.Handle("/autnum/*", h.answers(lookup.KindAutnum, "/autnum/", h.autnum))
	for _, path := range []string{"/ips", "/autnums"} {
		r.Handle(path, unsupported)
		r.Handle(path+"/*", unsupported)
	}
	h.sessionRoutes(r)
	r.NotFound(h.refuses(errUnreadable))
}

var (
	errUnsupported = refuse(http.StatusNotImplemented, "Not Implemented",
		"this server knows no networks and no autonomous systems")
	errUnreadable = refuse(http.StatusBadRequest, "Bad Request",
		"the path is not an RDAP query: ask for domain/NAME, nameserver/NAME, entity/HANDLE or help")
	errMethod = refuse(http.StatusMethodNotAllowed, "Method Not Allowed",
		"questions are asked with GET or HEAD")
	errPrecondition = refuse(http.StatusPreconditionFailed, "Precondition Failed",
		"the answer is another one than If-Match allows")
	errBody = refuse(http.StatusRequestEntityTooLarge, "Content Too Large",
		"a question has no body")
)
