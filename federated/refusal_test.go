package federated

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"registerd/internal/idp"
)

// edit makes a token wrong in one way.
type edit func(header, claims map[string]any)

func claim(name string, value any) edit {
	return func(_, c map[string]any) { c[name] = value }
}

func header(name string, value any) edit {
	return func(h, _ map[string]any) { h[name] = value }
}

func without(name string) edit {
	return func(_, c map[string]any) { delete(c, name) }
}

const noon = 1795176000 // of the clock, in seconds

func TestATokenIsRefusedIfOneThingInItIsWrong(t *testing.T) {
	c := newClock()
	police, other := startProvider(t, c), startProvider(t, c)
	f := federationOf(t, c, settingsOf(police))
	if c.now().Unix() != noon {
		t.Fatalf("noon is %d", c.now().Unix())
	}
	cases := []struct {
		what string
		edit edit
		why  string // a part of the reason
	}{
		// What go-oidc would take.
		{"it was issued to another client", claim("azp", "somebody-else"), "client whose tokens"},
		{"it was issued an hour in the future", func(_, c map[string]any) { c["iat"], c["exp"] = noon+3600, noon+3900 }, "in the future"},
		{"it is an ID token", header("typ", "JWT"), "another sort"},
		{"it is good for 3 billion years", claim("exp", 94_672_800_000_000_000), "when it expires"},
		{"it becomes valid in 4 minutes", claim("nbf", noon+240), "not valid yet"},
		// What go-oidc refuses.
		{"its key is not published", header("kid", "invented"), "does not publish"},
		{"no signature", header("alg", "none"), "algorithm"},
		{"another algorithm", header("alg", "RS384"), "algorithm"},
		{"an extension nobody knows is critical", func(h, _ map[string]any) { h["crit"], h["exp"] = []string{"exp"}, 1 }, "no public keys able"},
		{"another issuer", claim("iss", "https://idp.example"), "issuer"},
		{"the issuer with a slash behind it", claim("iss", police.Issuer+"/"), "issuer"},
		{"another audience", claim("aud", "https://other.example/"), "audience"},
		{"no audience", without("aud"), "audience"},
		{"it has expired", claim("exp", noon-1), "expired"},
		{"it expires now", claim("exp", noon), "expired"},
		{"no expiry", without("exp"), "expire"},
		{"it becomes valid in 10 minutes", claim("nbf", noon+600), "nbf"},
		// And what else there is.
		{"no type", header("typ", ""), "another sort"},
		{"its client is another", claim("client_id", "somebody-else"), "client whose tokens"},
		{"its client is a number", claim("client_id", 7), "client whose tokens"},
		{"its client is null", claim("azp", nil), "client whose tokens"},
		{"no client", without("client_id"), "which client"},
		{"several audiences", claim("aud", []string{idp.Audience, "https://other.example/"}), "several"},
		{"it is for an ID token's audience", claim("aud", idp.ClientID), "audience"},
		{"it was issued 2 minutes in the future", claim("iat", noon+120), "in the future"},
		{"no time of issue", without("iat"), "when it was issued"},
		{"good for 61 minutes", func(_, c map[string]any) { c["exp"] = noon + 3660 }, "longer than an hour"},
		{"it expired before it was issued", func(_, c map[string]any) { c["iat"], c["exp"] = noon+50, noon+40 }, "longer than an hour"},
		{"nobody it speaks of", without("sub"), "whom"},
		{"an empty subject", claim("sub", ""), "whom"},
		{"a subject that is a number", claim("sub", 7), "malformed|unmarshal"},
		{"a subject in capitals alone", func(_, c map[string]any) { c["SUB"] = c["sub"]; delete(c, "sub") }, "whom"},
		{"a start that is no time", claim("nbf", "soon"), "unmarshal|parse"},
		{"it names no key, and there are two", header("kid", ""), "which key"},
	}
	if err := police.Rotate(); err != nil {
		t.Fatal(err)
	}
	for _, test := range cases {
		t.Run(test.what, func(t *testing.T) {
			h, claims := police.Access("officer-7")
			if _, err := f.Bearer(t.Context(), police.Sign(h, claims)); err != nil {
				t.Fatalf("as it should be: %v", err)
			}
			test.edit(h, claims)
			wantRefused(t, f, police.Sign(h, claims), test.why)
		})
	}
	t.Run("signed by another provider", func(t *testing.T) {
		h, claims := other.Access("officer-7")
		wantRefused(t, f, other.Sign(h, claims), "issuer")
		claims["iss"] = police.Issuer
		wantRefused(t, f, other.Sign(h, claims), "no public keys able|does not publish")
	})
	t.Run("signed with the public key as a secret", func(t *testing.T) {
		h, claims := police.Access("officer-7")
		h["alg"] = "HS256"
		signed := body(t, police.Sign(h, claims))
		mac := hmac.New(sha256.New, police.Modulus())
		mac.Write([]byte(signed))
		wantRefused(t, f, signed+"."+base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), "algorithm")
	})
	t.Run("changed, cut or wrapped", func(t *testing.T) {
		h, claims := police.Access("officer-7")
		good := police.Sign(h, claims)
		parts := strings.Split(good, ".")
		claims["sub"] = "chief"
		payload, _ := json.Marshal(claims)
		json, _ := json.Marshal(map[string]string{"protected": parts[0], "payload": parts[1], "signature": parts[2]})
		for _, bad := range []string{
			parts[0] + "." + base64.RawURLEncoding.EncodeToString(payload) + "." + parts[2],
			parts[0] + "." + parts[1] + ".", parts[0] + "." + parts[1], good + ".", good[:len(good)-4], good + "AAAA",
			" " + good, string(json), "", "..", strings.Repeat("x", maxToken) + "." + good,
		} {
			wantRefused(t, f, bad, "")
		}
	})
}

func body(t *testing.T, token string) string {
	t.Helper()
	return token[:strings.LastIndexByte(token, '.')]
}

func wantRefused(t *testing.T, f *Federation, token, why string) {
	t.Helper()
	who, err := f.Bearer(t.Context(), token)
	var refused *Refused
	if !errors.As(err, &refused) || who.Subject != "" {
		t.Fatalf("it is taken for %q: %v", who.Subject, err)
	}
	for part := range strings.SplitSeq(why, "|") {
		if strings.Contains(refused.Why, part) {
			return
		}
	}
	t.Errorf("it is refused because %q, want %q", refused.Why, why)
}

func TestATokenThatIsTakenSaysWhoItSpeaksOf(t *testing.T) {
	c := newClock()
	police := startProvider(t, c)
	f := federationOf(t, c, settingsOf(police))
	cases := []struct {
		what      string
		edit      edit
		purposes  []string
		untracked bool
	}{
		{"nothing of purposes", func(_, _ map[string]any) {}, nil, false},
		{"purposes, one of them made up", claim(claimPurposes, []string{"legalActions", "curiosity"}), []string{"legalActions"}, false},
		{"made-up purposes only", claim(claimPurposes, []string{"curiosity"}), none, false},
		{"no purpose", claim(claimPurposes, []string{}), none, false},
		{"purposes that are null", claim(claimPurposes, nil), none, false},
		{"purposes that are no list of texts", claim(claimPurposes, []any{"legalActions", 7}), none, false},
		{"not to be tracked", claim(claimUntracked, true), nil, true},
		{"not to be tracked, as a text", claim(claimUntracked, "true"), nil, false},
		{"the same times to the second, and 60 seconds of skew", claim("iat", noon+60), nil, false},
		{"an hour to live", claim("exp", noon+3600), nil, false},
		{"a list of one audience", claim("aud", []string{idp.Audience}), nil, false},
		{"the long type", header("typ", "application/AT+JWT"), nil, false},
	}
	for _, test := range cases {
		h, claims := police.Access("officer-7")
		claims["groups"], claims["unit"] = []string{"fraud", "theft"}, "north"
		test.edit(h, claims)
		who, err := f.Bearer(t.Context(), police.Sign(h, claims))
		if err != nil {
			t.Errorf("%s: %v", test.what, err)
			continue
		}
		if who.Issuer != police.Issuer || who.Subject != "officer-7" || who.Claims["unit"][0] != "north" || len(who.Claims["groups"]) != 2 {
			t.Errorf("%s: it speaks of %+v", test.what, who)
		}
		if strings.Join(who.Purposes, "|") != strings.Join(test.purposes, "|") || len(who.Purposes) != len(test.purposes) || who.Untracked != test.untracked {
			t.Errorf("%s: purposes %q, untracked %v", test.what, who.Purposes, who.Untracked)
		}
	}
}
