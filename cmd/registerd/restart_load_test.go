package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"registerd/internal/pki"
)

// load is many clients that ask without a pause, each on one window and in one way. Any
// error of theirs fails the test.
type load struct {
	ctx     context.Context
	stop    context.CancelFunc
	group   sync.WaitGroup
	answers map[string]*atomic.Int64 // by client
	failed  atomic.Bool
}

// load starts as many clients for every window and way.
func (m *manager) load(t *testing.T, clients int) *load {
	t.Helper()
	l := &load{answers: map[string]*atomic.Int64{}}
	l.ctx, l.stop = context.WithCancel(t.Context())
	t.Cleanup(func() { l.stop(); l.group.Wait() })
	for range clients {
		m.ask(t, l)
	}
	return l
}

// by starts a client.
func (l *load) by(t *testing.T, name string, question func(context.Context) error) {
	count := l.answers[name]
	if count == nil {
		count = new(atomic.Int64)
		l.answers[name] = count
	}
	l.group.Go(func() {
		for l.ctx.Err() == nil {
			// An answer that has begun is waited for: the context is not the load's.
			if err := question(t.Context()); err != nil {
				l.failed.Store(true)
				t.Errorf("%s, after %d answers: %v", name, count.Load(), err)
				return
			}
			count.Add(1)
		}
	})
}

// ask starts one client for every window and way.
func (m *manager) ask(t *testing.T, l *load) {
	ask := func(name string, question func(context.Context) error) { l.by(t, name, question) }
	ask("whois", func(context.Context) error { return m.askWHOIS() })
	ask("whois kept", m.keepAsking("whois", "-k bakery.example\r\n", "\r\n\r\n\r\n"))
	ask("das", m.keepAsking("das", "bakery.example\r\n", "\r\n\r\n"))
	ask("das once", func(context.Context) error { return m.askDAS() })
	ask("redirect", m.askHTTP(t, "http://"+m.at["http"]+"/help", http.StatusMovedPermanently, "", nil))
	ask("private", m.askHTTP(t, "http://"+m.at["private"]+"/health", http.StatusOK, "alive\n", nil))
	secure := "https://" + m.at["https"] + "/domain/bakery.example"
	for name, change := range map[string]func(*http.Transport){
		"rdap":         func(h *http.Transport) { h.DisableKeepAlives, h.ForceAttemptHTTP2 = true, false },
		"rdap kept":    func(h *http.Transport) { h.ForceAttemptHTTP2 = false },
		"rdap HTTP/2":  func(*http.Transport) {},
		"rdap streams": func(*http.Transport) {},
	} {
		client := m.askHTTP(t, secure, http.StatusOK, "}", change)
		if name == "rdap streams" {
			client = abreast(client, 8)
		}
		ask(name, client)
	}
	chain, key, err := m.trust.Issue(pki.Order{Client: true})
	must(t, err)
	shown, err := tls.X509KeyPair(chain, key)
	must(t, err)
	// Nobody has made an account for this client, and the server says so, each time.
	ask("certificates", m.askHTTP(t, "https://"+m.at["certificates"]+"/domain/bakery.example", http.StatusForbidden, "}", func(h *http.Transport) {
		h.TLSClientConfig.Certificates = []tls.Certificate{shown}
	}))
}

// await waits until each client has n answers more.
func (l *load) await(t *testing.T, n int64) {
	t.Helper()
	before := l.counts()
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		behind := ""
		for name, count := range l.answers {
			if count.Load() < before[name]+n {
				behind = name
			}
		}
		if behind == "" {
			return
		}
		if l.failed.Load() || time.Now().After(deadline) {
			t.Fatalf("%s has no answers any more", behind)
		}
	}
}

func (l *load) counts() map[string]int64 {
	out := map[string]int64{}
	for name, count := range l.answers {
		out[name] = count.Load()
	}
	return out
}

func (l *load) end(t *testing.T) {
	t.Helper()
	l.stop()
	l.group.Wait()
}

// dial connects, and bounds what is asked on the connection.
func (m *manager) dial(window string) (net.Conn, error) {
	c, err := net.DialTimeout("tcp", m.at[window], patience)
	if err != nil {
		return nil, fmt.Errorf("the door is shut: %w", err)
	}
	return c, c.SetDeadline(time.Now().Add(patience))
}

// askWHOIS asks one question on a connection of its own.
func (m *manager) askWHOIS() error {
	c, err := m.dial("whois")
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := io.WriteString(c, "bakery.example\r\n"); err != nil {
		return err
	}
	answer, err := io.ReadAll(c)
	if err != nil || !strings.Contains(string(answer), "Domain Name: bakery.example") || !strings.Contains(string(answer), ">>> Last update") {
		return fmt.Errorf("%d bytes, %w", len(answer), err)
	}
	return nil
}

// askDAS sends two names and its end.
func (m *manager) askDAS() error {
	c, err := m.dial("das")
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := io.WriteString(c, "bakery.example\r\nfree.example\r\n"); err != nil {
		return err
	}
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		return err
	}
	answer, err := io.ReadAll(c)
	if err != nil || strings.Count(string(answer), "Status: ") != 2 {
		return fmt.Errorf("%q, %w", answer, err)
	}
	return nil
}

// keepAsking asks on one connection for as long as it is kept. The server may end it
// between two answers, and then it has not taken what was sent since: a client asks
// that again.
func (m *manager) keepAsking(window, question, end string) func(context.Context) error {
	var c net.Conn
	var r *bufio.Reader
	answered := 0 // on this connection
	return func(context.Context) error {
		for {
			if c == nil {
				var err error
				if c, err = m.dial(window); err != nil {
					return err
				}
				r, answered = bufio.NewReader(c), 0
			}
			_ = c.SetDeadline(time.Now().Add(patience))
			_, sent := io.WriteString(c, question)
			text, err := readTo(r, end)
			if err == nil {
				answered++
				return nil
			}
			c.Close()
			c = nil
			if text != "" || answered == 0 || !errors.Is(err, io.EOF) {
				return fmt.Errorf("%q after %d answers: %w, %w", text, answered, err, sent)
			}
		}
	}
}

// readTo reads up to the end of an answer.
func readTo(r *bufio.Reader, end string) (string, error) {
	var text strings.Builder
	for !strings.HasSuffix(text.String(), end) {
		line, err := r.ReadString('\n')
		text.WriteString(line)
		if err != nil {
			return text.String(), err
		}
	}
	return text.String(), nil
}

// askHTTP asks for one address, by a transport that trusts the server and is else as
// change has it.
func (m *manager) askHTTP(t *testing.T, address string, status int, end string, change func(*http.Transport)) func(context.Context) error {
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: m.trust.Roots()}, ForceAttemptHTTP2: true}
	if change != nil {
		change(transport)
	}
	t.Cleanup(transport.CloseIdleConnections)
	return func(ctx context.Context) error {
		ctx, over := context.WithTimeout(ctx, patience)
		defer over()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		a, err := transport.RoundTrip(r)
		if err != nil {
			return err
		}
		defer a.Body.Close()
		body, err := io.ReadAll(a.Body)
		if err != nil || a.StatusCode != status || !strings.HasSuffix(string(body), end) {
			return fmt.Errorf("%s, %d bytes, %w", a.Status, len(body), err)
		}
		return nil
	}
}

// abreast asks n times at once.
func abreast(ask func(context.Context) error, n int) func(context.Context) error {
	return func(ctx context.Context) error {
		var group sync.WaitGroup
		all := make([]error, n)
		for i := range n {
			group.Go(func() { all[i] = ask(ctx) })
		}
		group.Wait()
		return errors.Join(all...)
	}
}
