package sqlite

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"registerd/store"
)

// rollForever loads, goes back, changes and purges, and tells each version that it
// has published.
func rollForever(path string) error {
	w, err := OpenWriter(path, Options{})
	if err != nil {
		return err
	}
	r, err := OpenReader(path, Options{Connections: 1})
	if err != nil {
		return err
	}
	ctx := context.Background()
	for {
		all, err := r.Generations(ctx)
		if err != nil {
			return err
		}
		switch n := rand.IntN(6); {
		case n == 0:
			err = w.Purge(ctx, all[len(all)-1].Replaced)
		case n == 1 || len(all) == 1:
			newest := uint64(0)
			for _, g := range all {
				newest = max(newest, g.State.Serial)
			}
			err = loadGeneration(ctx, w, newest+1)
		default:
			err = backTo(ctx, w, all[1+rand.IntN(len(all)-1)])
		}
		if err != nil && !errors.Is(err, store.ErrInUse) {
			return err
		}
		e, err := r.Edition(ctx)
		if err != nil {
			return err
		}
		fmt.Println(e.Version)
	}
}

// backTo publishes a kept generation, and rewrites all its names.
func backTo(ctx context.Context, w *Writer, g store.Generation) error {
	l, err := w.Revive(ctx, g.ID)
	if err != nil {
		return err
	}
	err = l.Publish(ctx, func(tx store.Tx) error {
		tx.SetState(g.State)
		return tx.Put(generationOf(g.State.Serial)[0])
	})
	if err := errors.Join(err, l.Close()); err != nil {
		return err
	}
	return w.Change(ctx, func(tx store.Tx) error {
		tx.SetState(g.State)
		for _, o := range generationOf(g.State.Serial)[:40] {
			if _, err := tx.Delete(o.Ref); err != nil {
				return err
			}
			if err := tx.Put(o); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestWhateverKillsARollbackOrAPurgeAllThatIsKeptIsWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	w := openWriter(t, path)
	for g := range uint64(2) {
		if err := loadGeneration(t.Context(), w, g); err != nil {
			t.Fatal(err)
		}
	}
	r := openReader(t, path)
	rnd := rand.New(rand.NewPCG(8, 8))
	for range rounds(t, "REGISTERD_TEST_KILLS", 8) {
		acknowledged := killed(t, "REGISTERD_TEST_ROLLER", path, time.Duration(rnd.IntN(80))*time.Millisecond)
		e, err := r.Edition(t.Context())
		if err != nil || e.Version < acknowledged {
			t.Fatalf("version %d, when %d was published: %v", e.Version, acknowledged, err)
		}
		wholeGeneration(t, r)
		clean(t, path)
	}
	all, err := r.Generations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range all[1:] {
		if err := backTo(t.Context(), w, g); err != nil {
			t.Fatal(err)
		}
		if got := wholeGeneration(t, r); got != g.State.Serial {
			t.Errorf("generation %d holds that of %d", g.State.Serial, got)
		}
	}
	// What a kill left of a load, the next load removes.
	if err := loadGeneration(t.Context(), w, 0); err != nil {
		t.Fatal(err)
	}
	if err := w.Purge(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	if n := unpublished(t, w); n != 0 {
		t.Errorf("%d rows are left", n)
	}
}
