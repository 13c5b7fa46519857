package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"registerd/disclose"
)

// TestNoBrokenConfigurationChangesAnything: whatever is wrong with a file, the answer
// to who had it read says it, and every window answers as before, to the byte.
func TestNoBrokenConfigurationChangesAnything(t *testing.T) {
	good := []byte("limits.off = true\noperator.name = \"Good Registry\"\n[audit]\ndir = \"audit\"\n")
	s := serveReloadable(t, func(path string) { replace(t, path, good) })
	before := map[askedOf]string{}
	for _, q := range everywhere {
		answer, err := s.ask(q)
		if err != nil {
			t.Fatal(err)
		}
		before[q] = answer
	}
	cases := brokenConfigurations(t, s.dir)
	if len(cases) < 30 {
		t.Fatalf("%d broken configurations", len(cases))
	}
	n := 0
	for name, c := range cases {
		replace(t, s.file(), c.text)
		var err error
		if n++; n%2 == 0 {
			err = s.hangUp(t)
		} else {
			err = s.tell(t)
		}
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Fatalf("%s: %v; want %q", name, err, c.says)
		}
		q := everywhere[n%len(everywhere)]
		if answer, err := s.ask(q); err != nil || answer != before[q] {
			t.Fatalf("%s: %s %q is answered %q, %v; was %q", name, q.window, q.line, answer, err, before[q])
		}
	}
	for q, want := range before {
		if answer, err := s.ask(q); err != nil || answer != want {
			t.Errorf("in the end: %s %q is answered %q, %v; was %q", q.window, q.line, answer, err, want)
		}
	}
	if out, err := s.ctl(t, "status"); err == nil || !strings.HasPrefix(out, "AMISS: the configuration was not taken") {
		t.Errorf("status: %v\n%s", err, out)
	}
	replace(t, s.file(), good)
	if out, err := s.ctl(t, "ctl", "reload"); err != nil || out != "the configuration is in force, with the rules gdpr-2\n" {
		t.Errorf("mended: %v\n%s", err, out)
	}
}

// broken is a configuration that must not be taken, and what must be said of it.
type broken struct {
	text []byte
	says string
}

// brokenConfigurations are those that check refuses, and those that only the server
// can: because of what is in force, or in the files that are named.
func brokenConfigurations(t *testing.T, dir string) map[string]broken {
	t.Helper()
	out := map[string]broken{}
	paths, err := filepath.Glob(filepath.Join("..", "..", "testdata", "config", "*"))
	if err != nil {
		t.Fatal(err)
	}
	// What the flags say, the file cannot get wrong.
	overridden := []string{"no_register", "no_window", "same_address", "socket_of_two_windows", "private_listen", "listen_without_port",
		"socket_without_base", "certificates_without_rdap", "socket_name", "socket_without_a_name", "certificates_same_address",
		"redirect_same_address", "availability_address"}
	for _, path := range paths {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "busted_"), ".toml")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		replace(t, filepath.Join(dir, filepath.Base(path)), text)
		says, isCase := strings.CutPrefix(strings.SplitN(string(text), "\n", 2)[0], "# refused: ")
		if isCase && !slices.Contains(overridden, name) {
			out[name] = broken{text, strings.Replace(says, filepath.Base(path), "registerd.toml", 1)}
		}
	}
	wider := strings.Replace(rulesNamed(t, "wider"), "[[rule]]", `[[rule]]
id = "everything"
basis = "none"
reason = { en = "Shown.", da = "Vist." }
audience = ["public"]
fields = ["contact e-mail"]
do = "show"

[[rule]]`, 1)
	replace(t, filepath.Join(dir, "wider.toml"), []byte(wider))
	replace(t, filepath.Join(dir, "same.toml"), []byte(strings.Replace(rulesNamed(t, "gdpr"), `reason.en = "`, `reason.en = "Other `, 1)))
	replace(t, filepath.Join(dir, "empty.toml"), nil)
	head := "operator.name = \"Bad Registry\"\n"
	for name, c := range map[string]struct{ text, says string }{
		"empty rules":             {head + "rules = \"empty.toml\"\n", "empty.toml"},
		"rules that widen":        {head + "rules = \"wider.toml\"\naudit.dir = \"audit\"\n", "wider-2 shows the public more than gdpr-2"},
		"changed rules":           {head + "rules = \"same.toml\"\n", "gdpr-2 is in force and says something else"},
		"a profile not there":     {head + "whois.profile = \"gone.toml\"\n", "gone.toml"},
		"a certificate not there": {head + "rdap.base = \"https://rdap.example/\"\nrdap.tls.certificate = \"gone.pem\"\nrdap.tls.key = \"gone.key\"\n", "gone.pem"},
		"larger than a file":      {head + "#" + strings.Repeat("x", maxText), "larger than 1 MiB"},
	} {
		out[name] = broken{[]byte(c.text), c.says}
	}
	return out
}

func replace(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func shipped(t *testing.T, name string) string {
	t.Helper()
	text, err := disclose.Shipped(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// rulesNamed are the default rules under another name.
func rulesNamed(t *testing.T, name string) string {
	t.Helper()
	return strings.Replace(shipped(t, "gdpr"), `name = "gdpr"`, `name = "`+name+`"
controller = "Example Registry"
approved_by = "Council"
approved_on = 2026-01-01`, 1)
}

// TestWhoIsBeingAnsweredOverHTTPIsAnsweredByTheOldConfiguration to the end, on all
// paths; and whoever asks then, by the new one.
func TestWhoIsBeingAnsweredOverHTTPIsAnsweredByTheOldConfiguration(t *testing.T) {
	s := serveExample(t, func(c *config) {
		c.Requests.Dir = filepath.Join(t.TempDir(), "requests")
		c.HolderLinks = filepath.Join(t.TempDir(), "links.db")
	})
	before, next := s.service.front.Load(), *s.config
	next.Operator.Name, next.RDAP.Port43 = "Another Registry", "whois.another.example"
	done, err := s.service.reload(t.Context(), &next)
	if err != nil || len(done.Restart) > 0 {
		t.Fatalf("%v, %v", done, err)
	}
	after := s.service.front.Load()
	for _, path := range []string{"/domain/bakery.example", "/domain/free.example", "/nonsense", "/help", "/requests", "/holder", "/availability/a/b"} {
		for front, want := range map[*front]string{before: s.config.Operator.Name, after: next.Operator.Name} {
			r, w := httptest.NewRequest(http.MethodGet, path, nil), httptest.NewRecorder()
			r.RemoteAddr = "127.0.0.1:1"
			front.all.ServeHTTP(w, r)
			if got := w.Body.String(); !strings.Contains(got, want) {
				t.Errorf("%s: kept by another than %s:\n%s", path, want, got)
			}
		}
	}
}

// TestEveryKeyIsLiveOrNeedsARestart: what reload leaves as it was, it names.
func TestEveryKeyIsLiveOrNeedsARestart(t *testing.T) {
	old, err := readConfig(filepath.Join("..", "..", "testdata", "config", "working_everything.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if got := changedKeys(old, old); len(got) != 0 {
		t.Errorf("nothing has changed, and these have: %v", got)
	}
	next := *old
	next.Rules, next.Operator.Name, next.Limits.Pressed, next.RDAP.Web = "icann-2024", "Another", 7, "https://another.example/{name}"
	next.Zones, next.Tokens, next.MaxDataAge = nil, nil, &duration{time.Minute}
	if got := changedKeys(old, &next); len(got) != 0 {
		t.Errorf("these need no restart: %v", got)
	}
	next.DB, next.Audit.KeepDays, next.WHOIS.MaxConnections, next.Availability, next.Limits.Off, next.RDAP.Certificates.Key = "x", 1, 1, nil, true, "x"
	want := []string{"db", "audit.keep_days", "whois.max_connections", "availability", "rdap.certificates.key", "limits.off"}
	if got := changedKeys(old, &next); !slices.Equal(got, want) {
		t.Errorf("need a restart: %v; want %v", got, want)
	}
}
