package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"registerd/config"
)

var deployFolder = filepath.Join("..", "..", "deploy")

// units are systemd's units by their names, with a program in place that is there.
func units(t *testing.T, program string) (dir string, texts map[string]string) {
	t.Helper()
	dir, texts = t.TempDir(), map[string]string{}
	paths, err := filepath.Glob(filepath.Join(deployFolder, "systemd", "*"))
	must(t, err)
	for _, path := range paths {
		if !slices.Contains([]string{".service", ".socket", ".timer"}, filepath.Ext(path)) {
			continue
		}
		text, err := os.ReadFile(path)
		must(t, err)
		name := filepath.Base(path)
		texts[name] = string(text)
		must(t, os.WriteFile(filepath.Join(dir, name), bytes.ReplaceAll(text, []byte("/usr/bin/registerd"), []byte(program)), 0o600))
	}
	if len(texts) != 7 {
		t.Fatalf("%d units", len(texts))
	}
	return dir, texts
}

// TestTheUnitsAreTakenAndExposeLittle: the score of systemd-analyze is in tenths, from
// 0 for what can do nothing to 100.
func TestTheUnitsAreTakenAndExposeLittle(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Skip("there is no systemd-analyze")
	}
	dir, texts := units(t, "/bin/true")
	all := []string{"verify", "--man=no"}
	for name := range texts {
		all = append(all, filepath.Join(dir, name))
	}
	if out, err := exec.Command("systemd-analyze", all...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("verify: %v\n%s", err, out)
	}
	for name := range texts {
		if !strings.HasSuffix(name, ".service") {
			continue
		}
		out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager", filepath.Join(dir, name)).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// called finds what units call the program with; a file's name in quotation marks is
// made by a shell.
var called = regexp.MustCompile(`/usr/bin/registerd ([^"\n]*)`)

func TestTheUnitsCallTheProgramAsItIsCalled(t *testing.T) {
	_, texts := units(t, "/bin/true")
	calls := 0
	for name, text := range texts {
		for _, call := range called.FindAllStringSubmatch(text, -1) {
			calls++
			parser, err := kong.New(new(commands), kong.Name("registerd"), loopbacks)
			must(t, err)
			words := strings.Fields(call[1])
			if words[0] == "backup" {
				words = append(words, "/var/backups/registerd/name")
			}
			if _, err := parser.Parse(words); err != nil {
				t.Errorf("%s: %q: %v", name, words, err)
			}
		}
	}
	if calls != 3 {
		t.Errorf("%d calls of the program", calls)
	}
}

// TestTheServiceMayRunNothingButWhatItCalls: with NoExecPaths a program that the unit calls
// and ExecPaths lacks would not start.
func TestTheServiceMayRunNothingButWhatItCalls(t *testing.T) {
	_, texts := units(t, "/bin/true")
	unit := texts["registerd.service"]
	var programs []string
	for _, found := range regexp.MustCompile(`(?m)^Exec(?:Start|Reload)=(\S+)`).FindAllStringSubmatch(unit, -1) {
		programs = append(programs, found[1])
	}
	may := regexp.MustCompile(`(?m)^ExecPaths=(.*)$`).FindStringSubmatch(unit)
	if may == nil || !strings.Contains(unit, "\nNoExecPaths=/\n") {
		t.Fatal("the unit may run every program")
	}
	if programs = slices.Compact(programs); !slices.Equal(programs, strings.Fields(may[1])) {
		t.Errorf("the unit calls %q, and may run %q", programs, may[1])
	}
}

var socketNames = regexp.MustCompile(`(?m)^FileDescriptorName=(.*)$`)

func TestTheShippedConfigurationIsTakenAndHasTheUnitsSockets(t *testing.T) {
	path := filepath.Join(deployFolder, "registerd.toml")
	c, err := config.Read(path)
	must(t, err)
	var wanted, passed []string
	for _, address := range []string{c.WHOIS.Listen, c.DAS.Listen, c.RDAP.Listen, c.RDAP.Redirect} {
		name, ok := config.SocketName(address)
		if !ok {
			t.Errorf("%q is not a socket of systemd", address)
		}
		wanted = append(wanted, name)
	}
	_, texts := units(t, "/bin/true")
	for name, text := range texts {
		if found := socketNames.FindStringSubmatch(text); found != nil {
			passed = append(passed, found[1])
			if !strings.Contains(texts["registerd.service"], "Sockets=") || !strings.Contains(texts["registerd.service"], name) {
				t.Errorf("the service does not have %s", name)
			}
		}
	}
	slices.Sort(wanted)
	slices.Sort(passed)
	if !slices.Equal(wanted, passed) {
		t.Errorf("the configuration wants %q, the units pass %q", wanted, passed)
	}
	// All that the service may write to.
	for _, path := range []string{c.DB, c.Accounts, c.HolderLinks, c.Audit.Dir, c.Requests.Dir, c.RDAP.ACME.Cache, c.ControlPath()} {
		if !strings.HasPrefix(path, "/var/lib/registerd/") && !strings.HasPrefix(path, "/run/registerd/") {
			t.Errorf("%s: the unit cannot write there", path)
		}
	}
}

func TestTheScriptsOfThePackageAreShell(t *testing.T) {
	scripts, err := filepath.Glob(filepath.Join(deployFolder, "debian", "p*"))
	must(t, err)
	scripts = append(scripts, filepath.Join(deployFolder, "debian", "build"), filepath.Join(deployFolder, "build"))
	if len(scripts) != 5 {
		t.Fatalf("%d scripts", len(scripts))
	}
	for _, script := range scripts {
		if out, err := exec.Command("sh", "-n", script).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", script, err, out)
		}
	}
}
