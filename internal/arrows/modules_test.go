package arrows

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/mod/semver"
)

// goMod is what `go mod edit -json` says of a go.mod.
type goMod struct {
	Go      string
	Require []struct{ Path, Version string }
}

func readGoMod(t *testing.T, file string) (m goMod) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "mod", "edit", "-json", file).Output()
	if err == nil {
		err = json.Unmarshal(out, &m)
	}
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return m
}

func (m goMod) version(path string) string {
	for _, r := range m.Require {
		if r.Path == path {
			return r.Version
		}
	}
	return ""
}

// The driver is generated against one version of its C library in Go, and
// breaks with others.
func TestTheSQLiteDriverHasTheLibraryItWasMadeFor(t *testing.T) {
	ours := readGoMod(t, filepath.Join("..", "..", "go.mod"))
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "modernc.org/sqlite").Output()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(string(dir[:len(dir)-1]), "go.mod")
	if _, err := os.Stat(file); err != nil {
		t.Skip("the driver's own go.mod is not here")
	}
	const libc = "modernc.org/libc"
	if got, want := ours.version(libc), readGoMod(t, file).version(libc); got != want {
		t.Errorf("%s is %s; the driver was made for %s", libc, got, want)
	}
}

// Below these versions something that we rely on is broken.
func TestNoModuleIsOlderThanItsFloor(t *testing.T) {
	ours := readGoMod(t, filepath.Join("..", "..", "go.mod"))
	if semver.Compare("v"+ours.Go, "v1.26.6") < 0 {
		t.Errorf("go is %s: encoding/xml recurses without a bound before 1.26.6", ours.Go)
	}
	for path, floor := range map[string]struct{ version, why string }{
		"golang.org/x/net":               {"v0.55.0", "idna returns a name beside its error (CVE-2026-39821)"},
		"modernc.org/sqlite":             {"v1.61.1", "the log could be damaged by a checkpoint, and prepared statements were slow"},
		"github.com/pires/go-proxyproto": {"v0.15.0", "a PROXY header was believed from anybody"},
	} {
		if got := ours.version(path); semver.Compare(got, floor.version) < 0 {
			t.Errorf("%s is %q, below %s: %s", path, got, floor.version, floor.why)
		}
	}
}
