package listen

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"registerd/internal/pki"
)

// authority speaks ACME (RFC 8555) as far as one order at a time, and proves a
// name by TLS-ALPN-01 (RFC 8737) at one address, whatever the name. It does not
// verify the signatures of requests.
type authority struct {
	*httptest.Server
	*pki.Authority
	prove string // the address

	mu         sync.Mutex
	orders     int
	host       string
	thumbprint string // of the account's key
	proven     bool
	chain      []byte
}

// token stands in the challenge, and its digest in the proof.
const token = "a-token-that-is-longer-than-128-bits"

func newACMEServer(t *testing.T, prove string) *authority {
	t.Helper()
	a := &authority{Authority: newAuthority(t), prove: prove}
	mux := http.NewServeMux()
	mux.HandleFunc("/directory", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, map[string]any{
			"newNonce": a.URL + "/nonce", "newAccount": a.URL + "/account", "newOrder": a.URL + "/orders",
			"meta": map[string]string{"termsOfService": a.URL + "/terms"},
		})
	})
	mux.HandleFunc("HEAD /nonce", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, nil) })
	for path, answer := range map[string]func(http.ResponseWriter, jws){
		"/account": a.account, "/orders": a.newOrder, "/order": a.order, "/authorization": a.authorization,
		"/challenge": a.challenge, "/finalize": a.finalize, "/certificate": a.certificate,
	} {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
			var message jws
			if err := json.NewDecoder(r.Body).Decode(&message); err != nil {
				t.Error(err)
			}
			a.mu.Lock()
			defer a.mu.Unlock()
			answer(w, message)
		})
	}
	a.Server = httptest.NewTLSServer(mux)
	t.Cleanup(a.Close)
	return a
}

// asked is how many certificates were ordered.
func (a *authority) asked() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.orders
}

// jws is a signed request (RFC 7515).
type jws struct{ Protected, Payload string }

func decode(part string, to any) error {
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err == nil {
		err = json.Unmarshal(text, to)
	}
	return err
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Replay-Nonce", "0123456789abcdef")
	w.WriteHeader(status)
	if body != nil {
		json.NewEncoder(w).Encode(body)
	}
}

func (a *authority) account(w http.ResponseWriter, m jws) {
	var account struct{ TermsOfServiceAgreed bool }
	var protected struct {
		JWK struct{ Crv, Kty, X, Y string }
	}
	if decode(m.Payload, &account) != nil || decode(m.Protected, &protected) != nil || !account.TermsOfServiceAgreed {
		reply(w, http.StatusForbidden, nil)
		return
	}
	k := protected.JWK
	digest := sha256.Sum256(fmt.Appendf(nil, `{"crv":%q,"kty":%q,"x":%q,"y":%q}`, k.Crv, k.Kty, k.X, k.Y))
	a.thumbprint = base64.RawURLEncoding.EncodeToString(digest[:])
	w.Header().Set("Location", a.URL+"/account/1")
	reply(w, http.StatusCreated, map[string]string{"status": "valid"})
}

func (a *authority) newOrder(w http.ResponseWriter, m jws) {
	var order struct{ Identifiers []struct{ Value string } }
	if decode(m.Payload, &order) != nil || len(order.Identifiers) != 1 {
		reply(w, http.StatusBadRequest, nil)
		return
	}
	a.orders++
	a.host, a.proven, a.chain = order.Identifiers[0].Value, false, nil
	w.Header().Set("Location", a.URL+"/order")
	reply(w, http.StatusCreated, a.state())
}

// state is the order as it stands.
func (a *authority) state() map[string]any {
	status := "pending"
	switch {
	case a.chain != nil:
		status = "valid"
	case a.proven:
		status = "ready"
	}
	return map[string]any{
		"status": status, "identifiers": []any{a.identifier()}, "authorizations": []string{a.URL + "/authorization"},
		"finalize": a.URL + "/finalize", "certificate": a.URL + "/certificate",
	}
}

func (a *authority) identifier() map[string]string {
	return map[string]string{"type": "dns", "value": a.host}
}

func (a *authority) order(w http.ResponseWriter, _ jws) { reply(w, http.StatusOK, a.state()) }

func (a *authority) authorization(w http.ResponseWriter, _ jws) {
	status := "pending"
	if a.proven {
		status = "valid"
	}
	reply(w, http.StatusOK, map[string]any{
		"status": status, "identifier": a.identifier(),
		"challenges": []any{map[string]string{"type": "tls-alpn-01", "url": a.URL + "/challenge", "token": token, "status": status}},
	})
}

func (a *authority) challenge(w http.ResponseWriter, _ jws) {
	if err := a.visit(); err != nil {
		reply(w, http.StatusForbidden, map[string]string{"type": "urn:ietf:params:acme:error:unauthorized", "detail": err.Error()})
		return
	}
	a.proven = true
	reply(w, http.StatusOK, map[string]string{"type": "tls-alpn-01", "url": a.URL + "/challenge", "token": token, "status": "valid"})
}

// visit looks for the proof at the listener.
func (a *authority) visit() error {
	d := tls.Dialer{Config: &tls.Config{ServerName: a.host, NextProtos: []string{"acme-tls/1"}, InsecureSkipVerify: true}}
	c, err := d.DialContext(context.Background(), "tcp", a.prove)
	if err != nil {
		return err
	}
	defer c.Close()
	state := c.(*tls.Conn).ConnectionState()
	digest := sha256.Sum256([]byte(token + "." + a.thumbprint))
	for _, e := range state.PeerCertificates[0].Extensions {
		if e.Id.String() == "1.3.6.1.5.5.7.1.31" && e.Critical && bytes.HasSuffix(e.Value, digest[:]) &&
			state.NegotiatedProtocol == "acme-tls/1" {
			return nil
		}
	}
	return fmt.Errorf("%s shows no proof for %s", a.prove, a.host)
}

func (a *authority) finalize(w http.ResponseWriter, m jws) {
	var request struct{ CSR string }
	if decode(m.Payload, &request) != nil || !a.proven {
		reply(w, http.StatusForbidden, nil)
		return
	}
	der, _ := base64.RawURLEncoding.DecodeString(request.CSR)
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		reply(w, http.StatusBadRequest, nil)
		return
	}
	ders, err := a.Sign(csr.PublicKey, pki.Order{Hosts: csr.DNSNames})
	if err != nil {
		reply(w, http.StatusInternalServerError, nil)
		return
	}
	a.chain = pki.Chain(ders)
	w.Header().Set("Location", a.URL+"/order")
	reply(w, http.StatusOK, a.state())
}

func (a *authority) certificate(w http.ResponseWriter, _ jws) {
	w.Header().Set("Content-Type", "application/pem-certificate-chain")
	reply(w, http.StatusOK, nil)
	w.Write(a.chain)
}
