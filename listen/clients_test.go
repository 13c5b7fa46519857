package listen

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"log/slog"
	"math/big"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"registerd/internal/pki"
)

// clients are those with certificates of one issuer.
type clients struct {
	*Clients
	authority *pki.Authority
	log       *said
}

func clientsConfig(t *testing.T, issuers []byte, log *said) ClientsConfig {
	t.Helper()
	c := ClientsConfig{
		Issuers: filepath.Join(t.TempDir(), "issuers.pem"), Every: time.Second, Now: time.Now,
		Log: slog.New(slog.NewJSONHandler(log, nil)),
	}
	put(t, c.Issuers, issuers)
	return c
}

// openClients has a list of revoked certificates that began a day ago, and ends in one.
func openClients(t *testing.T) *clients {
	t.Helper()
	c := &clients{authority: newAuthority(t), log: new(said)}
	cfg := clientsConfig(t, c.authority.Issuer(), c.log)
	cfg.Revoked = filepath.Join(t.TempDir(), "revoked.pem")
	put(t, cfg.Revoked, c.list(t, -24*time.Hour, 24*time.Hour))
	var err error
	if c.Clients, err = OpenClients(cfg); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *clients) list(t *testing.T, from, till time.Duration, chains ...[]byte) []byte {
	t.Helper()
	list, err := c.authority.Revoke(time.Now().Add(from), time.Now().Add(till), chains...)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// shown is what TLS makes of a chain that leads to these roots.
func shown(t *testing.T, chain []byte, roots ...[]byte) tls.ConnectionState {
	t.Helper()
	leaf := parsed(t, chain)
	o := x509.VerifyOptions{Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
	for _, root := range roots {
		o.Roots.AddCert(parsed(t, root))
	}
	o.Intermediates.AppendCertsFromPEM(chain)
	chains, err := leaf.Verify(o)
	if err != nil {
		t.Fatal(err)
	}
	return tls.ConnectionState{PeerCertificates: []*x509.Certificate{leaf}, VerifiedChains: chains}
}

func parsed(t *testing.T, text []byte) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode(text)
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAClientIsTakenUntilItsIssuerOrTheClockSaysNo(t *testing.T) {
	c := openClients(t)
	good, _ := issue(t, c.authority, pki.Order{Client: true})
	bad, _ := issue(t, c.authority, pki.Order{Client: true})
	put(t, c.cfg.Revoked, c.list(t, -time.Hour, 24*time.Hour, bad))
	take, err := c.Reload()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Verify(shown(t, bad, c.authority.Issuer())); err != nil {
		t.Errorf("it is revoked before the list is taken: %v", err)
	}
	take()
	for what, tt := range map[string]struct {
		state tls.ConnectionState
		after time.Duration
		want  string
	}{
		"good":              {shown(t, good, c.authority.Issuer()), 0, ""},
		"revoked":           {shown(t, bad, c.authority.Issuer()), 0, "it is revoked"},
		"ended":             {shown(t, good, c.authority.Issuer()), 91 * 24 * time.Hour, "it has ended"},
		"an old list":       {shown(t, good, c.authority.Issuer()), 25 * time.Hour, "the list of revoked ones has ended"},
		"below the issuer":  {shown(t, good, c.authority.Root()), 0, "no issuer of such has issued it"},
		"not looked at":     {tls.ConnectionState{PeerCertificates: []*x509.Certificate{parsed(t, good)}}, 0, "no issuer of such has issued it"},
		"another with list": {shown(t, good, c.authority.Root(), c.authority.Issuer()), 0, ""},
	} {
		c.cfg.Now = func() time.Time { return time.Now().Add(tt.after) }
		err := c.Verify(tt.state)
		if (err == nil) != (tt.want == "") || err != nil && (!errors.Is(err, ErrClientCertificate) || !strings.HasSuffix(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", what, err, tt.want)
		}
		if ready := c.Ready(); (ready == nil) != (tt.after < 24*time.Hour) {
			t.Errorf("%s: ready says %v", what, ready)
		}
	}
}

func TestIssuersOfClientsAreReadStrictly(t *testing.T) {
	a := newAuthority(t)
	leaf, key := issue(t, a, pki.Order{Client: true})
	for what, tt := range map[string]struct {
		text  []byte
		after time.Duration
		want  string
	}{
		"one":          {a.Issuer(), 0, ""},
		"two":          {slices.Concat(a.Issuer(), newAuthority(t).Issuer()), 0, ""},
		"none":         {nil, 0, "it is empty"},
		"blanks":       {[]byte("\n \n"), 0, "it is empty"},
		"rubbish":      {[]byte("rubbish"), 0, "no certificate in PEM"},
		"rubbish last": {append(a.Issuer(), "rubbish"...), 0, "no certificate in PEM"},
		"a key":        {key, 0, "no certificate in PEM"},
		"a client's":   {leaf, 0, "it is the certificate of no authority"},
		"ended":        {a.Issuer(), 400 * 24 * time.Hour, "it ended 20"},
	} {
		cfg := clientsConfig(t, tt.text, new(said))
		cfg.Now = func() time.Time { return time.Now().Add(tt.after) }
		_, err := OpenClients(cfg)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", what, err, tt.want)
		}
	}
}

func TestAListThatDoesNotTellOfEveryCertificateIsNotTaken(t *testing.T) {
	c := openClients(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	forged := parsed(t, c.authority.Issuer()) // its name, and another's key
	issuer := &x509.Certificate{Subject: forged.Subject, RawSubject: forged.RawSubject, SubjectKeyId: forged.SubjectKeyId, KeyUsage: x509.KeyUsageCRLSign}
	sign := func(extensions ...pkix.Extension) []byte {
		der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
			Number: big.NewInt(1), ThisUpdate: time.Now(), NextUpdate: time.Now().Add(time.Hour), ExtraExtensions: extensions,
		}, issuer, key)
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der})
	}
	good := c.list(t, -time.Hour, time.Hour)
	block, _ := pem.Decode(good)
	for what, tt := range map[string]struct {
		text []byte
		want string
	}{
		"in PEM":            {good, ""},
		"in DER":            {block.Bytes, ""},
		"one that ended":    {c.list(t, -2*time.Hour, -time.Hour), ""},
		"none":              {nil, "it holds no list of"},
		"rubbish":           {[]byte("rubbish"), "no list of revoked certificates in PEM"},
		"rubbish last":      {append(slices.Clone(good), "rubbish"...), "no list of revoked certificates in PEM"},
		"rubbish in DER":    {[]byte("0rubbish"), "x509"},
		"a certificate":     {c.authority.Issuer(), "no list of revoked certificates in PEM"},
		"two":               {slices.Concat(good, good), "it holds two lists of"},
		"one that begins":   {c.list(t, time.Hour, 2*time.Hour), "the list begins 20"},
		"an older one":      {c.list(t, -25*time.Hour, 48*time.Hour), "is older than the one in force"},
		"signed by another": {sign(), "is not signed by an issuer"},
	} {
		put(t, c.cfg.Revoked, tt.text)
		_, err := c.Reload()
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", what, err, tt.want)
		}
	}

	// One of only some certificates is signed as well as any: what it is not for,
	// stands in an extension.
	issuer.PublicKey, issuer.RawSubjectPublicKeyInfo = key.Public(), nil
	issuer.PublicKeyAlgorithm = x509.ECDSA
	delta := pkix.Extension{Id: asn1.ObjectIdentifier{2, 5, 29, 27}, Critical: true, Value: []byte{2, 1, 1}}
	for what, tt := range map[string]struct {
		extensions []pkix.Extension
		want       string
	}{
		"the changes to a list": {[]pkix.Extension{delta}, "critical extension that is not understood, 2.5.29.27"},
		"a remark":              {[]pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Value: []byte{5, 0}}}, ""},
	} {
		der, _ := pem.Decode(sign(tt.extensions...))
		_, err := readList(der.Bytes, []*x509.Certificate{issuer}, time.Now())
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", what, err, tt.want)
		}
	}
}

func TestListsAreReadAgainByThemselvesAndToldOfOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := openClients(t)
		const (
			inForce  = "the lists of revoked client certificates are in force"
			notTaken = "the lists of revoked client certificates were not taken; those before stay"
			nobody   = "no client certificate is taken"
		)
		chain, _ := issue(t, c.authority, pki.Order{Client: true, From: time.Now().Add(-time.Hour)})
		state := tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{parsed(t, chain), parsed(t, c.authority.Issuer())}}}
		ctx, stop := context.WithCancel(t.Context())
		go c.Watch(ctx)
		look := func() { time.Sleep(time.Second); synctest.Wait() } // in the bubble's own time
		expect := func(taken bool, msgs ...string) {
			t.Helper()
			if err := c.Verify(state); (err == nil) != taken || !slices.Equal(c.log.all(), msgs) {
				t.Fatalf("%v, and the log says %q", err, c.log.all())
			}
		}
		look()
		expect(true)
		put(t, c.cfg.Revoked, []byte("rubbish"))
		look()
		look()
		expect(true, notTaken)
		put(t, c.cfg.Revoked, c.list(t, -time.Second, time.Minute, chain))
		look()
		expect(false, notTaken, inForce)
		put(t, c.cfg.Revoked, c.list(t, 0, time.Minute))
		look()
		expect(true, notTaken, inForce, inForce)
		for range 100 {
			look()
		}
		expect(false, notTaken, inForce, inForce, nobody)
		put(t, c.cfg.Revoked, c.list(t, 0, time.Hour))
		look()
		expect(true, notTaken, inForce, inForce, nobody, inForce)
		stop()
		synctest.Wait()
	})
}

func TestClientsWithoutAPartOfTheirConfigAreRefused(t *testing.T) {
	good := openClients(t).cfg
	for name, spoil := range map[string]func(*ClientsConfig){
		"no issuers":   func(c *ClientsConfig) { c.Issuers = "" },
		"no pause":     func(c *ClientsConfig) { c.Every = 0 },
		"no clock":     func(c *ClientsConfig) { c.Now = nil },
		"no log":       func(c *ClientsConfig) { c.Log = nil },
		"list missing": func(c *ClientsConfig) { c.Revoked += ".not" },
	} {
		c := good
		spoil(&c)
		if _, err := OpenClients(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
