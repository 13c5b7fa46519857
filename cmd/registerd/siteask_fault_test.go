//go:build fault && linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// The questions of the oracle: what there is, what is reserved, and what there is not.
var siteNames = []string{"bakery.example", "karin.example", "protected.example", "lighthouse.example", "townhall.example",
	"election.example", "free.example", "never-there.example"}

func siteQuestions() []string {
	all := []string{"rdap /entity/HAVN-1", "rdap /nameserver/ns1.bakery.example", "rdap /domains?name=bakery.example"}
	for _, name := range siteNames {
		all = append(all, "whois "+name, "das "+name, "rdap /domain/"+name)
	}
	return all
}

// remember asks everything while all is well.
func (s *site) remember() {
	s.t.Helper()
	s.oracle = map[string]string{}
	for _, question := range siteQuestions() {
		answer, err := s.ask(question)
		if err != nil {
			s.t.Fatalf("%s: %v", question, err)
		}
		s.oracle[question] = answer
	}
	for question, want := range map[string]string{
		"whois bakery.example": "Domain Name: bakery.example", "whois free.example": "Domain not found",
		"das bakery.example": "NOT AVAILABLE", "das free.example": "Status: AVAILABLE",
		"rdap /domain/bakery.example": "200 ", "rdap /domain/free.example": "404 ",
	} {
		if !strings.Contains(s.oracle[question], want) {
			s.t.Fatalf("%s, when all is well: %s", question, s.oracle[question])
		}
	}
}

// ask asks as the public.
func (s *site) ask(question string) (string, error) {
	window, text, _ := strings.Cut(question, " ")
	if window == "rdap" {
		status, body, err := s.http(http.MethodGet, text, nil, nil)
		return fmt.Sprintf("%d %s", status, body), err
	}
	c, err := net.DialTimeout("tcp", s.at[window], patience)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	if _, err := io.WriteString(c, text+"\r\n"); err != nil {
		return "", err
	}
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(c)
	return string(answer), err
}

func (s *site) http(method, path string, header http.Header, body []byte) (int, string, error) {
	r, err := http.NewRequest(method, "http://"+s.at["rdap"]+path, bytes.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	if r.Header = header; header == nil {
		r.Header = http.Header{}
	}
	answer, err := (&http.Client{Timeout: patience}).Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}

// answers wants the right answer to every question.
func (s *site) answers(when string) {
	s.t.Helper()
	for question, want := range s.oracle {
		if got, err := s.ask(question); err != nil || got != want {
			s.t.Errorf("%s: %s: %v; answered %.300q, want %.300q", when, question, err, got, want)
			return
		}
	}
}

// during wants right answers all the time that something else is done.
func (s *site) during(when string, do func()) {
	s.t.Helper()
	ctx, stop := context.WithCancel(s.t.Context())
	var askers sync.WaitGroup
	for range 3 {
		askers.Go(func() {
			for ctx.Err() == nil && !s.t.Failed() {
				s.answers(when)
			}
		})
	}
	defer func() { stop(); askers.Wait() }()
	do()
}

// privately asks for what an authority is told. The case is in the journal if the
// answer is 200.
func (s *site) privately() (status int, text, number string, err error) {
	number = fmt.Sprintf("case-%d-%d", os.Getpid(), s.cases.Add(1))
	status, text, err = s.http(http.MethodGet, "/domain/protected.example",
		http.Header{"Authorization": {"Bearer " + s.token}, "Rdap-Purpose": {"legalActions"}, "Rdap-Case": {number}}, nil)
	if status == http.StatusOK && !strings.Contains(text, "Canary") {
		s.t.Errorf("an authority was told no more than the public: %s", text)
	}
	return status, text, number, err
}

// awaitPrivately asks above public until the answer has this status, and none is wrong
// meanwhile.
func (s *site) awaitPrivately(when string, want int) {
	s.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		status, text, _, err := s.privately()
		switch {
		case status == want && (want == http.StatusOK || strings.Contains(text, "cannot be journaled")):
			return
		case err != nil, status != http.StatusOK && status != http.StatusServiceUnavailable, time.Now().After(deadline):
			s.t.Errorf("%s: above public: %d %s %v, want %d", when, status, text, err, want)
			return
		}
	}
}
