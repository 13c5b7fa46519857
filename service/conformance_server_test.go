package service

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"registerd/config"
	"registerd/disclose"
	"registerd/internal/conformance"
	"registerd/internal/example"
	"registerd/internal/marker"
	"registerd/store"
	"registerd/store/sqlite"
)

// exampleServer is the example register on all windows of loopback, as the demo
// serves it, but under a public address and without limits.
type exampleServer struct {
	service *Service
	config  *config.Config
	base    string // that links begin with
	rdap    string // http:// and the address it listens on, with a final "/"
	secrets map[disclose.Audience]string
	client  *http.Transport
}

// serveExample serves it; change is what else is to be configured.
func serveExample(t testing.TB, change func(*config.Config)) *exampleServer {
	t.Helper()
	return serveAndLog(t, slog.New(slog.DiscardHandler), change)
}

func serveAndLog(t testing.TB, log *slog.Logger, change func(*config.Config)) *exampleServer {
	t.Helper()
	s := &exampleServer{base: "https://rdap.nic.example/", client: &http.Transport{DisableCompression: true}}
	s.config = example.Config(t.TempDir())
	s.config.WHOIS.Listen, s.config.DAS.Listen, s.config.RDAP.Listen = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	s.config.Limits.Off = true
	s.config.RDAP.Base, s.config.RDAP.Port43 = s.base, "whois.nic.example"
	s.secrets = example.AddTokens(s.config)
	if change != nil {
		change(s.config)
	}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	if err := example.Build(ctx, s.config.DB); err != nil {
		t.Fatal(err)
	}
	var err error
	if s.service, err = Open(ctx, s.config, Options{Log: log}); err != nil {
		t.Fatal(err)
	}
	s.rdap = "http://" + s.service.Address("rdap") + "/"
	done := make(chan error, 1)
	go func() { done <- s.service.Serve(ctx) }()
	t.Cleanup(func() {
		s.client.CloseIdleConnections()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s
}

// ask sends a request, the path as it is written, and returns question and answer.
func (s *exampleServer) ask(t testing.TB, method, path string, header http.Header) conformance.Answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.rdap, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.URL.Opaque = "//" + r.URL.Host + "/" + path
	for name, values := range header {
		r.Header[name] = values
	}
	res, err := s.client.RoundTrip(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return conformance.Answer{
		Request: conformance.Request{Method: method, URL: s.base + path, Header: header},
		Status:  res.StatusCode, Header: res.Header, Body: uncoded(t, res.Header, body),
	}
}

// uncoded is a body as it was before it was compressed.
func uncoded(t testing.TB, h http.Header, body []byte) []byte {
	t.Helper()
	if len(body) == 0 {
		return body
	}
	var r io.Reader
	var err error
	switch coding := h.Get("Content-Encoding"); coding {
	case "":
		return body
	case "gzip":
		r, err = gzip.NewReader(bytes.NewReader(body))
	case "zstd":
		r, err = zstd.NewReader(bytes.NewReader(body), zstd.WithDecoderConcurrency(1))
	default:
		t.Fatalf("the content coding %q", coding)
	}
	if err != nil {
		t.Fatal(err)
	}
	if body, err = io.ReadAll(r); err != nil {
		t.Fatal(err)
	}
	return body
}

// get is ask for the public, with GET.
func (s *exampleServer) get(t testing.TB, path string) conformance.Answer {
	t.Helper()
	return s.ask(t, "GET", path, nil)
}

// as is the header of a caller.
func (s *exampleServer) as(a disclose.Audience) http.Header {
	if a == disclose.Public {
		return nil
	}
	h := http.Header{"Authorization": {"Bearer " + s.secrets[a]}}
	if a == disclose.Authority {
		h["Rdap-Purpose"], h["Rdap-Case"] = []string{"legalActions"}, []string{"2026-17"}
	}
	return h
}

// objects are the paths of all that the register holds, in the spelling of links.
func (s *exampleServer) objects(t testing.TB) (paths []string) {
	t.Helper()
	reader, err := OpenRegister(s.config.DB, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	for kind, prefix := range map[store.Kind]string{
		store.Names: "domain/", store.Hosts: "nameserver/", store.Contacts: "entity/", store.Registrars: "entity/",
	} {
		err := reader.Walk(t.Context(), kind, func(o store.Object) error {
			paths = append(paths, prefix+o.Key)
			if o.Alias != "" {
				paths = append(paths, prefix+o.Alias)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(paths)
	return paths
}

// isFit holds an answer by the rules that the program comes with to all three
// opinions, and one to the public to the marker of the example's private values.
func isFit(t testing.TB, a conformance.Answer) {
	t.Helper()
	conforms(t, a, conformance.Plain, acceptedFindings)
	if len(a.Request.Header["Authorization"]) == 0 {
		holdsNoMarker(t, a)
	}
}

// conforms holds an answer to the checker, the schemas and OpenRDAP's decoder.
// It returns which of the findings that are accepted there were.
func conforms(t testing.TB, a conformance.Answer, p conformance.Profile, accepted map[string]string) (met []string) {
	t.Helper()
	what := a.Request.Method + " " + a.Request.URL
	for _, f := range conformance.Check(a, p) {
		if _, known := accepted[f.ID]; known {
			met = append(met, f.ID)
		} else {
			t.Errorf("%s: %d: %s", what, a.Status, f)
		}
	}
	if len(a.Body) > 0 {
		if err := conformance.Matches(a); err != nil {
			t.Errorf("%s: %d: %v", what, a.Status, err)
		}
		for _, note := range conformance.Decodes(a.Body) {
			t.Errorf("%s: %d: OpenRDAP: %s", what, a.Status, note)
		}
	}
	return met
}

func holdsNoMarker(t testing.TB, a conformance.Answer) {
	t.Helper()
	var text bytes.Buffer
	if err := a.Header.Write(&text); err != nil {
		t.Fatal(err)
	}
	text.Write(a.Body)
	if marker.In(text.String()) {
		t.Errorf("%s: a private value was answered to the public:\n%s", a.Request.URL, text.String())
	}
}
