package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"registerd/escrow"
)

// samples is how many answers are looked at to find one of the usual length.
const samples = 200

// sample makes a yardstick that writes what a window usually writes: of some
// answers, the one whose length is nearest to their average.
func sample(window, address string, names *escrow.Synthetic) (yardstick, error) {
	if window == "post" {
		return samplePost(address, names)
	}
	answers := make([]yardstick, min(samples, names.Domains))
	sum := 0
	for i := range answers {
		var err error
		name := names.Name(i * (names.Domains / len(answers)))
		if answers[i], err = askOne(window, address, string(name)); err != nil {
			return yardstick{}, err
		}
		sum += len(answers[i].Body)
	}
	average := sum / len(answers)
	usual := answers[0]
	for _, a := range answers {
		if abs(len(a.Body)-average) < abs(len(usual.Body)-average) {
			usual = a
		}
	}
	usual.Window = window
	return usual, nil
}

func abs(n int) int { return max(n, -n) }

// askOne asks one question on a connection of its own.
func askOne(window, address, name string) (y yardstick, err error) {
	c, err := net.DialTimeout("tcp4", address, patience)
	if err != nil {
		return y, err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return y, err
	}
	in, question := bufio.NewReader(c), name+"\r\n"
	if window == "rdap" {
		question = "GET /domain/" + name + " HTTP/1.1\r\nHost: " + address + "\r\n\r\n"
	}
	if _, err := io.WriteString(c, question); err != nil {
		return y, err
	}
	switch window {
	case "rdap":
		return sampleHTTP(in)
	case "whois":
		y.Body, err = io.ReadAll(in)
		return y, err
	}
	for !bytes.HasSuffix(y.Body, []byte("\r\n\r\n")) {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return y, err
		}
		y.Body = append(y.Body, line...)
	}
	return y, nil
}

// sampleHTTP takes an answer over HTTP for a sample.
func sampleHTTP(in *bufio.Reader) (y yardstick, err error) {
	response, err := http.ReadResponse(in, nil)
	if err != nil {
		return y, err
	}
	if response.StatusCode != http.StatusOK {
		return y, fmt.Errorf("the answer is %s", response.Status)
	}
	y.Header = response.Header
	y.Header.Del("Date") // the bare server says it itself
	y.Body, err = io.ReadAll(response.Body)
	return y, err
}
