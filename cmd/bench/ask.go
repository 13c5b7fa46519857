package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// asker makes the asker of one worker. Nothing it does lasts past until.
func (d *driver) asker(s step, until time.Time) asker {
	k := kept{dial: func() (net.Conn, error) { return d.dial(s.Address, until) }}
	switch s.Window {
	case "rdap":
		return &rdapAsker{kept: k, bare: s.Bare, host: s.Address}
	case "whois":
		return &whoisAsker{dial: k.dial, bare: s.Bare, answer: make([]byte, 64<<10)}
	case "das":
		return &dasAsker{kept: k, mix: mix{names: make([]string, batch)}, bare: s.Bare}
	default:
		return &postAsker{kept: k, mix: mix{names: make([]string, posted)}, bare: s.Bare, host: s.Address}
	}
}

// judged counts one answer.
func judged(right bool) (uint64, uint64, error) {
	if right {
		return 1, 0, nil
	}
	return 0, 1, nil
}

// kept is a connection for many questions, which is made again after an error.
type kept struct {
	dial func() (net.Conn, error)
	conn net.Conn
	in   *bufio.Reader
}

func (k *kept) send(text []byte) (err error) {
	if k.conn == nil {
		if k.conn, err = k.dial(); err != nil {
			k.conn = nil
			return err
		}
		k.in = bufio.NewReaderSize(k.conn, 128<<10)
	}
	_, err = k.conn.Write(text)
	return err
}

func (k *kept) close() {
	if k.conn != nil {
		k.conn.Close()
		k.conn = nil
	}
}

// rdapAsker reads no more of HTTP than status and length: net/http's client
// costs more than the answer.
type rdapAsker struct {
	kept
	bare bool
	host string
	text []byte
}

func (a *rdapAsker) ask(choose func() string) (right, wrong uint64, err error) {
	name := choose()
	a.text = append(append(append(a.text[:0], "GET /domain/"...), name...), " HTTP/1.1\r\nHost: "...)
	a.text = append(append(a.text, a.host...), "\r\nAccept: application/rdap+json\r\n\r\n"...)
	var body []byte
	if err = a.send(a.text); err == nil {
		body, err = readResponse(a.in)
	}
	if err != nil {
		a.close()
		return 0, 0, err
	}
	a.text = append(append(append(a.text[:0], `"ldhName":"`...), name...), '"')
	right, wrong, err = judged(a.bare || bytes.Contains(body, a.text))
	_, _ = a.in.Discard(len(body)) // it is in the buffer
	return right, wrong, err
}

var contentLength = []byte("\r\nContent-Length: ")

// readResponse reads a head and returns the body, which is still in the buffer
// and must fit in it.
func readResponse(in *bufio.Reader) ([]byte, error) {
	var head []byte
	for n := 1; head == nil; n = in.Buffered() + 1 {
		if _, err := in.Peek(n); err != nil {
			return nil, err
		}
		seen, _ := in.Peek(in.Buffered())
		if end := bytes.Index(seen, []byte("\r\n\r\n")); end >= 0 {
			head = seen[:end+4]
		}
	}
	if !bytes.HasPrefix(head, []byte("HTTP/1.1 200 ")) {
		return nil, fmt.Errorf("the answer is %q", head[:bytes.IndexByte(head, '\r')])
	}
	_, rest, found := bytes.Cut(head, contentLength)
	if !found {
		return nil, errors.New("the answer tells no Content-Length")
	}
	length, err := strconv.Atoi(string(rest[:bytes.IndexByte(rest, '\r')]))
	if err != nil {
		return nil, err
	}
	_, _ = in.Discard(len(head)) // it is in the buffer
	return in.Peek(length)
}

// whoisAsker makes a connection for each question, as RFC 3912 has it.
type whoisAsker struct {
	dial         func() (net.Conn, error)
	bare         bool
	answer, text []byte
}

func (a *whoisAsker) close() {}

func (a *whoisAsker) ask(choose func() string) (uint64, uint64, error) {
	name := choose()
	c, err := a.dial()
	if err != nil {
		return 0, 0, err
	}
	defer c.Close()
	a.text = append(append(a.text[:0], name...), "\r\n"...)
	if _, err := c.Write(a.text); err != nil {
		return 0, 0, err
	}
	n, err := io.ReadFull(c, a.answer)
	switch {
	case err == nil:
		return 0, 0, errors.New("the answer is larger than 64 KiB")
	case !errors.Is(err, io.ErrUnexpectedEOF):
		return 0, 0, fmt.Errorf("reading the answer: %w", err)
	case bytes.HasPrefix(a.answer[:n], []byte("WHOIS LIMIT EXCEEDED")):
		return 0, 0, errors.New("the answer is WHOIS LIMIT EXCEEDED")
	}
	a.text = append(append(append(a.text[:0], "Domain Name: "...), name...), "\r\n"...)
	return judged(a.bare || bytes.Contains(a.answer[:n], a.text))
}

// batch is how many names are sent to the availability port in one piece.
const batch = 100

// dasAsker sends a batch of names, half of them free, and reads the answers.
// The time of a question is that of its batch.
type dasAsker struct {
	kept
	mix
	bare bool
	text []byte
}

// mix are names to ask about, half of them free.
type mix struct {
	names []string
	asked uint64
}

func (m *mix) choose(registered func() string) {
	for i := range m.names {
		if m.names[i] = registered(); free(i) {
			// The label of a made-up domain never begins like this.
			m.asked++
			m.names[i] = "zz-free-" + strconv.FormatUint(m.asked, 10) + "." + zone
		}
	}
}

func free(i int) bool { return i%2 == 0 }

func (a *dasAsker) ask(registered func() string) (right, wrong uint64, err error) {
	a.choose(registered)
	a.text = a.text[:0]
	for _, name := range a.names {
		a.text = append(append(a.text, name...), "\r\n"...)
	}
	err = a.send(a.text)
	for i := 0; i < batch && err == nil; i++ {
		var name, status string
		if name, status, err = readAvailability(a.in); err != nil {
			break
		}
		if a.bare || name == a.names[i] && (status == "AVAILABLE") == free(i) && status != "" {
			right++
		} else {
			wrong++
		}
	}
	if err != nil {
		a.close()
	}
	return right, wrong, err
}

// readAvailability reads an answer up to the empty line that ends it.
func readAvailability(in *bufio.Reader) (name, status string, err error) {
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return "", "", err
		}
		line = bytes.TrimRight(line, "\r\n")
		key, value, _ := bytes.Cut(line, []byte(": "))
		switch {
		case len(line) == 0:
			return name, status, nil
		case string(key) == "Domain" || string(key) == "A-label": // the latter comes second, and is what was asked
			name = string(value)
		case string(key) == "Status":
			status = string(value)
		case bytes.HasPrefix(line, []byte("%RC=")) && string(line) != "%RC=0":
			return "", "", fmt.Errorf("the answer is %q", line)
		}
	}
}
