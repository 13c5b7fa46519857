package access

import (
	"crypto/sha256"
	"crypto/subtle"
	"slices"
)

// Presented is what somebody shows to be taken for an account: a Bearer token,
// a Basic password, the Key of a client certificate, or a Person that an OpenID
// provider knows. The last two are taken as they are: whoever makes them has
// checked them.
type Presented interface {
	// credential is the one that was meant, or nil, and whether it is right.
	credential(*Access) (*Credential, bool)
	// purposes are those that it may be used for; empty is all.
	purposes() []string
}

// Bearer is a token of ours (RFC 6750).
type Bearer string

func (b Bearer) credential(a *Access) (*Credential, bool) {
	id, secret, ok := splitToken(string(b))
	known := a.tokens[id]
	var hash [sha256.Size]byte
	if known != nil {
		hash = known.Hash
	}
	sum := sha256.Sum256(secret)
	right := subtle.ConstantTimeCompare(sum[:], hash[:]) == 1
	return known, ok && right && known != nil
}

func (Bearer) purposes() []string { return nil }

// Basic is a user and a password (RFC 7617): the id of an account, and one of
// its tokens.
type Basic struct{ User, Password string }

func (b Basic) credential(a *Access) (*Credential, bool) {
	known, right := Bearer(b.Password).credential(a)
	return known, right && known.Account == b.User
}

func (Basic) purposes() []string { return nil }

// Key is the SHA-256 of the SubjectPublicKeyInfo of a client's certificate.
type Key [sha256.Size]byte

func (k Key) credential(a *Access) (*Credential, bool) {
	known := a.keys[k]
	return known, known != nil
}

func (Key) purposes() []string { return nil }

// Person is somebody whom an OpenID provider knows.
type Person struct {
	Issuer, Subject string
	Claims          map[string][]string // the values of those that are texts
	Purposes        []string            // that the provider allows; empty is all
}

// The credential of a subject goes before one of a claim, also when it was revoked:
// who was sent away by name does not come back with its unit.
func (p Person) credential(a *Access) (*Credential, bool) {
	if p.Subject == "" {
		return nil, false
	}
	var known, revoked *Credential
	for _, c := range a.identities[p.Issuer] {
		switch {
		case c.Subject == p.Subject && c.Revoked:
			revoked = c
		case c.Revoked:
		case c.Subject == p.Subject:
			return c, true
		case c.Claim != "" && known == nil && slices.Contains(p.Claims[c.Claim], c.Value):
			known = c
		}
	}
	if revoked != nil {
		return revoked, true
	}
	return known, known != nil
}

func (p Person) purposes() []string { return p.Purposes }
