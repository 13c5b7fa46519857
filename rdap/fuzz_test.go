package rdap_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"

	"registerd/rdap"
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
	f.Add("GET", "domain/shop.example", "", "", "gzip, zstd;q=0.5, *")
	f.Add("GET", "domain/shop.example", "", "", "text/html, */*;q=0.1")
	f.Add("GET", "nameservers", "ip=192.0.2.7&count=1&sort=name:d&fieldSet=brief", "", "")
	f.Add("GET", "nameservers", "n%61me=ns1%2eshop.example&cursor=AAAA", "", "")
	f.Add("GET", "domains", "name=b%C3%BC*.example&name=x", "", "")
	f.Add("HEAD", "entities", "fn=a+b%2A&%zz=1&;", "", "")
	page, err := rdap.ReadPage("https://www.nic.example/{name}")
	if err != nil {
		f.Fatal(err)
	}
	w := open(f, setup{kept: 100, page: page})
	f.Fuzz(func(t *testing.T, method, path, query, authorization, accept string) {
		u, err := url.ParseRequestURI("/" + path)
		if err != nil {
			t.Skip("no HTTP request")
		}
		u.RawQuery = query
		r := &http.Request{
			Method: method, URL: u, RemoteAddr: "192.0.2.1:5000", Header: http.Header{
				"Accept": {accept}, "Accept-Encoding": {accept}, "If-None-Match": {accept}, "Rdap-Case": {accept},
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
		case method == http.MethodHead || rec.Code == 204 || rec.Code == 303 || rec.Code == 304:
			if len(body) != 0 {
				t.Fatalf("status %d with a body", rec.Code)
			}
		case rec.Header().Get("Content-Encoding") != "":
			if whole := plain(t, rec.Header().Get("Content-Encoding"), body); !json.Valid(whole) || bytes.Contains(whole, []byte(canary)) {
				t.Fatalf("status %d: %s", rec.Code, whole)
			}
		case !json.Valid(body) || rec.Header().Get("Content-Length") != strconv.Itoa(len(body)):
			t.Fatalf("status %d: Content-Length %s: %s", rec.Code, rec.Header().Get("Content-Length"), body)
		}
		if rec.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Fatalf("status %d: no CORS", rec.Code)
		}
	})
}
