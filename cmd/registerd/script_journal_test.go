package main

import (
	"encoding/json"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"registerd/audit"
)

// openedRecord is how scripts see a record with its seal opened.
type openedRecord struct {
	Seq          uint64       `json:"seq"`
	Time         time.Time    `json:"time"`
	Entry        audit.Entry  `json:"entry"`
	Reference    string       `json:"reference"`
	Caller       string       `json:"caller"`
	Organisation string       `json:"organisation"`
	Audience     string       `json:"audience"`
	Purpose      string       `json:"purpose"`
	Case         string       `json:"case"`
	Window       string       `json:"window"`
	Question     string       `json:"question"`
	Kind         string       `json:"kind"`
	Key          string       `json:"key"`
	Rules        string       `json:"rules"`
	Client       netip.Prefix `json:"client"`
	Contacts     []string     `json:"contacts"`
	Fields       []string     `json:"fields"`
	Gone         bool         `json:"gone"`
}

// openJournal writes what the journal holds into a file, one record a line.
func openJournal(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: journal DIR FILE")
	}
	var out strings.Builder
	lines := json.NewEncoder(&out)
	lines.SetEscapeHTML(false)
	ts.Check(audit.Walk(ts.MkAbs(args[0]), func(r audit.Record) error {
		return lines.Encode(openedRecord{
			r.Seq, r.Time, r.Entry, r.Reference, r.Caller, r.Organisation, r.Audience, r.Purpose, r.Case, r.Window,
			r.Question, r.Kind, r.Key, r.Rules, r.Client, r.Contacts, r.Fields, r.Gone,
		})
	}))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(out.String()), 0o600))
}
