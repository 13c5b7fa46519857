package escrow

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the reports that the deposits of testdata get")

// Each deposit of testdata/deposits has one thing that is odd or wrong. The
// whole report on it stands beside it.
func TestEachDepositGetsItsReport(t *testing.T) {
	files, err := filepath.Glob("../testdata/deposits/*.xml")
	if err != nil || len(files) == 0 {
		t.Fatal("no deposits: ", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".xml")
		t.Run(name, func(t *testing.T) {
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			r := newTestRegister(t)
			report, err := r.importer(t, nil).Deposit(t.Context(), f)
			got := reportText(report, err)
			checkGolden(t, strings.TrimSuffix(file, ".xml")+".report", got)

			refused := strings.HasPrefix(name, "bad-")
			if errors.As(err, new(*RefusedError)) != refused {
				t.Errorf("error %v for %s", err, name)
			}
			if published := r.version(t) != 0; published == refused {
				t.Errorf("the register was published: %v", published)
			}
		})
	}
}

func checkGolden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the report differs (-want +got):\n%s", diff)
	}
}

func reportText(r *Report, err error) string {
	var b strings.Builder
	switch refused := (*RefusedError)(nil); {
	case errors.As(err, &refused):
		fmt.Fprintln(&b, "refused")
	case err != nil:
		fmt.Fprintln(&b, "failed:", err)
	default:
		fmt.Fprintln(&b, "taken:", countsText(r.Counts))
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "%s: %s\n", p.Severity, p)
	}
	for _, name := range slices.Sorted(maps.Keys(r.Skipped)) {
		fmt.Fprintf(&b, "passed over: %d %s\n", r.Skipped[name], name)
	}
	if total := r.Refusals + r.Warnings; total != len(r.Problems) {
		fmt.Fprintf(&b, "of %d\n", total)
	}
	return b.String()
}
