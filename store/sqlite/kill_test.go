package sqlite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"registerd/register"
	"registerd/store"
)

// killNames is how many names each generation of TestKill has.
const killNames = 800

// TestMain runs the tests, or, if it is told a path, replaces the register
// there by one generation after the other, or goes back and forth between
// those that are kept, until it is killed.
func TestMain(m *testing.M) {
	for variable, forever := range map[string]func(string) error{
		"REGISTERD_TEST_LOADER": loadForever, "REGISTERD_TEST_ROLLER": rollForever,
	} {
		path := os.Getenv(variable)
		if path == "" {
			continue
		}
		if err := forever(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

func loadForever(path string) error {
	w, err := OpenWriter(path, Options{})
	if err != nil {
		return err
	}
	ctx := context.Background()
	r, err := OpenReader(path, Options{Connections: 1})
	if err != nil {
		return err
	}
	e, err := r.Edition(ctx)
	if err != nil {
		return err
	}
	for g := e.State.Serial + 1; ; g++ {
		if err := loadGeneration(ctx, w, g); err != nil {
			return err
		}
		fmt.Println(g)
	}
}

// loadGeneration publishes the generation of that number.
func loadGeneration(ctx context.Context, w *Writer, g uint64) error {
	l, err := w.Load(ctx)
	if err != nil {
		return err
	}
	for i, o := range generationOf(g) {
		if err := l.Put(o, int64(i)); err != nil {
			return err
		}
	}
	if _, err := l.Seal(ctx, nil); err != nil {
		return err
	}
	err = l.Publish(ctx, func(tx store.Tx) error {
		tx.SetState(register.State{Serial: g})
		return nil
	})
	return errors.Join(err, l.Close())
}

// generationOf is a register in which every object tells the generation.
func generationOf(g uint64) []store.Object {
	text := strconv.FormatUint(g, 10)
	c := contact("c", text)
	all := []store.Object{c, contact("d", text)}
	for i := range killNames {
		o := name(nthName(i), store.Ref{Kind: store.Contacts, Key: []string{"c", "d"}[min(i, 1)]})
		o.Bytes = append(o.Bytes[:1], text...)
		all = append(all, o)
	}
	return all
}

func TestWhateverKillsALoadReadersSeeOneWholeGeneration(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	w := openWriter(t, path)
	change(t, w, generationOf(0)...)
	r := openReader(t, path)
	rnd := rand.New(rand.NewPCG(7, 7))
	var last, acknowledged uint64
	for range rounds(t, "REGISTERD_TEST_KILLS", 24) {
		acknowledged = max(acknowledged, killed(t, "REGISTERD_TEST_LOADER", path, time.Duration(rnd.IntN(100))*time.Millisecond))
		for _, r := range []*Reader{r, openReader(t, path)} {
			g := wholeGeneration(t, r)
			if g < last || g < acknowledged {
				t.Fatalf("generation %d after %d, when %d was published", g, last, acknowledged)
			}
			last = g
		}
	}
	t.Logf("%d generations", last)
	if last == 0 {
		t.Error("no load was published: the test shows nothing")
	}
	clean(t, path)
}

// killed runs what the variable asks for, kills it some time after its first
// publication, in the middle of a later one, and returns the last number that it
// acknowledged.
func killed(t *testing.T, variable, path string, after time.Duration) (last uint64) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), variable+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	for in := bufio.NewScanner(out); in.Scan(); {
		if last == 0 {
			time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
		if last, err = strconv.ParseUint(in.Text(), 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Wait(); cmd.ProcessState.Exited() {
		t.Fatalf("the loader ended by itself: %v", err)
	}
	return last
}

// wholeGeneration reads all, and returns of which generation it is.
func wholeGeneration(t *testing.T, r *Reader) uint64 {
	t.Helper()
	asks := make([]store.Ask, killNames)
	for i := range asks {
		asks[i].Ref = store.Ref{Kind: store.Names, Key: nthName(i)}
	}
	found, edition, err := r.Find(t.Context(), asks...)
	if err != nil {
		t.Fatal(err)
	}
	want := strconv.FormatUint(edition.State.Serial, 10)
	for _, f := range found {
		if !f.There() || string(f.Bytes[1:]) != want || string(f.With[0].Bytes[1:]) != want {
			t.Fatalf("generation %s holds %q with %q", want, f.Bytes, f.With[0].Bytes)
		}
	}
	return edition.State.Serial
}
