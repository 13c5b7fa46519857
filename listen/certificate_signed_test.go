package listen

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// accountKey is known by its thumbprint (RFC 7638).
type accountKey struct {
	ecdsa.PublicKey
	thumbprint string
}

// message is what was signed, and by whom.
type message struct {
	Payload string
	key     *accountKey
}

// open takes a request as RFC 8555 section 6 says: with a nonce that was given and not
// used, for the address that it came to, signed by an account or, at the beginning, by
// the key that comes with it. Every fourth good nonce is refused.
func (a *authority) open(path string, body []byte) (message, *problem) {
	var signed signed
	var protected struct {
		Alg, Nonce, URL, KID string
		JWK                  *struct{ Crv, Kty, X, Y string }
	}
	m := message{}
	if json.Unmarshal(body, &signed) != nil || decode(signed.Protected, &protected) != nil {
		return m, a.problem(http.StatusBadRequest, "malformed", "it is no signed request")
	}
	m.Payload = signed.Payload
	a.signed++
	if !a.nonces[protected.Nonce] || a.signed%4 == 0 {
		return m, a.problem(http.StatusBadRequest, "badNonce", "it was used, or was not given")
	}
	delete(a.nonces, protected.Nonce)
	switch number, known := strings.CutPrefix(protected.KID, a.URL+"/account/"); {
	case protected.JWK != nil && protected.KID == "" && path == "/account":
		m.key = keyOf(protected.JWK.X, protected.JWK.Y)
	case known:
		if n, err := strconv.Atoi(number); err == nil && n > 0 && n <= len(a.accounts) {
			m.key = a.accounts[n-1]
		}
	}
	if m.key == nil {
		return m, a.problem(http.StatusBadRequest, "accountDoesNotExist", "nobody is known by "+protected.KID)
	}
	digest := sha256.Sum256([]byte(signed.Protected + "." + signed.Payload))
	signature, _ := base64.RawURLEncoding.DecodeString(signed.Signature)
	if protected.Alg != "ES256" || protected.URL != a.URL+path || len(signature) != 64 ||
		!ecdsa.Verify(&m.key.PublicKey, digest[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		return m, a.problem(http.StatusForbidden, "unauthorized", "it is not signed")
	}
	return m, nil
}

// signed is a JWS in JSON (RFC 7515 section 7.2.2).
type signed struct{ Protected, Payload, Signature string }

// binding is what an authority gave somebody whom it knows.
type binding struct {
	id  string
	key []byte
}

// binds reports that an account's key was signed by the key of the binding (RFC 8555
// section 7.3.4).
func (a *authority) binds(by *signed, account *accountKey) bool {
	var protected struct{ Alg, KID, URL string }
	var key struct{ X, Y string }
	if by == nil || decode(by.Protected, &protected) != nil || decode(by.Payload, &key) != nil {
		return false
	}
	mac := hmac.New(sha256.New, a.binding.key)
	mac.Write([]byte(by.Protected + "." + by.Payload))
	signature, _ := base64.RawURLEncoding.DecodeString(by.Signature)
	bound := keyOf(key.X, key.Y)
	return protected.Alg == "HS256" && protected.KID == a.binding.id && protected.URL == a.URL+"/account" &&
		hmac.Equal(signature, mac.Sum(nil)) && bound != nil && bound.thumbprint == account.thumbprint
}

// address is that of an account.
func (a *authority) address(number int) string { return a.URL + "/account/" + strconv.Itoa(number) }

func keyOf(x, y string) *accountKey {
	point := []byte{4}
	for _, part := range []string{x, y} {
		half, _ := base64.RawURLEncoding.DecodeString(part)
		point = append(point, half...)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil
	}
	digest := sha256.Sum256(fmt.Appendf(nil, `{"crv":"P-256","kty":"EC","x":%q,"y":%q}`, x, y))
	return &accountKey{*key, base64.RawURLEncoding.EncodeToString(digest[:])}
}

func decode(part string, to any) error {
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err == nil {
		err = json.Unmarshal(text, to)
	}
	return err
}

func nonce() string { return rand.Text() }

// reply gives a new nonce. What has to be asked for again may be at once.
func (a *authority) reply(w http.ResponseWriter, status int, body any) {
	fresh := nonce()
	a.nonces[fresh] = true
	w.Header().Set("Replay-Nonce", fresh)
	if w.Header().Get("Retry-After") == "" {
		w.Header().Set("Retry-After", time.Now().Add(-time.Minute).UTC().Format(http.TimeFormat))
	}
	w.WriteHeader(status)
	if body != nil {
		json.NewEncoder(w).Encode(body)
	}
}

// visit looks for the proof at the listener.
func (a *authority) visit(key *accountKey) error {
	d := tls.Dialer{Config: &tls.Config{ServerName: a.host, NextProtos: []string{"acme-tls/1"}, InsecureSkipVerify: true}}
	c, err := d.DialContext(context.Background(), "tcp", a.prove)
	if err != nil {
		return err
	}
	defer c.Close()
	state := c.(*tls.Conn).ConnectionState()
	digest := sha256.Sum256([]byte(a.token + "." + key.thumbprint))
	for _, e := range state.PeerCertificates[0].Extensions {
		if e.Id.String() == "1.3.6.1.5.5.7.1.31" && e.Critical && bytes.HasSuffix(e.Value, digest[:]) &&
			state.NegotiatedProtocol == "acme-tls/1" {
			return nil
		}
	}
	return fmt.Errorf("%s shows no proof for %s", a.prove, a.host)
}
