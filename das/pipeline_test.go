package das_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"registerd/das"
	"registerd/listen"
	"registerd/ratelimit"
)

// one is a listener of one connection that holds nothing back: what is
// written to it waits for its reader.
type one struct {
	server chan net.Conn
	closed chan struct{}
	end    sync.Once
}

func (l *one) Accept() (net.Conn, error) {
	select {
	case c := <-l.server:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *one) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4343} }

func (l *one) Close() error {
	l.end.Do(func() { close(l.closed) })
	return nil
}

type fromSomewhere struct{ net.Conn }

func (fromSomewhere) RemoteAddr() net.Addr {
	return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 4000}
}

// piped serves one connection inside a bubble, where time passes as soon as
// everybody waits for it.
func piped(t *testing.T, r *reader) (client net.Conn) {
	t.Helper()
	server, client := net.Pipe()
	inner := &one{server: make(chan net.Conn, 1), closed: make(chan struct{})}
	l, err := listen.Listen(listen.Config{Inner: inner, Log: quiet})
	check(t, err)
	s, err := das.New(das.Config{Desk: deskOver(t, r, ratelimit.Unlimited()), Log: quiet})
	check(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, l, time.Second) }()
	t.Cleanup(func() {
		client.Close()
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	inner.server <- fromSomewhere{server}
	return client
}

const writeTime = 10 * time.Second // what a client has to take the answers to a batch

func TestAClientThatDoesNotReadIsCutOffInTime(t *testing.T) {
	r := registerOf(t)
	synctest.Test(t, func(t *testing.T) {
		client := piped(t, r)
		began := time.Now()
		sent := 0
		var err error
		for ; err == nil; sent++ {
			_, err = io.WriteString(client, strings.Repeat("free.example\n", 100)) // ends when we are cut off
		}
		if !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("sending ends with %v", err)
		}
		if took := time.Since(began); took < writeTime || took > writeTime+5*time.Second {
			t.Errorf("it was cut off after %v", took)
		}
		if sent > 20 {
			t.Errorf("%d names were read of a client that takes no answers", 100*sent)
		}
	})
}

func TestAClientThatReadsSlowlyAndSteadilyIsServed(t *testing.T) {
	r := registerOf(t)
	synctest.Test(t, func(t *testing.T) {
		client := piped(t, r)
		const n = 10_000
		go func() {
			for range n {
				if _, err := io.WriteString(client, "free.example\n"); err != nil {
					return
				}
			}
		}()
		answer := []byte("%RC=0\r\nDomain: free.example\r\nStatus: AVAILABLE\r\n\r\n")
		began, got := time.Now(), make([]byte, len(answer))
		for i := range n {
			time.Sleep(50 * time.Millisecond) // of the bubble
			if _, err := io.ReadFull(client, got); err != nil || !bytes.Equal(got, answer) {
				t.Fatalf("answer %d is %q, %v", i, got, err)
			}
		}
		if took := time.Since(began); took != n*50*time.Millisecond {
			t.Errorf("the answers took %v", took)
		}
	})
}
