package rdap

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// redirect sends whoever asks in clear to where TLS is spoken.
type redirect struct {
	base   string // without its final "/"
	prefix string // the base's path without it
}

// NewRedirect makes a handler for a listener in clear: GET and HEAD are redirected to
// the same question below base, a public address in https as in [Config], and to no
// other host whatever a request says. A credential that came is refused, with words:
// redirected, nobody would learn that it was read by others.
func NewRedirect(base string) (http.Handler, error) {
	u, ok := readBase(base)
	if !ok || u.Scheme != "https" {
		return nil, errors.New("rdap: redirect: the base is no public address in https")
	}
	return &redirect{base: strings.TrimSuffix(base, "/"), prefix: strings.TrimSuffix(u.EscapedPath(), "/")}, nil
}

func (d *redirect) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header["Access-Control-Allow-Origin"] = anyOrigin
	header["Content-Type"] = []string{"text/plain; charset=utf-8"}
	header["X-Content-Type-Options"] = noSniff
	header["Connection"] = []string{"close"} // what comes next belongs elsewhere
	path, plain := d.path(r.URL)
	status, says := http.StatusMovedPermanently, "This is answered at "+d.base+"/ alone."
	switch {
	case r.Header["Authorization"] != nil:
		status, says = http.StatusForbidden, "A credential was sent in clear. Use "+d.base+"/, and have the credential replaced."
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		header["Allow"] = []string{"GET, HEAD"}
		status = http.StatusMethodNotAllowed
	case !plain:
		status, says = http.StatusBadRequest, "This is no path of a question."
	default:
		header["Location"] = []string{d.base + path}
		header["Cache-Control"] = []string{"max-age=86400"}
	}
	if header["Location"] == nil {
		header["Cache-Control"] = noStore
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, says+"\n") // net/http leaves it out for HEAD
}

// path is where a question is below the base, with the parameters that it has. A
// front end, or the client, may have left out the path of the base.
func (d *redirect) path(u *url.URL) (path string, plain bool) {
	path = u.EscapedPath()
	if rest, below := strings.CutPrefix(path, d.prefix); below && (rest == "" || rest[0] == '/') {
		path = rest
	}
	if path == "" {
		path = "/"
	}
	if path[0] != '/' {
		return "", false // of "OPTIONS *", and of a proxy's CONNECT
	}
	segments := strings.Split(path[1:], "/")
	for i, s := range segments {
		name, err := url.PathUnescape(s)
		if err != nil || name == "." || name == ".." || name == "" && i < len(segments)-1 {
			return "", false // clients take such segments away, and ask for something else
		}
	}
	if u.RawQuery != "" {
		path += "?" + escapeQuery(u.RawQuery)
	}
	return path, true
}

// escapeQuery escapes what may not stand in an address; the rest is as it was sent.
func escapeQuery(raw string) string {
	var b strings.Builder
	for _, c := range []byte(raw) {
		if c <= ' ' || c >= 0x7f {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
