package service

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"registerd/access"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/ratelimit"
)

// question is asked of either side; it returns all that comes back.
type question func(t *testing.T, s *side) string

// compare asks both sides, counts how they answer, and returns the first answers
// that differ, "" if none do.
func (w *twins) compare(t *testing.T, r *rand.Rand, questions int, told answered) string {
	for range questions {
		w.clock.Add(r.Int64N(int64(2 * time.Second))) // now and then a budget is used up
		var difference string
		if r.IntN(6) == 0 {
			difference = w.search(t, r, told)
		} else {
			what, ask := w.question(t, r)
			_, difference = w.both(t, what, ask, told)
		}
		if difference != "" {
			return difference
		}
	}
	return ""
}

// both asks both sides one question.
func (w *twins) both(t *testing.T, what string, ask question, told answered) (answer, difference string) {
	one, other := ask(t, w.sides[0]), ask(t, w.sides[1])
	told[one[:min(3, len(one))]]++
	for _, words := range tellingWords {
		if strings.Contains(one, words) {
			told[words]++
		}
	}
	if one != other {
		difference = fmt.Sprintf("%s: the twins are told apart:\n%s\n\n%s", what, one, other)
	} else if paid, otherwise := w.standing(w.sides[0], told), w.standing(w.sides[1], nil); paid != otherwise {
		difference = fmt.Sprintf("%s: the twins have different prices:\n%s\n\n%s", what, paid, otherwise)
	}
	return one, difference
}

// standing is all that the limiter of a side could tell its clients: what is left
// of every budget, when more comes, and at what price. It counts those that are
// used up.
func (w *twins) standing(s *side, told answered) string {
	var out strings.Builder
	for _, client := range []ratelimit.Client{{Addr: w.caller.Channel.Addr}, {Account: w.caller.Account}} {
		for class := ratelimit.Lookup; class <= ratelimit.Miss && client != (ratelimit.Client{}); class++ {
			standing := s.limiter.Standing(client, class)
			if told != nil && standing.Left < 1 {
				told["no more "+class.String()]++
			}
			fmt.Fprintf(&out, "%+v\n", standing)
		}
	}
	return out.String()
}

// apart is how many names look different to the operator, who sees everything:
// if they do not, nothing was compared.
func (w *twins) apart(t *testing.T) (n int) {
	operator := access.Caller{Account: "op", Audience: disclose.Operator, Channel: w.caller.Channel}
	for _, name := range w.names {
		q := lookup.Question{Caller: operator, Window: lookup.Console, Text: name}
		if !bytes.Equal(w.sides[0].unlimited.Answer(t.Context(), q), w.sides[1].unlimited.Answer(t.Context(), q)) {
			n++
		}
	}
	return n
}

// question draws one: nine of ten are about something that is there.
func (w *twins) question(t *testing.T, r *rand.Rand) (what string, ask question) {
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	object := pick(w.names)
	kind := []string{"domain", "entity", "nameserver"}[r.IntN(3)]
	switch kind {
	case "entity":
		object = pick([]string{pick(w.handles), pick(w.handles), pick(w.persons), "registrar-" + strconv.Itoa(r.IntN(250)), strconv.Itoa(900000 + r.IntN(250))})
	case "nameserver":
		object = pick([]string{"ns1." + object, "ns" + strconv.Itoa(1+r.IntN(3)) + ".provider-" + strconv.Itoa(r.IntN(250)) + ".test"})
	default:
		object = pick([]string{object, object, object, "city" + strconv.Itoa(r.IntN(30)) + ".example"})
	}
	switch r.IntN(15) {
	case 0:
		object = pick([]string{"other.invalid", "example", "no name", "", "%zz", strings.Repeat("x", 300)})
	case 1:
		kind, object = "domain", "free-name.example"
	}
	if r.IntN(5) == 0 {
		object = pick([]string{strings.ToUpper(object), object + ".", object + "x"})
	}
	switch r.IntN(4) {
	case 0, 1:
		return w.overHTTP(r, "/"+kind+"/"+object)
	case 2:
		line := pick([]string{"", "", "-C latin1 ", "--lang da ", "--lang=xx -C us-ascii ", "-T dn ", "-x "}) +
			map[string]string{"domain": "", "entity": pick([]string{"handle ", "contact ", ""}), "nameserver": "nameserver "}[kind] + object
		if len(w.header) == 0 {
			return "WHOIS " + line, func(t *testing.T, s *side) string { return overTCP(t, s.port43, line) }
		}
		q := lookup.Question{Caller: w.caller, Window: lookup.Console, Text: line}
		return "ask " + line, func(t *testing.T, s *side) string { return string(s.whois.Answer(t.Context(), q)) }
	default:
		lines := []string{object}
		for range r.IntN(10) {
			lines = append(lines, pick([]string{pick(w.names), pick(w.handles), "free.example", "-", "other.invalid"}))
		}
		return fmt.Sprintf("DAS %q", lines), func(t *testing.T, s *side) string { return overTCP(t, s.das, strings.Join(lines, "\r\n")) }
	}
}

// overHTTP draws a request: with HEAD, with the tag of an answer of the first
// side, with a method or a credential that is refused.
func (w *twins) overHTTP(r *rand.Rand, path string) (string, question) {
	if r.IntN(12) == 0 {
		path = []string{"/help", "/", "/domains/reverse_search/entity?fn=a", "/entities/reverse_search/entity?fn=a", "/domain/a/b", "/openapi.json", "/ips"}[r.IntN(7)]
	}
	method := []string{"GET", "GET", "GET", "GET", "HEAD", "HEAD", "OPTIONS", "POST"}[r.IntN(8)]
	header := w.header
	if r.IntN(20) == 0 {
		header = http.Header{"Authorization": {"Bearer registerd_aaaaaaaa_b_c"}}
	}
	return method + " " + path, overHTTP(method, path, header, r.IntN(4) == 0)
}

// overHTTP makes a request of it, conditional on the tag of the first side's
// answer or not. All of the answer counts, but for the time of day.
func overHTTP(method, path string, header http.Header, conditional bool) question {
	tag := ""
	return func(t *testing.T, s *side) string {
		if conditional && tag == "" {
			tag = sendTo(t, s, "GET", path, header).Header.Get("Etag") + `, "none"`
		} else if conditional {
			sendTo(t, s, "GET", path, header) // so that the budgets stay equal
		}
		h := header.Clone()
		if conditional {
			h.Set("If-None-Match", tag)
		}
		res := sendTo(t, s, method, path, h)
		body, err := io.ReadAll(res.Body)
		must(t, err)
		res.Header.Del("Date")
		return fmt.Sprintf("%d\n%s %d\n%v\n%s", res.StatusCode, res.Proto, res.ContentLength, res.Header, body)
	}
}

func sendTo(t *testing.T, s *side, method, path string, header http.Header) *http.Response {
	req, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.rdap+"/", nil)
	must(t, err)
	req.URL.Opaque = "//" + s.rdap + strings.ReplaceAll(path, " ", "%20")
	req.Header = header.Clone()
	res, err := s.client.RoundTrip(req)
	must(t, err)
	body, err := io.ReadAll(res.Body)
	must(t, err)
	must(t, res.Body.Close())
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res
}

// overTCP sends the text as lines, and returns what comes back to the end.
func overTCP(t *testing.T, address, text string) string {
	c, err := net.Dial("tcp", address)
	must(t, err)
	defer c.Close()
	must(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = io.WriteString(c, text+"\r\n")
	must(t, err)
	must(t, c.(*net.TCPConn).CloseWrite())
	answer, err := io.ReadAll(c)
	must(t, err)
	return string(answer)
}
