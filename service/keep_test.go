package service

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"registerd/config"
	"registerd/escrow"
	"registerd/register"
	"registerd/store"
	"registerd/store/sqlite"
)

// loadSnapshot loads a register of one registrar, who has a name.
func loadSnapshot(ctx context.Context, db, name string) (err error) {
	body := fmt.Sprintf(`{"snapshot":1,"zones":["example"],"serial":9,"watermark":"2026-11-21T04:00:00Z","counts":{"domains":0,"reserved":0,"contacts":0,"hosts":0,"registrars":1}}
{"registrar":{"id":"r1","name":"Registrar %s"}}
`, name)
	text := body + fmt.Sprintf(`{"end":true,"digest":"sha256:%x"}`+"\n", sha256.Sum256([]byte(body)))
	writer, err := sqlite.OpenWriter(db, sqlite.Options{Create: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, writer.Close()) }()
	reader, err := sqlite.OpenReader(db, sqlite.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	importer, err := escrow.New(escrow.Config{
		Writer: writer, Reader: reader, Now: time.Now, Wider: func(_, _ register.Traits) bool { return false },
	})
	if err != nil {
		return err
	}
	_, err = importer.Snapshot(ctx, strings.NewReader(text))
	return err
}

func TestAServerRemovesWhatIsNoLongerKeptAtItsStartAndWithEveryTick(t *testing.T) {
	dir := t.TempDir()
	db := filepath.Join(dir, "register.db")
	var logged bytes.Buffer // by the server, while it runs
	load := func(word string) {
		t.Helper()
		must(t, loadSnapshot(t.Context(), db, word))
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
	s := &Service{path: db, config: new(config.Config), log: slog.New(slog.NewTextHandler(&logged, nil))}
	if err := s.tidyOnce(ctx); err != nil || kept() != 1 {
		t.Errorf("within its time %d are kept: %v", kept(), err)
	}
	s.config.KeepGenerations = new(config.Duration)
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
