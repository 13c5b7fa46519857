package rdap

import (
	"context"
	"errors"
	"net/http"

	"registerd/access"
	"registerd/federated"
	"registerd/lookup"
)

// vouched is a person instead of a token, if a provider issued it. One that it did
// not, or not for us, goes on as it is: the desk knows no such token either, and
// charges it as a guess.
func (h *Handler) vouched(ctx context.Context, p access.Presented, said access.Said, ch access.Channel) (access.Presented, error) {
	token, is := p.(access.Bearer)
	if h.site.federation == nil || !is || !ch.Private {
		return p, nil
	}
	who, err := h.site.federation.Bearer(ctx, string(token))
	var refused *federated.Refused
	if errors.As(err, &refused) {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	return person(who, said)
}

// person is somebody whom a provider knows. Not to be tracked has to be allowed by the
// provider, and then by the account as well.
func person(who federated.Identity, said access.Said) (access.Presented, error) {
	if said.Confidential && !who.Untracked {
		return nil, &access.Denied{Why: access.ConfidentialRefused}
	}
	return who.Person, nil
}

// loggedIn is who asks without a credential: who has a session, or the public. A cookie
// whose session has ended is refused, so that nobody takes the public's answer for all
// that there is.
func (h *Handler) loggedIn(r *http.Request, question lookup.Question) (access.Caller, error) {
	public := question.Caller
	if h.site.federation == nil || !h.site.federation.Sessions() || r.Header["Cookie"] == nil || !public.Channel.Private {
		return public, nil
	}
	if cookie(r, sessionCookie) == "" {
		return public, nil
	}
	s, open := h.openSession(r)
	said, why := saidOf(r)
	if !open {
		why = &access.Denied{Why: access.BadCredential}
	}
	if why == nil {
		_, why = person(s.Identity, said)
	}
	if why != nil {
		return access.Caller{}, h.desk.Refuse(question, lookup.KindCredential, why)
	}
	return h.desk.Identify(lookup.RDAP, s.Person, said, public.Channel)
}

// providerLine says how people of providers are known; "" where there are none.
func (s site) providerLine() string {
	switch f := s.federation; {
	case f == nil:
		return ""
	case !f.Sessions():
		return "People of the OpenID providers named below send an access token instead (RFC 9068)."
	case !f.Tokens():
		return "People of the OpenID providers named below begin at farv1_session/login (RFC 9560)."
	}
	return "People of the OpenID providers named below send an access token instead (RFC 9068), or begin at farv1_session/login (RFC 9560)."
}

// providers says whose word is taken, and how (RFC 9560 section 4.1).
func (e *encoder) providers() {
	f := e.site.federation
	if f == nil {
		return
	}
	e.key("farv1_openidcConfiguration")
	e.open('{')
	e.boolean("sessionClientSupported", f.Sessions())
	e.boolean("tokenClientSupported", f.Tokens())
	e.boolean("dntSupported", true)
	e.boolean("providerDiscoverySupported", f.Sessions())
	e.boolean("issuerIdentifierSupported", f.Sessions())
	e.boolean("implicitTokenRefreshSupported", false)
	mark := e.begin("openidcProviders", '[')
	for _, o := range f.Offers() {
		e.open('{')
		e.member("iss", o.Issuer)
		e.member("name", o.Name)
		if o.Default {
			e.boolean("default", true)
		}
		e.close('}')
	}
	e.end(mark, ']')
	e.close('}')
}
