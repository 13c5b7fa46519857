package listen

import (
	"strings"
	"testing"
)

// Some authorities give certificates only to whom they know already (RFC 8555 section
// 7.3.4).
func TestAnAccountIsBoundToOneThatTheAuthorityKnows(t *testing.T) {
	l := open(t, Config{})
	server := newACMEServer(t, l.Addr().String())
	server.set(func(a *authority) { a.binding = &binding{"registry-17", []byte("a key of 32 bytes, for the tests")} })
	for _, tt := range []struct {
		id, key string
		taken   bool
	}{
		{"", "", false},
		{"registry-17", "another key", false},
		{"registry-18", "a key of 32 bytes, for the tests", false},
		{"registry-17", "a key of 32 bytes, for the tests", true},
	} {
		cfg := acmeConfig(t, server.URL+"/directory", server.Client())
		cfg.EABKeyID, cfg.EABKey = tt.id, []byte(tt.key)
		a := openACME(t, cfg)
		if !tt.taken {
			if err := a.fetch(t.Context(), ourHost); err == nil || !strings.Contains(err.Error(), "account: 403 urn:ietf:params:acme:error:externalAccountRequired") {
				t.Errorf("%q, %q: %v", tt.id, tt.key, err)
			}
			continue
		}
		door(t, l, a.Get)
		if err := a.fetch(t.Context(), ourHost); err != nil || len(a.Missing()) > 0 {
			t.Errorf("%q, %q: %v", tt.id, tt.key, err)
		}
	}
}

func TestHalfOfABindingIsRefused(t *testing.T) {
	for _, half := range []ACMEConfig{{EABKeyID: "registry-17"}, {EABKey: []byte("key")}} {
		cfg := acmeConfig(t, "", nil)
		cfg.EABKeyID, cfg.EABKey = half.EABKeyID, half.EABKey
		if _, err := OpenACME(cfg); err == nil || !strings.Contains(err.Error(), "are given together") {
			t.Errorf("%+v: %v", half, err)
		}
	}
}
