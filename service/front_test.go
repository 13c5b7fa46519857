package service

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"registerd/config"
)

// TestWhoIsBeingAnsweredOverHTTPIsAnsweredByTheOldConfiguration to the end, on all
// paths; and whoever asks then, by the new one.
func TestWhoIsBeingAnsweredOverHTTPIsAnsweredByTheOldConfiguration(t *testing.T) {
	s := serveExample(t, func(c *config.Config) {
		c.Requests.Dir = filepath.Join(t.TempDir(), "requests")
		c.HolderLinks = filepath.Join(t.TempDir(), "links.db")
	})
	before, next := s.service.front.Load(), *s.config
	next.Operator.Name, next.RDAP.Port43 = "Another Registry", "whois.another.example"
	done, err := s.service.take(t.Context(), &next)
	if err != nil || len(done.Restart) > 0 {
		t.Fatalf("%v, %v", done, err)
	}
	after := s.service.front.Load()
	for _, path := range []string{"/domain/bakery.example", "/domain/free.example", "/nonsense", "/help", "/requests", "/holder", "/availability/a/b"} {
		for front, want := range map[*front]string{before: s.config.Operator.Name, after: next.Operator.Name} {
			r, w := httptest.NewRequest(http.MethodGet, path, nil), httptest.NewRecorder()
			r.RemoteAddr = "127.0.0.1:1"
			front.all.ServeHTTP(w, r)
			if got := w.Body.String(); !strings.Contains(got, want) {
				t.Errorf("%s: kept by another than %s:\n%s", path, want, got)
			}
		}
	}
}
