package statistics

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"registerd/escrow"
	"registerd/internal/newregister"
	"registerd/register"
	"registerd/store/sqlite"
	"registerd/testdata"
)

var november = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// example is the example register, which is as of 20 November 2026.
func example(t *testing.T) *sqlite.Reader {
	t.Helper()
	w, r := newregister.Open(t)
	im, err := escrow.New(escrow.Config{
		Writer: w, Reader: r, AcceptWiden: true, Now: func() time.Time { return november.AddDate(0, 0, 20) },
		Wider: func(_, _ register.Traits) bool { return false },
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := im.Deposit(t.Context(), bytes.NewReader(testdata.Deposit)); err != nil {
		t.Fatal(err)
	}
	if _, err := im.Changes(t.Context(), bytes.NewReader(testdata.Changes), escrow.FeedOptions{}); err != nil {
		t.Fatal(err)
	}
	return r
}

// synthetic is a made-up register, as of 15 November.
func synthetic(t *testing.T, domains int) *sqlite.Reader {
	t.Helper()
	w, r := newregister.Open(t)
	made := escrow.Synthetic{Domains: domains, Seed: 8, Zone: "example", At: november.AddDate(0, 0, 14)}
	if err := made.Synthesize(t.Context(), w, nil); err != nil {
		t.Fatal(err)
	}
	return r
}

func censusOf(t *testing.T, r *sqlite.Reader) *Census {
	t.Helper()
	c, err := take(t.Context(), Counting{Reader: r, Now: november.AddDate(0, 0, 25)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// exampleCensus is a census of the example register, which is imported once.
func exampleCensus(t *testing.T) *Census {
	t.Helper()
	exampleOnce.Do(func() {
		var err error
		if exampleBytes, err = json.Marshal(censusOf(t, example(t))); err != nil {
			t.Fatal(err)
		}
	})
	c := new(Census)
	if err := json.Unmarshal(exampleBytes, c); err != nil {
		t.Fatal(err)
	}
	return c
}

var (
	exampleOnce  sync.Once
	exampleBytes []byte
)

func newFile(t *testing.T) *File {
	t.Helper()
	return fileAt(t, filepath.Join(t.TempDir(), "statistics"))
}

func fileAt(t *testing.T, path string) *File {
	t.Helper()
	f, err := OpenFile(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func monthIn(t *testing.T, f *File, at time.Time) *Month {
	t.Helper()
	m, err := f.Month(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// clock is a clock that is set by hand.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func newTally(t *testing.T, f *File, c *clock) *Tally {
	t.Helper()
	tally, err := NewTally(f, c.now)
	if err != nil {
		t.Fatal(err)
	}
	return tally
}

func flush(t *testing.T, tally *Tally) {
	t.Helper()
	if err := tally.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

var plain = Asked{Window: "whois", Kind: "domain", Audience: "public", Outcome: "answered"}
