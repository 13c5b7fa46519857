package rdap

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"

	"registerd/access"
	"registerd/listen"
	"registerd/lookup"
)

// channel is how a request reached us. The address is the one that the doorway has
// settled, and no header may say otherwise here.
func (h *Handler) channel(r *http.Request) access.Channel {
	at, _ := netip.ParseAddrPort(r.RemoteAddr)
	addr := at.Addr().Unmap().WithZone("")
	private := h.private && !listen.PastFrontEnds(r)
	return access.Channel{Addr: addr, Private: private || r.TLS != nil || addr.IsLoopback()}
}

// maxNote is the longest purpose or case reference, in bytes.
const maxNote = 256

var (
	errNote = refuse(http.StatusBadRequest, "Bad Request",
		"the purpose or the case reference is longer than 256 bytes or not UTF-8")
	errYesOrNo = refuse(http.StatusBadRequest, "Bad Request", "RDAP-Confidential and farv1_dnt are true or false")
)

// caller is who asks, by what the header field Authorization holds.
func (h *Handler) caller(r *http.Request) (access.Caller, error) {
	ch := h.channel(r)
	credentials := r.Header["Authorization"]
	question := lookup.Question{Caller: access.Public(ch), Window: lookup.RDAP}
	if len(credentials) == 0 {
		return h.loggedIn(r, question)
	}
	presented, ok := access.Authorization(credentials)
	if !ok {
		return access.Caller{}, h.desk.Refuse(question, lookup.KindCredential, &access.Denied{Why: access.BadCredential})
	}
	said, why := saidOf(r)
	if why != nil {
		return access.Caller{}, h.desk.Refuse(question, lookup.KindCredential, why)
	}
	if presented, why = h.vouched(r.Context(), presented, said, ch); why != nil {
		return access.Caller{}, h.desk.Refuse(question, lookup.KindCredential, why)
	}
	return h.desk.Identify(lookup.RDAP, presented, said, ch)
}

// saidOf is what a request says of itself, in header fields of ours or in the
// parameters of RFC 9560 section 4.2. Not to be tracked is honoured as far as it can
// be: the disclosure is journaled, and the holder is not told for a time.
func saidOf(r *http.Request) (access.Said, error) {
	query := r.URL.Query()
	said := access.Said{Purpose: r.Header.Get("RDAP-Purpose"), Case: r.Header.Get("RDAP-Case")}
	if said.Purpose == "" {
		said.Purpose = query.Get("farv1_qp")
	}
	if !isNote(said.Purpose) || !isNote(said.Case) {
		return said, errNote
	}
	for _, word := range []string{r.Header.Get("RDAP-Confidential"), query.Get("farv1_dnt")} {
		switch word {
		case "true":
			said.Confidential = true
		case "", "false":
		default:
			return said, errYesOrNo
		}
	}
	return said, nil
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
