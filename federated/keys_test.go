package federated

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"sync"
	"testing"
	"time"

	"registerd/internal/idp"
)

func tokenOf(p *idp.Provider) string { return p.Sign(p.Access("officer-7")) }

func wantTaken(t *testing.T, f *Federation, token string) {
	t.Helper()
	if _, err := f.Bearer(t.Context(), token); err != nil {
		t.Errorf("the token is not taken: %v", err)
	}
}

func wantUnreachable(t *testing.T, f *Federation, token string) {
	t.Helper()
	if _, err := f.Bearer(t.Context(), token); !errors.Is(err, ErrUnreachable) {
		t.Errorf("%v, want that the provider cannot be asked", err)
	}
}

func TestANewKeyIsTakenAndAWithdrawnOneEndsWithinAMinute(t *testing.T) {
	c := newClock()
	p := startProvider(t, c)
	f := federationOf(t, c, settingsOf(p))
	old := tokenOf(p)
	wantTaken(t, f, old)
	if err := p.Rotate(); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, f, tokenOf(p), "does not publish") // it was looked for just now
	c.pass(time.Minute)
	wantTaken(t, f, tokenOf(p))
	wantTaken(t, f, old)
	p.Withdraw()
	wantTaken(t, f, old)
	c.pass(time.Minute)
	wantRefused(t, f, old, "does not publish")
	wantTaken(t, f, tokenOf(p))
}

func TestNamesOfKeysThatAreInventedAskTheProviderOnceAMinute(t *testing.T) {
	c := newClock()
	p := startProvider(t, c)
	f := federationOf(t, c, settingsOf(p))
	for range 3 {
		for range 20 {
			h, claims := p.Access("officer-7")
			h["kid"] = "invented"
			wantRefused(t, f, p.Sign(h, claims), "does not publish")
		}
		c.pass(time.Minute)
	}
	if p.Lookups() != 3 {
		t.Errorf("the provider was asked %d times, want 3", p.Lookups())
	}
}

func TestAProviderThatIsDownIsSurvivedByKnownKeysForADay(t *testing.T) {
	c := newClock()
	p := startProvider(t, c)
	f := federationOf(t, c, settingsOf(p))
	wantTaken(t, f, tokenOf(p))
	p.Fail(true)
	c.pass(freshKeys)
	wantTaken(t, f, tokenOf(p))
	h, claims := p.Access("officer-7")
	h["kid"] = "new"
	wantUnreachable(t, f, p.Sign(h, claims))
	c.pass(trustKeys - freshKeys - time.Second)
	wantTaken(t, f, tokenOf(p))
	c.pass(time.Second)
	wantUnreachable(t, f, tokenOf(p))
	p.Fail(false)
	c.pass(freshKeys)
	wantTaken(t, f, tokenOf(p))
}

func TestAProviderThatWasNeverReachedIsNotTakenForOneThatRefuses(t *testing.T) {
	c := newClock()
	p := startProvider(t, c)
	f := federationOf(t, c, settingsOf(p))
	p.Fail(true)
	wantUnreachable(t, f, tokenOf(p))
	if k := f.Keys(); len(k) != 1 || !k[0].Failing || !k[0].Read.IsZero() {
		t.Errorf("its keys are %+v", k)
	}
	p.Fail(false)
	wantUnreachable(t, f, tokenOf(p)) // it was asked just now
	c.pass(freshKeys)
	wantTaken(t, f, tokenOf(p))
	if k := f.Keys(); k[0].Failing || !k[0].Read.Equal(c.now()) {
		t.Errorf("its keys are %+v", k)
	}
}

func TestKeysOfTenMegabytesAreNotRead(t *testing.T) {
	c := newClock()
	p := startProvider(t, c)
	f := federationOf(t, c, settingsOf(p))
	p.Swell(10 << 20)
	wantUnreachable(t, f, tokenOf(p))
	p.Swell(maxAnswer / 2)
	c.pass(freshKeys)
	wantTaken(t, f, tokenOf(p))
	p.Swell(10 << 20)
	c.pass(freshKeys)
	wantTaken(t, f, tokenOf(p)) // by the keys that are known
}

func TestWhoHangsUpDoesNotEndTheLookUpOfOthersAndOneIsEnoughForAll(t *testing.T) {
	c := newClock()
	p := startProvider(t, c)
	f := federationOf(t, c, settingsOf(p))
	p.Stall()
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	token := tokenOf(p)
	if _, err := f.Bearer(gone, token); !errors.Is(err, ErrUnreachable) {
		t.Errorf("who hung up was told %v", err)
	}
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() { wantTaken(t, f, token) })
	}
	p.Resume()
	all.Wait()
	if p.Lookups() != 1 {
		t.Errorf("the provider was asked %d times, want once", p.Lookups())
	}
}

func TestKeysThatSignNothingForUsAreNotKept(t *testing.T) {
	const (
		good  = `{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`
		enc   = `{"kty":"OKP","crv":"Ed25519","kid":"b","use":"enc","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`
		oct   = `{"kty":"oct","kid":"c","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}`
		other = `{"kty":"made-up","kid":"d"}`
	)
	weak := `{"kty":"RSA","kid":"e","e":"AQAB","n":"` + base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{0xc1}, 128)) + `"}`
	known, err := readKeys([]byte(`{"keys":[` + good + "," + enc + "," + oct + "," + other + "," + weak + `]}`))
	if _, kept := known["a"]; err != nil || len(known) != 1 || !kept {
		t.Errorf("kept %v (%v), want the one that signs", known, err)
	}
	for what, set := range map[string]string{
		"none that signs": `{"keys":[` + enc + "," + oct + `]}`, "no keys": `{}`, "no JSON": `<html>`,
		"one id twice": `{"keys":[` + good + "," + good + `]}`,
	} {
		if known, err := readKeys([]byte(set)); err == nil {
			t.Errorf("%s: kept %v", what, known)
		}
	}
}
