package service

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"

	"registerd/listen"
)

// serveHTTP serves until ctx ends and then lets requests finish.
func serveHTTP(server *http.Server, log *slog.Logger) func(context.Context, *listen.Listener) error {
	return func(ctx context.Context, l *listen.Listener) error {
		questions := follow(server)
		stop := context.AfterFunc(ctx, func() {
			server.SetKeepAlivesEnabled(false)
			_ = l.Close() // what it says to this, Serve says as well
		})
		defer stop()
		err := serve(server, l)
		if ctx.Err() == nil {
			return err
		}
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), finish)
		defer cancel()
		questions.wait(end)
		if err := server.Shutdown(end); !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		log.Warn("HTTP connections that did not finish in time are cut", "open", l.Stats().Open, "within", finish)
		return server.Close()
	}
}

func serve(server *http.Server, l net.Listener) error {
	if server.TLSConfig != nil {
		return server.ServeTLS(l, "", "") // it has its certificates
	}
	return server.Serve(l)
}

// singles are the connections that carry one question at a time, or do not say yet
// which HTTP they speak. Shutdown closes those whose request is sent and not yet
// read, so they are waited for before it: without keep-alive each ends by itself
// after its answer. Those of HTTP/2 would stay, and are told by Shutdown to go.
type singles struct {
	mu    sync.Mutex
	open  map[net.Conn]struct{}
	count sync.WaitGroup // of open; a server that has returned from Serve adds none
}

func follow(server *http.Server) *singles {
	s := &singles{open: map[net.Conn]struct{}{}}
	server.ConnState = s.changed
	return s
}

func (s *singles) changed(c net.Conn, state http.ConnState) {
	secure, _ := c.(*tls.Conn)
	s.mu.Lock()
	defer s.mu.Unlock()
	_, followed := s.open[c]
	switch {
	case state == http.StateNew:
		s.open[c] = struct{}{}
		s.count.Add(1)
	case !followed:
	case state == http.StateClosed, secure != nil && secure.ConnectionState().NegotiatedProtocol == "h2":
		delete(s.open, c)
		s.count.Done()
	}
}

// wait returns when none is open, or when ctx ends.
func (s *singles) wait(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.count.Wait()
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
}
