package access

import (
	"crypto/sha256"
	"crypto/tls"
)

// KeyOf is the key of the certificate that a client has shown on a connection that
// asks for one, and that was found in order there. state may be nil.
func KeyOf(state *tls.ConnectionState) (Key, bool) {
	if state == nil || len(state.VerifiedChains) == 0 {
		return Key{}, false
	}
	return sha256.Sum256(state.PeerCertificates[0].RawSubjectPublicKeyInfo), true
}
