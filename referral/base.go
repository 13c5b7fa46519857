package referral

import (
	"net"
	"net/netip"
	"net/url"
	"path"
	"strconv"
	"strings"

	"registerd/register"
)

// maxBase is the longest base in bytes: it stands in a header of an answer.
const maxBase = 1000

// base is a place to send somebody to, in the one form that it is compared and
// sent in.
type base struct {
	scheme string
	host   string // a canonical name, or an address
	port   string // "" for the scheme's own
	path   string // from "/" to "/"
}

func (b base) String() string {
	host := b.host
	if b.port != "" {
		host = net.JoinHostPort(host, b.port)
	} else if strings.IndexByte(host, ':') >= 0 {
		host = "[" + host + "]"
	}
	return b.scheme + "://" + host + b.path
}

// parseBase reads the URL of an RDAP service (RFC 9224 section 3): absolute,
// http or https, ending in "/". It takes nothing that two readers could
// understand differently, such as a user, a query, or an escape in the path.
func parseBase(u *url.URL) (base, bool) {
	b := base{scheme: u.Scheme, path: u.Path}
	if b.scheme != "http" && b.scheme != "https" || u.Opaque != "" || u.User != nil ||
		u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.EscapedPath() != u.Path {
		return base{}, false
	}
	if !isPath(b.path) {
		return base{}, false
	}
	host, ok := parseHost(u.Hostname())
	if !ok {
		return base{}, false
	}
	b.host = host
	if p := u.Port(); p != "" {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return base{}, false
		}
		if own := map[string]uint64{"http": 80, "https": 443}[b.scheme]; n != own {
			b.port = strconv.FormatUint(n, 10)
		}
	}
	return b, len(b.String()) <= maxBase
}

// isPath reports a path of plain segments between slashes.
func isPath(p string) bool {
	if p != "/" && path.Clean(p)+"/" != p {
		return false
	}
	for i := range len(p) {
		switch c := p[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("/-._~", c) >= 0:
		default:
			return false
		}
	}
	return p[0] == '/'
}

// parseHost gives a host its one form, so that two spellings of one are one.
func parseHost(s string) (string, bool) {
	if addr, err := netip.ParseAddr(s); err == nil {
		return addr.Unmap().String(), addr.Zone() == ""
	}
	name, err := register.ParseHost(s)
	return string(name), err == nil
}

// chosen is the base to send somebody to: https before http, else the first.
// It is "" when there is none, or when one of them is our own: then we are
// the ones to be asked.
func chosen(urls []*url.URL, own map[string]bool) string {
	var best base
	for _, u := range urls {
		if host, ok := parseHost(u.Hostname()); ok && own[host] {
			return ""
		}
		b, ok := parseBase(u)
		if ok && (best == base{} || best.scheme == "http" && b.scheme == "https") {
			best = b
		}
	}
	if best == (base{}) {
		return ""
	}
	return best.String()
}
