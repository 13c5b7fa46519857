package das_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registerd/das"
	"registerd/internal/visitor"
	"registerd/ratelimit"
)

func TestManyNamesAreAnsweredInOrderInTheFormThatIsAskedFor(t *testing.T) {
	s := siteOf(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), "https://rdap.example/")
	inJSON := `[
{"name":"shop.example","state":"registered"},
{"name":"free.example","state":"free"},
{"asked":"a b","state":"invalid","reason":"syntax","description":"It is not a domain name: a character is not allowed"}
]
`
	inLines := `{"name":"shop.example","state":"registered"}
{"name":"free.example","state":"free"}
{"asked":"a b","state":"invalid","reason":"syntax","description":"It is not a domain name: a character is not allowed"}
`
	inText := "registered\tshop.example\nfree\tfree.example\ninvalid\t\tsyntax\n"
	for _, tt := range []struct{ form, body, accept, want string }{
		{formJSON, `["shop.example","free.example","a b"]`, "", inJSON},
		{formJSON, ` {"names": ["shop.example","free.example","a b"]} `, "", inJSON},
		{formLines, "\"shop.example\"\n{\"name\":\"free.example\"}\r\n\n\"a b\"", "", inLines},
		{formText, "shop.example\r\n free.example\n\na b", "", inText},
		{formJSON + "; charset=utf-8", `["shop.example","free.example","a b"]`, "text/csv, text/plain;q=0.5, application/x-ndjson;q=0.8", inLines},
		{formText, "shop.example\nfree.example\na b", "*/*", inText},
		{formText, "shop.example\nfree.example\na b", "image/png", inText},
		{formText, "shop.example\nfree.example\na b", "application/json;q=x", inJSON},
		{formText, "shop.example\nfree.example\na b", "application/json;q=0", inText},
	} {
		got := s.do("POST", "/availability", tt.body, "Content-Type", tt.form, "Accept", tt.accept)
		if got.status != 200 || got.body != tt.want {
			t.Errorf("%s, Accept %q: %d %q, want %q", tt.form, tt.accept, got.status, got.body, tt.want)
		}
		if got.header.Get("Cache-Control") != "no-store" || got.header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %v", tt.form, got.header)
		}
	}
}

func TestAThousandNamesAreAnsweredInOrder(t *testing.T) {
	s := siteOf(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), "https://rdap.example/")
	names, want := make([]string, 1000), make([]string, 1000)
	for i := range names {
		names[i] = fmt.Sprintf("free-%d.example", i)
		want[i] = "free\t" + names[i]
		if i%3 == 0 {
			names[i], want[i] = "shop.example", "registered\tshop.example"
		}
	}
	for _, form := range []string{formJSON, formLines, formText} {
		got := s.do("POST", "/availability", strings.Join(names, "\n"), "Content-Type", formText, "Accept", form)
		var lines []string
		for line := range strings.Lines(got.body) {
			var row struct{ Name, State string }
			if json.Unmarshal([]byte(strings.TrimSuffix(line, ",\n")), &row) == nil && row.State != "" {
				line = row.State + "\t" + row.Name
			}
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
		if form == formJSON {
			var rows []any
			check(t, json.Unmarshal([]byte(got.body), &rows))
			lines = lines[1 : len(lines)-1]
		}
		if diff := cmp.Diff(want, lines); got.status != 200 || diff != "" {
			t.Errorf("%s: %d (-want +got):\n%s", form, got.status, diff)
		}
	}
}

// TestLinesAreSentAsTheyAreAnswered holds back a part of the answer at the store.
func TestLinesAreSentAsTheyAreAnswered(t *testing.T) {
	r := registerOf(t)
	r.slow = make(chan struct{}, 1)
	s := siteOf(t, deskOver(t, r, ratelimit.Unlimited()), "https://rdap.example/")
	r.slow <- struct{}{}
	ctx, cancel := context.WithTimeout(t.Context(), hang)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "POST", s.URL+"/availability", strings.NewReader(strings.Repeat("free.example\n", 200)))
	check(t, err)
	req.Header.Set("Content-Type", formText)
	req.Header.Set("Accept", formLines)
	res, err := s.Client().Do(req)
	check(t, err)
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	for i := range 200 {
		if i == 100 {
			r.slow <- struct{}{} // only now is there more
		}
		if !lines.Scan() || lines.Text() != `{"name":"free.example","state":"free"}` {
			t.Fatalf("line %d is %q, %v", i, lines.Text(), lines.Err())
		}
	}
	if lines.Scan() {
		t.Errorf("there is more: %q", lines.Text())
	}
}

func TestALimitIsToldAndNothingIsCalledFreeForIt(t *testing.T) {
	s := siteOf(t, deskOver(t, registerOf(t), limits(t, 3)), "https://rdap.example/")
	body := strings.Repeat("free.example\n", 5)
	want := "free\tfree.example\nfree\tfree.example\nfree\tfree.example\nunknown\tfree.example\tlimited\nunknown\tfree.example\tlimited\n"
	got := s.do("POST", "/availability", body, "Content-Type", formText)
	if got.status != 200 || got.body != want || got.header.Get("Retry-After") != "1000" {
		t.Errorf("heard %d %q, %v", got.status, got.body, got.header)
	}
	for _, got := range []reply{
		s.do("POST", "/availability", body, "Content-Type", formText),
		s.do("GET", "/availability/free.example", ""),
		s.do("HEAD", "/availability/free.example", ""),
	} {
		if got.status != 429 || got.header.Get("Retry-After") != "1000" || got.header.Get("Availability") != "" ||
			strings.Contains(got.body, "free.example") || got.header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("heard %d %q, %v", got.status, got.body, got.header)
		}
	}

	lines := siteOf(t, deskOver(t, registerOf(t), limits(t, 1)), "https://rdap.example/").
		do("POST", "/availability", "[\"free.example\",\"b.example\"]", "Content-Type", formJSON, "Accept", formLines)
	if want := `{"name":"free.example","state":"free"}
{"asked":"b.example","state":"unknown","reason":"limited","retryAfter":1000}
`; lines.status != 200 || lines.body != want {
		t.Errorf("heard %d %s", lines.status, lines.body)
	}
}

func TestAFailureOverHTTPIsNeverFree(t *testing.T) {
	r := registerOf(t)
	s := siteOf(t, deskOver(t, r, ratelimit.Unlimited()), "https://rdap.example/")
	r.broken.Store(true)
	for _, got := range []reply{
		s.do("GET", "/availability/free.example", ""),
		s.do("POST", "/availability", "free.example", "Content-Type", formText),
		s.do("POST", "/availability", "free.example", "Content-Type", formText, "Accept", formLines),
	} {
		if got.status != 503 || got.header.Get("Retry-After") != "30" || got.header.Get("Availability") != "" ||
			strings.Contains(got.body, "free") || strings.Contains(got.body, "page 17") || !strings.Contains(got.body, operator.Email) {
			t.Errorf("heard %d %s, %v", got.status, got.body, got.header)
		}
	}
	r.broken.Store(false)
	r.breaksAfter.Store(2) // a hundred names and then another
	got := s.do("POST", "/availability", strings.Repeat("free.example\n", 101), "Content-Type", formText)
	if got.status != 200 || strings.Count(got.body, "free\tfree.example\n") != 100 || !strings.HasSuffix(got.body, "\nunknown\tfree.example\tfailure\n") {
		t.Errorf("heard %d %q", got.status, got.body)
	}
}

// TestTheNamesOfASandboxAreWhatTheySay in the middle of others.
func TestTheNamesOfASandboxAreWhatTheySay(t *testing.T) {
	desk := deskOver(t, registerOf(t), ratelimit.Unlimited())
	s := siteOf(t, desk, "https://rdap.example/")
	got := s.do("POST", "/availability", "free.example\nfailed.sandbox.invalid\nleaving.sandbox.invalid\nlimited.sandbox.invalid\nfree.example", "Content-Type", formText)
	want := regexp.MustCompile(`^free\tfree\.example
unknown\tfailed\.sandbox\.invalid\tfailure
leaving\tleaving\.sandbox\.invalid\tdeletion\t20\S+Z
unknown\tlimited\.sandbox\.invalid\tlimited
unknown\tfree\.example\tlimited
$`)
	if got.status != 200 || !want.MatchString(got.body) || got.header.Get("Retry-After") != "60" {
		t.Errorf("heard %d %q, %v", got.status, got.body, got.header)
	}
	for name, status := range map[string]int{"failed": 503, "limited": 429, "free": 200, "invalid": 200} {
		got := s.do("GET", "/availability/"+name+".sandbox.invalid", "")
		if got.status != status || (status == 200) != (got.header.Get("Availability") == name) {
			t.Errorf("%s: %d %s, %v", name, got.status, got.body, got.header)
		}
	}
	heard := answers(ask(t, serve(t, desk, nil), "failed.sandbox.invalid\nfree.sandbox.invalid\nlimited.sandbox.invalid\n"))
	if want := [][]string{{"%RC=-1"}, {"%RC=0", "Domain: free.sandbox.invalid", "Status: AVAILABLE"}, {"%RC=-2"}}; !cmp.Equal(heard, want) {
		t.Errorf("heard %q", heard)
	}
}

// TestABodyThatDoesNotComeIsNotWaitedFor: the time is that of the server, which
// is tried with a client that sends half of what it said.
func TestABodyThatDoesNotComeIsNotWaitedFor(t *testing.T) {
	h, err := das.NewHTTP(das.HTTPConfig{Desk: deskOver(t, registerOf(t), ratelimit.Unlimited()), Base: "https://rdap.example/", Log: quiet})
	check(t, err)
	s := httptest.NewUnstartedServer(h.Beside(http.NotFoundHandler()))
	s.Config.ReadTimeout = 50 * time.Millisecond
	s.Start()
	defer s.Close()
	c, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", s.Listener.Addr().String())
	check(t, err)
	defer c.Close()
	check(t, c.SetDeadline(time.Now().Add(hang)))
	visitor.Say(t, c, "POST /availability HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nfree.example\r\n")
	got := visitor.Hear(t, c)
	if !strings.HasPrefix(got, "HTTP/1.1 400 ") || strings.Contains(got, "free") {
		t.Errorf("heard %q", got)
	}
}

// opening is a body that tells when it is read for the first time, and has no end
// until it is closed.
type opening struct {
	*io.PipeReader
	once sync.Once
	read func()
}

func (o *opening) Read(b []byte) (int, error) {
	o.once.Do(o.read)
	return o.PipeReader.Read(b)
}

func TestOnlySoManyBodiesOfOneSiteAreReadAtOnce(t *testing.T) {
	h, err := das.NewHTTP(das.HTTPConfig{Desk: deskOver(t, registerOf(t), ratelimit.Unlimited()), Base: "https://rdap.example/", Log: quiet})
	check(t, err)
	post := func(body io.Reader) *httptest.ResponseRecorder {
		r, w := httptest.NewRequest("POST", "/availability", body), httptest.NewRecorder()
		r.Header.Set("Content-Type", formText)
		h.Beside(http.NotFoundHandler()).ServeHTTP(w, r)
		return w
	}
	var reading, answered sync.WaitGroup
	var ends []*io.PipeWriter
	for range das.MaxTogether {
		in, out := io.Pipe()
		ends = append(ends, out)
		reading.Add(1)
		answered.Go(func() {
			if w := post(&opening{PipeReader: in, read: reading.Done}); w.Code != 200 {
				t.Errorf("one within the bound is answered %d %s", w.Code, w.Body)
			}
		})
	}
	reading.Wait()
	if w := post(strings.NewReader("free.example")); w.Code != 503 || w.Header().Get("Retry-After") != "1" || strings.Contains(w.Body.String(), "free") {
		t.Errorf("one more is answered %d %s", w.Code, w.Body)
	}
	for _, end := range ends {
		_, err := io.WriteString(end, "free.example")
		check(t, err)
		end.Close()
	}
	answered.Wait()
	if w := post(strings.NewReader("free.example")); w.Code != 200 {
		t.Errorf("afterwards one is answered %d %s", w.Code, w.Body)
	}
}
