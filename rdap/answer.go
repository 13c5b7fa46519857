package rdap

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"registerd/access"
	"registerd/disclose"
	"registerd/listen"
	"registerd/lookup"
	"registerd/quota"
)

// lookupTime bounds a look into the register.
const lookupTime = 2 * time.Second

// ask puts a question to the desk and writes what it says.
type ask func(ctx context.Context, q lookup.Question) (lookup.Written, error)

// The values of headers are shared: net/http only reads them.
var (
	anyOrigin    = []string{"*"}
	contentType  = []string{mediaType}
	noSniff      = []string{"nosniff"}
	noContent    = []string{"default-src 'none'"}
	vary         = []string{"Accept, Accept-Encoding, Authorization"} // not Origin: any is allowed, in the same words
	varyByCookie = []string{vary[0] + ", Cookie"}
	revalidate   = []string{"public, no-cache"}
	withoutLeft  = []string{`public, no-cache, private="` + quota.FieldNames + `"`} // RFC 9111 section 5.2.2.7
	noStore      = []string{"no-store"}
	methods      = []string{"GET, HEAD, OPTIONS"}
	mayAskWith   = []string{"Accept, Authorization, If-None-Match, RDAP-Purpose, RDAP-Case, RDAP-Confidential"} // Accept: with quotes in it, it is asked for
	maySee       = []string{"ETag, " + quota.FieldNames + ", Retry-After, WWW-Authenticate"}
	preflightAge = []string{"86400"}
)

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header["Access-Control-Allow-Origin"] = anyOrigin
	header["Access-Control-Expose-Headers"] = maySee
	header["Content-Type"] = contentType
	header["X-Content-Type-Options"] = noSniff
	header["Content-Security-Policy"] = noContent
	header["Vary"] = h.vary
	if h.hsts != nil && (r.TLS != nil || h.private) {
		header["Strict-Transport-Security"] = h.hsts
	}
	if !r.ProtoAtLeast(1, 1) {
		// It may have had a Transfer-Encoding, which net/http takes away without a
		// word; then nobody knows where the next request begins (RFC 9112 section 6.1).
		header["Connection"] = []string{"close"}
	}
	defer h.recover(w, r)
	switch {
	case r.Method == http.MethodOptions:
		h.preflight(w)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		header["Allow"] = methods
		h.refuses(errMethod)(w, r)
	case r.ContentLength != 0:
		header["Connection"] = []string{"close"} // what follows is not a request
		h.refuses(errBody)(w, r)
	default:
		h.router.ServeHTTP(w, unspelled(r))
	}
}

// preflight lets scripts of any origin ask (Fetch standard, CORS preflight).
// Credentials of browsers are never asked for: a token is the script's own.
func (h *Handler) preflight(w http.ResponseWriter) {
	header := w.Header()
	delete(header, "Content-Type")
	header["Allow"] = methods
	header["Access-Control-Allow-Methods"] = methods
	header["Access-Control-Allow-Headers"] = mayAskWith
	header["Access-Control-Max-Age"] = preflightAge
	header["Cache-Control"] = noStore
	w.WriteHeader(http.StatusNoContent)
}

// answers makes a handler of an ask; the question is what stands behind prefix
// in the path.
func (h *Handler) answers(kind lookup.Kind, prefix string, ask ask) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		text, why := h.tail(r, prefix)
		part := disclose.Full
		if why == nil && (kind == lookup.KindDomain || kind == lookup.KindHost || kind == lookup.KindEntity) {
			part, why = h.site.readPart(r.URL.RawQuery)
		}
		if why != nil {
			h.problem(w, r, h.anybody(r), h.refuse(r, kind, why))
			return
		}
		h.answer(w, r, text, func(ctx context.Context, q lookup.Question) (lookup.Written, error) {
			q.Part = part
			return ask(ctx, q)
		})
	}
}

// answer puts one question, which could be read, and writes its answer.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, text string, ask ask) {
	caller, err := h.caller(r)
	if err != nil {
		h.problem(w, r, h.anybody(r), err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), lookupTime)
	defer cancel()
	out, err := ask(ctx, lookup.Question{Caller: caller, Window: lookup.RDAP, Text: text})
	if err != nil {
		h.problem(w, r, caller, err)
		return
	}
	h.send(w, r, out, caller)
}

// refuses makes a handler of a refusal.
func (h *Handler) refuses(why error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h.problem(w, r, h.anybody(r), h.refuse(r, lookup.KindOther, why))
	}
}

// refuse has the desk count a request that it will not be asked.
func (h *Handler) refuse(r *http.Request, kind lookup.Kind, why error) error {
	q := lookup.Question{Caller: h.anybody(r), Window: lookup.RDAP, Text: r.URL.EscapedPath()}
	return h.desk.Refuse(q, kind, why)
}

// anybody is who asks, without a credential.
func (h *Handler) anybody(r *http.Request) access.Caller { return access.Public(h.channel(r)) }

func (h *Handler) domain(ctx context.Context, q lookup.Question) (lookup.Written, error) {
	a, err := h.desk.Domain(ctx, q)
	if err != nil {
		return lookup.Written{}, err
	}
	if a.Reserved != nil {
		return lookup.Written{}, &reservedError{a.Name}
	}
	return a.Write(func(a *lookup.DomainAnswer) lookup.Written { return tagged(h.site.domainAnswer(a, q.Part)) }), nil
}

func (h *Handler) host(ctx context.Context, q lookup.Question) (lookup.Written, error) {
	a, err := h.desk.Host(ctx, q)
	if err != nil {
		return lookup.Written{}, err
	}
	return tagged(h.site.hostAnswer(a, q.Part)), nil
}

func (h *Handler) entity(ctx context.Context, q lookup.Question) (lookup.Written, error) {
	a, err := h.desk.Entity(ctx, q, lookup.Anyone)
	if err != nil {
		return lookup.Written{}, err
	}
	if a.Registrar != nil {
		return tagged(h.site.registrarAnswer(a, q.Part)), nil
	}
	return tagged(h.site.contactAnswer(a, q.Part)), nil
}

func (h *Handler) help(ctx context.Context, q lookup.Question) (lookup.Written, error) {
	about, err := h.desk.Help(ctx, q)
	if err != nil {
		return lookup.Written{}, err
	}
	standings := h.desk.Standings(q.Caller)
	body := h.site.help(about, standings)
	if len(standings) > 0 {
		return lookup.Written{Body: body}, nil // which is another one with every question
	}
	return tagged(body), nil
}

// tagged gives a body its strong entity tag: of 128 bits, none is met twice.
func tagged(body []byte) lookup.Written {
	sum := sha256.Sum256(body)
	return lookup.Written{Body: body, Tag: `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`}
}

// send writes an answer. The public's may be kept, but for what is left of this
// client's budgets, and must be checked each time, since a consent is withdrawn at
// once; any other's is kept by nobody, has no tag to be asked about, and is not
// compressed.
func (h *Handler) send(w http.ResponseWriter, r *http.Request, out lookup.Written, c access.Caller) {
	header := w.Header()
	keeping := revalidate
	if h.tellLeft(header, c) {
		keeping = withoutLeft
	}
	if c.Named() || out.Tag == "" {
		header["Cache-Control"] = noStore
		write(w, r, http.StatusOK, out.Body)
		return
	}
	coding := codingFor(r.Header["Accept-Encoding"], len(out.Body))
	tag := tagIn(coding, out.Tag)
	if match := r.Header["If-Match"]; match != nil && !holds(match, tag, strongly) {
		h.problem(w, r, c, errPrecondition)
		return
	}
	header["Cache-Control"] = keeping
	header["Etag"] = []string{tag}
	if holds(r.Header["If-None-Match"], tag, weakly) {
		delete(header, "Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := h.packer.packed(coding, out)
	if coding != identity {
		header["Content-Encoding"] = contentEncoding[coding]
	}
	write(w, r, http.StatusOK, body)
}

// comparison is what a tag may begin with and be the same (RFC 9110 section 8.8.3.2).
type comparison string

const (
	strongly comparison = ""
	weakly   comparison = "W/"
)

// holds reports whether one of the tags is the answer's (RFC 9110 sections
// 13.1.1, 13.1.2).
func holds(headers []string, tag string, as comparison) bool {
	for _, header := range headers {
		for t := range strings.SplitSeq(header, ",") {
			t = strings.TrimPrefix(strings.Trim(t, " \t"), string(as))
			if t == tag || t == "*" {
				return true
			}
		}
	}
	return false
}

func write(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the client is gone: nobody is left to be told
	}
}

// problem writes an error answer, and logs what was a failure of ours.
func (h *Handler) problem(w http.ResponseWriter, r *http.Request, c access.Caller, err error) {
	var other *lookup.Elsewhere
	if errors.As(err, &other) && !leadsBack(r, other) {
		h.refer(w, r, other)
		return
	}
	p := h.site.problemOf(err)
	if p.ours && r.Context().Err() == nil {
		h.logFailure(err)
	}
	header := w.Header()
	header["Content-Type"] = contentType
	header["Cache-Control"] = noStore
	h.tellRefused(header, c, p)
	if p.retry > 0 {
		header["Retry-After"] = []string{strconv.Itoa(p.retry)}
	}
	if p.status == http.StatusUnauthorized {
		header["Www-Authenticate"] = access.Challenges
	}
	write(w, r, p.status, h.site.problem(p, h.desk.About()))
}

func (h *Handler) logFailure(err error) {
	h.log.Error("rdap: a question could not be answered", "error", err)
}

// recover turns a panic into a failure. It logs the type and the place, and not
// the value, which may hold what the answer would have withheld.
func (h *Handler) recover(w http.ResponseWriter, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	h.log.Error("rdap: a handler panicked; this is a mistake in the program", "type", fmt.Sprintf("%T", v), "stack", listen.Callers())
	header := w.Header()
	header["Cache-Control"] = noStore
	delete(header, "Etag")
	p := problem{status: http.StatusInternalServerError, title: "Internal Server Error",
		says: "The answer could not be made. This says nothing about what was asked for."}
	write(w, r, p.status, h.site.problem(p, h.desk.About()))
}
