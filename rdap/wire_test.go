package rdap_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// bytesOf writes to a connection and reads all that comes until the server
// closes it. What is sent must make it do that.
func (w *window) bytesOf(t *testing.T, sent string) []byte {
	t.Helper()
	u, err := url.Parse(w.url)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(hang)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, sent); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(c)
	// A server that hangs up on unread bytes resets the connection, after its answer.
	if opError := (*net.OpError)(nil); err != nil && (!errors.As(err, &opError) || opError.Timeout()) {
		t.Fatalf("%q: %v", sent, err)
	}
	return got
}

// send writes to a connection and reads the answers until the server closes it.
func (w *window) send(t *testing.T, sent string) (answers []reply) {
	t.Helper()
	r := bufio.NewReader(bytes.NewReader(w.bytesOf(t, sent)))
	for {
		if _, err := r.Peek(1); err == io.EOF {
			return answers
		}
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatalf("%q: %v", sent, err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatalf("%q: %v", sent, err)
		}
		answers = append(answers, reply{res.StatusCode, res.Header, body})
	}
}

const (
	ask  = "GET /domain/shop.example HTTP/1.1\r\nHost: rdap.nic.example\r\n"
	last = "GET /domain/free.example HTTP/1.1\r\nHost: rdap.nic.example\r\nConnection: close\r\n\r\n"
	// hidden is a request that a front end may have taken for a body; it has 0x33 bytes.
	hidden = "GET /help HTTP/1.1\r\nHost: rdap.nic.example\r\nX: \r\n\r\n"
)

// exchanges are what a connection may send, with the statuses of all that is
// answered. The last request of a good one is answered 404, and ends it.
var exchanges = []struct {
	name, sent string
	statuses   []int
}{
	{"one after another", ask + "\r\n" + last, []int{200, 404}},
	{"many at once", strings.Repeat(ask+"\r\n", 5) + last, []int{200, 200, 200, 200, 200, 404}},
	{"an empty line before", "\r\n" + last, []int{400}}, // net/http is strict where RFC 9112 section 2.2 would not mind
	{"no body, and said so", ask + "Content-Length: 0\r\n\r\n" + last, []int{200, 404}},
	{"HTTP/1.0 without a host", "GET /domain/shop.example HTTP/1.0\r\n\r\n", []int{200}},
	{"HTTP/1.0 that would go on", "GET /domain/shop.example HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + last, []int{200}},
	{"no host", "GET /help HTTP/1.1\r\n\r\n", []int{400}},
	{"an empty host", "GET /help HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n", []int{200}},
	{"two hosts", "GET /help HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n", []int{400}},
	{"a host that is none", "GET /help HTTP/1.1\r\nHost: a b\r\n\r\n", []int{400}},
	{"the host of somebody else", "GET /domain/shop.example HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n", []int{200}},
	{"an address", "GET /domain/shop.example HTTP/1.1\r\nHost: 192.0.2.1:80\r\nConnection: close\r\n\r\n", []int{200}},
	{"absolute form", "GET http://evil.test/domain/shop.example HTTP/1.1\r\nHost: rdap.nic.example\r\nConnection: close\r\n\r\n", []int{200}},
	{"absolute form without a path", "GET http://evil.test HTTP/1.1\r\nHost: rdap.nic.example\r\nConnection: close\r\n\r\n", []int{400}},
	{"a path without a slash", "GET domain/shop.example HTTP/1.1\r\nHost: a.example\r\n\r\n", []int{400}},
	{"authority form", "GET rdap.nic.example:80 HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n", []int{400}},
	{"asterisk form", "OPTIONS * HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n", []int{204}},
	{"asterisk form of another method", "GET * HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n", []int{400}},
	{"a tunnel", "CONNECT rdap.nic.example:80 HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n", []int{405}},
	{"another protocol", ask + "Connection: close, Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n", []int{200}},
	{"a path that is too long", "GET /domain/" + strings.Repeat("a", 13<<10) + " HTTP/1.1\r\nHost: a.example\r\n\r\n", []int{431}},
	{"a long path", "GET /domain/" + strings.Repeat("a", 7<<10) + " HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n", []int{400}},

	{"expecting to go on, without a body", ask + "Expect: 100-continue\r\n\r\n" + last, []int{200, 404}},
	{"expecting to go on", ask + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\nabcde", []int{413}},
	{"expecting something else", ask + "Expect: the worst\r\n\r\n", []int{417}},

	// Two readers who disagree where a request ends (RFC 9112 section 11.2).
	{"a body", ask + "Content-Length: 51\r\n\r\n" + hidden, []int{413}},
	{"a body of many pieces", ask + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + last, []int{413}},
	{"CL.TE", ask + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden, []int{413}},
	{"TE.CL", ask + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n33\r\n" + hidden + "\r\n0\r\n\r\n", []int{413}},
	{"TE.TE", ask + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + last, []int{501}},
	{"TE of another kind", ask + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + last, []int{501}},
	{"TE behind a tab", ask + "Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n" + last, []int{413}},
	{"TE before a space", ask + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + last, []int{400}},
	{"TE in HTTP/1.0", "GET /domain/shop.example HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + last, []int{200}},
	{"CL twice", ask + "Content-Length: 0\r\nContent-Length: 51\r\n\r\n" + hidden, []int{400}},
	{"CL twice in one line", ask + "Content-Length: 0, 51\r\n\r\n" + hidden, []int{400}},
	{"CL with a sign", ask + "Content-Length: +0\r\n\r\n" + hidden, []int{400}},
	{"CL below zero", ask + "Content-Length: -1\r\n\r\n" + hidden, []int{400}},
	{"CL in another base", ask + "Content-Length: 0x0\r\n\r\n" + hidden, []int{400}},
	{"CL beyond all numbers", ask + "Content-Length: 99999999999999999999\r\n\r\n" + hidden, []int{400}},
	{"CL of nothing", ask + "Content-Length:\r\n\r\n" + hidden, []int{400}},
	{"CL that is folded", ask + "X: y\r\n Content-Length: 51\r\n\r\n" + last, []int{200, 404}},
	{"a header that is folded", ask + "X: y\r\n\tz\r\n\r\n" + last, []int{200, 404}},
	{"a first line that is folded", "GET /domain/shop.example\r\n HTTP/1.1\r\nHost: a.example\r\n\r\n", []int{400}},
	{"a first header that is folded", "GET /help HTTP/1.1\r\n Host: a.example\r\n\r\n", []int{400}},
	{"bare LF", strings.ReplaceAll(ask+"\r\n", "\r\n", "\n") + last, []int{200, 404}},
	{"bare LF in a header", ask + "X: y\nContent-Length: 51\r\n\r\n" + hidden, []int{413}},
	{"bare CR in a header", ask + "X: y\rContent-Length: 51\r\n\r\n" + last, []int{400}},
	{"NUL in a header", ask + "X: y\x00z\r\n\r\n" + last, []int{400}},
	{"a header without a name", ask + ": y\r\n\r\n" + last, []int{400}},
	{"a header without a colon", ask + "y\r\n\r\n" + last, []int{400}},
	{"a header with a space", ask + "X Y: z\r\n\r\n" + last, []int{400}},
	{"a body of another method", "POST /help HTTP/1.1\r\nHost: a.example\r\nContent-Length: 51\r\n\r\n" + hidden + last, []int{405, 404}},
}

func TestNothingIsAnsweredTwice(t *testing.T) {
	w := open(t, setup{kept: 10})
	want := w.ask(t, "GET", "domain/shop.example").body
	for _, e := range exchanges {
		var statuses []int
		for _, got := range w.send(t, e.sent) {
			statuses = append(statuses, got.status)
			if got.status == 200 && strings.Contains(e.sent, "/domain/shop.example") && !bytes.Equal(got.body, want) {
				t.Errorf("%s: another answer:\n%s", e.name, got.body)
			}
			if bytes.Contains(got.body, []byte("evil.test")) {
				t.Errorf("%s: the host of the request is in the answer:\n%s", e.name, got.body)
			}
		}
		if !slices.Equal(statuses, e.statuses) {
			t.Errorf("%s: %d, want %d", e.name, statuses, e.statuses)
		}
	}
}

// TestOnTheWireHEADIsGETWithoutTheBody: the bytes are compared, since a client's
// library tidies headers.
func TestOnTheWireHEADIsGETWithoutTheBody(t *testing.T) {
	w := open(t, setup{kept: 10, page: registryPage(t)})
	for _, q := range requests {
		if q.method != "GET" {
			continue
		}
		for _, more := range []string{"", "Accept-Encoding: gzip\r\n", "Accept-Encoding: zstd\r\n", "If-None-Match: *\r\n", "If-Match: \"x\"\r\n", "Accept: text/html\r\n"} {
			var heads [2]string
			for i, method := range []string{"GET", "HEAD"} {
				var b strings.Builder
				b.WriteString(method + " /" + q.path + " HTTP/1.1\r\nHost: rdap.nic.example\r\nConnection: close\r\n" + more)
				for i := 0; i < len(q.headers); i += 2 {
					b.WriteString(q.headers[i] + ": " + q.headers[i+1] + "\r\n")
				}
				head, body, _ := bytes.Cut(w.bytesOf(t, b.String()+"\r\n"), []byte("\r\n\r\n"))
				if method == "HEAD" && len(body) > 0 {
					t.Errorf("HEAD %s: %d bytes", q.path, len(body))
				}
				for line := range strings.SplitSeq(string(head), "\r\n") {
					if !strings.HasPrefix(line, "Date: ") {
						heads[i] += line + "\n"
					}
				}
			}
			if heads[0] != heads[1] {
				t.Errorf("%s %q: HEAD has\n%s\nGET has\n%s", q.path, more, heads[1], heads[0])
			}
		}
	}
}
