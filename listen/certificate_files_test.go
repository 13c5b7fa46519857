package listen

import (
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"registerd/internal/pki"
)

// said are the messages of a log.
type said struct {
	mu   sync.Mutex
	msgs []string
}

func (s *said) Write(line []byte) (int, error) {
	var entry struct{ Msg string }
	err := json.Unmarshal(line, &entry)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.msgs = append(s.msgs, entry.Msg)
	return len(line), err
}

func (s *said) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.msgs)
}

const (
	replaced = "the certificate was replaced"
	notTaken = "the certificate files were not taken; the old certificate stays"
)

// files are a certificate in two files, and what was logged of it.
type files struct {
	*CertificateFiles
	authority *pki.Authority
	log       *said
}

func openFiles(t *testing.T) *files {
	t.Helper()
	f := &files{authority: newAuthority(t), log: new(said)}
	dir := t.TempDir()
	cfg := CertificateFilesConfig{
		Chain: filepath.Join(dir, "chain.pem"), Key: filepath.Join(dir, "key.pem"), Every: time.Second,
		Now: time.Now, Log: slog.New(slog.NewJSONHandler(f.log, nil)),
	}
	chain, key := f.issue(t, "first.example")
	put(t, cfg.Chain, chain)
	put(t, cfg.Key, key)
	var err error
	if f.CertificateFiles, err = OpenCertificateFiles(cfg); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *files) issue(t *testing.T, host string) (chain, key []byte) {
	t.Helper()
	return issue(t, f.authority, pki.Order{Hosts: []string{host}})
}

// shown is the name in the certificate that a client would get.
func (f *files) shown(t *testing.T) string {
	t.Helper()
	c, err := f.Get(nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.Leaf.DNSNames[0]
}

func TestReplacedFilesAreTakenWhenBothFit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := openFiles(t)
		ctx, stop := context.WithCancel(t.Context())
		go f.Watch(ctx)
		look := func() { time.Sleep(time.Second); synctest.Wait() } // in the bubble's own time
		expect := func(name string, msgs ...string) {
			t.Helper()
			if got := f.shown(t); got != name || !slices.Equal(f.log.all(), msgs) {
				t.Fatalf("%s is shown, and the log says %q", got, f.log.all())
			}
		}
		look()
		expect("first.example")

		chain, key := f.issue(t, "second.example")
		put(t, f.cfg.Chain, chain)
		look() // between the two
		expect("first.example")
		put(t, f.cfg.Key, key)
		look()
		expect("second.example", replaced)

		put(t, f.cfg.Chain, []byte("nothing"))
		for range 10 {
			look()
		}
		expect("second.example", replaced, notTaken)
		chain, key = f.issue(t, "third.example")
		put(t, f.cfg.Chain, chain)
		put(t, f.cfg.Key, key)
		look()
		expect("third.example", replaced, notTaken, replaced)

		put(t, f.cfg.Key, nil)
		look()
		look()
		expect("third.example", replaced, notTaken, replaced, notTaken)
		stop()
		synctest.Wait()
	})
}

func TestAReloadIsTakenOrLeftByWhoAskedForIt(t *testing.T) {
	f := openFiles(t)
	take, err := f.Reload()
	if err != nil {
		t.Fatal(err)
	}
	take()
	chain, key := f.issue(t, "second.example")
	put(t, f.cfg.Chain, chain)
	if _, err := f.Reload(); err == nil {
		t.Error("a chain was taken with the key of another")
	}
	put(t, f.cfg.Key, key)
	if take, err = f.Reload(); err != nil || f.shown(t) != "first.example" {
		t.Fatalf("%s is shown before it was taken, %v", f.shown(t), err)
	}
	take()
	if f.shown(t) != "second.example" || !slices.Equal(f.log.all(), []string{replaced}) {
		t.Errorf("%s is shown, and the log says %q", f.shown(t), f.log.all())
	}
	if got := f.served.Load().Leaf.NotAfter; !f.Ends().Equal(got) {
		t.Errorf("it ends %v, not %v", f.Ends(), got)
	}
}

// Whatever a certificate has become, files that were not touched must not keep
// the rest of a reload from being taken.
func TestFilesThatHaveEndedAreNoErrorOfAReload(t *testing.T) {
	f := openFiles(t)
	f.cfg.Now = func() time.Time { return time.Now().AddDate(10, 0, 0) }
	if _, err := f.Reload(); err != nil {
		t.Error(err)
	}
	if _, err := OpenCertificateFiles(f.cfg); err == nil {
		t.Error("they are served by a new start")
	}
}

func TestFilesWithoutAPartOfTheirConfigAreRefused(t *testing.T) {
	good := openFiles(t).cfg
	for name, spoil := range map[string]func(*CertificateFilesConfig){
		"no chain": func(c *CertificateFilesConfig) { c.Chain = "" },
		"no key":   func(c *CertificateFilesConfig) { c.Key = "" },
		"no pause": func(c *CertificateFilesConfig) { c.Every = 0 },
		"no clock": func(c *CertificateFilesConfig) { c.Now = nil },
		"no log":   func(c *CertificateFilesConfig) { c.Log = nil },
	} {
		c := good
		spoil(&c)
		if _, err := OpenCertificateFiles(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
