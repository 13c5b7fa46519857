package listen

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"sync"
	"time"
)

// Serve gives each connection of l to handle in a goroutine of its own, and
// closes it when handle returns. A panic in handle closes that connection only
// and is logged by place and type, without the values at hand.
//
// When ctx is done, Serve closes l and lets the connections at work finish for at
// most the time drain; then it cancels the context that handle was given, closes
// them, and waits for handle to return. That context is not ctx: an answer in
// progress is to be finished. A handler that serves many questions on one
// connection should stop taking new ones when ctx is done, see
// [LineReader.ReadLine].
//
// Serve returns nil when it ended because of ctx, and [net.ErrClosed] when l was
// closed by somebody else.
func Serve(ctx context.Context, l *Listener, drain time.Duration, handle func(context.Context, net.Conn)) error {
	work, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	finished := make(chan struct{})
	var ending, handlers sync.WaitGroup
	ending.Go(func() {
		select {
		case <-ctx.Done():
		case <-finished:
			return
		}
		l.Close()
		timer := time.NewTimer(drain)
		defer timer.Stop()
		select {
		case <-timer.C:
			l.log.Warn("connections that did not finish in time are cut", "open", l.Stats().Open, "within", drain)
			cut()
			l.abort()
		case <-finished:
		}
	})

	var err error
	for {
		var c net.Conn
		if c, err = l.Accept(); err != nil {
			break
		}
		handlers.Go(func() { serveConn(work, c, l.log, handle) })
	}
	handlers.Wait()
	close(finished)
	ending.Wait()
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("listen: serving %v: %w", l.Addr(), err)
}

func serveConn(work context.Context, c net.Conn, log *slog.Logger, handle func(context.Context, net.Conn)) {
	defer c.Close()
	stop := context.AfterFunc(work, func() { c.Close() })
	defer stop()
	defer func() {
		if v := recover(); v != nil {
			log.Error("a connection ended in a panic; this is a mistake in the program", "type", fmt.Sprintf("%T", v), "stack", Callers())
		}
	}()
	handle(work, c)
}

// Callers is the stack of a panic as places in the code, for the deferred function
// that recovers. The usual stack trace also prints arguments, and those may be a
// client's address or question.
func Callers() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	var b strings.Builder
	for {
		frame, more := frames.Next()
		fmt.Fprintf(&b, "%s:%d\n", frame.Function, frame.Line)
		if !more {
			return b.String()
		}
	}
}
