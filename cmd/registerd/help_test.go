package main

import (
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// overTCP asks a window that is asked in lines.
func overTCP(t *testing.T, address, text string) string {
	c, err := net.Dial("tcp", address)
	must(t, err)
	defer c.Close()
	must(t, c.SetDeadline(time.Now().Add(patience)))
	_, err = io.WriteString(c, text+"\r\n")
	must(t, err)
	must(t, c.(*net.TCPConn).CloseWrite())
	answer, err := io.ReadAll(c)
	must(t, err)
	return string(answer)
}

// listenForNotices plays a service manager that is told.
func listenForNotices(t *testing.T) (path string, next func() []string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "notify")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	must(t, err)
	t.Cleanup(func() { c.Close() })
	return path, func() []string {
		t.Helper()
		text := make([]byte, 4096)
		must(t, c.SetReadDeadline(time.Now().Add(patience)))
		n, err := c.Read(text)
		must(t, err)
		return strings.Split(string(text[:n]), "\n")
	}
}
