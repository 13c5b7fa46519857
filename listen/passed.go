package listen

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Passed are the listening sockets that a service manager opened before it started
// the program (sd_listen_fds(3)), by their names. The manager keeps them while the
// program is ended and started again, so that clients who come meanwhile stand in
// the system's queue and find no shut door.
type Passed map[string]net.Listener

// firstPassed is the descriptor of the first of them.
const firstPassed = 3

// maxPassed is far above any number of windows.
const maxPassed = 1000

// PassedSockets takes the sockets that were passed to this process; there may be
// none. It refuses sockets that are not listening for TCP, and two of one name:
// nobody would know which of them a window has. It may be called once.
func PassedSockets(getenv func(string) string) (Passed, error) {
	return passedSockets(getenv, firstPassed)
}

func passedSockets(getenv func(string) string, first int) (_ Passed, err error) {
	if getenv("LISTEN_PID") != strconv.Itoa(os.Getpid()) {
		return nil, nil // they are another process's, such as that of who started us
	}
	n, err := strconv.Atoi(getenv("LISTEN_FDS"))
	if err != nil || n < 0 || n > maxPassed {
		return nil, fmt.Errorf("listen: sockets passed in: LISTEN_FDS is %q", getenv("LISTEN_FDS"))
	}
	names := strings.Split(getenv("LISTEN_FDNAMES"), ":")
	if len(names) != n {
		return nil, fmt.Errorf("listen: sockets passed in: there are %d, and names of %d in LISTEN_FDNAMES", n, len(names))
	}
	p := Passed{}
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	for i, name := range names {
		l, err := listenerOf(first + i)
		if err != nil {
			return nil, fmt.Errorf("listen: the socket %q passed in: %w", name, err)
		}
		if p[name] != nil {
			l.Close()
			return nil, fmt.Errorf("listen: two sockets named %q were passed in: a window has one; "+
				"give each a FileDescriptorName= of its own", name)
		}
		p[name] = l
	}
	return p, nil
}

// listenerOf takes over a descriptor.
func listenerOf(fd int) (net.Listener, error) {
	syscall.CloseOnExec(fd)
	f := os.NewFile(uintptr(fd), "")
	defer f.Close() // FileListener has a descriptor of its own
	accepts, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ACCEPTCONN)
	if err != nil {
		return nil, os.NewSyscallError("getsockopt", err)
	}
	if accepts == 0 {
		return nil, errors.New("it is not listening; its unit needs Accept=no and ListenStream=")
	}
	l, err := net.FileListener(f)
	if err != nil {
		return nil, err
	}
	if _, isTCP := l.(*net.TCPListener); !isTCP {
		l.Close()
		return nil, errors.New("it is not of TCP")
	}
	return l, nil
}

// Take gives a socket away; the caller closes it.
func (p Passed) Take(name string) (net.Listener, error) {
	l := p[name]
	switch {
	case len(p) == 0 && l == nil:
		return nil, fmt.Errorf("listen: the service manager has passed no socket %q, and no other that is not taken: "+
			"it has to be started with its socket units", name)
	case l == nil:
		return nil, fmt.Errorf("listen: the service manager has passed no socket %q; not taken: %s", name, strings.Join(p.Names(), ", "))
	}
	delete(p, name)
	return l, nil
}

// Names are those of the sockets that nobody has taken.
func (p Passed) Names() []string { return slices.Sorted(maps.Keys(p)) }

// Close closes the sockets that nobody has taken. The service manager keeps its own
// hold on them.
func (p Passed) Close() error {
	var err error
	for name, l := range p {
		err = errors.Join(err, l.Close())
		delete(p, name)
	}
	return err
}
