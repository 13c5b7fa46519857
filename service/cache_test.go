package service

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"registerd/disclose"
	"registerd/internal/marker"
)

// How nginx can be told to keep answers.
var cacheSettings = []struct {
	name, settings string
	keeps          bool // answers to the public, for a time
	heeds          bool // what must be kept by nobody
	leaks          bool // whatever the program says
}{
	{"as it comes", "", false, true, false}, // it keeps nothing that is to be asked about again
	{"with a life for whatever may be kept", "proxy_ignore_headers Cache-Control; proxy_cache_valid 200 10m; proxy_no_cache $forbidden;", true, true, false},
	{"with a life for everything, against what answers say", "proxy_ignore_headers Cache-Control Set-Cookie; proxy_cache_valid any 10m;", true, false, false},
	{"as if everybody were the same", "proxy_ignore_headers Cache-Control Set-Cookie Vary; proxy_cache_valid any 10m;", true, false, true},
}

const nginxConfiguration = `
daemon off;
master_process off;
pid %[1]s/pid;
events { worker_connections 256; }
http {
	access_log off;
	client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
	proxy_cache_path %[1]s/cache keys_zone=answers:1m;
	map $upstream_http_cache_control $forbidden { ~no-store 1; default 0; }
	server {
		listen unix:%[1]s/listen;
		location / {
			proxy_pass http://%[2]s;
			proxy_set_header Host rdap.nic.example;
			proxy_cache answers;
			proxy_cache_key $http_x_run$request_uri;
			add_header X-Cache $upstream_cache_status always;
			%[3]s
		}
	}
}
`

// behindCache puts nginx with a cache before the program. What guests send is sent
// through it, but for what shows certificates, which no proxy can pass on.
func (r *reception) behindCache(t *testing.T, settings string) *reception {
	t.Helper()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "nginx.conf"), fmt.Appendf(nil, nginxConfiguration, dir, r.service.Address("rdap"), settings), 0o600))
	log, err := os.Create(filepath.Join(dir, "log"))
	must(t, err)
	nginx := exec.Command("nginx", "-c", filepath.Join(dir, "nginx.conf"), "-p", dir, "-e", "stderr")
	nginx.Stderr = log
	must(t, nginx.Start())
	t.Cleanup(func() { _, _ = nginx.Process.Kill(), nginx.Wait(); log.Close() })
	before := *r
	before.client = &http.Transport{DisableCompression: true, DialContext: func(context.Context, string, string) (net.Conn, error) {
		return net.Dial("unix", filepath.Join(dir, "listen"))
	}}
	t.Cleanup(before.client.CloseIdleConnections)
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		c, err := before.client.DialContext(t.Context(), "", "")
		if err == nil {
			c.Close()
			return &before
		}
		if time.Now().After(end) {
			said, _ := os.ReadFile(log.Name())
			t.Fatalf("nginx does not answer: %v\n%s", err, said)
		}
	}
}

// passed is an answer that came by the cache.
type passed struct {
	status int
	header http.Header
	body   string
	hit    bool // it came out of it
}

// cached asks by a cache, in which every run finds nothing of others.
type cached struct {
	*reception
	run string
}

func (c cached) ask(t *testing.T, g *guest, method, path string, also http.Header) passed {
	t.Helper()
	h := http.Header{"X-Run": {c.run}}
	maps.Copy(h, also)
	res := c.send(t, g, method, path, h)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	how := res.Header.Get("X-Cache")
	if how == "" {
		t.Fatalf("%s %s did not come by the cache", method, path)
	}
	return passed{res.StatusCode, res.Header, string(body), how == "HIT"}
}

// TestARealCacheNeverTellsThePublicWhatSomebodyElseWasTold asks by nginx as the public
// and as who is shown more, the one first and then the other, for the object and for
// its head, and whether it has changed. Nobody is told what is for somebody else, even
// by a cache that was set to keep what it must not; by others who is shown more is
// answered by the program each time. That it would be noticed is seen with one that
// takes everybody for the same.
func TestARealCacheNeverTellsThePublicWhatSomebodyElseWasTold(t *testing.T) {
	oncePerGate(t)
	if _, err := exec.LookPath("nginx"); err != nil {
		t.Skip("nginx is not installed here")
	}
	g := newGuests(t)
	r := g.receive(t, "", "")
	for _, cache := range cacheSettings {
		t.Run(cache.name, func(t *testing.T) {
			before := r.behindCache(t, cache.settings)
			for _, one := range g.list {
				if one.sees == nil || one.shows != nil || one.header == nil {
					continue // the public, or known by what passes no proxy
				}
				if one.is.Audience == disclose.Seeker || one.is.Audience == disclose.Operator || one.is == fjord {
					continue // by a token, as others
				}
				for _, first := range []bool{true, false} {
					c := cached{before, fmt.Sprint(one.name, first)}
					wrong := c.inTurns(t, one, first, cache.heeds, cache.keeps)
					if noticed := len(wrong) > 0; noticed != cache.leaks {
						t.Errorf("%s: noticed: %v\n%s", one.name, noticed, strings.Join(wrong, "\n"))
					}
				}
			}
		})
	}
}

// inTurns has the guest and the public ask, and says what is wrong with what they are
// told.
func (c cached) inTurns(t *testing.T, one *guest, first, heeds, keeps bool) (wrong []string) {
	t.Helper()
	path, public := "/domain/karin.example", &guest{name: "the public", from: one.from}
	if slices.Contains(one.sees, "GET /holder$") {
		path = "/holder"
	}
	order := []*guest{public, one, public, one, public}
	if first {
		order = order[1:]
	}
	hits, tag := 0, ""
	for turn, who := range order {
		say := func(what string) { wrong = append(wrong, fmt.Sprintf("%s, %d.: %s %s", path, turn+1, who.name, what)) }
		got := []passed{
			c.ask(t, who, "HEAD", path, nil), c.ask(t, who, "GET", path, nil),
			c.ask(t, who, "GET", path, http.Header{"If-None-Match": {`"none", ` + tag}}),
		}
		for i, a := range got {
			marked := marker.Text.MatchString(fmt.Sprint(a.header, a.body))
			switch {
			case who == public && marked:
				say("is told what it must not be")
			case who == one && (a.status != 200 || !marked && i > 0):
				say("is told no more than the public")
			case who == one && heeds && a.hit:
				say("is answered by the cache")
			case who == public && a.hit:
				hits++
			}
		}
		if who == public {
			tag = got[1].header.Get("Etag")
		}
	}
	if keeps != (hits > 0) && path != "/holder" { // which nobody may keep of the public either
		wrong = append(wrong, fmt.Sprintf("%s: the public was answered by the cache %d times", path, hits))
	}
	return wrong
}

// TestNobodySpoilsACacheForOthers has somebody ask with whatever headers there are; then
// the public asks, and is answered as if nobody had.
func TestNobodySpoilsACacheForOthers(t *testing.T) {
	if _, err := exec.LookPath("nginx"); err != nil {
		t.Skip("nginx is not installed here")
	}
	g := newGuests(t)
	r := g.receive(t, "", "")
	const path = "/domain/bakery.example"
	asked := &guest{from: g.list[0].from}
	want := r.ask(t, asked, "GET "+path)
	for _, cache := range cacheSettings[:2] { // one that keeps refusals is beyond help
		before := r.behindCache(t, cache.settings)
		for name, value := range map[string]string{
			"Authorization": "Digest a", "Rdap-Confidential": "perhaps", "Rdap-Purpose": "legalActions", "Cookie": "__Host-registerd-session=a",
			"Accept": "text/html", "Accept-Language": "da", "Accept-Encoding": "gzip", "Range": "bytes=0-9", "If-None-Match": "*", "If-Match": `"none"`,
			"X-Forwarded-Host": "evil.example", "X-Original-Url": "/domain/karin.example", "X-Http-Method-Override": "POST", "Origin": "https://evil.example",
		} {
			c := cached{before, name}
			for _, method := range []string{"GET", "HEAD"} {
				c.ask(t, asked, method, path, http.Header{name: {value}})
			}
			got := c.ask(t, asked, "GET", path, nil)
			if !strings.HasSuffix(want, "\n"+got.body) || !strings.HasPrefix(want, fmt.Sprint(got.status, " ")) {
				t.Errorf("%s, after %s: %s: %d\n%s", cache.name, name, value, got.status, got.body)
			}
		}
	}
}
