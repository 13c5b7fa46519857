package service

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"registerd/internal/pki"
	"registerd/listen"
	"registerd/rdap"
)

// A client of HTTP/2 keeps its connection for the next question. The end must not
// wait for it, nor cut off the question that it has asked.
func TestTheEndWaitsForQuestionsOverHTTP2AndNotForConnections(t *testing.T) {
	said := new(bytes.Buffer) // by the one that serves, which has ended when it is read
	log := slog.New(slog.NewTextHandler(said, nil))
	authority, err := pki.New()
	if err != nil {
		t.Fatal(err)
	}
	chain, key, err := authority.Issue(pki.Order{Hosts: []string{"127.0.0.1"}})
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.X509KeyPair(chain, key)
	if err != nil {
		t.Fatal(err)
	}
	asked, finish := make(chan struct{}), make(chan struct{})
	server := rdap.Server(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			close(asked)
			<-finish
		}
		io.WriteString(w, "answered")
	}), log)
	server.TLSConfig = rdap.TLS(func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &pair, nil })
	l, err := listen.Listen(listen.Config{Address: "127.0.0.1:0", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- serveHTTP(server, log)(ctx, l) }()

	get := func(path string) (*http.Client, func() (string, error)) {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: authority.Roots()}, ForceAttemptHTTP2: true}
		t.Cleanup(transport.CloseIdleConnections)
		client := &http.Client{Transport: transport, Timeout: patience}
		return client, func() (string, error) {
			res, err := client.Get("https://" + l.Addr().String() + path)
			if err != nil {
				return "", err
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			return res.Proto + " " + string(body), err
		}
	}
	const want = "HTTP/2.0 answered"
	_, idle := get("/")
	if got, err := idle(); got != want {
		t.Fatalf("%q, %v", got, err)
	}
	slow := make(chan string, 1)
	go func() {
		_, ask := get("/slow")
		got, err := ask()
		if err != nil {
			got = err.Error()
		}
		slow <- got
	}()
	<-asked
	end()
	for { // until the door is shut
		c, err := new(tls.Dialer).Dial("tcp", l.Addr().String())
		if err != nil {
			break
		}
		c.Close()
	}
	close(finish)
	if got := <-slow; got != want {
		t.Errorf("the question that was asked before the end: %q", got)
	}
	select {
	case err := <-served:
		if err != nil || said.Len() > 0 {
			t.Errorf("it ended with %v, and says %s", err, said)
		}
	case <-time.After(2 * patience):
		t.Fatal("it does not end")
	}
}
