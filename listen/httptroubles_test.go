package listen

import (
	"bytes"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
)

// A panic that reaches net/http is told of without what it was about, and who asked.
func TestAPanicInHTTPIsLoggedWithoutItsValue(t *testing.T) {
	var log bytes.Buffer
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{
		Handler:  http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("secret\nof two lines") }),
		ErrorLog: HTTPTroubles(slog.New(slog.NewTextHandler(&log, nil))),
	}
	ended := make(chan struct{})
	server.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateClosed { // after it was logged
			close(ended)
		}
	}
	go server.Serve(l)
	defer server.Close()
	if res, err := http.Get("http://" + l.Addr().String()); err == nil {
		t.Errorf("it was answered: %s", res.Status)
	}
	<-ended
	said := log.String()
	if !strings.Contains(said, "level=ERROR") || !strings.Contains(said, "httptroubles_test.go") ||
		strings.Contains(said, "secret") || strings.Contains(said, "two lines") || strings.Contains(said, "127.0.0.1") {
		t.Errorf("the log says %s", said)
	}
}
