package rdap

import (
	"net/url"
	"slices"
	"strings"
)

// ValidBase reports a URL that all links can begin with, see [Config].
func ValidBase(s string) bool {
	_, ok := readBase(s)
	return ok
}

func readBase(s string) (*url.URL, bool) {
	u, err := url.Parse(s)
	ok := err == nil && isURL(s) && u.Hostname() != "" && u.User == nil && u.RawQuery == "" && u.Fragment == "" &&
		strings.HasSuffix(s, "/") && isBasePath(u.EscapedPath())
	return u, ok
}

// isBasePath reports a path that a request can be told apart behind: of plain
// segments, none of which a client takes away, and not one that is a question itself.
func isBasePath(path string) bool {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	if path == "/" {
		return true
	}
	for _, s := range segments {
		if s == "" || s == "." || s == ".." || strings.Trim(s, letters+digits+"-._~") != "" {
			return false
		}
	}
	return path == "/"+strings.Join(segments, "/")+"/" &&
		!slices.Contains([]string{"domain", "nameserver", "entity", "ip", "autnum", "ips", "autnums", "availability", "farv1_session"}, segments[0])
}
