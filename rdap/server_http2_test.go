package rdap_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"net/http"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

func TestHTTP2IsSpokenToWhoSpeaksIt(t *testing.T) {
	s := secure(t, open(t, setup{}).handler, false, nil, nil)
	client := s.client(t)
	var lengths []int64
	for _, method := range []string{"GET", "HEAD"} {
		r, err := http.NewRequestWithContext(t.Context(), method, base+"domain/shop.example", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.ProtoMajor != 2 || res.StatusCode != 200 || (len(body) > 0) != (method == "GET") ||
			res.Header.Get("Strict-Transport-Security") == "" {
			t.Errorf("%s: %s %s, %d bytes, %v, %v", method, res.Proto, res.Status, len(body), res.Header, err)
		}
		lengths = append(lengths, res.ContentLength)
	}
	if lengths[0] <= 0 || lengths[0] != lengths[1] {
		t.Errorf("GET says %d bytes and HEAD %d", lengths[0], lengths[1])
	}
	for want, offer := range map[string][]string{"h2": {"http/1.1", "h2"}, "http/1.1": {"http/1.1"}, "": nil} {
		c, err := s.shake(t, &tls.Config{NextProtos: offer})
		if err != nil || c.ConnectionState().NegotiatedProtocol != want {
			t.Errorf("%v: %q, %v", offer, c.ConnectionState().NegotiatedProtocol, err)
		}
	}
}

// raw is an HTTP/2 connection by its frames, whose settings are exchanged.
func (s *secured) raw(t *testing.T, settings ...http2.Setting) (*http2.Framer, map[http2.SettingID]uint32) {
	t.Helper()
	c, err := s.shake(t, &tls.Config{NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, http2.ClientPreface); err != nil {
		t.Fatal(err)
	}
	f := http2.NewFramer(c, c)
	if err := f.WriteSettings(settings...); err != nil {
		t.Fatal(err)
	}
	theirs := map[http2.SettingID]uint32{}
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			t.Fatal(err)
		}
		if first, ok := frame.(*http2.SettingsFrame); ok && !first.IsAck() {
			first.ForeachSetting(func(s http2.Setting) error { theirs[s.ID] = s.Val; return nil })
			if err := f.WriteSettingsAck(); err != nil {
				t.Fatal(err)
			}
			return f, theirs
		}
	}
}

// request opens a stream.
func request(t *testing.T, f *http2.Framer, stream uint32) {
	t.Helper()
	var block bytes.Buffer
	e := hpack.NewEncoder(&block)
	for _, field := range [][2]string{{":method", "GET"}, {":scheme", "https"}, {":authority", "rdap.nic.example"}, {":path", "/help"}} {
		e.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]})
	}
	if err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: block.Bytes(), EndStream: true, EndHeaders: true}); err != nil {
		t.Fatal(err)
	}
}

func TestAConnectionHasSixtyFourStreamsAndNoMore(t *testing.T) {
	working, release := make(chan struct{}, 100), make(chan struct{})
	s := secure(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { working <- struct{}{}; <-release }), false, nil, nil)
	defer close(release)
	f, settings := s.raw(t)
	if got := settings[http2.SettingMaxConcurrentStreams]; got != 64 {
		t.Errorf("%d streams are offered", got)
	}
	for i := range uint32(64) {
		request(t, f, 2*i+1)
		<-working
	}
	request(t, f, 129)
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			t.Fatal(err)
		}
		if reset, ok := frame.(*http2.RSTStreamFrame); ok {
			if reset.StreamID != 129 || len(working) > 0 {
				t.Errorf("stream %d was reset, and %d more are working", reset.StreamID, len(working))
			}
			return
		}
	}
}

// A client that lets our window grow and takes nothing in would keep its
// connection, as the limits of a stream do not end that.
func TestAClientOfHTTP2ThatDoesNotReadIsLetGo(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for chunk := make([]byte, 1<<16); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	s := secure(t, handler, false, nil, func(server *http.Server) {
		server.HTTP2.WriteByteTimeout = 50 * time.Millisecond
	})
	f, _ := s.raw(t, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1<<31 - 1})
	if err := f.WriteWindowUpdate(0, 1<<30); err != nil {
		t.Fatal(err)
	}
	request(t, f, 1)
	select {
	case <-s.gone:
	case <-time.After(hang):
		t.Fatal("the connection is kept")
	}
}
