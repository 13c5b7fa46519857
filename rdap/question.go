package rdap

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"

	"registerd/access"
	"registerd/lookup"
)

// channel is how a request reached us. The address is the connection's: the
// listener has settled whose that is, and no header may say otherwise.
func (h *Handler) channel(r *http.Request) access.Channel {
	at, _ := netip.ParseAddrPort(r.RemoteAddr)
	addr := at.Addr().Unmap().WithZone("")
	return access.Channel{Addr: addr, Private: h.private || r.TLS != nil || addr.IsLoopback()}
}

// maxNote is the longest purpose or case reference, in bytes.
const maxNote = 256

var (
	errNote = refuse(http.StatusBadRequest, "Bad Request",
		"the purpose or the case reference is longer than 256 bytes or not UTF-8")
	errTracking = refuse(http.StatusForbidden, "Forbidden",
		"answers above the public one are journaled, so farv1_dnt=true cannot be honoured")
)

// caller is who asks, by a bearer token (RFC 6750 section 2.1). A credential of
// any other kind is refused: to answer it as the public would hide that it was
// not understood.
func (h *Handler) caller(r *http.Request) (access.Caller, error) {
	ch := h.channel(r)
	credentials := r.Header["Authorization"]
	if len(credentials) == 0 {
		return access.Public(ch), nil
	}
	question := lookup.Question{Caller: access.Public(ch), Window: lookup.RDAP}
	scheme, token, _ := strings.Cut(credentials[0], " ")
	if len(credentials) > 1 || !strings.EqualFold(scheme, "Bearer") {
		return access.Caller{}, h.desk.Refuse(question, lookup.KindCredential, &access.Denied{Why: access.BadCredential})
	}
	purpose, reference := r.Header.Get("RDAP-Purpose"), r.Header.Get("RDAP-Case")
	query := r.URL.Query()
	if purpose == "" {
		purpose = query.Get("farv1_qp")
	}
	why := error(nil)
	switch {
	case !isNote(purpose), !isNote(reference):
		why = errNote
	case query.Get("farv1_dnt") == "true":
		why = errTracking
	}
	if why != nil {
		return access.Caller{}, h.desk.Refuse(question, lookup.KindCredential, why)
	}
	return h.desk.Identify(lookup.RDAP, strings.TrimSpace(token), purpose, reference, ch)
}

func isNote(s string) bool { return len(s) <= maxNote && utf8.ValidString(s) }

var (
	errEncoding = refuse(http.StatusBadRequest, "Bad Request", "the path is not UTF-8 in percent-encoding")
	errMixed    = refuse(http.StatusBadRequest, "Bad Request", "the name has labels in Unicode and in ASCII form")
	errTwice    = refuse(http.StatusBadRequest, "Bad Request", "the path holds a percent sign after decoding")
)

// tail is what stands in the path behind prefix, decoded exactly once. chi's
// own parameter is decoded or not, depending on the rest of the path.
func (h *Handler) tail(r *http.Request, prefix string) (string, error) {
	path := strings.TrimPrefix(r.URL.EscapedPath(), h.prefix)
	raw, ok := strings.CutPrefix(path, prefix)
	if !ok || strings.IndexByte(raw, '/') >= 0 {
		return "", errUnreadable
	}
	text, err := url.PathUnescape(raw)
	switch {
	case err != nil, !utf8.ValidString(text):
		return "", errEncoding
	case strings.IndexByte(text, '%') >= 0:
		return "", errTwice
	case prefix != "/entity/" && h.site.profile.mixesLabels(text):
		return "", errMixed
	}
	return text, nil
}
