package rdap

import (
	"net/http"
	"net/url"
	"strings"
)

// unspelled returns a request whose path escapes nothing that needs no escape:
// %64omain is domain (RFC 3986 section 6.2.2.2). What does need one keeps it, so
// that no decoded slash is taken for one that parts the path.
func unspelled(r *http.Request) *http.Request {
	if r.URL.RawPath == "" {
		return r
	}
	u := *r.URL
	u.RawPath = unescapeUnreserved(u.EscapedPath())
	out := *r
	out.URL = &u
	return &out
}

func unescapeUnreserved(path string) string {
	const unreserved = letters + digits + "-._~"
	var b strings.Builder
	for {
		i := strings.IndexByte(path, '%')
		if i < 0 || i+3 > len(path) {
			b.WriteString(path)
			return b.String()
		}
		b.WriteString(path[:i])
		escape := path[i : i+3]
		if c, err := url.PathUnescape(escape); err == nil && strings.Contains(unreserved, c) {
			b.WriteString(c)
		} else {
			b.WriteString(escape)
		}
		path = path[i+3:]
	}
}
