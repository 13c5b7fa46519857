package rdap

import (
	"bufio"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// redirectAt serves a redirect to base on loopback.
func redirectAt(t *testing.T, base string) (address string) {
	t.Helper()
	h, err := NewRedirect(base)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(nil)
	s.Config = Server(h, slog.New(slog.DiscardHandler))
	s.Start()
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// sendRaw sends a request as it stands there.
func sendRaw(t *testing.T, address, request string) (*http.Response, string) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	a, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a, string(body)
}

func TestAQuestionInClearIsSentToThePublicAddressAndNowhereElse(t *testing.T) {
	at := map[string]string{
		"https://rdap.nic.example/":    redirectAt(t, "https://rdap.nic.example/"),
		"https://nic.example/rdap/v1/": redirectAt(t, "https://nic.example/rdap/v1/"),
	}
	for _, tt := range []struct {
		base, line, location string // of the request; "" is refused with 400
	}{
		{"https://rdap.nic.example/", "/domain/bakery.example", "https://rdap.nic.example/domain/bakery.example"},
		{"https://rdap.nic.example/", "/", "https://rdap.nic.example/"},
		{"https://rdap.nic.example/", "/help?x=1&y=%C3%A6", "https://rdap.nic.example/help?x=1&y=%C3%A6"},
		{"https://rdap.nic.example/", "/domains?name=\xc3\xa6*", "https://rdap.nic.example/domains?name=%C3%A6*"},
		{"https://rdap.nic.example/", "/entity/a%2Fb", "https://rdap.nic.example/entity/a%2Fb"},
		{"https://rdap.nic.example/", "/domain/\xc3\xa6.example", "https://rdap.nic.example/domain/%C3%A6.example"},
		{"https://rdap.nic.example/", "/domain/\\evil.example", "https://rdap.nic.example/domain/%5Cevil.example"},
		{"https://rdap.nic.example/", "http://evil.example/domain/a.example", "https://rdap.nic.example/domain/a.example"},
		{"https://rdap.nic.example/", "http://evil.example", "https://rdap.nic.example/"},
		{"https://rdap.nic.example/", "/@evil.example/", "https://rdap.nic.example/@evil.example/"},
		{"https://rdap.nic.example/", "/domain/a%0d%0aSet-Cookie:x=1", "https://rdap.nic.example/domain/a%0d%0aSet-Cookie:x=1"},
		{"https://rdap.nic.example/", "//evil.example/", ""},
		{"https://rdap.nic.example/", "/domain//a.example", ""},
		{"https://rdap.nic.example/", "/domain/../a.example", ""},
		{"https://rdap.nic.example/", "/domain/%2e%2E/a.example", ""},
		{"https://rdap.nic.example/", "/%zz", ""},
		{"https://rdap.nic.example/", "*", ""},
		{"https://nic.example/rdap/v1/", "/rdap/v1/domain/a.example", "https://nic.example/rdap/v1/domain/a.example"},
		{"https://nic.example/rdap/v1/", "/domain/a.example", "https://nic.example/rdap/v1/domain/a.example"},
		{"https://nic.example/rdap/v1/", "/rdap/v1", "https://nic.example/rdap/v1/"},
		{"https://nic.example/rdap/v1/", "/rdap/v10", "https://nic.example/rdap/v1/rdap/v10"},
	} {
		a, body := sendRaw(t, at[tt.base], "GET "+tt.line+" HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\n\r\n")
		want := http.StatusMovedPermanently
		if tt.location == "" {
			want = http.StatusBadRequest
		}
		if a.StatusCode != want || a.Header.Get("Location") != tt.location {
			t.Errorf("%s: %d %q, want %q\n%s", tt.line, a.StatusCode, a.Header.Get("Location"), tt.location, body)
		}
	}
}

func TestAHeadIsRedirectedAsItsQuestionIs(t *testing.T) {
	address := redirectAt(t, "https://rdap.nic.example/")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodHead, "http://"+address+"/help", nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusMovedPermanently || a.Header.Get("Location") != "https://rdap.nic.example/help" {
		t.Errorf("%d %v", a.StatusCode, a.Header)
	}
}

func TestWhatIsNoQuestionIsNotRedirected(t *testing.T) {
	address := redirectAt(t, "https://rdap.nic.example/")
	for request, want := range map[string]int{
		"POST /availability HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\na.example":        http.StatusMethodNotAllowed,
		"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n":                                               http.StatusMethodNotAllowed,
		"GET /help HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer registerd_secret\r\n\r\n":     http.StatusForbidden,
		"POST /availability HTTP/1.1\r\nHost: a\r\nAuthorization: Basic cG9saWNlOng=\r\n\r\n": http.StatusForbidden,
	} {
		a, body := sendRaw(t, address, request)
		if a.StatusCode != want || a.Header.Get("Location") != "" || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%q: %d %v", request, a.StatusCode, a.Header)
		}
		if strings.Contains(body, "secret") || want == http.StatusForbidden && !strings.Contains(body, "have the credential replaced") {
			t.Errorf("%q: %s", request, body)
		}
	}
}

func TestNobodyIsRedirectedIntoTheClear(t *testing.T) {
	for _, base := range []string{"", "http://rdap.nic.example/", "https://rdap.nic.example", "https:///", "//evil.example/"} {
		if h, err := NewRedirect(base); err == nil {
			t.Errorf("%q: %v", base, h)
		}
	}
}
