package intake

import (
	"testing"

	"registerd/request"
)

func TestADeskThatIsNotOpenIsSaidAndComesBack(t *testing.T) {
	s := newScene(t, roomy())
	there := s.handler.requests
	s.handler.requests = func() *request.Desk { return nil }
	for _, to := range []string{"/requests", "/requests/R-2026-000001"} {
		a := s.do("GET", to, nil, "Accept", "text/html")
		a.has(t, 503, "Requests cannot be taken or looked at at the moment")
		if a.header.Get("Retry-After") != "60" {
			t.Errorf("%s: Retry-After: %q", to, a.header.Get("Retry-After"))
		}
	}
	s.do("POST", "/requests", nil, "Content-Type", mediaJSON).has(t, 503, `"reason":"not-open"`)
	s.do("OPTIONS", "/requests", nil).has(t, 204)
	s.do("GET", "/requests/nowhere", nil).has(t, 404)
	s.do("GET", "/domain/shop.example", nil).has(t, 200, otherWindow)
	s.handler.requests = there
	s.submitted()
}
