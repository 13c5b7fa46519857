package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

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
		"larger than a file":      {head + "#" + strings.Repeat("x", 1<<20), "larger than 1 MiB"},
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
