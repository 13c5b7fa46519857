package referral_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"registerd/referral"
)

// publisher publishes bootstrap files over HTTPS on loopback.
type publisher struct {
	*httptest.Server
	mu    sync.Mutex
	files map[string]http.HandlerFunc
	asked chan string // every path that was asked for
}

func publish(t *testing.T) *publisher {
	p := &publisher{files: map[string]http.HandlerFunc{}, asked: make(chan string, 100)}
	p.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.asked <- r.URL.Path
		p.mu.Lock()
		answer := p.files[r.URL.Path]
		p.mu.Unlock()
		if answer == nil {
			http.NotFound(w, r)
			return
		}
		answer(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *publisher) put(f referral.File, answer http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.files["/rdap/"+f.String()] = answer
}

func sends(text []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(text) }
}

// putAll publishes one good entry of each kind.
func (p *publisher) putAll(t *testing.T, base string) {
	for f, entry := range map[referral.File]string{
		referral.Domains: "test", referral.IPv4: "192.0.2.0/24", referral.IPv6: "2001:db8::/32", referral.Autnums: "64496-64511", referral.Tags: "ARIN",
	} {
		p.put(f, sends(text(t, f, one(entry, base))))
	}
}

func (p *publisher) config(dir string) referral.Config {
	return referral.Config{Dir: dir, Source: p.URL + "/rdap/", Transport: p.Client().Transport}
}

func TestFetchedFilesServeTheNextStartWithoutANetwork(t *testing.T) {
	p, dir := publish(t), filepath.Join(t.TempDir(), "new", "folder")
	p.putAll(t, "https://a.test/")
	d := open(t, p.config(dir))
	if len(d.Known()) != 0 {
		t.Fatalf("%+v", d.Known())
	}
	check(t, d.FetchAll(t.Context()))
	for range 2 {
		if got, _ := d.Domain("shop.test"); got != "https://a.test/" || len(d.Known()) != 5 {
			t.Fatalf("%q, %+v", got, d.Known())
		}
		if got, _ := d.Autnum(64500); got != "https://a.test/" {
			t.Fatalf("%q", got)
		}
		config := p.config(dir)
		p.Close()
		d = open(t, config)
		if err := d.FetchAll(t.Context()); err == nil {
			t.Fatal("fetched without a network")
		}
	}
}

func TestABadFileIsNotTakenAndTheOthersAre(t *testing.T) {
	p, dir, log := publish(t), t.TempDir(), new(bytes.Buffer)
	p.putAll(t, "https://a.test/")
	config := p.config(dir)
	config.Log = logTo(log)
	d := open(t, config)
	check(t, d.FetchAll(t.Context()))
	for what, answer := range map[string]http.HandlerFunc{
		"a failure":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"no content": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
		"no JSON":    sends([]byte("<html>")),
		"empty":      sends(nil),
		"cut off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "900")
			_, _ = w.Write([]byte("{"))
		},
		"too large":   sends(append(text(t, referral.Domains, one("test", "https://evil.test/")), bytes.Repeat([]byte(" "), 10<<20)...)),
		"without end": func(w http.ResponseWriter, r *http.Request) { flood(w) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, p.URL+"/rdap/elsewhere.json", http.StatusFound)
		},
		"in clear": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/dns.json", http.StatusMovedPermanently)
		},
		"to the inside": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://169.254.169.254/", http.StatusTemporaryRedirect)
		},
	} {
		p.put(referral.Domains, answer)
		p.put(referral.Autnums, sends(text(t, referral.Autnums, one("64496-64511", "https://b.test/"), one("1", "https://b.test/"))))
		before, err := os.ReadFile(filepath.Join(dir, "dns.json"))
		check(t, err)
		err = d.FetchAll(t.Context())
		if err == nil || !strings.Contains(err.Error(), "fetching dns.json: ") || strings.Contains(err.Error(), "asn.json") {
			t.Errorf("%s: %v", what, err)
		}
		after, err := os.ReadFile(filepath.Join(dir, "dns.json"))
		check(t, err)
		if got, _ := d.Domain("shop.test"); got != "https://a.test/" || !bytes.Equal(before, after) {
			t.Errorf("%s: the old file is not in force: %q", what, got)
		}
		if got, _ := d.Autnum(1); got != "https://b.test/" {
			t.Errorf("%s: the other file is not in force: %q", what, got)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %q %v", left, err)
	}
	for len(p.asked) > 0 {
		if path := <-p.asked; strings.Contains(path, "elsewhere") {
			t.Error("a redirect was followed")
		}
	}
}

// flood sends until nobody takes it any more.
func flood(w http.ResponseWriter) {
	block := bytes.Repeat([]byte(" "), 1<<16)
	for {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

func TestAServerThatDoesNotAnswerHoldsNobodyUp(t *testing.T) {
	p, dir := publish(t), t.TempDir()
	write(t, dir, referral.Domains, text(t, referral.Domains, one("test", "https://a.test/")))
	stuck := make(chan struct{})
	p.put(referral.Domains, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-stuck:
		case <-r.Context().Done():
		}
	})
	d := open(t, p.config(dir))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.FetchAll(ctx) }()
	<-p.asked // it is under way
	if got, _ := d.Domain("shop.test"); got != "https://a.test/" {
		t.Errorf("%q", got)
	}
	d.Refresh() // waits for no network either
	cancel()
	if err := <-done; err == nil {
		t.Error("it was fetched")
	}
	close(stuck)
}

func TestFilesAreFetchedAgainAndAgain(t *testing.T) {
	p := publish(t)
	p.putAll(t, "https://a.test/")
	config := p.config(t.TempDir())
	config.Every = time.Millisecond
	d := open(t, config)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { d.Run(ctx); close(done) }()
	for range 25 { // five rounds
		<-p.asked
	}
	cancel()
	for {
		select {
		case <-p.asked:
			continue
		case <-done:
		}
		break
	}
	if len(d.Known()) != 5 {
		t.Errorf("%+v", d.Known())
	}
}

func TestFreshFilesAreNotFetchedAtTheStart(t *testing.T) {
	p, dir := publish(t), t.TempDir()
	p.putAll(t, "https://a.test/")
	check(t, open(t, p.config(dir)).FetchAll(t.Context()))
	now := time.Now()
	d := open(t, p.config(dir))
	if wait := d.Due(now); wait < 23*time.Hour || wait > 25*time.Hour {
		t.Errorf("due in %v", wait)
	}
	if wait := d.Due(now.Add(25 * time.Hour)); wait != 0 {
		t.Errorf("a day later: due in %v", wait)
	}
	check(t, os.Remove(filepath.Join(dir, "ipv6.json")))
	d.Refresh()
	if wait := d.Due(now); wait != 0 {
		t.Errorf("one is missing: due in %v", wait)
	}
}

func TestACertificateThatIsNotTrustedIsRefused(t *testing.T) {
	p := publish(t)
	p.putAll(t, "https://evil.test/")
	config := p.config(t.TempDir())
	config.Transport = nil
	d := open(t, config)
	if err := d.FetchAll(t.Context()); err == nil || len(d.Known()) > 0 {
		t.Errorf("%v, %+v", err, d.Known())
	}
}

func TestWithoutASourceNothingIsFetched(t *testing.T) {
	holding(t, referral.Domains, one("test", "https://a.test/")).Run(t.Context()) // it returns
}
