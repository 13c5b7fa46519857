//go:build fault

package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"registerd/service"
)

// TestAKilledServerForgivesTenSecondsAtMost kills the program while a client asks,
// at another moment between two savings each time, and counts what the next one
// still knows of.
func TestAKilledServerForgivesTenSecondsAtMost(t *testing.T) {
	program, dir := ourProgram(t), t.TempDir()
	db, config := filepath.Join(dir, "register.db"), filepath.Join(dir, "registerd.toml")
	if out, err := exec.Command(program, "import", "--db", db, filepath.Join("..", "..", "testdata", "example.xml")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const budget = 100_000
	address := freeAddress(t)
	text := fmt.Sprintf("db = %q\nwhois.listen = %q\nlimits.lookup = { per_day = %d, at_once = %d }\n", db, address, budget, budget)
	text += fmt.Sprintf("das.listen = %q\nrdap.listen = %q\n", freeAddress(t), freeAddress(t))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var answered []time.Time
	for _, run := range []time.Duration{14 * time.Second, 21 * time.Second, 4 * time.Second, 17 * time.Second} {
		cmd := exec.Command(program, "serve", "--config", config)
		errs, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		awaitServing(t, errs)
		for end := time.Now().Add(run); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			if err := askOnceWHOIS(address); err != nil {
				t.Fatal(err)
			}
			answered = append(answered, time.Now())
		}
		killed := time.Now()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		known := usedAfterAStart(t, program, config)
		saved := 0
		for _, at := range answered {
			if killed.Sub(at) > 11*time.Second { // they are kept every ten seconds; a second to write it
				saved++
			}
		}
		// A day's budget comes back while all this goes on, one a second and a bit.
		if back := int(time.Since(answered[0]).Seconds()*budget/86400) + 1; known < saved-back || known > len(answered) {
			t.Errorf("after %v: %d used are known of, of %d, of which %d were ten seconds old", run, known, len(answered), saved)
		}
		t.Logf("after %v: %d known of %d, %d of them older than ten seconds", run, known, len(answered), saved)
		answered = answered[:min(known, len(answered))] // the others are forgiven
	}
}

// usedAfterAStart is how many questions the program knows of when it has started.
func usedAfterAStart(t *testing.T, program, config string) int {
	t.Helper()
	cmd := exec.Command(program, "serve", "--config", config)
	errs, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	awaitServing(t, errs)
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	var shown service.Standing
	w := controlled{Config: config}
	if err := w.call(context.Background(), http.MethodGet, "/limits/show", url.Values{"client": {"127.0.0.1"}}, &shown); err != nil {
		t.Fatal(err)
	}
	questions := shown.Networks[0].Budgets[0]
	return questions.Of - questions.Left
}
