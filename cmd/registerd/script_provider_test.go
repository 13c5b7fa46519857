package main

import (
	"encoding/pem"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"registerd/internal/idp"
)

// startProvider starts an OpenID provider, which a program that is started afterwards
// trusts; "! provider" has it answer no more.
func startProvider(ts *testscript.TestScript, neg bool, _ []string) {
	s := serverOf(ts)
	if neg {
		s.provider.Fail(true)
		return
	}
	var err error
	s.provider, err = idp.NewTLS(time.Now)
	ts.Check(err)
	ts.Defer(s.provider.Close)
	trusted := ts.MkAbs("provider.pem")
	ts.Check(os.WriteFile(trusted, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.provider.Certificate().Raw}), 0o600))
	ts.Setenv("SSL_CERT_FILE", trusted)
	ts.Setenv("PROVIDER", s.provider.Issuer)
}

// vouch has the provider issue an access token for somebody.
func vouch(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: vouch NAME SUBJECT [CLAIM=VALUE]...")
	}
	header, claims := serverOf(ts).provider.Access(args[1])
	for _, arg := range args[2:] {
		name, value, _ := strings.Cut(arg, "=")
		switch name {
		case "typ":
			header[name] = value
		case "rdap_allowed_purposes":
			claims[name] = strings.Fields(value)
		default:
			claims[name] = value
		}
	}
	ts.Setenv(args[0], serverOf(ts).provider.Sign(header, claims))
}
