package idp

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
)

// code is what a login that is not finished was begun with.
type code struct {
	redirect, challenge, nonce string
	user                       map[string]any
}

// authorize logs the user in without a question, and sends the browser back.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || q.Get("client_id") != ClientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" {
		http.Error(w, "not a question of a client", http.StatusBadRequest)
		return
	}
	given := rand.Text()
	p.mu.Lock()
	p.codes[given] = code{q.Get("redirect_uri"), q.Get("code_challenge"), q.Get("nonce"), p.user}
	p.mu.Unlock()
	back.RawQuery = url.Values{"code": {given}, "state": {q.Get("state")}, "iss": {p.Issuer}}.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	if !client(r) {
		answer(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		http.Error(w, "down", http.StatusBadGateway)
		return
	}
	user, nonce, problem := p.granted(r)
	if problem != "" {
		answer(w, http.StatusBadRequest, map[string]string{"error": problem})
		return
	}
	refresh := rand.Text()
	p.refreshes[refresh] = true
	p.answerTokens(w, user, nonce, refresh)
}

// granted is whom a grant is for. p.mu is held.
func (p *Provider) granted(r *http.Request) (user map[string]any, nonce, problem string) {
	switch r.PostForm.Get("grant_type") {
	case "authorization_code":
		c, known := p.codes[r.PostForm.Get("code")]
		delete(p.codes, r.PostForm.Get("code"))
		sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
		if !known || c.redirect != r.PostForm.Get("redirect_uri") || c.challenge != base64.RawURLEncoding.EncodeToString(sum[:]) {
			return nil, "", "invalid_grant"
		}
		return c.user, c.nonce, ""
	case "refresh_token":
		old := r.PostForm.Get("refresh_token")
		if !p.refreshes[old] {
			return nil, "", "invalid_grant"
		}
		delete(p.refreshes, old)
		return p.user, "", ""
	case "urn:ietf:params:oauth:grant-type:device_code":
		approved, known := p.devices[r.PostForm.Get("device_code")]
		switch {
		case !known:
			return nil, "", "expired_token"
		case !approved:
			return nil, "", "authorization_pending"
		}
		delete(p.devices, r.PostForm.Get("device_code"))
		return p.user, "", ""
	}
	return nil, "", "unsupported_grant_type"
}

// answerTokens signs an ID token. What the user's claims say goes before what is usual,
// and typ into the header. p.mu is held.
func (p *Provider) answerTokens(w http.ResponseWriter, user map[string]any, nonce, refresh string) {
	now := p.now().Unix()
	claims := map[string]any{"iss": p.Issuer, "aud": ClientID, "iat": now, "exp": now + 600}
	if nonce != "" {
		claims["nonce"] = nonce
	}
	for name, value := range user {
		claims[name] = value
	}
	header := map[string]any{"typ": "JWT"}
	if typ, odd := claims["typ"]; odd {
		delete(claims, "typ")
		header["typ"] = typ
	}
	id := p.sign(header, claims)
	answer(w, http.StatusOK, map[string]any{
		"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 600, "refresh_token": refresh, "id_token": id,
	})
}

// client reports the client that knows its secret (RFC 6749 section 2.3.1).
func client(r *http.Request) bool {
	id, secret, ok := r.BasicAuth()
	return ok && id == url.QueryEscape(ClientID) && secret == url.QueryEscape(ClientSecret) && r.ParseForm() == nil
}

func (p *Provider) device(w http.ResponseWriter, r *http.Request) {
	if !client(r) {
		answer(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
		return
	}
	given := rand.Text()
	p.mu.Lock()
	p.devices[given] = false
	p.mu.Unlock()
	answer(w, http.StatusOK, map[string]any{
		"device_code": given, "user_code": "WDJB-MJHT", "verification_uri": p.Issuer + "/enter",
		"verification_uri_complete": p.Issuer + "/enter?user_code=WDJB-MJHT", "expires_in": 600, "interval": 5,
	})
}

// Approve approves the devices that wait.
func (p *Provider) Approve() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for d := range p.devices {
		p.devices[d] = true
	}
}

func (p *Provider) revoke(w http.ResponseWriter, r *http.Request) {
	if !client(r) {
		answer(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.refreshes, r.PostForm.Get("token"))
}

// Refreshes is how many refresh tokens are good.
func (p *Provider) Refreshes() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.refreshes)
}

// Withhold has a user's refresh tokens be good no more.
func (p *Provider) Withhold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.refreshes)
}
