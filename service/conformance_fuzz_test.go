package service

import (
	"bufio"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"registerd/internal/conformance"
	"registerd/rdap"
)

// FuzzServer asks the example register whatever net/http takes for a request:
// any method, path, query and headers. The answer is never a failure, holds
// nothing private, and is RDAP as the checker wants it.
func FuzzServer(f *testing.F) {
	for _, q := range questions {
		f.Add(q.method, "/"+q.path, strings.Join(q.headers, "\n"))
	}
	for _, q := range searchQuestions {
		f.Add("GET", "/"+q.path, "Accept: application/rdap+json")
	}
	for _, target := range []string{
		"/entity/%E2%80%AE", "/domain/xn--a.example?farv1_qp=%ff", "/domains?name=%2a&name=*", "/nameservers?ip=::1%25eth0",
		"/entities?handle=%00*", "/ip/192.0.2.1/33", "/autnum/99999999999", "/autnums/1", "/ips", "/openapi.json", "/help?count=true",
		"/domain/" + strings.Repeat("%F0%9F%98%80", 30), "http://other.example/help", "//help", "/%2e%2e/help", "*",
	} {
		f.Add("GET", target, "Accept-Encoding: gzip, zstd\nIf-None-Match: W/\"x\"\nIf-Match: *")
	}
	handler := handlerOfExample(f)
	f.Fuzz(func(t *testing.T, method, target, headers string) {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(
			method + " " + target + " HTTP/1.1\r\nHost: rdap.nic.example\r\n" + strings.ReplaceAll(headers, "\n", "\r\n") + "\r\n\r\n")))
		if err != nil {
			t.Skip("no HTTP request")
		}
		r.RemoteAddr = "127.0.0.1:5000"
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, r)
		a := conformance.Answer{
			Request: conformance.Request{Method: r.Method, URL: r.URL.String(), Header: r.Header},
			Status:  rec.Code, Header: rec.Result().Header, Body: uncoded(t, rec.Result().Header, rec.Body.Bytes()),
		}
		if rec.Code >= 500 && rec.Code != http.StatusNotImplemented {
			t.Errorf("status %d", rec.Code)
		}
		if strings.HasSuffix(strings.TrimSuffix(r.URL.Path, "/"), "/openapi.json") && rec.Code == http.StatusOK {
			holdsNoMarker(t, a) // it is no answer of RDAP
			return
		}
		isFit(t, a)
	})
}

// handlerOfExample is the window over the example register without a listener.
func handlerOfExample(t testing.TB) http.Handler {
	t.Helper()
	s := serveExample(t, nil)
	handler, err := rdap.New(rdap.Config{
		Desk: s.service.desk, Base: s.base, WHOIS: s.config.RDAP.Port43, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return handler
}
