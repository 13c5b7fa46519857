//go:build fault && linux

package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// Who is who in the land of these tests.
const (
	theFrontEnd = iota + 1
	theForger
	theNeighbour
)

const (
	portWHOIS = 43
	portRDAP  = 80
	portProxy = 1080 // the availability port, which wants a PROXY header
)

const budgetOfThree = `
whois.listen = "[::]:43"
rdap.listen = "[::]:80"
rdap.forwarded_from = ["10.66.1.2/32", "fd66:1::2/128"]
das.listen = "[::]:1080"
das.proxy_from = ["10.66.1.2/32", "fd66:1::2/128"]
control = "-"
[limits]
state = "-"
lookup = { per_second = 0.001, at_once = 3 }
availability = { per_second = 0.001, at_once = 3 }
`

// TestOverARealNetworkNobodyIsTakenForSomebodyElse has a machine forge every header
// there is. It is limited as itself, while the front end's clients, and a
// neighbour, have budgets of their own.
func TestOverARealNetworkNobodyIsTakenForSomebodyElse(t *testing.T) {
	l := newLand(t, 3)
	l.serve(t, budgetOfThree)
	for _, ipv6 := range []bool{false, true} {
		t.Run(map[bool]string{false: "IPv4", true: "IPv6"}[ipv6], func(t *testing.T) {
			space := map[bool]string{false: "192.0.%d.7", true: "2001:db8:%d::7"}[ipv6]
			client := func(i int) string { return fmt.Sprintf(space, i) }

			for i := range 3 {
				expect(t, l, "200", theForger, ipv6, "X-Forwarded-For: "+client(i))
			}
			for i := range 3 {
				expect(t, l, "429", theForger, ipv6, "X-Forwarded-For: "+client(10+i))
				expect(t, l, "429", theForger, ipv6, "Forwarded: for=\""+client(20+i)+"\"")
				expect(t, l, "429", theForger, ipv6, "X-Real-IP: "+client(30+i))
			}
			for i := range 10 { // each has a budget, whatever it claims in front of its address
				for range 3 {
					expect(t, l, "200", theFrontEnd, ipv6, "X-Forwarded-For: "+client(99)+", "+client(100+i))
				}
				expect(t, l, "429", theFrontEnd, ipv6, "X-Forwarded-For: "+client(i)+", "+client(100+i))
			}
			expect(t, l, "400", theFrontEnd, ipv6, "Accept: */*")
			expect(t, l, "200", theNeighbour, ipv6, "Accept: */*")

			for i := range 10 {
				header := "PROXY TCP4 " + client(i) + " 192.0.2.1 4711 1080\r\n"
				if ipv6 {
					header = "PROXY TCP6 " + client(i) + " 2001:db8::1 4711 1080\r\n"
				}
				if said := talk(t, l, theForger, ipv6, header, 3); said != "" {
					t.Errorf("somebody who is no front end heard %q", said)
				}
				if said := talk(t, l, theFrontEnd, ipv6, header, 3); strings.Count(said, "Status: FREE") != 3 {
					t.Errorf("%s heard %q", client(i), said)
				}
				if said := talk(t, l, theFrontEnd, ipv6, header, 1); strings.Contains(said, "Status: FREE") {
					t.Errorf("%s has more than its budget: %q", client(i), said)
				}
			}
		})
	}
}

// expect asks over RDAP, with one line of a header.
func expect(t *testing.T, l *land, status string, machine int, ipv6 bool, line string) {
	t.Helper()
	if got, err := askLand(l, machine, ipv6, line); err != nil || got != status {
		t.Errorf("machine %d with %s: %s, %v, want %s", machine, line, got, err, status)
	}
}

func askLand(l *land, machine int, ipv6 bool, line string) (status string, err error) {
	c, err := l.dial(machine, portRDAP, ipv6)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET /domain/bakery.example HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"+line+"\r\n\r\n"); err != nil {
		return "", err
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.Status[:3], err
}

// talk asks n times for a free name on the availability port, behind a header.
func talk(t *testing.T, l *land, machine int, ipv6 bool, header string, n int) string {
	t.Helper()
	c, err := l.dial(machine, portProxy, ipv6)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = io.WriteString(c, header+strings.Repeat("get 1.0 free.example\r\n", n))
	_ = c.(*net.TCPConn).CloseWrite()
	said, _ := io.ReadAll(c) // a reset is silence, too
	return string(said)
}

const openToFloods = `
whois.listen = "[::]:43"
rdap.listen = "[::]:80"
rdap.connections_per_second = 160
das.listen = "[::]:1080"
control = "-"
[limits]
state = "-"
lookup = { per_second = 100, at_once = 1000 }
`

// TestOverARealNetworkAFloodHurtsNoNeighbour has one machine connect as fast as it
// can, to all windows, from many threads. Another one asks meanwhile, and every
// question is answered. Half of the flood is on the neighbour's window, and is more
// than all the new connections that may come in there.
func TestOverARealNetworkAFloodHurtsNoNeighbour(t *testing.T) {
	l := newLand(t, 3)
	l.serve(t, openToFloods)
	const connections, questions = 40000, 40
	var flooded, left atomic.Int64
	left.Store(connections)
	var flood sync.WaitGroup
	under := make(chan struct{})
	for i := range 16 {
		flood.Go(func() {
			_ = l.on(theForger, func() error {
				for n := left.Add(-1); n >= 0; n = left.Add(-1) {
					if n == connections-4000 {
						close(under)
					}
					if strike([]int{portRDAP, portRDAP, portWHOIS, portProxy}[n%4], i%2 == 0, n%3 == 0) {
						flooded.Add(1)
					}
				}
				return nil
			})
		})
	}
	<-under
	for i := range questions {
		expect(t, l, "200", theNeighbour, i%2 == 0, "Accept: */*")
	}
	during := flooded.Load()
	left.Store(0)
	flood.Wait()
	if during < 4000-16 {
		t.Errorf("only %d connections were the flood", during)
	}
	t.Logf("%d questions of a neighbour were answered beside %d connections of a flood", questions, during)
}

// strike is one connection of a flood, which may wait for what is said to it. What
// goes wrong with it is its own trouble.
func strike(port int, ipv6, waits bool) bool {
	c, err := dialFrom(theForger, port, ipv6)
	if err != nil {
		return false
	}
	defer c.Close()
	_, _ = io.WriteString(c, "x\r\n\r\n")
	if waits {
		_ = c.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, c)
	}
	return true
}
