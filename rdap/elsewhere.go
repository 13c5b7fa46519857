package rdap

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"registerd/lookup"
)

// network answers /ip/ADDRESS and /ip/ADDRESS/LENGTH (RFC 9082 section 3.1.1).
func (h *Handler) network(w http.ResponseWriter, r *http.Request) {
	raw, ok := strings.CutPrefix(strings.TrimPrefix(r.URL.EscapedPath(), h.prefix), "/ip/")
	text, err := url.PathUnescape(raw)
	switch {
	case !ok:
		h.problem(w, r, h.anybody(r), h.refuse(r, lookup.KindNetwork, errUnreadable))
	case err != nil, !utf8.ValidString(text):
		h.problem(w, r, h.anybody(r), h.refuse(r, lookup.KindNetwork, errEncoding))
	default:
		h.answer(w, r, text, func(ctx context.Context, q lookup.Question) (lookup.Written, error) {
			return lookup.Written{}, h.desk.Network(ctx, q)
		})
	}
}

// autnum answers /autnum/NUMBER (RFC 9082 section 3.1.2).
func (h *Handler) autnum(ctx context.Context, q lookup.Question) (lookup.Written, error) {
	return lookup.Written{}, h.desk.Autnum(ctx, q)
}

// refer sends to the server of whoever answers (RFC 7480 section 5.2): for now
// only, since that may change with the next bootstrap file.
func (h *Handler) refer(w http.ResponseWriter, r *http.Request, to *lookup.Elsewhere) {
	header := w.Header()
	header["Cache-Control"] = noStore
	header["Location"] = []string{location(to)}
	body := h.site.encode(h.site.base+"help", ours, func(e *encoder) {
		e.member("lang", e.lang)
		mark := e.begin("notices", '[')
		e.notice("Elsewhere", "This is not of this register. The server of whoever answers for it is at "+to.Base)
		e.end(mark, ']')
	})
	write(w, r, http.StatusFound, body)
}

// location is made of the operator's directory and of the canonical form of
// what was asked for. Nothing of the request is in it as it came: no query, no
// spelling, no host.
func location(to *lookup.Elsewhere) string {
	object := to.Object
	if to.Kind == lookup.KindEntity { // all others are plain by their form
		object = url.PathEscape(object)
	}
	return to.Base + string(to.Kind) + "/" + object
}

// leadsBack reports that who asks has come to us by the name that they would be
// sent to. The directory knows the names that we were told are ours; a front
// end may have more.
func leadsBack(r *http.Request, to *lookup.Elsewhere) bool {
	target, err := url.Parse(to.Base)
	here := url.URL{Host: r.Host}
	return err != nil || strings.EqualFold(strings.TrimSuffix(here.Hostname(), "."), target.Hostname())
}
