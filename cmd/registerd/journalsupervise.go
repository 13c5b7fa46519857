package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"registerd/audit"
	"registerd/holder/receipts"
	"registerd/register"
)

// loopback is where commands of the operator come from.
var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// supervised is a record as whoever supervises reads it.
type supervised struct {
	Seq          uint64    `json:"seq"`
	Old          int       `json:"old_journal,omitempty"` // the number is of that one
	Time         time.Time `json:"time"`
	Entry        string    `json:"entry"`
	Confidential bool      `json:"confidential"` // now
	Until        string    `json:"confidential_until,omitempty"`
	Erased       bool      `json:"erased"` // of what was sealed there is nothing any more
	Account      string    `json:"account"`
	Organisation string    `json:"organisation"`
	Person       string    `json:"person"`
	Requester    string    `json:"requester"`
	Audience     string    `json:"audience"`
	Purpose      string    `json:"purpose"`
	Case         string    `json:"case"`
	Basis        string    `json:"basis"`
	Window       string    `json:"window"`
	Question     string    `json:"question"`
	Kind         string    `json:"kind"`
	Key          string    `json:"key"`
	Reference    string    `json:"reference"`
	Told         int       `json:"fields_told"`
	Fields       []string  `json:"fields"`
	Contacts     []string  `json:"contacts"`
	Rules        string    `json:"rules"`
	Serial       uint64    `json:"serial"`
	Generation   uint64    `json:"generation"`
	Client       string    `json:"client"`
}

func supervisedOf(r *audit.Record, now time.Time) supervised {
	s := supervised{
		Seq: r.Seq, Old: r.Old, Time: r.Time.UTC(), Entry: string(r.Entry), Confidential: r.Until.After(now), Erased: r.Gone,
		Account: r.Caller, Organisation: r.Organisation, Person: r.Person, Requester: r.Requester, Audience: r.Audience,
		Purpose: r.Purpose, Case: r.Case, Basis: r.Basis, Window: r.Window, Question: r.Question, Kind: r.Kind, Key: r.Key,
		Reference: r.Reference, Told: r.Told, Fields: r.Fields, Contacts: r.Contacts, Rules: r.Rules, Serial: r.Serial, Generation: r.Generation,
	}
	if !r.Until.IsZero() {
		s.Until = r.Until.UTC().Format(time.RFC3339)
	}
	if r.Client.IsValid() {
		s.Client = r.Client.String()
	}
	return s
}

var supervisedHead = []string{
	"seq", "old_journal", "time", "entry", "confidential", "confidential_until", "erased", "account", "organisation", "person",
	"requester", "audience", "purpose", "case", "basis", "window", "question", "kind", "key", "reference", "fields_told", "fields",
	"contacts", "rules", "serial", "generation", "client",
}

func (s *supervised) row() []string {
	number := func(n uint64) string { return strconv.FormatUint(n, 10) }
	return []string{
		number(s.Seq), strconv.Itoa(s.Old), s.Time.Format(time.RFC3339Nano), s.Entry, strconv.FormatBool(s.Confidential), s.Until,
		strconv.FormatBool(s.Erased), s.Account, s.Organisation, s.Person, s.Requester, s.Audience, s.Purpose, s.Case, s.Basis,
		s.Window, s.Question, s.Kind, s.Key, s.Reference, strconv.Itoa(s.Told), listed(s.Fields), listed(s.Contacts), s.Rules,
		number(s.Serial), number(s.Generation), s.Client,
	}
}

// listed is a list in one cell.
func listed(words []string) string { return strings.Join(words, "; ") }

// chosen says which records are wanted; what is empty chooses all. A record whose
// key is erased names no holder and no case any more.
type chosen struct {
	audit.Span
	roid, account, reference string
}

func (c *chosen) wants(r *audit.Record) bool {
	whose, err := register.HandleKey(c.roid)
	return c.Holds(r.Time) &&
		(c.roid == "" || err == nil && receipts.TellsOf(r, whose)) &&
		(c.account == "" || r.Caller == c.account) &&
		(c.reference == "" || r.Case == c.reference)
}

// counts are what a copy for supervision says of itself.
type counts struct {
	Records      int `json:"records"`
	Confidential int `json:"confidential"` // of these, from the holder, now
	Erased       int `json:"erased"`       // of these, but for what stays in clear
}

// supervise prints the chosen records, one after the other as they are read: there
// may be more than memory holds.
func supervise(ctx context.Context, out io.Writer, dir, format string, want chosen, now time.Time) error {
	var n counts
	form := printer(out, format)
	if err := form.begin(); err != nil {
		return err
	}
	err := audit.Walk(dir, func(r audit.Record) error {
		if !want.wants(&r) {
			return ctx.Err()
		}
		s := supervisedOf(&r, now)
		n.Records++
		if s.Confidential {
			n.Confidential++
		}
		if s.Erased {
			n.Erased++
		}
		return form.record(&s)
	})
	if err != nil {
		return err
	}
	return form.end(n)
}

// printing is a form of the copy.
type printing struct {
	begin  func() error
	record func(*supervised) error
	end    func(counts) error
}

func printer(out io.Writer, format string) printing {
	if format == "csv" {
		return printing{
			begin:  func() error { return writeCSV(out, supervisedHead) },
			record: func(s *supervised) error { return writeCSV(out, s.row()) },
			end:    func(counts) error { return nil }, // the columns can be counted
		}
	}
	separator := "\n"
	return printing{
		begin: func() error { _, err := io.WriteString(out, `{"records": [`); return err },
		record: func(s *supervised) error {
			line, err := json.Marshal(s)
			if err == nil {
				_, err = fmt.Fprintf(out, "%s  %s", separator, line)
			}
			separator = ",\n"
			return err
		},
		end: func(n counts) error {
			line, err := json.Marshal(n)
			if err == nil {
				_, err = fmt.Fprintf(out, "\n], \"count\": %s}\n", bytes.TrimSpace(line))
			}
			return err
		},
	}
}
