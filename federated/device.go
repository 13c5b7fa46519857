package federated

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"time"
)

// ErrPending says that nobody has logged in for the device yet.
var ErrPending = errors.New("federation: nobody has logged in for the device yet")

// Device is what whoever has a device without a browser is told (RFC 8628 section 3.2).
type Device struct {
	Code, UserCode string
	Verify, Whole  string // addresses; the second may be ""
	Ends, Interval int    // seconds
}

// StartDevice begins a login on another device, and what this one keeps for us: the
// code alone, which others may have seen, is no login.
func (f *Federation) StartDevice(ctx context.Context, identifier, issuer string) (d Device, kept string, err error) {
	p, err := f.by(identifier, issuer)
	if err != nil {
		return d, "", err
	}
	if p.Login.Device == "" {
		return d, "", ErrNoProvider
	}
	answer, err := p.post(ctx, p.Login.Device, form{"client_id": p.Login.ClientID, "scope": scopes})
	if err != nil {
		return d, "", err
	}
	if answer.Problem != "" || answer.DeviceCode == "" || answer.UserCode == "" || !secure(answer.Verify) || answer.ExpiresIn <= 0 {
		return d, "", refuse("the provider gave no code")
	}
	d = Device{answer.DeviceCode, answer.UserCode, answer.Verify, answer.VerifyWhole, answer.ExpiresIn, max(answer.Interval, 5)}
	ends := min(time.Duration(d.Ends)*time.Second, 3*loginTime)
	code := sha256.Sum256([]byte(d.Code))
	return d, f.seal(begun{Issuer: p.Issuer, Device: code[:], Ends: f.now().Add(ends)}), nil
}

// PollDevice ends a login of a device, or is ErrPending.
func (f *Federation) PollDevice(ctx context.Context, code, kept string) (Arrived, error) {
	b, ok := f.unseal(kept)
	sum := sha256.Sum256([]byte(code))
	if !ok || subtle.ConstantTimeCompare(sum[:], b.Device) != 1 {
		return Arrived{}, refuse("this device began no login with that code, or it has expired")
	}
	return f.find(b.Issuer).login(ctx, form{
		"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": code,
	}, "")
}
