package access

import (
	"encoding/base64"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Challenges are the values of WWW-Authenticate that tell what is taken (RFC 9110
// section 11.6.1): tokens, and for old clients a user with one as the password.
var Challenges = []string{`Bearer realm="RDAP", error="invalid_token"`, `Basic realm="RDAP", charset="UTF-8"`}

// maxAuthorization is the longest value of a header field that is looked at, in bytes.
const maxAuthorization = 8 << 10

// Authorization reads the header field of that name: a bearer token (RFC 6750 section
// 2.1), or a user and a password (RFC 7617). ok is false for anything else. To answer
// that as the public would hide that it was not understood.
func Authorization(values []string) (p Presented, ok bool) {
	if len(values) != 1 || len(values[0]) > maxAuthorization {
		return nil, false
	}
	scheme, rest, _ := strings.Cut(values[0], " ")
	rest = strings.TrimSpace(rest)
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		return Bearer(rest), true
	case strings.EqualFold(scheme, "Basic"):
		return basic(rest)
	}
	return nil, false
}

func basic(text string) (Presented, bool) {
	decoded, err := base64.StdEncoding.Strict().DecodeString(text)
	user, password, ok := strings.Cut(string(decoded), ":")
	if !ok || err != nil || !utf8.Valid(decoded) || strings.ContainsFunc(string(decoded), unicode.IsControl) {
		return nil, false
	}
	return Basic{user, password}, true
}
