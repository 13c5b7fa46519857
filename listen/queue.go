package listen

import (
	"net"
	"os"
	"syscall"
)

// maxQueued bounds what is taken out of a closing listener's queue. The system
// keeps it shorter (net.core.somaxconn, 4096 by default on Linux).
const maxQueued = 4096

// takeQueue takes the connections that stand in the system's queue of l without
// waiting for any more. It does nothing but accept, since connections that come
// between its end and the closing of l are lost. It finds none on a listener
// that is not a socket or is closed.
func takeQueue(l net.Listener) (fds []int) {
	socket, ok := l.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return nil
	}
	_ = raw.Control(func(listening uintptr) { // fails on a closed socket, whose queue is gone
		for len(fds) < maxQueued {
			fd, _, err := syscall.Accept(int(listening))
			switch err {
			case nil:
				fds = append(fds, fd)
			case syscall.EINTR, syscall.ECONNABORTED:
			default: // EAGAIN: the net package's sockets do not block
				return
			}
		}
	})
	return fds
}

// connOf is the connection of a descriptor, which it takes over; nil if the net
// package does not want it.
func connOf(fd int) net.Conn {
	syscall.CloseOnExec(fd)
	if err := syscall.SetNonblock(fd, true); err != nil {
		_ = syscall.Close(fd)
		return nil
	}
	f := os.NewFile(uintptr(fd), "")
	defer f.Close() // FileConn has a descriptor of its own
	c, err := net.FileConn(f)
	if err != nil {
		return nil
	}
	return c
}
