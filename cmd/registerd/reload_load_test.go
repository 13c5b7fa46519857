package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"registerd/whois"
)

// TestEveryAnswerIsOfOneConfiguration: while two configurations take turns under load,
// nothing fails, and no answer says something of both.
func TestEveryAnswerIsOfOneConfiguration(t *testing.T) { reloadUnderLoad(t, 5) }

func reloadUnderLoad(t *testing.T, reloads int) {
	write := func(path string) { writeMarked(t, path, "aaa") }
	s := serveReloadable(t, write, "--no-limits")
	var answered atomic.Int64
	var clients sync.WaitGroup
	ending := make(chan struct{})
	for i := range 2 * len(everywhere) {
		q := everywhere[i%len(everywhere)]
		clients.Go(func() {
			for {
				select {
				case <-ending:
					return
				default:
				}
				answer, err := s.ask(q)
				if err == nil {
					err = ofOne(q, answer)
				}
				if err != nil {
					t.Errorf("%s %q: %v\n%s", q.window, q.line, err, answer)
					return
				}
				answered.Add(1)
			}
		})
	}
	marks := []string{"bbb", "aaa"}
	for i := range reloads {
		until := answered.Load() + 100
		for answered.Load() < until && !t.Failed() {
			time.Sleep(time.Millisecond)
		}
		writeMarked(t, s.file(), marks[i%2])
		if i%2 == 0 {
			if err := s.hangUp(t); err != nil {
				t.Error(err)
			}
			continue
		}
		if err := s.tell(t); err != nil {
			t.Error(err)
		}
	}
	close(ending)
	clients.Wait()
	for _, q := range everywhere { // what is asked now is of the last one
		answer, err := s.ask(q)
		if err != nil || !q.unsigned && !strings.Contains(answer, marks[(reloads-1)%2]) {
			t.Errorf("%s %q: %v\n%s", q.window, q.line, err, answer)
		}
	}
	t.Logf("%d answers", answered.Load())
}

// ofOne refuses an answer that holds marks of both configurations.
func ofOne(q askedOf, answer string) error {
	a, b := strings.Contains(answer, "aaa"), strings.Contains(answer, "bbb")
	switch {
	case a && b:
		return errors.New("it is of both configurations")
	case !a && !b && !q.unsigned:
		return errors.New("it is of none")
	}
	return nil
}

// writeMarked writes a configuration of which all that answers are made of says which
// one it is.
func writeMarked(t *testing.T, path, mark string) {
	t.Helper()
	dir := filepath.Dir(path)
	rules := rulesNamed(t, "rules-"+mark)
	replace(t, filepath.Join(dir, mark+"-rules.toml"), []byte(strings.ReplaceAll(rules, `reason.en = "`, `reason.en = "`+mark+` `)))
	profile, err := whois.ShippedProfile("icann")
	if err != nil {
		t.Fatal(err)
	}
	replace(t, filepath.Join(dir, mark+"-profile.toml"), bytes.Replace(profile, []byte(`name = "icann"`), []byte(`name = "profile-`+mark+`"`), 1))
	replace(t, path, fmt.Appendf(nil, `
rules = "%[1]s-rules.toml"
allow_widen_to = "rules-%[1]s-2"
operator = { name = "Registry %[1]s", email = "%[1]s@nic.example", url = "https://%[1]s.example/" }
[audit]
dir = "audit"
[policies]
terms = "https://%[1]s.example/terms"
publication = "https://%[1]s.example/publication"
notice = [{ title = "Notice %[1]s", lines = ["Words of %[1]s."] }]
[whois]
profile = "%[1]s-profile.toml"
[rdap]
port43 = "%[1]s.whois.example"
[[zone]]
name = "example"
eligibility = "https://%[1]s.example/eligibility"
`, mark))
}
