package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
)

// yardstick is what a bare server is to write: what registerd wrote, and
// nothing thought about it.
type yardstick struct {
	Window string
	Header http.Header // of the answer over HTTP
	Body   []byte
}

// yardstickAsTold reads what to be, tells the address, and serves until its
// input ends.
func yardstickAsTold(in io.Reader, out io.Writer) error {
	var y yardstick
	if err := json.NewDecoder(in).Decode(&y); err != nil {
		return fmt.Errorf("yardstick: reading what to serve: %w", err)
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("yardstick: %w", err)
	}
	var group sync.WaitGroup
	group.Go(func() {
		_, _ = io.Copy(io.Discard, in)
		l.Close()
	})
	if err := json.NewEncoder(out).Encode(l.Addr().String()); err != nil {
		return fmt.Errorf("yardstick: telling the address: %w", err)
	}
	switch y.Window {
	case "rdap", "post":
		_ = http.Serve(l, http.HandlerFunc(y.http))
	case "whois":
		accept(l, y.oneLine)
	default:
		accept(l, y.manyLines)
	}
	group.Wait()
	return nil
}

func (y *yardstick) http(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	for name, values := range y.Header {
		h[name] = values
	}
	_, _ = w.Write(y.Body)
}

func accept(l net.Listener, serve func(net.Conn)) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			serve(c)
		}()
	}
}

// oneLine reads a line, writes the answer, and closes.
func (y *yardstick) oneLine(c net.Conn) {
	if _, err := bufio.NewReaderSize(c, 512).ReadSlice('\n'); err == nil {
		_, _ = c.Write(y.Body)
	}
}

// manyLines answers every line, in as few pieces as they came.
func (y *yardstick) manyLines(c net.Conn) {
	in, out := bufio.NewReader(c), bufio.NewWriterSize(c, 16<<10)
	for {
		if _, err := in.ReadSlice('\n'); err != nil {
			return
		}
		if _, err := out.Write(y.Body); err != nil {
			return
		}
		if in.Buffered() == 0 && out.Flush() != nil {
			return
		}
	}
}
