package listen_test

import (
	"net"
	"net/http"
	"testing"

	"registerd/listen"
)

// speaking is a client at an address that speaks one version of HTTP.
func speaking(t *testing.T, address string, two bool) *http.Client {
	t.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	transport := &http.Transport{DialContext: dialer.DialContext, Protocols: new(http.Protocols)}
	transport.Protocols.SetHTTP1(!two)
	transport.Protocols.SetUnencryptedHTTP2(two)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func TestANetworkHasAsManyRequestsAtWorkOverHTTP2AsConnections(t *testing.T) {
	at, release := make(chan struct{}), make(chan struct{})
	streams := listen.NewStreams(100, 2, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			at <- struct{}{}
			<-release
		}
	}))
	server := &http.Server{Handler: streams, Protocols: new(http.Protocols)}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	base := "http://" + l.Addr().String()
	get := func(c *http.Client, path string) int {
		res, err := c.Get(base + path)
		if err != nil {
			t.Error(err)
			return 0
		}
		defer res.Body.Close()
		if res.StatusCode == http.StatusServiceUnavailable && (res.ContentLength != 0 || res.Header.Get("Retry-After") == "") {
			t.Errorf("a refusal of %d bytes, %v", res.ContentLength, res.Header)
		}
		return res.StatusCode
	}

	greedy := speaking(t, "127.0.0.1", true)
	statuses := make(chan int)
	for range 2 {
		go func() { statuses <- get(greedy, "/slow") }()
		<-at
	}
	for who, c := range map[string]struct {
		client *http.Client
		want   int
	}{
		"the same client":              {greedy, 503},
		"it, on another connection":    {speaking(t, "127.0.0.1", true), 503},
		"it, over HTTP/1.1":            {speaking(t, "127.0.0.1", false), 200},
		"a neighbour, as the cap goes": {speaking(t, "127.0.0.2", true), 200},
	} {
		if got := get(c.client, "/"); got != c.want {
			t.Errorf("%s: %d, want %d", who, got, c.want)
		}
	}
	close(release)
	for range 2 {
		if got := <-statuses; got != 200 {
			t.Errorf("what was at work: %d", got)
		}
	}
	if got := get(greedy, "/"); got != 200 {
		t.Errorf("afterwards: %d", got)
	}
	if got := streams.Stats(); got != (listen.StreamStats{Crowded: 2}) {
		t.Errorf("counted %+v", got)
	}
}
