package conformance

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

var dateForm = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$`)

// isDate reports an RFC 3339 date and time, in capitals as its section 5.6 advises.
func isDate(s string) bool {
	_, err := time.Parse(time.RFC3339Nano, s)
	return err == nil && dateForm.MatchString(s)
}

func isIPv4(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is4()
}

// isIPv6 reports an IPv6 address in its one form (RFC 5952 section 4).
func isIPv6(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Is6() && a.Zone() == "" && a.String() == s
}

var uriForm = regexp.MustCompile(`^(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=\[\]-]|%[0-9A-Fa-f]{2})*$`)

// isURI reports an absolute http or https URI (RFC 3986), which an IRI is not.
func isURI(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && uriForm.MatchString(s)
}

var labelForm = regexp.MustCompile(`^(?i:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)$`)

// isName reports a name of two labels or more, of letters, digits and hyphens. A
// trailing dot is not wrong (RFC 9083 section 3).
func isName(s string) bool {
	labels := strings.Split(strings.TrimSuffix(s, "."), ".")
	for _, l := range labels {
		if !labelForm.MatchString(l) {
			return false
		}
	}
	return len(labels) >= 2 && len(s) <= 253
}

// names checks ldhName and unicodeName, and that they are one name.
func (c *checker) names(o map[string]any, at string) {
	ldh, named := c.text(o, "ldhName", at)
	if named && !isName(ldh) {
		c.find("9083-3-ldhName", below(at, "ldhName"), ldh)
	}
	unicode, there := c.text(o, "unicodeName", at)
	if !there {
		return
	}
	ascii, err := idna.Lookup.ToASCII(unicode)
	if err != nil || ascii == unicode {
		c.find("9083-3-unicodeName", below(at, "unicodeName"), unicode)
	} else if named && !strings.EqualFold(ascii, ldh) {
		c.find("9083-3-one", at, ldh, "and", unicode)
	}
}

var countryForm = regexp.MustCompile(`^[A-Z]{2}$`)

// hostOrAddress reports what port43 may be: a host name or an address, no URI.
func hostOrAddress(s string) bool {
	_, err := netip.ParseAddr(s)
	return err == nil || isName(s)
}
