package main

import (
	"crypto/tls"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"registerd/internal/pki"
)

// authorityOf is the one that a script's clients trust.
func authorityOf(ts *testscript.TestScript) *pki.Authority {
	s := serverOf(ts)
	if s.authority == nil {
		var err error
		s.authority, err = pki.New()
		ts.Check(err)
	}
	return s.authority
}

// trust is how a script's clients speak TLS.
func trust(ts *testscript.TestScript) *tls.Config {
	return &tls.Config{RootCAs: authorityOf(ts).Roots(), NextProtos: []string{"h2", "http/1.1"}}
}

func writeCertificate(ts *testscript.TestScript, _ bool, args []string) {
	var o pki.Order
	if len(args) > 2 && args[0] == "-ends" {
		in, err := time.ParseDuration(args[1])
		ts.Check(err)
		o.Till, args = time.Now().Add(in), args[2:]
	}
	if len(args) < 3 {
		ts.Fatalf("usage: certificate [-ends DURATION] CHAIN KEY HOST...")
	}
	o.Client = args[2] == "client"
	if !o.Client {
		o.Hosts = args[2:]
	}
	chain, key, err := authorityOf(ts).Issue(o)
	ts.Check(err)
	for path, text := range map[string][]byte{ts.MkAbs(args[0]): chain, ts.MkAbs(args[1]): key} {
		putFile(ts, path, text)
	}
}

// putFile writes a file as a whole.
func putFile(ts *testscript.TestScript, path string, text []byte) {
	ts.Check(os.WriteFile(path+".new", text, 0o600))
	ts.Check(os.Rename(path+".new", path))
}

func writeIssuer(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: issuer FILE")
	}
	putFile(ts, ts.MkAbs(args[0]), authorityOf(ts).Issuer())
}

// writeRevoked writes a list that begins as long before now as it ends after or, if
// it has ended, as long before that.
func writeRevoked(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: revoked ENDS FILE CHAIN...")
	}
	in, err := time.ParseDuration(args[0])
	ts.Check(err)
	var chains [][]byte
	for _, chain := range args[2:] {
		chains = append(chains, []byte(ts.ReadFile(chain)))
	}
	till := time.Now().Add(in)
	list, err := authorityOf(ts).Revoke(till.Add(-2*in.Abs()), till, chains...)
	ts.Check(err)
	putFile(ts, ts.MkAbs(args[1]), list)
}

func shakeHands(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: handshake HOST [PROTOCOL...]")
	}
	raw, err := dial(ts, ts.Getenv("RDAP"))
	ts.Check(err)
	defer raw.Close()
	ts.Check(raw.SetDeadline(time.Now().Add(patience)))
	config := trust(ts)
	config.ServerName = args[0]
	if len(args) > 1 {
		config.NextProtos = args[1:]
	}
	c := tls.Client(raw, config)
	if err := c.Handshake(); err != nil {
		say(ts, true, fmt.Sprintln("refused:", err))
		return
	}
	var text strings.Builder
	state := c.ConnectionState()
	fmt.Fprintf(&text, "%s, %s\n", tls.VersionName(state.Version), state.NegotiatedProtocol)
	for _, sent := range state.PeerCertificates {
		names := sent.DNSNames
		if len(names) == 0 {
			names = []string{sent.Subject.CommonName}
		}
		fmt.Fprintln(&text, strings.Join(names, ", "))
	}
	say(ts, true, text.String())
}
