package statistics

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// TestMain runs the tests, or, if it is told a file, counts into it until it is killed:
// it prints how many questions it has written.
func TestMain(m *testing.M) {
	path := os.Getenv("REGISTERD_TEST_TALLY")
	if path == "" {
		os.Exit(m.Run())
	}
	if err := countForever(path); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// batch is how many questions there are between two flushes.
const batch = 7

func countForever(path string) error {
	f, err := OpenFile(context.Background(), path)
	if err != nil {
		return err
	}
	tally, err := NewTally(f, func() time.Time { return november })
	if err != nil {
		return err
	}
	for n := batch; ; n += batch {
		for range batch {
			tally.Count(plain, 0)
		}
		if err := tally.Flush(context.Background()); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

func TestAKillLosesWhatWasNotWrittenAndNothingElse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "statistics")
	before := 0
	for range 4 {
		program := exec.Command(os.Args[0])
		program.Env = append(os.Environ(), "REGISTERD_TEST_TALLY="+path)
		out, err := program.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := program.Start(); err != nil {
			t.Fatal(err)
		}
		said := 0
		lines := bufio.NewScanner(out)
		for i := 0; lines.Scan(); i++ {
			if said, err = strconv.Atoi(lines.Text()); err != nil {
				t.Fatal(err)
			}
			if i == 5 {
				_ = program.Process.Kill()
			}
		}
		_ = program.Wait() // it was killed
		f := fileAt(t, path)
		counted := int(monthIn(t, f, november).questions().N)
		if added := counted - before; added != said && added != said+batch {
			t.Errorf("%d were counted, and the program had said %d", added, said)
		}
		before = counted
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
