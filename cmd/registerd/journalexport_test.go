package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"log/slog"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registerd/audit"
	"registerd/holder/receipts"
	"registerd/store"
)

var exportDay = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// toldOf is what the tests' journals hold of one answer.
func toldOf(contact string) audit.Disclosure {
	return audit.Disclosure{
		Caller: "police", Organisation: "=Example Police", Person: "Officer Canary", Requester: "authority", Audience: "authority",
		Purpose: "legalActions", Case: "2026-17", Basis: "NIS2 Art. 28(5)", Window: "rdap", Question: "Shop.example", Kind: store.Names.String(),
		Key: "shop.example", Fields: []string{"contact name", "contact e-mail"}, Contacts: []string{"OTHER-EX", contact},
		Rules: "gdpr-1", Client: netip.MustParseAddr("192.0.2.7"),
	}
}

// journalOf writes a journal of these, a minute apart.
func journalOf(t *testing.T, all ...audit.Disclosure) (dir string) {
	t.Helper()
	at := exportDay
	dir = filepath.Join(t.TempDir(), "audit")
	j, err := audit.OpenJournal(audit.JournalConfig{Dir: dir, Now: func() time.Time { return at }, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all {
		if err := j.Record(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		at = at.Add(time.Minute)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// holdersCopy is what a holder is given at a time.
func holdersCopy(t *testing.T, dir, format string, now time.Time) string {
	t.Helper()
	list, err := receipts.Read(t.Context(), dir, "P1-EX", audit.Span{}, now)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := printReceived(&out, format, "P1-EX", list); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func supervisorsCopy(t *testing.T, dir, format string, want chosen, now time.Time) string {
	t.Helper()
	var out bytes.Buffer
	if err := supervise(t.Context(), &out, dir, format, want, now); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWhileADisclosureIsConfidentialItsHolderIsGivenWhatATwinIs(t *testing.T) {
	until := exportDay.AddDate(0, 0, 30)
	secret, other := toldOf("P1-EX"), toldOf("OTHER2-EX")
	secret.Until, secret.Organisation, secret.Purpose, secret.Key = until, "Secret Service", "criminalInvestigationAndDNSAbuseMitigation", "hidden.example"
	// The twin has as many records at the same times, the confidential one aside.
	dir, twin := journalOf(t, toldOf("P1-EX"), secret, toldOf("P1-EX")), journalOf(t, toldOf("P1-EX"), other, toldOf("P1-EX"))
	alone := journalOf(t, secret)
	nobody := journalOf(t, other)
	for _, format := range []string{"json", "csv"} {
		for _, now := range []time.Time{exportDay.Add(time.Hour), until.Add(-time.Nanosecond)} {
			if diff := cmp.Diff(holdersCopy(t, twin, format, now), holdersCopy(t, dir, format, now)); diff != "" {
				t.Errorf("%s at %s:\n%s", format, now, diff)
			}
			if diff := cmp.Diff(holdersCopy(t, nobody, format, now), holdersCopy(t, alone, format, now)); diff != "" {
				t.Errorf("%s at %s, of one alone:\n%s", format, now, diff)
			}
		}
		if text := holdersCopy(t, dir, format, until); strings.Count(text, "hidden.example") != 1 || !strings.Contains(text, "Secret Service") {
			t.Errorf("%s: when its time is over the disclosure is not told:\n%s", format, text)
		}
	}
	var got struct {
		Records []supervised
		Count   counts
	}
	if err := json.Unmarshal([]byte(supervisorsCopy(t, dir, "json", chosen{}, exportDay.Add(time.Hour))), &got); err != nil {
		t.Fatal(err)
	}
	if got.Count != (counts{Records: 3, Confidential: 1}) || !got.Records[1].Confidential || got.Records[1].Key != "hidden.example" {
		t.Errorf("the supervisor's copy: %+v", got)
	}
	if text := supervisorsCopy(t, dir, "json", chosen{}, until); !strings.Contains(text, `"confidential":0`) {
		t.Errorf("it is confidential for ever:\n%s", text)
	}
}

func TestAHolderIsToldTheOrganisationAndNotTheOfficer(t *testing.T) {
	text := holdersCopy(t, journalOf(t, toldOf("P1-EX")), "json", exportDay.Add(time.Hour))
	for _, hidden := range []string{"Canary", `"police"`, "2026-17", "192.0.2", "OTHER", "seq", "Shop"} {
		if strings.Contains(text, hidden) {
			t.Errorf("%q is told:\n%s", hidden, text)
		}
	}
	want := `{
  "holder": "P1-EX",
  "received": [
    {
      "time": "2026-11-20T12:00:00Z",
      "organisation": "=Example Police",
      "kind": "authority",
      "purpose": "legalActions",
      "basis": "NIS2 Art. 28(5)",
      "object": "shop.example",
      "fields": [
        "contact name",
        "contact e-mail"
      ]
    }
  ]
}
`
	if diff := cmp.Diff(want, text); diff != "" {
		t.Error(diff)
	}
}

func TestWhatAHolderIsNotGiven(t *testing.T) {
	search, own, another, refused := toldOf("P1-EX"), toldOf("P1-EX"), toldOf("P1-EX-2"), toldOf("P1-EX")
	search.Kind, search.Question, search.Key = "search", "canary of somebody", "canary"
	own.Audience, own.Requester = "holder", "holder"
	refused.Entry = audit.EntryRefusal
	text := holdersCopy(t, journalOf(t, own, another, refused, search), "json", exportDay.Add(time.Hour))
	if strings.Count(text, `"time"`) != 1 || strings.Contains(text, "canary") {
		t.Errorf("given:\n%s", text)
	}
}

func TestNoCellOfAnExportIsAFormula(t *testing.T) {
	evil := toldOf("P1-EX")
	evil.Organisation, evil.Purpose, evil.Case, evil.Question = "=HYPERLINK(\"http://x\")", " @SUM(1)", "+1", "-2"
	dir := journalOf(t, evil)
	for _, text := range []string{holdersCopy(t, dir, "csv", exportDay.Add(time.Hour)), supervisorsCopy(t, dir, "csv", chosen{}, exportDay)} {
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || len(rows) != 2 || len(rows[0]) != len(rows[1]) {
			t.Fatalf("%d rows, %v:\n%s", len(rows), err, text)
		}
		for _, cell := range slices.Concat(rows...) {
			if strings.ContainsAny((strings.TrimSpace(cell) + " ")[:1], "=+-@") {
				t.Errorf("a spreadsheet calculates %q", cell)
			}
		}
	}
}

func TestASupervisorChooses(t *testing.T) {
	other := toldOf("P2-EX")
	other.Caller, other.Case = "customs", "2026-18"
	dir := journalOf(t, toldOf("P1-EX"), other, toldOf("P1-EX"))
	for what, tt := range map[string]struct {
		want chosen
		seqs []uint64
	}{
		"all":         {chosen{}, []uint64{1, 2, 3}},
		"an account":  {chosen{account: "customs"}, []uint64{2}},
		"a case":      {chosen{reference: "2026-17"}, []uint64{1, 3}},
		"a holder":    {chosen{roid: "p2-ex"}, []uint64{2}},
		"a time":      {chosen{Span: audit.Span{Since: exportDay.Add(time.Minute), Until: exportDay.Add(2 * time.Minute)}}, []uint64{2}},
		"from a time": {chosen{Span: audit.Span{Since: exportDay.Add(time.Minute)}}, []uint64{2, 3}},
		"both":        {chosen{account: "customs", reference: "2026-17"}, nil},
	} {
		var got struct{ Records []supervised }
		if err := json.Unmarshal([]byte(supervisorsCopy(t, dir, "json", tt.want, exportDay)), &got); err != nil {
			t.Fatal(err)
		}
		var seqs []uint64
		for _, r := range got.Records {
			seqs = append(seqs, r.Seq)
		}
		if !slices.Equal(seqs, tt.seqs) {
			t.Errorf("%s: records %d, want %d", what, seqs, tt.seqs)
		}
	}
}
