package main

import (
	"context"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestAProgramWithoutDescriptorsWaitsAndServesAgain takes all descriptors from
// the running program but a few, and has strangers hold connections until it has
// none for the next. Accepting pauses; who is served already is answered, or told
// of a failure; and once the strangers have gone all is as before.
func TestAProgramWithoutDescriptorsWaitsAndServesAgain(t *testing.T) {
	h := openHouse(t, false)
	h.warm(t)
	before := h.stand(t)
	spare := uint64(before.descriptors + 16)
	must(t, unix.Prlimit(h.cmd.Process.Pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: spare, Max: spare}, nil))

	kept := h.dial(t, "das")
	for range 3 {
		askKept(t, kept)
	}
	ctx, over := context.WithCancel(t.Context())
	defer over()
	var strangers sync.WaitGroup
	var landed atomic.Int64
	strangers.Go(func() {
		h.assault(ctx, attack{window: "rdap", strike: (*striker).listen}, 64, &landed)
	})
	if _, err := h.said.await(0, func(line string) bool { return strings.Contains(line, "too many open files") }); err != nil {
		t.Fatalf("it never ran out of descriptors: %v\n%s", err, h.said)
	}
	for range 3 {
		askKept(t, kept)
	}
	over()
	strangers.Wait()
	must(t, newNeighbour(h, "127.77.0.1").ask(t.Context()))
	h.awaitBack(t, before, backWithin)
}

// dial connects to a window as a neighbour.
func (h *house) dial(t *testing.T, window string) net.Conn {
	t.Helper()
	c, err := newNeighbour(h, "127.77.0.2").dial.DialContext(t.Context(), "tcp", h.at[window])
	must(t, err)
	t.Cleanup(func() { c.Close() })
	must(t, c.SetDeadline(time.Now().Add(patience)))
	return c
}

// askKept asks for a registered name, which may be said to be in trouble and never
// to be free.
func askKept(t *testing.T, c net.Conn) {
	t.Helper()
	_, err := c.Write([]byte("bakery.example\r\n"))
	must(t, err)
	var heard strings.Builder
	for buffer := make([]byte, 1024); !strings.HasSuffix(heard.String(), "\r\n\r\n"); {
		n, err := c.Read(buffer)
		must(t, err)
		heard.Write(buffer[:n])
	}
	if !strings.Contains(heard.String(), "Status: NOT AVAILABLE") && !strings.HasPrefix(heard.String(), "%RC=-") {
		t.Errorf("heard %q", heard.String())
	}
}
