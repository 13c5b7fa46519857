package listen

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"
)

// serve runs Serve until stop is called, which returns what Serve returned.
func serve(t *testing.T, l *Listener, drain time.Duration, handle func(context.Context, net.Conn)) (stop func() error) {
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, l, drain, handle) }()
	stopped := false
	stop = func() error {
		cancel()
		stopped = true
		return <-served
	}
	t.Cleanup(func() {
		if !stopped {
			stop()
		}
	})
	return stop
}

// echo answers one line and closes cleanly.
func echo(_ context.Context, c net.Conn) {
	line, err := ReadLine(c, time.Now().Add(hang), 512)
	if err != nil {
		return
	}
	io.WriteString(c, "you said "+line+"\r\n")
	CloseCleanly(c, hang)
}

func TestAnAnswerInProgressIsFinishedWhenTheServerStops(t *testing.T) {
	l := open(t, Config{})
	begun, goOn := make(chan struct{}), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error)
	go func() {
		served <- Serve(ctx, l, hang, func(work context.Context, c net.Conn) {
			close(begun)
			<-goOn
			if work.Err() != nil {
				t.Error("the handler's context was cancelled before the drain time was over")
			}
			echo(work, c)
		})
	}()
	c := call(t, l, "127.0.0.1")
	<-begun
	cancel()
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept = %v, want net.ErrClosed", err)
	}
	close(goOn)
	say(t, c, "example.test\r\n")
	if got, want := hear(t, c), "you said example.test\r\n"; got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
	c.Close()
	if err := <-served; err != nil {
		t.Errorf("Serve = %v, want nil", err)
	}
}

func TestAConnectionThatDoesNotFinishIsCut(t *testing.T) {
	l := open(t, Config{})
	begun := make(chan struct{})
	stop := serve(t, l, 0, func(work context.Context, c net.Conn) {
		close(begun)
		io.Copy(io.Discard, c) // until it is closed under us
		if work.Err() == nil {
			t.Error("closed before the handler's context was cancelled")
		}
	})
	call(t, l, "127.0.0.1")
	<-begun
	if err := stop(); err != nil {
		t.Errorf("Serve = %v, want nil", err)
	}
	if got := l.Stats().Open; got != 0 {
		t.Errorf("%d connections are still open", got)
	}
}

func TestAHeaderThatDoesNotComeIsCut(t *testing.T) {
	l := open(t, Config{
		ProxyFrom:    []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
		ProxyTimeout: time.Hour,
	})
	accepted := make(chan struct{})
	stop := serve(t, l, 0, func(context.Context, net.Conn) { close(accepted) })
	call(t, l, "127.0.0.1")
	say(t, call(t, l, "127.0.0.1"), header1)
	<-accepted
	if err := stop(); err != nil {
		t.Errorf("Serve = %v, want nil", err)
	}
}

func TestAPanicClosesItsOwnConnectionAndKeepsItsSecrets(t *testing.T) {
	var log bytes.Buffer
	l := open(t, Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
	stop := serve(t, l, hang, func(ctx context.Context, c net.Conn) {
		line, err := ReadLine(c, time.Now().Add(hang), 512)
		if err != nil || line == "secret" {
			panic(line)
		}
		io.WriteString(c, line)
	})
	if got := ask(call(t, l, "127.0.0.1"), "secret\r\n"); got != "" {
		t.Errorf("heard %q from a handler that panicked", got)
	}
	if got := ask(call(t, l, "127.0.0.1"), "example.test\r\n"); got != "example.test" {
		t.Errorf("the next client heard %q", got)
	}
	stop()
	if text := log.String(); !strings.Contains(text, "TestAPanic") {
		t.Errorf("the log does not say where: %s", text)
	} else if strings.Contains(text, "secret") || strings.Contains(text, "127.0.0.1") {
		t.Errorf("the log tells a question or a client: %s", text)
	}
}

// ask asks and listens, and takes a reset for the end.
func ask(c net.Conn, question string) string {
	io.WriteString(c, question)
	answer, _ := io.ReadAll(c)
	return string(answer)
}

func TestServeOutlivesAcceptErrors(t *testing.T) {
	inner := newScripted()
	l := open(t, Config{Inner: inner})
	stop := serve(t, l, hang, echo)
	for _, err := range []error{syscall.EMFILE, syscall.ENOBUFS, io.ErrUnexpectedEOF} {
		inner.results <- err
	}
	server, client := piped()
	inner.results <- server
	say(t, client, "example.test\n")
	if got, want := hear(t, client), "you said example.test\r\n"; got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
	if err := stop(); err != nil {
		t.Errorf("Serve = %v, want nil", err)
	}
}

func TestServeSaysThatSomebodyElseClosedTheListener(t *testing.T) {
	l := open(t, Config{})
	l.Close()
	if err := Serve(t.Context(), l, hang, echo); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve = %v, want net.ErrClosed", err)
	}
}

func TestAnAnswerIsReadWholeByAClientThatSentTooMuch(t *testing.T) {
	l := open(t, Config{})
	client := call(t, l, "127.0.0.1")
	c := accept(t, l)
	say(t, c, "answer\r\n")
	say(t, client, strings.Repeat("x", 20000)) // unread when the server closes
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		CloseCleanly(c, hang)
	}()
	say(t, client, strings.Repeat("x", 20000))
	client.CloseWrite()
	<-closed
	if got, want := hear(t, client), "answer\r\n"; got != want {
		t.Errorf("heard %q, want %q", got, want)
	}
}

func TestAClientThatSendsOnAfterItsAnswerIsNotReset(t *testing.T) {
	l := open(t, Config{})
	client := call(t, l, "127.0.0.1")
	c := accept(t, l)
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		CloseCleanly(c, hang)
	}()
	hear(t, client) // our half has ended
	for range 10 {
		say(t, client, "one more thing\r\n")
	}
	client.Close()
	<-closed
}

func TestCloseCleanlyEndsForAClientThatNeverStops(t *testing.T) {
	l := open(t, Config{})
	stays, sends := call(t, l, "127.0.0.1"), call(t, l, "127.0.0.1")
	CloseCleanly(accept(t, l), time.Millisecond) // a client that stays: ended by the time
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			if _, err := sends.Write(make([]byte, 4096)); err != nil {
				return
			}
		}
	}()
	CloseCleanly(accept(t, l), hang) // a client that sends on: ended by the bytes
	<-done
	hear(t, stays)
}

func BenchmarkOneQuestionPerConnection(b *testing.B) {
	l, err := Listen(Config{Address: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	served := make(chan error)
	go func() { served <- Serve(ctx, l, hang, echo) }()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			c, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				b.Error(err)
				return
			}
			io.WriteString(c, "example.test\r\n")
			if text, err := io.ReadAll(c); err != nil || len(text) == 0 {
				b.Errorf("heard %q, %v", text, err)
			}
			c.Close()
		}
	})
	cancel()
	<-served
}
