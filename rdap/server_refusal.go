package rdap

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"

	"registerd/listen"
)

// retryCrowd is when to ask again that has been refused a place: places come back
// as soon as an answer is out.
const retryCrowd = 5

// internalError is a TLS record with the fatal alert of a server that has no room
// (RFC 8446 section 6.2). Clients take it before a handshake and say it in words;
// HTTP in clear they would call a broken certificate, or a wrong port.
var internalError = []byte{21, 3, 3, 0, 2, 2, 80}

var (
	full = problem{status: http.StatusServiceUnavailable, title: "Service Unavailable", retry: retryCrowd,
		says: "There are too many connections, of your network or of all. This says nothing about what was asked for."}
	fullAtOnce = problem{status: http.StatusServiceUnavailable, title: "Service Unavailable", retry: retryCrowd,
		says: "There are too many questions at once. This says nothing about what was asked for."}
	crowded = problem{status: http.StatusTooManyRequests, title: "Too Many Requests", retry: retryCrowd,
		says:  "Your network has too many questions at once. This says nothing about what was asked for.",
		about: "Limits", notice: []string{"Wait for answers before you ask more."}}
	uncertified = problem{status: http.StatusForbidden, title: "Forbidden",
		says: "The client's certificate has ended or is revoked, or the list of those revoked is not at hand."}
)

// Refusal is what a listener tells a connection that is one too many, before any
// of it is read: a whole HTTP answer or, where TLS is spoken, an alert.
func (h *Handler) Refusal(secure bool) []byte {
	if secure {
		return internalError
	}
	body := h.site.problem(full, h.desk.About())
	header := http.Header{"Content-Length": {strconv.Itoa(len(body))}, "Connection": {"close"}}
	refusalHeader(header, full)
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 503 Service Unavailable\r\n")
	_ = header.Write(&b) // a buffer takes everything
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}

// TurnAway answers a request that a [listen.Forwarding] or [listen.Clients] refuses.
// The desk does not hear of it: nobody knows whose it is, or there is no room.
func (h *Handler) TurnAway(w http.ResponseWriter, r *http.Request, why error) {
	var unnamed *listen.UnnamedError
	p := fullAtOnce
	switch {
	case errors.As(why, &unnamed):
		p = problem{status: http.StatusBadRequest, title: "Bad Request",
			says: "The front end that passed the request on did not make clear whose it is: " + unnamed.Reason + "."}
	case errors.Is(why, listen.ErrCrowded):
		p = crowded
	case errors.Is(why, listen.ErrClientCertificate):
		p = uncertified
		w.Header()["Connection"] = []string{"close"} // which over HTTP/2 ends it as well
	}
	refusalHeader(w.Header(), p)
	if !r.ProtoAtLeast(1, 1) {
		w.Header()["Connection"] = []string{"close"} // as ServeHTTP has it
	}
	write(w, r, p.status, h.site.problem(p, h.desk.About()))
}

// refusalHeader are the fields of an answer to whoever it may be.
func refusalHeader(header http.Header, p problem) {
	header["Access-Control-Allow-Origin"] = anyOrigin
	header["Access-Control-Expose-Headers"] = maySee
	header["Cache-Control"] = noStore
	header["Content-Security-Policy"] = noContent
	header["Content-Type"] = contentType
	header["Vary"] = vary
	header["X-Content-Type-Options"] = noSniff
	if p.retry > 0 {
		header["Retry-After"] = []string{strconv.Itoa(p.retry)}
	}
}
