package federated

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// ErrNoProvider says that nobody logs in with the provider that was named.
var ErrNoProvider = errors.New("federation: it is not a provider that people log in with here")

// loginTime is how long somebody may take to log in.
const loginTime = 10 * time.Minute

// Scopes are what is asked for: who it is, and what RFC 9560 section 3.1.5 defines.
const scopes = "openid rdap"

// Arrived is somebody who has just logged in, and has no session yet.
type Arrived struct{ session }

// begun is a login that is under way. The browser keeps it for us, sealed: before
// somebody has logged in nothing is kept here, whoever asks for how many logins.
type begun struct {
	Issuer, State, Nonce, Verifier string
	Device                         []byte // SHA-256 of the device's code; nil in a browser
	Ends                           time.Time
}

// by is the provider of an issuer, or of an identifier's domain, or the default.
func (f *Federation) by(identifier, issuer string) (*provider, error) {
	for _, p := range f.providers {
		switch {
		case p.Login == nil:
		case issuer != "" && issuer == p.Issuer,
			issuer == "" && identifier != "" && p.Login.knows(identifier),
			issuer == "" && identifier == "" && p.Login.Default:
			return p, nil
		}
	}
	return nil, ErrNoProvider
}

func (l *Login) knows(identifier string) bool {
	identifier = strings.ToLower(identifier)
	for _, domain := range l.Identifiers {
		if rest, ok := strings.CutSuffix(identifier, strings.ToLower(domain)); ok && (rest == "" || strings.HasSuffix(rest, "@") || strings.HasSuffix(rest, ".")) {
			return true
		}
	}
	return false
}

// Start begins a login: where the browser goes, and what it keeps for us until it is
// back. It goes nowhere but to the provider as the operator wrote it.
func (f *Federation) Start(identifier, issuer string) (address, kept string, err error) {
	p, err := f.by(identifier, issuer)
	if err != nil {
		return "", "", err
	}
	b := begun{Issuer: p.Issuer, State: rand.Text(), Nonce: rand.Text(), Verifier: rand.Text() + rand.Text(), Ends: f.now().Add(loginTime)}
	challenge := sha256.Sum256([]byte(b.Verifier))
	u, err := url.Parse(p.Login.Authorization)
	if err != nil {
		return "", "", err
	}
	q := u.Query()
	for name, value := range map[string]string{
		"response_type": "code", "client_id": p.Login.ClientID, "redirect_uri": f.callback(), "scope": scopes,
		"state": b.State, "nonce": b.Nonce, "code_challenge_method": "S256",
		"code_challenge": base64.RawURLEncoding.EncodeToString(challenge[:]),
	} {
		q.Set(name, value)
	}
	if identifier != "" {
		q.Set("login_hint", identifier)
	}
	u.RawQuery = q.Encode()
	return u.String(), f.seal(b), nil
}

func (f *Federation) callback() string { return f.base + "farv1_session/callback" }

// Finish ends a login that a browser comes back from.
func (f *Federation) Finish(ctx context.Context, q url.Values, kept string) (Arrived, error) {
	b, ok := f.unseal(kept)
	switch {
	case !ok || b.Device != nil:
		return Arrived{}, refuse("this browser began no login, or took longer than ten minutes")
	case subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(b.State)) != 1:
		return Arrived{}, refuse("it is the answer to another login")
	case q.Has("iss") && q.Get("iss") != b.Issuer: // RFC 9207 section 2.4
		return Arrived{}, refuse("it is the answer of another provider")
	case q.Get("code") == "":
		return Arrived{}, refuse("the provider let nobody log in")
	}
	return f.find(b.Issuer).login(ctx, form{
		"grant_type": "authorization_code", "code": q.Get("code"), "redirect_uri": f.callback(), "code_verifier": b.Verifier,
	}, b.Nonce)
}

func (f *Federation) seal(b begun) string {
	text, err := json.Marshal(b)
	if err != nil {
		panic(err) // it is texts and a time
	}
	return base64.RawURLEncoding.EncodeToString(f.sealer.Seal(nil, nil, text, nil))
}

func (f *Federation) unseal(kept string) (b begun, ok bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(kept)
	if err != nil {
		return b, false
	}
	text, err := f.sealer.Open(nil, nil, sealed, nil)
	return b, err == nil && json.Unmarshal(text, &b) == nil && f.now().Before(b.Ends) && f.find(b.Issuer) != nil
}

// form is what a provider is sent.
type form map[string]string

// said is what its token endpoint answers.
type said struct {
	IDToken      string `json:"id_token"`
	RefreshToken string `json:"refresh_token"`
	Problem      string `json:"error"`

	DeviceCode  string `json:"device_code"`
	UserCode    string `json:"user_code"`
	Verify      string `json:"verification_uri"`
	VerifyWhole string `json:"verification_uri_complete"`
	ExpiresIn   int    `json:"expires_in"`
	Interval    int    `json:"interval"`
}

// post asks as our client (RFC 6749 section 2.3.1).
func (p *provider) post(ctx context.Context, address string, what form) (said, error) {
	values := url.Values{}
	for name, value := range what {
		values.Set(name, value)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(values.Encode()))
	if err != nil {
		return said{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(url.QueryEscape(p.Login.ClientID), url.QueryEscape(p.Login.ClientSecret))
	status, body, err := fetch(p.http, r)
	if err != nil || status >= http.StatusInternalServerError {
		return said{}, ErrUnreachable
	}
	var answer said
	if status == http.StatusOK && len(body) == 0 { // of a revocation
		return answer, nil
	}
	if json.Unmarshal(body, &answer) != nil || status != http.StatusOK && answer.Problem == "" {
		return said{}, ErrUnreachable
	}
	return answer, nil
}

// login takes a grant to the provider, and reads who it is for.
func (p *provider) login(ctx context.Context, grant form, nonce string) (Arrived, error) {
	answer, err := p.post(ctx, p.Login.Token, grant)
	switch {
	case err != nil:
		return Arrived{}, err
	case answer.Problem == "authorization_pending", answer.Problem == "slow_down":
		return Arrived{}, ErrPending
	case answer.Problem != "":
		return Arrived{}, refuse("the provider did not take the grant")
	}
	c, err := p.read(ctx, answer.IDToken, idToken)
	if err != nil {
		return Arrived{}, err
	}
	if said, _ := c.text("nonce"); nonce != "" && subtle.ConstantTimeCompare([]byte(said), []byte(nonce)) != 1 {
		return Arrived{}, refuse("its token is of another login")
	}
	ends, _ := c.time("exp")
	return Arrived{session{
		Session:  Session{Identity: c.identity(), Ends: ends, Refreshes: answer.RefreshToken != ""},
		provider: p, refresh: answer.RefreshToken,
	}}, nil
}

func isRefused(err error) bool {
	var refused *Refused
	return errors.As(err, &refused)
}
