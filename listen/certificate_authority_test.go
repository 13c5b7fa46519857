package listen

import (
	"crypto/x509"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"registerd/internal/pki"
)

// authority speaks ACME (RFC 8555) as far as one order at a time, and proves a
// name by TLS-ALPN-01 (RFC 8737) at one address, whatever the name. As those that
// serve the public it refuses nonces that are good, takes its time to look for a proof
// and to issue, and knows no account that it was not told of.
type authority struct {
	*httptest.Server
	*pki.Authority
	prove string // the address

	mu       sync.Mutex
	binding  *binding            // that accounts have to have
	ahead    time.Duration       // of our clock
	refuse   *problem            // what orders are answered
	before   func(*http.Request) // is called before what is signed is answered
	signed   int                 // requests that were signed
	nonces   map[string]bool     // that were given and not used
	accounts []*accountKey       // by number, from 1; nil is one that was forgotten
	orders   int                 // certificates that were asked for
	looked   map[string]struct{} // what was said to be in work once

	host   string
	token  string
	proven string // the state of the authorization
	why    *problem
	chain  []byte
}

// problem is one of RFC 8555 section 6.7.
type problem struct {
	Status int    `json:"status"`
	Type   string `json:"type"`
	Detail string `json:"detail"`

	after string // Retry-After
}

func (a *authority) problem(status int, kind, detail string) *problem {
	return &problem{Status: status, Type: "urn:ietf:params:acme:error:" + kind, Detail: detail}
}

func newACMEServer(t *testing.T, prove string) *authority {
	t.Helper()
	a := &authority{Authority: newAuthority(t), prove: prove, nonces: map[string]bool{}, looked: map[string]struct{}{}}
	mux := http.NewServeMux()
	mux.HandleFunc("/directory", func(w http.ResponseWriter, _ *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.reply(w, http.StatusOK, map[string]any{
			"newNonce": a.URL + "/nonce", "newAccount": a.URL + "/account", "newOrder": a.URL + "/orders",
			"meta": map[string]string{"termsOfService": a.URL + "/terms"},
		})
	})
	mux.HandleFunc("HEAD /nonce", func(w http.ResponseWriter, _ *http.Request) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.reply(w, http.StatusOK, nil)
	})
	for path, answer := range map[string]func(http.ResponseWriter, message) *problem{
		"/account": a.account, "/orders": a.newOrder, "/order": a.order, "/authorization": a.authorization,
		"/challenge": a.challenge, "/finalize": a.finalize, "/certificate": a.certificate,
	} {
		mux.HandleFunc("POST "+path, a.signedly(path, answer))
	}
	a.Server = httptest.NewTLSServer(mux)
	t.Cleanup(a.Close)
	return a
}

// signedly has a request answered that is signed.
func (a *authority) signedly(path string, answer func(http.ResponseWriter, message) *problem) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // or a client that goes would not be noticed
		if before := a.asks(); before != nil {
			before(r)
		}
		a.mu.Lock()
		defer a.mu.Unlock()
		m, wrong := a.open(path, body)
		if wrong == nil {
			wrong = answer(w, m)
		}
		if wrong != nil {
			w.Header().Set("Retry-After", wrong.after)
			a.reply(w, wrong.Status, wrong)
		}
	}
}

func (a *authority) asks() func(*http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.before
}

// asked is how many certificates were ordered.
func (a *authority) asked() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.orders
}

// set changes what the authority is like.
func (a *authority) set(change func(*authority)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	change(a)
}

func (a *authority) account(w http.ResponseWriter, m message) *problem {
	var account struct {
		TermsOfServiceAgreed   bool
		ExternalAccountBinding *signed
	}
	if decode(m.Payload, &account) != nil || !account.TermsOfServiceAgreed {
		return a.problem(http.StatusForbidden, "userActionRequired", "the terms of service are not agreed to")
	}
	if a.binding != nil && !a.binds(account.ExternalAccountBinding, m.key) {
		return a.problem(http.StatusForbidden, "externalAccountRequired", "nobody is known who has this account")
	}
	status := http.StatusOK
	i := slices.IndexFunc(a.accounts, func(k *accountKey) bool { return k != nil && k.Equal(&m.key.PublicKey) })
	if i < 0 {
		i, status = len(a.accounts), http.StatusCreated
		a.accounts = append(a.accounts, m.key)
	}
	w.Header().Set("Location", a.address(i+1))
	a.reply(w, status, map[string]string{"status": "valid"})
	return nil
}

func (a *authority) newOrder(w http.ResponseWriter, m message) *problem {
	var order struct{ Identifiers []struct{ Value string } }
	if decode(m.Payload, &order) != nil || len(order.Identifiers) != 1 {
		return a.problem(http.StatusBadRequest, "malformed", "an order is for one name")
	}
	a.orders++
	if a.refuse != nil {
		return a.refuse
	}
	a.host, a.token, a.proven, a.why, a.chain = order.Identifiers[0].Value, nonce(), "pending", nil, nil
	clear(a.looked)
	w.Header().Set("Location", a.URL+"/order")
	a.reply(w, http.StatusCreated, a.state())
	return nil
}

// state is the order as it stands.
func (a *authority) state() map[string]any {
	status := map[string]string{"pending": "pending", "valid": "ready", "invalid": "invalid"}[a.proven]
	if a.chain != nil {
		status = a.inWork("order", "processing", "valid")
	}
	return map[string]any{
		"status": status, "identifiers": []any{a.identifier()}, "authorizations": []string{a.URL + "/authorization"},
		"finalize": a.URL + "/finalize", "certificate": a.URL + "/certificate",
	}
}

// inWork is first one state, and then another.
func (a *authority) inWork(what, first, then string) string {
	if _, ok := a.looked[what]; ok {
		return then
	}
	a.looked[what] = struct{}{}
	return first
}

func (a *authority) identifier() map[string]string {
	return map[string]string{"type": "dns", "value": a.host}
}

func (a *authority) order(w http.ResponseWriter, _ message) *problem {
	a.reply(w, http.StatusOK, a.state())
	return nil
}

func (a *authority) authorization(w http.ResponseWriter, _ message) *problem {
	status := a.proven
	if status != "pending" {
		status = a.inWork("authorization", "pending", a.proven)
	}
	a.reply(w, http.StatusOK, map[string]any{
		"status": status, "identifier": a.identifier(),
		"challenges": []any{
			map[string]any{"type": "http-01", "url": a.URL + "/http", "token": a.token, "status": "pending"},
			map[string]any{"type": "tls-alpn-01", "url": a.URL + "/challenge", "token": a.token, "status": status, "error": a.why},
		},
	})
	return nil
}

func (a *authority) challenge(w http.ResponseWriter, m message) *problem {
	a.proven = "valid"
	if err := a.visit(m.key); err != nil {
		a.proven, a.why = "invalid", a.problem(http.StatusForbidden, "unauthorized", err.Error())
	}
	a.reply(w, http.StatusOK, map[string]string{"type": "tls-alpn-01", "url": a.URL + "/challenge", "token": a.token, "status": "processing"})
	return nil
}

func (a *authority) finalize(w http.ResponseWriter, m message) *problem {
	var request struct{ CSR string }
	if decode(m.Payload, &request) != nil || a.proven != "valid" {
		return a.problem(http.StatusForbidden, "orderNotReady", "the name is not proven")
	}
	der, _ := base64.RawURLEncoding.DecodeString(request.CSR)
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil || !slices.Equal(csr.DNSNames, []string{a.host}) {
		return a.problem(http.StatusBadRequest, "badCSR", "it is not for the name of the order")
	}
	now := time.Now().Add(a.ahead)
	ders, err := a.Sign(csr.PublicKey, pki.Order{Hosts: csr.DNSNames, From: now.Add(-time.Hour), Till: now.AddDate(0, 0, 90)})
	if err != nil {
		return a.problem(http.StatusInternalServerError, "serverInternal", err.Error())
	}
	a.chain = pki.Chain(ders)
	w.Header().Set("Location", a.URL+"/order")
	a.reply(w, http.StatusOK, a.state())
	return nil
}

func (a *authority) certificate(w http.ResponseWriter, _ message) *problem {
	w.Header().Set("Content-Type", "application/pem-certificate-chain")
	a.reply(w, http.StatusOK, nil)
	w.Write(a.chain)
	return nil
}
