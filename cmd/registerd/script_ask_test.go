package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"registerd/internal/marker"
)

// say prints an answer as the script's standard output.
func say(ts *testscript.TestScript, public bool, text string) {
	if public && marker.In(text) {
		ts.Fatalf("a private value was answered to the public:\n%s", text)
	}
	_, err := io.WriteString(ts.Stdout(), text)
	ts.Check(err)
}

// ask sends a text to a line window and reads to the end.
func ask(ts *testscript.TestScript, address, text string) string {
	c, err := dial(ts, address)
	ts.Check(err)
	defer c.Close()
	ts.Check(c.SetDeadline(time.Now().Add(patience)))
	_, err = io.WriteString(c, text)
	ts.Check(err)
	ts.Check(c.(*net.TCPConn).CloseWrite())
	answer, err := io.ReadAll(c)
	ts.Check(err)
	return strings.ReplaceAll(string(answer), "\r\n", "\n")
}

func askWHOIS(ts *testscript.TestScript, _ bool, args []string) {
	public := len(args) == 0 || args[0] != "-known"
	if !public {
		args = args[1:]
	}
	say(ts, public, ask(ts, ts.Getenv("WHOIS"), strings.Join(args, " ")+"\r\n"))
}

func talkWHOIS(ts *testscript.TestScript, _ bool, args []string) {
	say(ts, true, ask(ts, ts.Getenv("WHOIS"), strings.Join(args, "\r\n")+"\r\n"))
}

func askDAS(ts *testscript.TestScript, _ bool, args []string) {
	window := "DAS"
	if len(args) > 1 && args[0] == "-n" {
		window += "-" + args[1]
		args = args[2:]
	}
	say(ts, true, ask(ts, ts.Getenv(window), strings.Join(args, "\r\n")+"\r\n"))
}

func askRDAP(ts *testscript.TestScript, refused bool, args []string) {
	method, header, path, body := http.MethodGet, http.Header{}, "", io.Reader(nil)
	secure := trust(ts)
	for i := 0; i < len(args); i++ {
		switch {
		case args[i] == "-X" && i+1 < len(args):
			i++
			method = args[i]
		case args[i] == "-d" && i+1 < len(args):
			i++
			method, body = http.MethodPost, strings.NewReader(ts.ReadFile(args[i]))
		case args[i] == "-C" && i+2 < len(args):
			shown, err := tls.LoadX509KeyPair(ts.MkAbs(args[i+1]), ts.MkAbs(args[i+2]))
			ts.Check(err)
			secure.Certificates, i = []tls.Certificate{shown}, i+2
		case args[i] == "-H" && i+1 < len(args):
			i++
			name, value, _ := strings.Cut(args[i], ":")
			header.Add(strings.TrimSpace(name), strings.TrimSpace(value))
		default:
			path = args[i]
		}
	}
	if strings.HasPrefix(path, "/") {
		path = "http://" + ts.Getenv("RDAP") + path
	}
	request, err := http.NewRequest(method, path, body)
	ts.Check(err)
	request.Header = header
	client := &http.Client{Timeout: patience, Transport: &http.Transport{
		DisableKeepAlives: true, DisableCompression: true, ForceAttemptHTTP2: true, TLSClientConfig: secure,
		DialContext: func(_ context.Context, _, address string) (net.Conn, error) { return dial(ts, address) },
	}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if refused && err != nil {
		return
	}
	ts.Check(err)
	defer response.Body.Close()
	if refused {
		ts.Fatalf("it is answered: %s", response.Status)
	}
	answer, err := io.ReadAll(response.Body)
	ts.Check(err)
	s := serverOf(ts)
	s.answer, s.public = answer, header.Get("Authorization")+header.Get("Cookie") == "" && secure.Certificates == nil
	var text bytes.Buffer
	fmt.Fprintln(&text, response.Status)
	names := make([]string, 0, len(response.Header))
	for name := range response.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&text, "%s: %s\n", name, strings.Join(response.Header[name], ", "))
	}
	text.WriteByte('\n')
	if json.Valid(answer) {
		ts.Check(json.Indent(&text, answer, "", "  "))
	} else {
		text.Write(answer)
	}
	text.WriteByte('\n')
	say(ts, s.public, text.String())
}

func setFrom(ts *testscript.TestScript, _ bool, args []string) {
	serverOf(ts).from = strings.Join(args, "")
}

// dial connects to a window; through a front end, when the script wants one,
// that says who the client is in PROXY protocol, version 1.
func dial(ts *testscript.TestScript, address string) (net.Conn, error) {
	c, err := net.DialTimeout("tcp", address, patience)
	from := serverOf(ts).from
	if err != nil || from == "" {
		return c, err
	}
	family, to := "TCP4", "192.0.2.1"
	if strings.Contains(from, ":") {
		family, to = "TCP6", "2001:db8::1"
	}
	_, err = fmt.Fprintf(c, "PROXY %s %s %s 4711 80\r\n", family, from, to)
	return c, err
}

// holdWHOIS sends the beginning of a line.
func holdWHOIS(ts *testscript.TestScript, _ bool, args []string) {
	c, err := dial(ts, ts.Getenv("WHOIS"))
	ts.Check(err)
	ts.Defer(func() { c.Close() })
	_, err = io.WriteString(c, strings.Join(args, " "))
	ts.Check(err)
	serverOf(ts).held = c
}

// releaseWHOIS sends the rest of the line.
func releaseWHOIS(ts *testscript.TestScript, _ bool, args []string) {
	c := serverOf(ts).held
	ts.Check(c.SetDeadline(time.Now().Add(patience)))
	_, err := io.WriteString(c, strings.Join(args, " ")+"\r\n")
	ts.Check(err)
	answer, err := io.ReadAll(c)
	ts.Check(err)
	say(ts, true, strings.ReplaceAll(string(answer), "\r\n", "\n"))
}
