package listen

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Way is how a request reached us: the client's address, which is the one that the
// doorway has settled, and whether nobody on the way can read what is said. That
// is so with TLS, from loopback, and behind front ends that speak TLS to the
// client; who comes past those does not come their way.
func Way(r *http.Request, behindTLS bool) (client netip.Addr, private bool) {
	client = addressOf(r)
	behindTLS = behindTLS && !PastFrontEnds(r)
	return client, behindTLS || r.TLS != nil || client.IsLoopback()
}

// addressOf is the address that a request has come from, or is said to have by a
// front end that is believed.
func addressOf(r *http.Request) netip.Addr {
	at, _ := netip.ParseAddrPort(r.RemoteAddr)
	return at.Addr().Unmap().WithZone("")
}

// Place is where a window stands that shares its listener with others: below one
// path of the public URL.
type Place struct {
	base      *url.URL
	prefix    string // path of the base without its final "/"
	own       string
	behindTLS bool
}

// NewPlace is for a window below own, as "/holder" is. The base is the public URL
// before it: absolute, http or https, with a final "/".
func NewPlace(base, own string, behindTLS bool) (*Place, error) {
	at, err := url.Parse(base)
	if err != nil || at.Host == "" || !strings.HasSuffix(at.Path, "/") || strings.HasPrefix(at.Path, own+"/") {
		return nil, fmt.Errorf("the base %q is not a URL that ends in /, or is one of ours", base)
	}
	return &Place{base: at, prefix: strings.TrimSuffix(at.EscapedPath(), "/"), own: own, behindTLS: behindTLS}, nil
}

// Path is the window's path as clients name it.
func (p *Place) Path() string { return p.prefix + p.own }

// Origins knows forms of other sites. A front end may pass on another Host than
// the one that people see, so that the one of the public URL is ours as well.
func (p *Place) Origins() (*http.CrossOriginProtection, error) {
	origins := http.NewCrossOriginProtection()
	if err := origins.AddTrustedOrigin(p.base.Scheme + "://" + p.base.Host); err != nil {
		return nil, fmt.Errorf("the base %q: %w", p.base, err)
	}
	return origins, nil
}

// Beside has serve answer what is asked here, with the path behind the window's own
// as it was sent, and gives all else to other. The path may have the base's path
// before it, or a front end has taken it off.
func (p *Place) Beside(other http.Handler, serve func(w http.ResponseWriter, r *http.Request, rest string)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.EscapedPath()
		for _, own := range [...]string{p.prefix + p.own, p.own} {
			if rest, ok := strings.CutPrefix(path, own); ok && (rest == "" || rest[0] == '/') {
				serve(w, r, rest)
				return
			}
		}
		other.ServeHTTP(w, r)
	})
}

// Head begins the head of an answer: what it has whatever the window answers.
func (p *Place) Head(header http.Header, r *http.Request) {
	if p.base.Scheme == "https" && (r.TLS != nil || p.behindTLS) {
		header.Set("Strict-Transport-Security", "max-age=31536000")
	}
	header.Set("X-Content-Type-Options", "nosniff")
	if !r.ProtoAtLeast(1, 1) {
		// It may have had a Transfer-Encoding, which net/http takes away without a
		// word; then nobody knows where the next request begins (RFC 9112 section 6.1).
		header.Set("Connection", "close")
	}
}
