//go:build fault

package main

import (
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestThePackageIsTheSameWhereverItIsBuilt builds it in two folders, by users with flags of
// their own, and runs what is in it. Go keeps what it has compiled: make reproducible compiles all of it twice.
func TestThePackageIsTheSameWhereverItIsBuilt(t *testing.T) {
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		t.Skip("there is no dpkg-deb")
	}
	source, userFlags := t.TempDir(), filepath.Join(t.TempDir(), "env")
	copyTree(t, source)
	must(t, os.WriteFile(userFlags, []byte("GOFLAGS=-buildvcs=false\n"), 0o600)) // as go env -w writes them
	var sums [2][sha256.Size]byte
	var last string
	for i, folder := range []string{"one", filepath.Join("a", "much", "deeper", "one")} {
		tree := filepath.Join(t.TempDir(), folder)
		must(t, os.CopyFS(tree, os.DirFS(source)))
		build := exec.Command(filepath.Join(tree, "deploy", "debian", "build"), filepath.Join(tree, "out"))
		build.Env = append(os.Environ(), "TZ=Pacific/Auckland", "LC_ALL=C", "GOENV="+userFlags)
		if i == 1 {
			build.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C.UTF-8", "GOENV=off")
		}
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		built, err := filepath.Glob(filepath.Join(tree, "out", "*.deb"))
		if err != nil || len(built) != 1 {
			t.Fatalf("%v, %v", built, err)
		}
		last = built[0]
		text, err := os.ReadFile(last)
		must(t, err)
		sums[i] = sha256.Sum256(text)
	}
	if sums[0] != sums[1] {
		t.Errorf("two builds have the hashes %x and %x", sums[0], sums[1])
	}
	root := t.TempDir()
	if out, err := exec.Command("dpkg-deb", "-x", last, root).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, args := range [][]string{{"version"}, {"check", "--config", filepath.Join(root, "etc", "registerd", "registerd.toml")}} {
		if out, err := exec.Command(filepath.Join(root, "usr", "bin", "registerd"), args...).CombinedOutput(); err != nil {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
	out, err := exec.Command("dpkg-deb", "-c", last).CombinedOutput()
	must(t, err)
	for line := range strings.Lines(string(out)) {
		if fields := strings.Fields(line); fields[1] != "root/root" || fields[0][1:] != "rwxr-xr-x" && fields[0] != "-rw-r--r--" {
			t.Errorf("who may do what: %s", line)
		}
	}
	for _, file := range []string{"usr/lib/systemd/system/registerd.service", "usr/share/man/man8/registerd.8.gz", "usr/share/bash-completion/completions/registerd", "usr/share/doc/registerd/operating.md"} {
		if info, err := os.Stat(filepath.Join(root, file)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", file, err)
		}
	}
	out, err = exec.Command("dpkg-deb", "-f", last, "Conffiles", "Version").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Version: ") {
		t.Errorf("%v\n%s", err, out)
	}
}

// copyTree copies the tree as it is, with what Go knows of its commit.
func copyTree(t *testing.T, to string) {
	t.Helper()
	out, err := exec.Command("git", "-C", filepath.Join("..", ".."), "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	must(t, err)
	files := strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
	slices.Sort(files)
	for _, file := range files {
		from := filepath.Join("..", "..", file)
		info, err := os.Lstat(from)
		if err != nil || !info.Mode().IsRegular() {
			continue // it is removed, and that is not committed
		}
		text, err := os.ReadFile(from)
		must(t, err)
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(to, file)), 0o755))
		must(t, os.WriteFile(filepath.Join(to, file), text, info.Mode()))
		must(t, os.Chtimes(filepath.Join(to, file), time.Time{}, time.Now()))
	}
	must(t, os.CopyFS(filepath.Join(to, ".git"), os.DirFS(filepath.Join("..", "..", ".git"))))
}
