//go:build fault

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// unprivilegedUser owns nothing.
const unprivilegedUser = 65534

// shippedProgram builds the program as it is shipped, where everybody may read it.
func shippedProgram(t *testing.T) (dir, program string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "registerd-")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755))
	program = filepath.Join(dir, "registerd")
	if out, err := exec.Command(filepath.Join(deployFolder, "build"), program).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir, program
}

// give makes a folder and all in it somebody's.
func give(t *testing.T, dir string, uid int) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, uid, uid)
	}))
}

func asRoot(t *testing.T, tools ...string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("NOT TESTED: this needs root")
	}
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("NOT TESTED: there is no %s here", tool)
		}
	}
}

// skipUnless skips what this machine does not let root do.
func skipUnless(t *testing.T, works ...string) {
	t.Helper()
	if out, err := exec.Command(works[0], works[1:]...).CombinedOutput(); err != nil {
		t.Skipf("NOT TESTED: this does not work here: %v: %v\n%s", works, err, out)
	}
}

// asNobody is how to start a program that is nobody, has no capability, and gets none by
// starting another.
var asNobody = []string{"setpriv", "--reuid", strconv.Itoa(unprivilegedUser), "--regid", strconv.Itoa(unprivilegedUser), "--clear-groups",
	"--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"}

// unprivileged is a service manager whose program is nobody; the sockets are at the ports
// of the services, of this address.
func unprivileged(t *testing.T, address string) *manager {
	t.Helper()
	asRoot(t, "setpriv")
	skipUnless(t, append(slices.Clone(asNobody), "true")...)
	m := newManager(t)
	dir, program := shippedProgram(t)
	own := filepath.Join(dir, "own")
	must(t, os.Rename(m.dir, own))
	m.dir, m.program = own, program
	give(t, own, unprivilegedUser)
	for _, path := range []string{m.path, filepath.Dir(m.path), filepath.Dir(filepath.Dir(m.path))} {
		must(t, os.Chmod(path, 0o777))
	}
	for i, port := range map[int]string{0: "43", 2: "80", 3: "443"} {
		l, err := net.Listen("tcp", net.JoinHostPort(address, port))
		if errors.Is(err, os.ErrPermission) {
			t.Skipf("NOT TESTED: the ports of the services cannot be had here: %v", err)
		}
		must(t, err)
		t.Cleanup(func() { l.Close() })
		f, err := l.(*net.TCPListener).File()
		must(t, err)
		t.Cleanup(func() { f.Close() })
		m.at[passedWindows[i]], m.sockets[i] = l.Addr().String(), f
	}
	m.through = asNobody
	return m
}

func TestItServesPort43WithoutAnyPrivilege(t *testing.T) {
	m := unprivileged(t, "127.0.43.2")
	m.start(t)
	must(t, m.askWHOIS())
	must(t, m.askDAS())
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", m.cmd.Process.Pid))
	must(t, err)
	for _, want := range []string{"Uid:\t65534\t65534\t65534\t65534", "Groups:\t \n", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000", "NoNewPrivs:\t1"} {
		if !bytes.Contains(status, []byte(want)) {
			t.Errorf("%q is not in\n%s", want, status)
		}
	}
	m.end(t)
}

// lookedAt are the places outside its own that the program may look at.
var lookedAt = regexp.MustCompile(`^(/proc/(self|thread-self|stat|sys/net/core/somaxconn|[0-9]+)(/|$)|/proc/(stat|filesystems)$|/sys/kernel/mm/transparent_hugepage/|/sys/fs/cgroup/|/etc/(hosts|resolv\.conf|nsswitch\.conf|localtime|services|mime\.types|passwd|group)$|/etc/(ssl|pki)/|/usr/(share|local/share)/|/dev/null$|/dev/urandom$)`)

// TestItStartsNoProgramAndOpensNothingElse: a server that was taken over could not do so
// unseen, since the unit forbids what was not called here.
func TestItStartsNoProgramAndOpensNothingElse(t *testing.T) {
	asRoot(t, "strace", "systemd-analyze")
	const reads = `strace -f -qq -o "$0" "$@" && grep -q 'execve("[^"]*/true"' "$0"` // what it traces is somebody else
	skipUnless(t, append([]string{"sh", "-c", reads, filepath.Join(t.TempDir(), "trace")}, append(slices.Clone(asNobody), "true")...)...)
	m := unprivileged(t, "127.0.43.1") // which is on its certificate
	trace := filepath.Join(m.dir, "..", "trace")
	// With -D the program keeps its number, which the sockets are passed to.
	m.through = append([]string{"strace", "-D", "-f", "-qq", "-o", trace}, m.through...)
	m.start(t)
	for range 3 {
		must(t, m.askWHOIS())
		must(t, m.askDAS())
	}
	must(t, m.askHTTP(t, "https://"+m.at["https"]+"/domain/bakery.example", 200, "}", nil)(t.Context()))
	m.end(t)
	allowed := systemCalls(t, "@system-service")
	for _, set := range []string{"@privileged", "@resources"} {
		for call := range systemCalls(t, set) {
			delete(allowed, call)
		}
	}
	text, err := os.ReadFile(trace)
	must(t, err)
	_, own, found := strings.Cut(string(text), "execve(\""+m.program)
	if !found {
		t.Fatalf("the trace does not have the start of the program:\n%.2000s", text)
	}
	opened, calls := 0, map[string]bool{}
	for line := range strings.Lines(own) {
		call := regexp.MustCompile(`^\d+ +(\w+)\(`).FindStringSubmatch(line)
		if call == nil {
			continue
		}
		calls[call[1]] = true
		path := regexp.MustCompile(`^\d+ +(?:open|openat|openat2|creat)\([^"]*"([^"]*)"`).FindStringSubmatch(line)
		switch {
		case call[1] == "execve" || call[1] == "execveat":
			t.Errorf("it starts a program: %s", line)
		case path == nil:
		case strings.HasPrefix(path[1], m.dir+"/") || path[1] == m.dir || path[1] == m.program || lookedAt.MatchString(path[1]):
			opened++
		default:
			t.Errorf("it opens %s", line)
		}
	}
	if opened == 0 || !calls["accept4"] {
		t.Fatalf("this is no whole trace: %d files, %v", opened, calls)
	}
	for call := range calls {
		if !allowed[call] {
			t.Errorf("it calls %s, which the unit forbids", call)
		}
	}
}

// systemCalls are those of one of systemd's sets.
func systemCalls(t *testing.T, set string) map[string]bool {
	t.Helper()
	out, err := exec.Command("systemd-analyze", "--no-pager", "syscall-filter", set).CombinedOutput()
	must(t, err)
	all := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		word := strings.TrimSpace(line)
		switch {
		case !strings.HasPrefix(line, "    ") || strings.HasPrefix(word, "#"):
		case strings.HasPrefix(word, "@"):
			for call := range systemCalls(t, word) {
				all[call] = true
			}
		default:
			all[word] = true
		}
	}
	return all
}

// TestItLivesInAnEmptyRootThatCannotBeWrittenTo: that is all that its container has.
func TestItLivesInAnEmptyRootThatCannotBeWrittenTo(t *testing.T) {
	asRoot(t, "unshare", "chroot", "mount")
	skipUnless(t, "unshare", "--mount", "mount", "--bind", t.TempDir(), t.TempDir())
	dir, program := shippedProgram(t)
	root, data := filepath.Join(dir, "root"), filepath.Join(dir, "data")
	for _, d := range []string{root, filepath.Join(root, "data"), data} {
		must(t, os.Mkdir(d, 0o755))
	}
	must(t, os.Rename(program, filepath.Join(root, "registerd")))
	const uid = 65532
	for name, text := range map[string]string{
		"registerd.toml": "db = \"data/register.db\"\ncontrol = \"data/control\"\naudit.dir = \"data/journal\"\n" +
			"whois.listen = \"127.0.0.1:0\"\nprivate.listen = \"127.0.0.1:0\"\nmax_data_age = \"0s\"\n",
		"example.xml": wholeText(t, filepath.Join("..", "..", "testdata", "example.xml")),
	} {
		must(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o644))
	}
	must(t, os.Chown(data, uid, uid))
	inside := func(args ...string) *exec.Cmd {
		const script = `mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && mount --bind "$1" "$0/data" && shift &&
			exec chroot --userspec=65532:65532 --groups= "$0" /registerd "$@"`
		return exec.Command("unshare", append([]string{"--mount", "sh", "-c", script, root, data}, args...)...)
	}
	if out, err := inside("import", "--db", "/data/register.db", "/example.xml").CombinedOutput(); err != nil {
		t.Fatalf("import: %v\n%s", err, out)
	}
	if out, err := inside("import", "--db", "/register.db", "/example.xml").CombinedOutput(); err == nil || !strings.Contains(string(out), "read-only") {
		t.Errorf("the root can be written to: %v\n%s", err, out)
	}
	if out, err := inside("status", "--alive", "--config", "/registerd.toml").CombinedOutput(); err == nil {
		t.Errorf("a server lives before it is started:\n%s", out)
	}
	server := inside("serve", "--config", "/registerd.toml")
	errs, err := server.StderrPipe()
	must(t, err)
	must(t, server.Start())
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	m := &manager{at: map[string]string{"whois": servingAt(t, errs, "whois")}}
	must(t, m.askWHOIS())
	if out, err := inside("status", "--alive", "--config", "/registerd.toml").CombinedOutput(); err != nil {
		t.Errorf("status: %v\n%s", err, out)
	}
	must(t, server.Process.Signal(syscall.SIGTERM))
	if err := server.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}

// servingAt reads the log up to where a window is, and goes on reading.
func servingAt(t *testing.T, log io.Reader, window string) string {
	t.Helper()
	said := regexp.MustCompile(`"msg":"serving","window":"` + window + `","address":"([^"]*)"`)
	lines := bufio.NewScanner(log)
	var all strings.Builder
	for lines.Scan() {
		fmt.Fprintln(&all, lines.Text())
		if found := said.FindStringSubmatch(lines.Text()); found != nil {
			go func() { _, _ = io.Copy(io.Discard, log) }()
			return found[1]
		}
	}
	t.Fatalf("it did not come up:\n%s", &all)
	return ""
}

func wholeText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	return string(text)
}
