package main

import (
	"errors"
	"net/netip"
	"strings"

	"registerd/access"
	"registerd/disclose"
	"registerd/register"
)

// asWhom reads whom a command asks as: public, or a kind of account; a registrar
// and a holder say which.
func asWhom(word string) (access.Caller, error) {
	word, of, named := strings.Cut(word, ":")
	c := access.Caller{Audience: disclose.Public, Channel: access.Channel{Addr: netip.AddrFrom4([4]byte{127, 0, 0, 1}), Private: true}}
	known := word == "public"
	if !known {
		c.Kind, known = disclose.ParseKind(word)
		c.Audience = c.Kind.Audience()
	}
	says := c.Kind == disclose.KindRegistrar || c.Kind == disclose.KindHolder
	if !known || says != named {
		return access.Caller{}, errors.New("--as is public, registrar:ID, holder:ROID, certificate-authority, trade-mark-holder, researcher, authority or operator")
	}
	if !says {
		return c, nil
	}
	key, err := register.HandleKey(of)
	if err != nil {
		return access.Caller{}, err
	}
	if c.Kind == disclose.KindRegistrar {
		c.Registrar = key
	} else {
		c.Holder = of
	}
	return c, nil
}

// asksForPurpose reports who is answered above the public for a purpose alone.
func asksForPurpose(c access.Caller) bool {
	return c.Audience == disclose.Authority || c.Audience == disclose.Seeker
}
