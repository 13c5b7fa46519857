package rdap_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// checkReply holds any answer to what all share.
func checkReply(t *testing.T, what string, got reply) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Type": "application/rdap+json", "Access-Control-Allow-Origin": "*",
		"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'", "Vary": "Accept, Accept-Encoding, Authorization",
		"Access-Control-Expose-Headers": "ETag, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate",
	} {
		if values := got.header.Values(name); len(values) != 1 || values[0] != want {
			t.Errorf("%s: %s is %q, want %q once", what, name, values, want)
		}
	}
	if got.header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("%s: browsers' credentials are allowed", what)
	}
	if bytes.Contains(got.body, []byte(canary)) {
		t.Errorf("%s: a withheld value was sent:\n%s", what, got.body)
	}
	decodes(t, what, got.body)
	if got.status != 200 {
		checkError(t, what, got)
	}
}

// checkError holds an answer that is none to RFC 9083 section 6.
func checkError(t *testing.T, what string, got reply) {
	t.Helper()
	var e struct {
		RDAPConformance []string
		ErrorCode       int
		Title, Lang     string
		Description     []string
		Notices         []struct {
			Description []string
			Links       []struct{ Rel, Href string }
		}
	}
	if err := json.Unmarshal(got.body, &e); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if e.ErrorCode != got.status || e.Title == "" || len(e.Description) == 0 || len(e.RDAPConformance) != 1 {
		t.Errorf("%s: not an error object: %s", what, got.body)
	}
	if !bytes.Contains(got.body, []byte("Example Registry")) || !bytes.Contains(got.body, []byte("office@nic.example")) ||
		!bytes.Contains(got.body, []byte(`"href":"https://www.nic.example/"`)) {
		t.Errorf("%s: the operator is not named: %s", what, got.body)
	}
	if got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s: an error may be kept: %q", what, got.header.Get("Cache-Control"))
	}
	switch allow, challenge := got.header.Get("Allow"), got.header.Get("WWW-Authenticate"); {
	case (got.status == 405) != (allow == "GET, HEAD, OPTIONS"):
		t.Errorf("%s: Allow is %q", what, allow)
	case (got.status == 401) != strings.HasPrefix(challenge, "Bearer "):
		t.Errorf("%s: WWW-Authenticate is %q", what, challenge)
	}
}
