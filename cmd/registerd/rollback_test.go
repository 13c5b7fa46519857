package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// telling is a snapshot in which everything tells which one it is.
func telling(word string) string {
	body := fmt.Sprintf(`{"snapshot":1,"zones":["example"],"serial":9,"watermark":"2026-11-21T04:00:00Z","counts":{"domains":2,"reserved":0,"contacts":1,"hosts":1,"registrars":1}}
{"registrar":{"id":"r1","name":"Registrar %[1]s"}}
{"host":{"name":"ns.%[1]s.test","sponsor":"r1"}}
{"contact":{"handle":"c1","roid":"C1-EX","sponsor":"r1","local":{"organization":"Works %[1]s","address":{"city":"Astrand","country":"SE"}},"facts":{"holder":"legal","protection":"none"}}}
{"domain":{"name":"same.example","registrant":"c1","sponsor":"r1","hosts":[{"name":"ns.%[1]s.test"}]}}
{"domain":{"name":"only-%[1]s.example","registrant":"c1","sponsor":"r1"}}
`, word)
	return body + fmt.Sprintf(`{"end":true,"digest":"sha256:%x"}`+"\n", sha256.Sum256([]byte(body)))
}

// TestEachAnswerIsOfOneGenerationWhileTheRegisterGoesBackAndForth has clients of all
// windows ask, and goes back ten times: an answer tells of one generation.
func TestEachAnswerIsOfOneGenerationWhileTheRegisterGoesBackAndForth(t *testing.T) {
	s := serveReloadable(t, func(path string) {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}, "--no-limits")
	db := filepath.Join(s.dir, "register.db")
	command := func(words ...string) {
		t.Helper()
		var said bytes.Buffer
		if status := run(t.Context(), words, console{in: nil, out: &said, err: &said}); status != ok {
			t.Fatalf("%v: %d\n%s", words, status, &said)
		}
	}
	for _, word := range []string{"alder", "birch"} {
		file := filepath.Join(s.dir, word)
		if err := os.WriteFile(file, []byte(telling(word)), 0o600); err != nil {
			t.Fatal(err)
		}
		command("import", "--db", db, "--snapshot", file, "--accept-shrink", "--accept-widen")
	}
	l := &load{answers: map[string]*atomic.Int64{}}
	l.ctx, l.stop = context.WithCancel(t.Context())
	defer l.end(t)
	for _, q := range []askedOf{{window: "whois", line: "same.example"}, {window: "rdap", line: "domain/same.example"}} {
		l.by(t, q.window, func(context.Context) error {
			answer, err := s.ask(q)
			one, two := strings.Count(answer, "alder"), strings.Count(answer, "birch")
			if err == nil && (one == 0) == (two == 0) {
				err = fmt.Errorf("%d words of one generation and %d of the other:\n%s", one, two, answer)
			}
			return err
		})
	}
	// Several names in one breath are one question.
	l.by(t, "availability", func(context.Context) error {
		response, err := s.http.Post("http://"+s.at["rdap"]+"/availability", "text/plain", strings.NewReader("only-alder.example\nonly-birch.example\n"))
		if err != nil {
			return err
		}
		answer, err := io.ReadAll(response.Body)
		if err := errors.Join(err, response.Body.Close()); err != nil || strings.Count(string(answer), "registered\t") != 1 {
			return fmt.Errorf("%w: not one name is registered:\n%s", err, answer)
		}
		return nil
	})
	for range 10 {
		l.await(t, 3)
		command("rollback", "--db", db)
	}
	l.await(t, 3)
}
