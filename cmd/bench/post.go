package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"strconv"
	"time"

	"registerd/escrow"
)

// posted is how many names one question over HTTP is about.
const posted = 1000

// postAsker asks about many names with POST, in JSON, and reads the answers. The
// time of a question is that of all its names.
type postAsker struct {
	kept
	mix
	bare       bool
	host       string
	text, body []byte
}

func (a *postAsker) ask(registered func() string) (right, wrong uint64, err error) {
	a.choose(registered)
	a.text = postOf(a.text[:0], a.host, a.names)
	var answer []byte
	if err = a.send(a.text); err == nil {
		answer, err = readResponse(a.in)
	}
	if err != nil {
		a.close()
		return 0, 0, err
	}
	length := len(answer)
	for i, name := range a.names {
		var row []byte
		row, answer, _ = bytes.Cut(answer[min(len(answer), 2):], []byte("}")) // from "[\n" or ",\n"
		a.body = append(append(append(a.body[:0], `{"name":"`...), name...), `",`...)
		rest, named := bytes.CutPrefix(row, a.body)
		_, rest, _ = bytes.Cut(rest, []byte(`"state":"`)) // before it, the name in U-labels
		state, _, told := bytes.Cut(rest, []byte(`"`))
		if a.bare || named && told && (string(state) == "free") == free(i) && string(state) != "unknown" {
			right++
		} else {
			wrong++
		}
	}
	_, _ = a.in.Discard(length) // it is in the buffer
	return right, wrong, nil
}

// postOf appends a request about names.
func postOf(b []byte, host string, names []string) []byte {
	length := len("[]") - len(",")
	for _, name := range names {
		length += len(name) + len(`"",`)
	}
	b = fmt.Appendf(b, "POST /availability HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", host, length)
	b = append(b, '[')
	for i, name := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, name)
	}
	return append(b, ']')
}

// samplePost makes a yardstick of one answer: with so many names in it, it is of
// the usual length.
func samplePost(address string, names *escrow.Synthetic) (y yardstick, err error) {
	c, err := net.DialTimeout("tcp4", address, patience)
	if err != nil {
		return y, err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return y, err
	}
	next, asked := 0, mix{names: make([]string, posted)}
	asked.choose(func() string { next++; return string(names.Name(next % names.Domains)) })
	if _, err := c.Write(postOf(nil, address, asked.names)); err != nil {
		return y, err
	}
	y, err = sampleHTTP(bufio.NewReader(c))
	y.Window = "post"
	return y, err
}
