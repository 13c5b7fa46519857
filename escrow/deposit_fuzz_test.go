package escrow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"registerd/register"
	"registerd/store"
)

// FuzzDeposit: whatever is read, nothing panics, and what is not taken is not
// published.
func FuzzDeposit(f *testing.F) {
	files, err := filepath.Glob("../testdata/deposits/*.xml")
	if err != nil || len(files) == 0 {
		f.Fatal("no deposits: ", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		w := &witness{}
		im, err := New(Config{Writer: w, Reader: w, Wider: testWider, Now: func() time.Time { return today }})
		if err != nil {
			t.Fatal(err)
		}
		report, err := im.Deposit(t.Context(), bytes.NewReader(b))
		if refused := (*RefusedError)(nil); err != nil && !errors.As(err, &refused) {
			t.Fatalf("input that cannot be read is refused, it is no failure: %v", err)
		}
		if taken := err == nil; taken != (report.Refusals == 0) || taken != w.published {
			t.Errorf("%d refusals, the error %v, published %v", report.Refusals, err, w.published)
		}
		for _, p := range report.Problems {
			if text := p.String(); len(text) > 1000 || !isPrint(text) {
				t.Errorf("a report that is not fit to print: %q", text)
			}
		}
	})
}

// witness takes every load and notes what is asked of it. It is a store
// without a memory, since the fuzzer slows a real one to a standstill.
type witness struct{ published bool }

func (w *witness) Edition(context.Context) (store.Edition, error) {
	return store.Edition{}, store.ErrEmpty
}

func (w *witness) Find(context.Context, ...store.Ask) ([]store.Found, store.Edition, error) {
	return nil, store.Edition{}, store.ErrEmpty
}

func (w *witness) Tags(context.Context, store.Kind, []string) ([]register.Tag, store.Edition, error) {
	return nil, store.Edition{}, store.ErrEmpty
}

func (w *witness) Search(context.Context, store.Scan) ([]store.Match, store.Edition, error) {
	return nil, store.Edition{}, nil
}

func (w *witness) Walk(context.Context, store.Kind, func(store.Object) error) error {
	return store.ErrEmpty
}

func (w *witness) Users(context.Context, store.Ref, int) ([]store.Found, store.Edition, error) {
	return nil, store.Edition{}, store.ErrEmpty
}

func (w *witness) Generations(context.Context) ([]store.Generation, error) {
	return nil, store.ErrEmpty
}

func (w *witness) Revive(context.Context, uint64) (store.Load, error) { return nil, store.ErrNotKept }

func (w *witness) Purge(context.Context, time.Time) error { return nil }

func (w *witness) Change(context.Context, func(store.Tx) error) error {
	return errors.New("an empty register is not changed")
}

func (w *witness) Load(context.Context) (store.Load, error) { return w, nil }

func (w *witness) Put(o store.Object, line int64) error {
	if o.Key == "" || o.Tag() == 0 || line == 0 {
		return fmt.Errorf("%s %q of line %d is no object", o.Kind, o.Key, line)
	}
	return nil
}

func (w *witness) Seal(context.Context, func(done, total int)) (store.Report, error) {
	return store.Report{}, nil
}

func (w *witness) Gone(context.Context, store.Kind, func(store.Object) error) error { return nil }

func (w *witness) Differing(context.Context, store.Kind, func(_, _ store.Object) error) error {
	return nil
}

func (w *witness) Publish(context.Context, func(store.Tx) error) error {
	w.published = true
	return nil
}

func (w *witness) Close() error { return nil }
