package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestAQuantileIsAtMostOneThirtySecondTooHigh(t *testing.T) {
	for _, us := range []int64{0, 1, 63, 64, 65, 127, 128, 1000, 49_999, 1_000_000, 3_600_000_000} {
		d := time.Duration(us) * time.Microsecond
		var h histogram
		h.add(d)
		h.add(time.Hour * 100)
		if got := h.quantile(0.5); got < d || got > d+d/32+time.Microsecond {
			t.Errorf("the median of %v and more is %v", d, got)
		}
	}
	if got := new(histogram).quantile(0.99); got != 0 {
		t.Errorf("the quantile of nothing is %v", got)
	}
}

// TestTheDriverTellsRightFromWrong lets a yardstick, which answers all alike,
// stand for a server that gives the answers of other questions.
func TestTheDriverTellsRightFromWrong(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("there is no /proc here")
	}
	d := newDriver(target{Domains: 1})
	name := d.names[0]
	for _, c := range []struct {
		window, answer string
		right, wrong   bool
	}{
		{"rdap", `{"ldhName":"` + name + `"}`, true, false},
		{"rdap", `{"ldhName":"other.example"}`, false, true},
		{"whois", "Domain Name: " + name + "\r\n", true, false},
		{"whois", "Domain Name: other.example\r\n", false, true},
		{"whois", "WHOIS LIMIT EXCEEDED - retry after 3 seconds\r\n", false, false},
		{"das", "%RC=0\r\nDomain: " + name + "\r\nStatus: NOT AVAILABLE\r\n\r\n", true, true}, // half were free
		{"das", "%RC=0\r\nDomain: " + name + "\r\nStatus: AVAILABLE\r\n\r\n", false, true},
		{"das", "%RC=-1\r\n\r\n", false, false},
		{"post", "[\n{},\n" + `{"name":"` + name + `","state":"registered"}` + "\n]\n", true, true}, // the second name, and no other
		{"post", "[]\n", false, true},
	} {
		address := serveYardstick(t, yardstick{Window: c.window, Body: []byte(c.answer)})
		s := step{Window: c.window, Address: address, PID: os.Getpid(), Rate: 100, Seconds: 0.1}
		r := d.take(s)
		for r.Failure == errTooLate.Error() { // on a machine that is busy with other things
			r = d.take(s)
		}
		if (r.Answered > 0) != c.right || (r.Wrong > 0) != c.wrong || (r.Failed > 0) == (c.right || c.wrong) {
			t.Errorf("%s answering %q: %d right, %d wrong, %d failed (%s)", c.window, c.answer, r.Answered, r.Wrong, r.Failed, r.Failure)
		}
	}
}

func serveYardstick(t *testing.T, y yardstick) (address string) {
	t.Helper()
	in, tell := io.Pipe()
	hear, out := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- yardstickAsTold(in, out) }()
	t.Cleanup(func() {
		tell.Close()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	if err := json.NewEncoder(tell).Encode(y); err != nil {
		t.Fatal(err)
	}
	if err := json.NewDecoder(hear).Decode(&address); err != nil {
		t.Fatal(err)
	}
	return address
}

func TestARegisterOfSomebodyElseIsNotReplaced(t *testing.T) {
	db := filepath.Join(t.TempDir(), "register.db")
	if err := os.WriteFile(db, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := &bench{domains: 10, db: db, dir: t.TempDir(), program: "/nonexistent"}
	if err := b.seed(t.Context()); err == nil || !strings.Contains(err.Error(), "not a register") {
		t.Errorf("got %v", err)
	}
	if text, err := os.ReadFile(db); err != nil || string(text) != "precious" {
		t.Errorf("the file is now %q, %v", text, err)
	}
}
