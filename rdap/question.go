package rdap

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"registerd/access"
	"registerd/listen"
	"registerd/lookup"
)

// channel is how a request reached us.
func (h *Handler) channel(r *http.Request) access.Channel {
	client, private := listen.Way(r, h.private)
	return access.Channel{Addr: client, Private: private}
}

// maxNote is the longest purpose or case reference, in bytes.
const maxNote = 256

var (
	errNote = refuse(http.StatusBadRequest, "Bad Request",
		"there are two purposes or case references, or one is longer than 256 bytes or not UTF-8")
	errYesOrNo = refuse(http.StatusBadRequest, "Bad Request", "RDAP-Confidential and farv1_dnt are true or false, and say the same")
	errQuery   = refuse(http.StatusBadRequest, "Bad Request", "a parameter that begins with farv1_ cannot be read")
	errTwo     = refuse(http.StatusBadRequest, "Bad Request",
		"there are two credentials: where a client's certificate is shown, it is the only one")
)

// caller is who asks, by what is presented or, without that, by a session.
func (h *Handler) caller(r *http.Request) (access.Caller, error) {
	ch := h.channel(r)
	question := lookup.Question{Caller: access.Public(ch), Window: lookup.RDAP}
	presented, why := presentedBy(r)
	if why != nil {
		return access.Caller{}, h.desk.Refuse(question, lookup.KindCredential, why)
	}
	if presented == nil {
		return h.loggedIn(r, question)
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

// presentedBy is the key of the client's certificate, or what the header field
// Authorization holds; nil if there is neither. Of two, it is not known who is meant.
func presentedBy(r *http.Request) (access.Presented, error) {
	credentials := r.Header["Authorization"]
	key, certified := access.KeyOf(r.TLS)
	switch {
	case certified && (len(credentials) > 0 || cookie(r, sessionCookie) != ""):
		return nil, errTwo
	case certified:
		return key, nil
	case len(credentials) == 0:
		return nil, nil
	}
	presented, ok := access.Authorization(credentials)
	if !ok {
		return nil, &access.Denied{Why: access.BadCredential}
	}
	return presented, nil
}

// saidOf is what a request says of itself, in header fields of ours or in the
// parameters of RFC 9560 section 4.2. Not to be tracked is honoured as far as it can
// be: the disclosure is journaled, and the holder is not told for a time. Who is not
// understood is refused: the holder may be told of what was to be kept from them.
func saidOf(r *http.Request) (said access.Said, why error) {
	if unread(r.URL.RawQuery) {
		return said, errQuery
	}
	query := r.URL.Query()
	purpose, one := once(r.Header.Values("RDAP-Purpose"), query["farv1_qp"])
	reference, single := once(r.Header.Values("RDAP-Case"))
	untracked, clear := once(r.Header.Values("RDAP-Confidential"), query["farv1_dnt"])
	switch {
	case !one || !single || !isNote(purpose) || !isNote(reference):
		return said, errNote
	case !clear || untracked != "true" && untracked != "false" && (untracked != "" || query.Has("farv1_dnt")):
		return said, errYesOrNo
	}
	return access.Said{Purpose: purpose, Case: reference, Confidential: untracked == "true"}, nil
}

// saidInQuery is what a query says of who asks, to be said again for the next page:
// without its purpose that is refused, and without the wish not to be tracked told of.
func saidInQuery(query url.Values) string {
	var b []byte
	for _, name := range []string{"farv1_qp", "farv1_dnt"} {
		if said, _ := once(query[name]); said != "" {
			b = appendQuery(append(append(append(b, '&'), name...), '='), said)
		}
	}
	return string(b)
}

// unread reports that a parameter of ours stands in what net/url passes over.
func unread(query string) bool {
	for pair := range strings.SplitSeq(query, "&") {
		if _, err := url.ParseQuery(pair); err != nil && strings.Contains(pair, "farv1_") {
			return true
		}
	}
	return false
}

// once is what is said in one place, or in several alike; "" is nothing.
func once(places ...[]string) (word string, ok bool) {
	for _, said := range slices.Concat(places...) {
		switch {
		case word == "":
			word = said
		case said != "" && said != word:
			return "", false
		}
	}
	return word, true
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
