package access

import (
	"net/netip"
	"strings"
	"time"
	"unicode"

	"registerd/disclose"
)

// Channel is how a question reached us.
type Channel struct {
	Addr netip.Addr // of the client
	// Private says that nobody in between can read the answer: TLS, loopback,
	// or a listener that the operator marked as behind TLS.
	Private bool
}

// Caller is who is asking. The zero Caller is nobody, and is shown nothing.
type Caller struct {
	Account      string // id of the account, whose budget is used; "" for the public
	Organization string
	Kind         disclose.Kind
	Audience     disclose.Audience
	Registrar    string  // HandleKey of the registrar's id, for registrars
	Holder       string  // ROID of the contact, for holders
	Bounds       *Bounds // where it is more than the public; nil is everywhere
	Grant        *disclose.Grant
	Purpose      string
	Case         string // the caller's own reference

	// ConfidentialUntil is until when the holder is not to learn of the answer;
	// zero is at once.
	ConfidentialUntil time.Time

	Channel Channel
}

// Public is a caller without credentials.
func Public(ch Channel) Caller { return Caller{Audience: disclose.Public, Channel: ch} }

// caller is somebody of the account.
func (a *Account) caller(ch Channel) Caller {
	c := Caller{
		Account: a.ID, Organization: a.Organization, Kind: a.Kind, Audience: a.Kind.Audience(),
		Registrar: a.Registrar, Holder: a.Holder, Bounds: boundsOf(a), Channel: ch,
	}
	if a.Kind == disclose.NoKind {
		c.Audience = disclose.Public
	}
	return c
}

// Named reports a caller with an account.
func (c Caller) Named() bool { return c.Account != "" }

// Viewer is what the caller is to the publication rules, for one exactly named
// object within its bounds. An authority that gives no purpose or case reference,
// or none that can be read, is the public but for what it was granted; and so is
// a seeker without a purpose.
func (c Caller) Viewer() disclose.Viewer {
	switch {
	case c.Audience == disclose.Authority && (!says(c.Purpose) || !says(c.Case)),
		c.Audience == disclose.Seeker && !says(c.Purpose):
		return disclose.Viewer{Audience: disclose.Public, Grant: c.Grant}
	}
	v := disclose.Viewer{Audience: c.Audience, Grant: c.Grant}
	switch c.Audience {
	case disclose.Registrar:
		v.Registrar = c.Registrar
	case disclose.Holder:
		v.Holder = c.Holder
	case disclose.Authority, disclose.Seeker:
		v.Kind, v.Purpose = c.Kind, c.Purpose
	}
	return v
}

// says reports a text that says something: a letter or a digit at least, and
// not blanks or what cannot be seen.
func says(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}
