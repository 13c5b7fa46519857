package service

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"registerd/config"
)

// TestOneFaultIsOneLine has the minutes pass one by one.
func TestOneFaultIsOneLine(t *testing.T) {
	var out bytes.Buffer
	var due []func()
	s := newSeldom(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	s.after = func(d time.Duration, f func()) {
		if d != time.Minute {
			t.Errorf("it waits for %v", d)
		}
		due = append(due, f)
	}
	log := slog.New(s)
	wants := func(what string, lines ...string) {
		t.Helper()
		if got := out.String(); got != strings.Join(lines, "") {
			t.Errorf("%s: the log says\n%swant\n%s", what, got, strings.Join(lines, ""))
		}
		out.Reset()
	}
	minute := func() {
		now := due
		due = nil
		for _, f := range now {
			f()
		}
	}
	full := errors.New("no space left on device")
	for i := range 313 {
		log.Error("a question failed", "names", i, "took", time.Duration(i), "error", full)
	}
	wants("at once", "level=ERROR msg=\"a question failed\" names=0 took=0s error=\"no space left on device\"\n")
	log.Error("a question failed", "names", 1, "error", errors.New("input/output error"))
	log.With("window", "das").Error("a question failed", "names", 1, "error", full)
	log.Warn("a question failed", "error", full)
	wants("of others", "level=ERROR msg=\"a question failed\" names=1 error=\"input/output error\"\n",
		"level=ERROR msg=\"a question failed\" window=das names=1 error=\"no space left on device\"\n",
		"level=WARN msg=\"a question failed\" error=\"no space left on device\"\n")
	log.Info("serving")
	log.Info("serving")
	wants("of what is no fault", "level=INFO msg=serving\nlevel=INFO msg=serving\n")
	minute()
	wants("after a minute", "level=ERROR msg=\"a question failed\" names=312 took=312ns error=\"no space left on device\" repeated=312\n")
	minute()
	wants("after a minute without any")
	log.Error("a question failed", "names", 9, "error", full)
	log.Error("a question failed", "names", 10, "error", full)
	wants("when it comes again", "level=ERROR msg=\"a question failed\" names=9 error=\"no space left on device\"\n")
	s.flush()
	wants("at the end", "level=ERROR msg=\"a question failed\" names=10 error=\"no space left on device\" repeated=1\n")
	minute()
	if wants("after the end"); len(due)+len(s.lines) > 0 {
		t.Errorf("%d wait, and %d are remembered", len(due), len(s.lines))
	}
}

func TestFaultsThatAreNeverTheSameDoNotFillMemoryOrTheLog(t *testing.T) {
	var out bytes.Buffer
	s := newSeldom(slog.NewTextHandler(&out, nil))
	s.after = func(time.Duration, func()) {}
	for i := range 10 * seldomMost {
		slog.New(s).Error("a question failed", "error", fmt.Errorf("block %d cannot be read", i))
	}
	if n := strings.Count(out.String(), "\n"); n != seldomMost+1 || len(s.lines) != n {
		t.Errorf("%d lines were written, %d are remembered, want %d", n, len(s.lines), seldomMost+1)
	}
	out.Reset()
	if s.flush(); !strings.Contains(out.String(), fmt.Sprintf("repeated=%d", 9*seldomMost-1)) {
		t.Errorf("what was not written is not counted: %s", out.String())
	}
}

// A file that is named as the journal's stream is written to as that would be.
func TestTheJournalOfSystemdIsToldHowBadItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stream")
	stream, err := os.Create(path)
	must(t, err)
	defer stream.Close()
	var at unix.Stat_t
	must(t, unix.Fstat(int(stream.Fd()), &at))
	t.Setenv("JOURNAL_STREAM", fmt.Sprintf("%d:%d", at.Dev, at.Ino))
	c := &config.Config{LogLevel: config.LogLevel(slog.LevelInfo)}
	opened := OpenLog(c, stream)
	log, level := opened.Logger, opened.Level
	log.Debug("not this")
	level.Set(slog.LevelDebug)
	log = log.With("window", "whois")
	log.Debug("one")
	log.Info("two")
	log.Warn("three", "within", 10*time.Second)
	log.WithGroup("g").Error("four", "error", fs.ErrPermission)
	text, err := os.ReadFile(path)
	must(t, err)
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	for i, want := range [][2]string{
		{`<7>{"time":`, `"level":"DEBUG","msg":"one","window":"whois"}`}, {`<6>{"time":`, `"level":"INFO","msg":"two","window":"whois"}`},
		{`<4>{"time":`, `"level":"WARN","msg":"three","window":"whois","within":"10s"}`},
		{`<3>{"time":`, `"level":"ERROR","msg":"four","window":"whois","g":{"error":"permission denied"}}`},
	} {
		if len(lines) != 4 || !strings.HasPrefix(lines[i], want[0]) || !strings.HasSuffix(lines[i], want[1]) {
			t.Fatalf("line %d of\n%s\nis not %s...%s", i+1, text, want[0], want[1])
		}
	}

	other, err := os.Create(path + "-of-another")
	must(t, err)
	defer other.Close()
	log = OpenLog(&config.Config{LogFormat: "text"}, other).Logger
	log.Info("a line")
	if text, err := os.ReadFile(other.Name()); err != nil || !strings.HasPrefix(string(text), "time=") {
		t.Errorf("another file is told %q, %v", text, err)
	}
}

// A client that resets its connection is told of at debug, and not where it is.
func TestWhoHangsUpIsNotNamed(t *testing.T) {
	log := new(kept)
	s := serveAndLog(t, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})), nil)
	c, err := net.Dial("tcp", s.service.Address("whois"))
	must(t, err)
	_, err = c.Write([]byte("karin.exam"))
	must(t, err)
	must(t, c.(*net.TCPConn).SetLinger(0))
	must(t, c.Close())
	deadline := time.Now().Add(patience)
	for !strings.Contains(log.String(), "a connection ended before its question") {
		if time.Now().After(deadline) {
			t.Fatalf("the log says %s", log)
		}
		time.Sleep(time.Millisecond)
	}
	for line := range strings.Lines(log.String()) {
		if strings.Contains(line, "a connection ended") && (!strings.Contains(line, "connection reset") || strings.Contains(line, "127.0.0.1") || strings.Contains(line, "karin")) {
			t.Errorf("the log says %s", line)
		}
	}
}
