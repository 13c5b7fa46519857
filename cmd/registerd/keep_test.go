package main

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"registerd/store"
	"registerd/store/sqlite"
)

func TestAServerRemovesWhatIsNoLongerKeptAtItsStartAndWithEveryTick(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "register.db")
	var said, logged bytes.Buffer // the second is the server's, while it runs
	load := func(word string) {
		t.Helper()
		file := filepath.Join(dir, word)
		if err := os.WriteFile(file, []byte(telling(word)), 0o600); err != nil {
			t.Fatal(err)
		}
		if status := run(t.Context(), []string{"import", "--db", db, "--snapshot", file}, console{out: &said, err: &said}); status != ok {
			t.Fatal(said.String())
		}
	}
	load("alder")
	load("birch")
	reader, err := sqlite.OpenReader(db, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	kept := func() int {
		t.Helper()
		all, err := reader.Generations(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return len(all) - 1
	}

	ctx, cancel := context.WithCancel(t.Context())
	s := &service{path: db, config: new(config), log: slog.New(slog.NewTextHandler(&logged, nil))}
	if err := s.tidyOnce(ctx); err != nil || kept() != 1 {
		t.Errorf("within its time %d are kept: %v", kept(), err)
	}
	s.config.KeepGenerations = new(duration)
	tick := make(chan time.Time)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.keepTidy(ctx, tick)
	}()
	tick <- time.Time{} // the start's is done
	if n := kept(); n != 0 {
		t.Errorf("%d are kept after the start", n)
	}
	tick <- time.Time{}
	load("cedar")
	tick <- time.Time{}
	tick <- time.Time{}
	if n := kept(); n != 0 {
		t.Errorf("%d are kept after a tick", n)
	}

	// While somebody reads an older version it is put off, and said.
	load("dogwood")
	err = reader.Walk(ctx, store.Registrars, func(store.Object) error {
		load("elm")
		tick <- time.Time{}
		tick <- time.Time{}
		return nil
	})
	cancel()
	<-ended
	if !strings.Contains(logged.String(), "overwritten an hour later") || err != nil {
		t.Errorf("%v\n%s", err, &logged)
	}
}
