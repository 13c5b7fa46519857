package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"registerd/access"
)

// Searches are asked one at a time, by one client: they are few, and what counts
// is that one of them costs no more in a large register than in a small one.

// searchRounds is how often each search is asked; a tenth more comes before.
const searchRounds = 300

// authority is the account that may ask all searches: its entry in the
// configuration, and what it sends.
func authority() (entry string, header http.Header) {
	token, id, hash := access.NewToken()
	entry = fmt.Sprintf(`
[[token]]
id = %q
hash = "sha256:%s"
expires = %s
organization = "Bench"
audience = "authority"
`, id, hexOf(hash), time.Now().Add(24*time.Hour).UTC().Format(time.RFC3339))
	header = http.Header{}
	header.Set("Authorization", "Bearer "+token)
	header.Set("RDAP-Purpose", "legalActions")
	header.Set("RDAP-Case", "bench")
	return entry, header
}

func hexOf(hash [sha256.Size]byte) string { return hex.EncodeToString(hash[:]) }

// searched is what was measured of one search.
type searched struct {
	what       string
	objects    int // of all answers together, divided by how many there were
	bytes      int
	p50, p99   time.Duration
	cpu        time.Duration
	unanswered string // the first answer that was not 200 or 404
}

// search is a kind of search, and how its questions are made.
type search struct {
	what   string
	public bool
	query  func(*searching) string
}

var searches = []search{
	{"domains by prefix, full", false, func(s *searching) string { return "domains?name=" + s.prefix() }},
	{"domains by prefix, brief", false, func(s *searching) string { return "domains?fieldSet=brief&name=" + s.prefix() }},
	{"domains of a name server", false, func(s *searching) string { return "domains?nsLdhName=" + pick(s, s.servers) }},
	{"the same, counted", false, func(s *searching) string { return "domains?count=true&nsLdhName=" + pick(s, s.servers) }},
	{"domains at an address", false, func(s *searching) string { return "domains?nsIp=" + url.QueryEscape(pick(s, s.addresses)) }},
	{"contacts by prefix", false, func(s *searching) string { return "entities?handle=" + pick(s, s.handles)[:6] + "*" }},
	{"a name server, public", true, func(s *searching) string { return "nameservers?name=" + pick(s, s.servers) }},
	{"an address, public", true, func(s *searching) string { return "nameservers?ip=" + url.QueryEscape(pick(s, s.addresses)) }},
}

// searching is the client, and what it can ask about.
type searching struct {
	bout                      *bout
	header                    http.Header
	random                    *rand.Rand
	names, servers, addresses []string
	handles                   []string
}

func pick(s *searching, from []string) string { return from[s.random.IntN(len(from))] }

// prefix is the beginning of a name that is there.
func (s *searching) prefix() string { return pick(s, s.names)[:3] + "*." + zone }

// searching measures every kind of search.
func (t *bout) searching(header http.Header) error {
	s := &searching{bout: t, header: header, random: rand.New(rand.NewPCG(1, 2))}
	if err := s.learn(); err != nil {
		return fmt.Errorf("learning what there is: %w", err)
	}
	for _, k := range searches {
		m, err := s.measure(k)
		if err != nil {
			return fmt.Errorf("%s: %w", k.what, err)
		}
		t.table.searched = append(t.table.searched, m)
	}
	return nil
}

// learn reads some domains to know servers, addresses and handles.
func (s *searching) learn() error {
	register := synthetic(s.bout.domains)
	for i := range min(samples, register.Domains) {
		name := string(register.Name(i * (register.Domains / min(samples, register.Domains))))
		_, body, err := s.get("domain/"+name, false)
		if err != nil {
			return err
		}
		var d struct {
			Nameservers []struct {
				LDHName     string
				IPAddresses struct{ V4, V6 []string }
			}
			Entities []struct{ Handle string }
		}
		if err := json.Unmarshal(body, &d); err != nil {
			return err
		}
		s.names = append(s.names, name)
		for _, ns := range d.Nameservers {
			s.servers = append(s.servers, ns.LDHName)
			s.addresses = append(s.addresses, append(ns.IPAddresses.V4, ns.IPAddresses.V6...)...)
		}
		for _, e := range d.Entities {
			if len(e.Handle) >= 6 {
				s.handles = append(s.handles, e.Handle)
			}
		}
	}
	s.addresses = slices.DeleteFunc(s.addresses, func(a string) bool { _, err := netip.ParseAddr(a); return err != nil })
	if len(s.servers) == 0 || len(s.addresses) == 0 || len(s.handles) == 0 {
		return fmt.Errorf("the sampled domains have no servers, addresses or handles")
	}
	return nil
}

// measure asks one kind of search, one question after the other.
func (s *searching) measure(k search) (searched, error) {
	out := searched{what: k.what}
	var times histogram
	var used time.Duration
	answers := 0
	for i := range searchRounds + searchRounds/10 {
		if i == searchRounds/10 {
			times, out.objects, out.bytes, answers = histogram{}, 0, 0, 0
			var err error
			if used, err = processorTime(s.bout.server.cmd.Process.Pid); err != nil {
				return out, err
			}
		}
		query := k.query(s)
		began := time.Now()
		status, body, err := s.get(query, k.public)
		if err != nil {
			return out, err
		}
		times.add(time.Since(began))
		if status != http.StatusOK && status != http.StatusNotFound && status != http.StatusUnprocessableEntity && out.unanswered == "" {
			out.unanswered = fmt.Sprintf("%s: %d", query, status)
		}
		answers++
		out.objects += bytes.Count(body, []byte(`"rel":"self"`))
		out.bytes += len(body)
	}
	now, err := processorTime(s.bout.server.cmd.Process.Pid)
	out.cpu = (now - used) / time.Duration(answers)
	out.objects, out.bytes = out.objects/answers, out.bytes/answers
	out.p50, out.p99 = times.quantile(0.50), times.quantile(0.99)
	return out, err
}

// get asks one question over a kept connection.
func (s *searching) get(query string, public bool) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.bout.addresses["rdap"]+"/"+query, nil)
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Accept-Encoding", "identity")
	if !public {
		for name, values := range s.header {
			r.Header[name] = values
		}
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, body, err
}
