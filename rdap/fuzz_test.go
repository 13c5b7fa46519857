package rdap_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
)

// FuzzRequests: whatever is asked, the answer is RDAP, no failure, and without
// a private value.
func FuzzRequests(f *testing.F) {
	for _, q := range requests {
		header := ""
		if len(q.headers) > 1 {
			header = q.headers[1]
		}
		f.Add(q.method, q.path, "x=1", header, header)
	}
	f.Add("GET", "entity/%E2%80%AE", "farv1_qp=%ff", "Bearer \xff", "*/*")
	f.Add("HEAD", "domain/xn--a.example", "%zz", "", "")
	w := open(f, setup{kept: 100})
	f.Fuzz(func(t *testing.T, method, path, query, authorization, accept string) {
		u, err := url.ParseRequestURI("/" + path)
		if err != nil {
			t.Skip("no HTTP request")
		}
		u.RawQuery = query
		r := &http.Request{
			Method: method, URL: u, RemoteAddr: "192.0.2.1:5000", Header: http.Header{
				"Accept": {accept}, "If-None-Match": {accept}, "Rdap-Case": {accept},
			},
		}
		if authorization != "" {
			r.Header["Authorization"] = []string{authorization}
		}
		rec := httptest.NewRecorder()
		w.handler.ServeHTTP(rec, r)
		body := rec.Body.Bytes()
		if rec.Code >= 500 && rec.Code != 501 {
			t.Fatalf("status %d: %s", rec.Code, body)
		}
		if bytes.Contains(body, []byte(canary)) {
			t.Fatalf("a withheld value was sent: %s", body)
		}
		switch {
		case method == http.MethodHead || rec.Code == 204 || rec.Code == 304:
			if len(body) != 0 {
				t.Fatalf("status %d with a body", rec.Code)
			}
		case !json.Valid(body) || rec.Header().Get("Content-Length") != strconv.Itoa(len(body)):
			t.Fatalf("status %d: Content-Length %s: %s", rec.Code, rec.Header().Get("Content-Length"), body)
		}
		if rec.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Fatalf("status %d: no CORS", rec.Code)
		}
	})
}
