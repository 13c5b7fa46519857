//go:build fault && linux

package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// land is a network of machines: namespaces of the kernel, each with a cable to the
// server's. Machine n, from 1, is 10.66.n.2 and fd66:n::2, and sees the server as
// .1 and ::1.
type land struct {
	server   string
	machines []string
}

// newLand makes one of n machines, and takes it away when the test ends. Only root
// can, and not everywhere.
func newLand(t *testing.T, n int) *land {
	t.Helper()
	asRoot(t, "ip")
	sweep(t)
	name := fmt.Sprintf("%s%d-%d-", spacePrefix, os.Getpid(), rand.Uint32()) // two tests may have one at once
	l := &land{server: name + "0"}
	if out, err := exec.Command("ip", "netns", "add", l.server).CombinedOutput(); err != nil {
		t.Skipf("NOT TESTED: this machine makes no network namespaces: %v\n%s", err, out)
	}
	t.Cleanup(func() { ip(t, "netns", "del", l.server) })
	ip(t, "-n", l.server, "link", "set", "lo", "up")
	for i := 1; i <= n; i++ {
		machine, cable := fmt.Sprint(name, i), fmt.Sprint("m", i)
		ip(t, "netns", "add", machine)
		t.Cleanup(func() { ip(t, "netns", "del", machine) })
		l.machines = append(l.machines, machine)
		ip(t, "link", "add", cable, "netns", l.server, "type", "veth", "peer", "name", "s", "netns", machine)
		for _, end := range []struct{ space, cable, host string }{{l.server, cable, "1"}, {machine, "s", "2"}} {
			ip(t, "-n", end.space, "addr", "add", fmt.Sprintf("10.66.%d.%s/24", i, end.host), "dev", end.cable)
			ip(t, "-n", end.space, "addr", "add", fmt.Sprintf("fd66:%d::%s/64", i, end.host), "dev", end.cable, "nodad")
			ip(t, "-n", end.space, "link", "set", end.cable, "up")
		}
	}
	return l
}

const spacePrefix = "registerd-test-"

// sweep takes away what a test left that was killed: its process is gone, and its
// namespaces with the server in them are not.
func sweep(t *testing.T) {
	t.Helper()
	spaces, _ := filepath.Glob("/run/netns/" + spacePrefix + "*")
	for _, path := range spaces {
		name := filepath.Base(path)
		var owner int
		if n, _ := fmt.Sscanf(name, spacePrefix+"%d-", &owner); n != 1 || unix.Kill(owner, 0) != unix.ESRCH {
			continue
		}
		inside, _ := exec.Command("ip", "netns", "pids", name).Output()
		for _, pid := range strings.Fields(string(inside)) {
			if n, err := strconv.Atoi(pid); err == nil {
				_ = unix.Kill(n, unix.SIGKILL)
			}
		}
		ip(t, "netns", "del", name)
	}
}

func ip(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// on runs f as if on machine n; sockets that it opens stay there. The thread that
// was moved is given up with its goroutine, so no other gets it.
func (l *land) on(n int, f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		space, err := os.Open("/run/netns/" + l.machines[n-1])
		if err == nil {
			defer space.Close()
			err = unix.Setns(int(space.Fd()), unix.CLONE_NEWNET)
		}
		if err == nil {
			err = f()
		}
		done <- err
	}()
	return <-done
}

// dial connects machine n to a port of the server.
func (l *land) dial(n, port int, ipv6 bool) (c net.Conn, err error) {
	err = l.on(n, func() (err error) {
		c, err = dialFrom(n, port, ipv6)
		return err
	})
	return c, err
}

// dialFrom is dial for who is on machine n already.
func dialFrom(n, port int, ipv6 bool) (net.Conn, error) {
	address := fmt.Sprintf("10.66.%d.1:%d", n, port)
	if ipv6 {
		address = fmt.Sprintf("[fd66:%d::1]:%d", n, port)
	}
	c, err := net.DialTimeout("tcp", address, patience)
	if err != nil {
		return nil, err
	}
	return c, c.SetDeadline(time.Now().Add(patience))
}

// serve runs the program on the server's machine with this configuration.
func (l *land) serve(t *testing.T, config string) {
	t.Helper()
	dir, program := t.TempDir(), ourProgram(t)
	if out, err := exec.Command(program, "import", "--db", dir+"/register.db", "../../testdata/example.xml").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.WriteFile(dir+"/registerd.toml", []byte("db = \"register.db\"\n"+config), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("ip", "netns", "exec", l.server, program, "serve", "--config", dir+"/registerd.toml")
	errs, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(unix.SIGTERM) // ip has become the program
		if err := cmd.Wait(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Error(err)
		}
	})
	awaitServing(t, errs)
}
