package listen

import (
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestAPlaceAnswersBelowItsPathWithOrWithoutThatOfTheBase(t *testing.T) {
	p, err := NewPlace("https://rdap.example/base/", "/own", false)
	if err != nil {
		t.Fatal(err)
	}
	if p.Path() != "/base/own" {
		t.Errorf("it is at %s", p.Path())
	}
	h := p.Beside(http.NotFoundHandler(), func(w http.ResponseWriter, _ *http.Request, rest string) { fmt.Fprint(w, "rest "+rest) })
	for path, want := range map[string]string{
		"/own": "rest ", "/own/": "rest /", "/own/a%2Fb": "rest /a%2Fb", "/base/own/c": "rest /c",
		"/": "404 page not found\n", "/owner": "404 page not found\n", "/base/": "404 page not found\n", "/other/own": "404 page not found\n",
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if got := w.Body.String(); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestAPlaceIsBelowAURLThatIsNotItsOwn(t *testing.T) {
	for _, base := range []string{"", "/base/", "https://rdap.example", "https://rdap.example/base", "https://rdap.example/own/", "https://%zz/"} {
		if _, err := NewPlace(base, "/own", false); err == nil {
			t.Errorf("%q is taken", base)
		}
	}
}

func TestBrowsersAreHeldToTLSWhereItIsSpoken(t *testing.T) {
	for _, c := range []struct {
		base            string
		behindTLS, over bool
		want            bool
	}{
		{"https://rdap.example/", false, true, true}, {"https://rdap.example/", true, false, true},
		{"https://rdap.example/", false, false, false}, {"http://rdap.example/", true, true, false},
	} {
		p, err := NewPlace(c.base, "/own", c.behindTLS)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("GET", "/own", nil)
		if c.over {
			r.TLS = new(tls.ConnectionState)
		}
		header := http.Header{}
		p.Head(header, r)
		if got := header.Get("Strict-Transport-Security") != ""; got != c.want {
			t.Errorf("%+v: %v", c, header)
		}
	}
}

func TestTheWayIsPrivateWhereNobodyReadsIt(t *testing.T) {
	for _, c := range []struct {
		from            string
		behindTLS, over bool
		want            bool
	}{
		{"192.0.2.7:1", false, false, false}, {"192.0.2.7:1", true, false, true}, {"192.0.2.7:1", false, true, true},
		{"[::ffff:127.0.0.1]:1", false, false, true}, {"nobody", false, false, false},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr, r.TLS = c.from, nil
		if c.over {
			r.TLS = new(tls.ConnectionState)
		}
		if client, private := Way(r, c.behindTLS); private != c.want {
			t.Errorf("%+v: %s, %v", c, client, private)
		}
	}
}
