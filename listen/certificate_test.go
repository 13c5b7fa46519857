package listen

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"registerd/internal/pki"
)

func newAuthority(t *testing.T) *pki.Authority {
	t.Helper()
	a, err := pki.New()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func issue(t *testing.T, a *pki.Authority, o pki.Order) (chain, key []byte) {
	t.Helper()
	chain, key, err := a.Issue(o)
	if err != nil {
		t.Fatal(err)
	}
	return chain, key
}

// put writes a file as those do who replace certificates: whole, under its name.
func put(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

// certificatesOf are the blocks of a chain, each in PEM.
func certificatesOf(chain []byte) (out [][]byte) {
	for block, rest := pem.Decode(chain); block != nil; block, rest = pem.Decode(rest) {
		out = append(out, pem.EncodeToMemory(block))
	}
	return out
}

func TestACertificateIsTakenWhenClientsWouldTakeIt(t *testing.T) {
	a, dir := newAuthority(t), t.TempDir()
	chainFile, keyFile := filepath.Join(dir, "chain.pem"), filepath.Join(dir, "key.pem")
	ours := pki.Order{Hosts: []string{"rdap.nic.example"}}
	chain, key := issue(t, a, ours)
	_, other := issue(t, a, ours)
	foreign, _ := issue(t, newAuthority(t), ours)
	parts, strangers := certificatesOf(chain), certificatesOf(foreign)
	now := time.Now()
	made := func(o pki.Order) [2][]byte { c, k := issue(t, a, o); return [2][]byte{c, k} }
	for _, c := range []struct {
		what  string
		files [2][]byte
		want  string // of the error; "" is none
	}{
		{"a chain and its key", [2][]byte{chain, key}, ""},
		{"an RSA key", made(pki.Order{Hosts: ours.Hosts, RSA: true}), ""},
		{"an address in place of a name", made(pki.Order{Hosts: []string{"192.0.2.1"}}), ""},
		{"the certificate alone", [2][]byte{parts[0], key}, ""},
		{"another's key", [2][]byte{chain, other}, "private key does not match"},
		{"the chain backwards", [2][]byte{append(bytes.Clone(parts[1]), parts[0]...), key}, "private key does not match"},
		{"another's issuer", [2][]byte{append(bytes.Clone(parts[0]), strangers[1]...), key}, "number 1 of the chain was not issued by number 2"},
		{"an ended one", made(pki.Order{Hosts: ours.Hosts, Till: now.Add(-time.Minute)}), "number 1 of the chain ended "},
		{"one of tomorrow", made(pki.Order{Hosts: ours.Hosts, From: now.AddDate(0, 0, 1)}), "number 1 of the chain begins "},
		{"a client's", made(pki.Order{Hosts: ours.Hosts, Client: true}), "it is not for servers"},
		{"a nameless one", made(pki.Order{}), "it names no host"},
		{"half a file", [2][]byte{chain[:100], key}, "failed to find"},
		{"an empty key", [2][]byte{chain, nil}, "failed to find"},
		{"too much", [2][]byte{bytes.Repeat(chain, 2000), key}, "chain.pem: it is larger than 1 MiB"},
	} {
		put(t, chainFile, c.files[0])
		put(t, keyFile, c.files[1])
		loaded, err := LoadCertificate(chainFile, keyFile, now)
		switch {
		case c.want == "" && (err != nil || loaded == nil):
			t.Errorf("%s: %v", c.what, err)
		case c.want != "" && (err == nil || loaded != nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: want %q, got %v", c.what, c.want, err)
		case err != nil && strings.Contains(err.Error(), "\n"):
			t.Errorf("%s: more than one line: %v", c.what, err)
		}
	}
	for _, name := range []string{filepath.Join(dir, "nothing.pem"), dir} {
		if _, err := LoadCertificate(name, keyFile, now); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Common clients refuse it: "ee key too small".
func TestACertificateOfAShortRSAKeyIsRefused(t *testing.T) {
	for bits, good := range map[uint]bool{1024: false, 2047: false, 2048: true, 4096: true} {
		n := new(big.Int).Lsh(big.NewInt(1), bits-1)
		leaf := &x509.Certificate{DNSNames: []string{"rdap.nic.example"}, PublicKey: &rsa.PublicKey{N: n, E: 65537}}
		if err := checkServer(leaf); (err == nil) != good {
			t.Errorf("%d bits: %v", bits, err)
		}
	}
}

func TestACertificateEndsWithTheFirstOfItsChain(t *testing.T) {
	a, dir := newAuthority(t), t.TempDir()
	chainFile, keyFile := filepath.Join(dir, "chain.pem"), filepath.Join(dir, "key.pem")
	till := time.Now().Add(48 * time.Hour).Truncate(time.Second)
	for _, c := range []struct {
		till time.Time // of the certificate; its issuer's end is in a year
		own  bool
	}{{till, true}, {till.AddDate(2, 0, 0), false}} {
		chain, key := issue(t, a, pki.Order{Hosts: []string{"rdap.nic.example"}, Till: c.till})
		put(t, chainFile, chain)
		put(t, keyFile, key)
		loaded, err := LoadCertificate(chainFile, keyFile, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if loaded.Ends.Equal(c.till) != c.own || loaded.Ends.After(c.till) {
			t.Errorf("until %v: it ends %v", c.till, loaded.Ends)
		}
	}
}
