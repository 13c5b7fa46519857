package audit

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnUnfinishedLineIsSetAsideAndReported(t *testing.T) {
	zeros := strings.Repeat("\x00", 3*maxLine)
	for _, tail := range []string{"{", `{"seq":3,"time":"2026`, zeros, `{"seq":3,"time":"x"}`} {
		cfg := journalConfig(t)
		var log words
		cfg.Logger = log.logger()
		j := mustOpenJournal(t, cfg)
		mustRecord(t, j, "one.example")
		mustRecord(t, j, "two.example")
		for n := 1; n <= 2; n++ {
			spill(t, cfg.Dir, tail)
			if err := Walk(cfg.Dir, func(Record) error { return nil }); !errors.Is(err, ErrTorn) {
				t.Errorf("Walk: %v, want ErrTorn", err)
			}
			if n == 1 { // one that opens, then one that is open already
				mustOpenJournal(t, cfg)
			}
			mustRecord(t, j, "more.example")
			kept, err := os.ReadFile(filepath.Join(cfg.Dir, fmt.Sprint(tornName, n)))
			if err != nil {
				t.Fatal(err)
			}
			if string(kept) != tail {
				t.Errorf("kept %d bytes, want the %d of the tail", len(kept), len(tail))
			}
		}
		want := []string{"one.example", "two.example", "more.example", "more.example"}
		if diff := cmp.Diff(want, questions(t, cfg.Dir)); diff != "" {
			t.Error(diff)
		}
		if n := strings.Count(log.String(), "set aside"); n != 2 {
			t.Errorf("reported %d times, want 2:\n%s", n, log.String())
		}
	}
}

func spill(t *testing.T, dir, tail string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, journalName), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(tail); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestABrokenChainIsRefused(t *testing.T) {
	cfg := journalConfig(t)
	j := mustOpenJournal(t, cfg)
	for i := range 4 {
		mustRecord(t, j, fmt.Sprintf("%d.example", i))
	}
	path := filepath.Join(cfg.Dir, journalName)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(whole), "\n")[:4]
	for name, text := range map[string]string{
		"first missing":  lines[1] + lines[2],
		"middle missing": lines[0] + lines[2] + lines[3],
		"swapped":        lines[1] + lines[0],
		"repeated":       lines[0] + lines[0],
		"empty line":     lines[0] + "\n" + lines[1],
		"other text":     lines[0] + "# remark\n",
		"half a line":    lines[0][:40] + "\n" + lines[1],
		"endless line":   lines[0] + strings.Repeat("x", 2*maxLine) + "\n",
	} {
		if err := os.WriteFile(path, []byte(text), fileMode); err != nil {
			t.Fatal(err)
		}
		if j, err := OpenJournal(cfg); err == nil {
			t.Errorf("%s: was opened", name)
			_ = j.Close()
		}
		if err := Walk(cfg.Dir, func(Record) error { return nil }); err == nil {
			t.Errorf("%s: was read", name)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != text {
			t.Errorf("%s: a refused journal was changed (%v)", name, err)
		}
	}
}

func TestTwoJournalsInOneDirectoryDoNotInterleave(t *testing.T) {
	cfg := journalConfig(t)
	var all sync.WaitGroup
	var want []string
	for g := range 8 {
		j := mustOpenJournal(t, cfg)
		for i := range 25 {
			q := fmt.Sprintf("%d-%d.example", g, i)
			want = append(want, q)
			all.Go(func() {
				if err := j.Record(t.Context(), disclosure(q)); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	got := questions(t, cfg.Dir)
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func startChild(t *testing.T, dir string, count int) (*exec.Cmd, *strings.Builder) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), childDir+"="+dir, fmt.Sprintf("%s=%d", childCount, count))
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, &out
}

func TestASecondProcessMayRecordWhileTheServerDoes(t *testing.T) {
	cfg := journalConfig(t)
	j := mustOpenJournal(t, cfg)
	cmd, _ := startChild(t, cfg.Dir, 100)
	exit := make(chan error)
	go func() { exit <- cmd.Wait() }()
	var parents int
	for running := true; running; {
		select {
		case err := <-exit:
			if err != nil {
				t.Fatal(err)
			}
			running = false
		default:
		}
		mustRecord(t, j, "parent.example")
		parents++
	}
	var got int
	for _, q := range questions(t, cfg.Dir) {
		if q == "parent.example" {
			got++
		}
	}
	if all := len(questions(t, cfg.Dir)); got != parents || all != parents+100 {
		t.Errorf("%d records, %d of the parent; want %d and %d", all, got, parents+100, parents)
	}
}

func TestWhatAKilledProcessWasToldIsRecorded(t *testing.T) {
	for round := range 5 {
		cfg := journalConfig(t)
		j := mustOpenJournal(t, cfg)
		cmd, out := startChild(t, cfg.Dir, 1_000_000)
		for n := 0; n < 20*(round+1); {
			mustRecord(t, j, "parent.example")
			n = 0
			for _, q := range questions(t, cfg.Dir) {
				if strings.HasPrefix(q, "child") {
					n++
				}
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()                    // "killed", as it was
		mustRecord(t, j, "after.example") // sets an unfinished line aside
		recorded := questions(t, cfg.Dir)
		var acknowledged int
		for q := range strings.Lines(out.String()) {
			whole, ok := strings.CutSuffix(q, "\n")
			if !ok {
				continue
			}
			acknowledged++
			if !slices.Contains(recorded, whole) {
				t.Errorf("round %d: %s was acknowledged and is not recorded", round, whole)
			}
		}
		if acknowledged == 0 {
			t.Errorf("round %d: nothing was acknowledged, so nothing is proved", round)
		}
	}
}
