package main

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
)

// question is asked of either side; it returns all that comes back.
type question func(t *testing.T, s *side) string

// compare asks both sides, and counts how they answer.
func (w *twins) compare(t *testing.T, r *rand.Rand, questions int, answered map[string]int) {
	for range questions {
		w.clock.Add(r.Int64N(int64(2 * time.Second))) // now and then a budget is used up
		what, ask := w.question(t, r)
		one, other := ask(t, w.sides[0]), ask(t, w.sides[1])
		if one != other {
			t.Fatalf("%s: the twins are told apart:\n%s\n\n%s", what, one, other)
		}
		answered[one[:min(3, len(one))]]++
		for _, words := range []string{"WHOIS LIMIT EXCEEDED", "Domain not found.", "%RC=0", "Registrant Name: ", "nameserverSearchResults"} {
			if strings.Contains(one, words) {
				answered[words]++
			}
		}
	}
	// Whoever sees everything must see that they are two, or nothing was compared.
	operator := access.Caller{Account: "op", Audience: disclose.Operator, Channel: w.caller.Channel}
	apart := 0
	for _, name := range w.names {
		q := lookup.Question{Caller: operator, Window: lookup.Console, Text: name}
		if !bytes.Equal(w.sides[0].unlimited.Answer(t.Context(), q), w.sides[1].unlimited.Answer(t.Context(), q)) {
			apart++
		}
	}
	if apart < len(w.names)/3 {
		t.Errorf("the operator tells only %d of %d names apart: these are no twins", apart, len(w.names))
	}
}

// question draws one: nine of ten are about something that is there.
func (w *twins) question(t *testing.T, r *rand.Rand) (what string, ask question) {
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	object := pick(w.names)
	kind := []string{"domain", "entity", "nameserver"}[r.IntN(3)]
	switch kind {
	case "entity":
		object = pick([]string{pick(w.handles), pick(w.handles), "registrar-" + strconv.Itoa(r.IntN(250)), strconv.Itoa(900000 + r.IntN(250))})
	case "nameserver":
		object = pick([]string{"ns1." + object, "ns" + strconv.Itoa(1+r.IntN(3)) + ".provider-" + strconv.Itoa(r.IntN(250)) + ".test"})
	default:
		object = pick([]string{object, object, object, "city" + strconv.Itoa(r.IntN(30)) + ".example"})
	}
	if r.IntN(10) == 0 {
		object = pick([]string{"free-name.example", "other.invalid", "example", "no name", "", "%zz", strings.Repeat("x", 300)})
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
		if w.token == "" {
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
	switch r.IntN(12) {
	case 0:
		path = []string{"/help", "/", "/domains/reverse_search/entity?fn=a", "/domain/a/b"}[r.IntN(4)]
	case 1, 2:
		path = w.search(r)
	}
	method := []string{"GET", "GET", "GET", "GET", "HEAD", "HEAD", "OPTIONS", "POST"}[r.IntN(8)]
	header := http.Header{}
	if w.token != "" {
		header.Set("Authorization", "Bearer "+w.token)
	}
	if r.IntN(20) == 0 {
		header.Set("Authorization", "Bearer registerd_aaaaaaaa_b_c")
	}
	conditional := r.IntN(4) == 0
	tag := ""
	return method + " " + path, func(t *testing.T, s *side) string {
		if conditional && tag == "" { // of the first side, for both
			tag = request(t, s, "GET", path, header).Header.Get("Etag") + `, "none"`
		} else if conditional {
			request(t, s, "GET", path, header) // so that the budgets stay equal
		}
		h := header.Clone()
		if conditional {
			h.Set("If-None-Match", tag)
		}
		res := request(t, s, method, path, h)
		body, err := io.ReadAll(res.Body)
		must(t, err)
		res.Header.Del("Date")
		return fmt.Sprintf("%d\n%s %d\n%v\n%s", res.StatusCode, res.Proto, res.ContentLength, res.Header, body)
	}
}

// search draws a search: of what is there, by the whole or the beginning.
func (w *twins) search(r *rand.Rand) string {
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	name, handle := pick(w.names), pick(w.handles)
	provider := "provider-" + strconv.Itoa(r.IntN(250)) + ".test"
	return pick([]string{
		"/nameservers?name=ns1." + name, "/nameservers?name=ns" + strconv.Itoa(1+r.IntN(3)) + "." + provider, "/nameservers?name=ns*." + provider,
		"/nameservers?ip=192.0.2." + strconv.Itoa(r.IntN(256)), "/domains?name=" + name, "/domains?name=ci*.example",
		"/domains?nsLdhName=ns1." + provider, "/domains?nsIp=192.0.2." + strconv.Itoa(r.IntN(256)),
		"/entities?handle=" + handle, "/entities?handle=" + handle[:2] + "*", "/entities?fn=an*",
	}) + pick([]string{"", "", "&count=true", "&fieldSet=id", "&fieldSet=brief&sort=name:d", "&sort=registrationDate", "&sort=org,city:d"})
}

func request(t *testing.T, s *side, method, path string, header http.Header) *http.Response {
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
