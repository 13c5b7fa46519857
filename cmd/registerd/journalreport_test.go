package main

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"registerd/audit"
)

var reportMonth = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// reportScene is a journal of what happened, hours from the beginning of November.
func reportScene(t *testing.T) (dir string) {
	t.Helper()
	var at time.Time
	dir = filepath.Join(t.TempDir(), "audit")
	j, err := audit.OpenJournal(audit.JournalConfig{Dir: dir, Now: func() time.Time { return at }, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	for _, step := range []struct {
		hours               float64
		entry               audit.Entry
		number, kind, about string
	}{
		{-10, audit.EntryRequest, "R-1", "authority", "legalActions"}, // of October
		{-1, audit.EntryDisclosure, "", "authority", "legalActions"},
		{0, audit.EntryRequest, "R-2", "trade-mark-holder", "legalActions"},
		{1, audit.EntryGrant, "R-1", "authority", "legalActions"},
		{2, audit.EntryRequest, "R-2", "trade-mark-holder", "legalActions"}, // somebody takes it
		{10, audit.EntryGrant, "R-2", "trade-mark-holder", "legalActions"},
		{11, audit.EntryDisclosure, "R-2", "", "legalActions"},
		{12, audit.EntryDisclosure, "", "authority", "legalActions"},
		{13, audit.EntryDisclosure, "", "authority", "legalActions"},
		{14, audit.EntryAccount, "x", "authority", ""},
		{20, audit.EntryRequest, "R-3", "trade-mark-holder", "legalActions"},
		{92, audit.EntryRefusal, "R-3", "trade-mark-holder", "legalActions"}, // on the hour
		{100, audit.EntryRequest, "R-4", "trade-mark-holder", "legalActions"},
		{172.5, audit.EntryRefusal, "R-4", "trade-mark-holder", "legalActions"}, // half an hour late
		{173, audit.EntryRequest, "R-4", "trade-mark-holder", "legalActions"},   // and is closed
		{600, audit.EntryRequest, "R-5", "researcher", "academicPublicInterestDNSResearch"},
		{719, audit.EntryRequest, "R-6", "researcher", "academicPublicInterestDNSResearch"},
		{725, audit.EntryGrant, "R-6", "researcher", "academicPublicInterestDNSResearch"}, // in December
		{726, audit.EntryRequest, "R-7", "authority", "legalActions"},
		{727, audit.EntryDisclosure, "", "authority", "legalActions"},
	} {
		at = reportMonth.Add(time.Duration(step.hours * float64(time.Hour)))
		d := toldOf("P1-EX")
		d.Entry, d.Reference, d.Requester, d.Purpose, d.Person = step.entry, step.number, step.kind, step.about, "Officer Canary"
		if step.kind == "" {
			d.Audience, d.Caller = "seeker", "request-R-2"
		}
		if err := j.Record(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestAMonthIsCountedByWhoAskedAndWhatFor(t *testing.T) {
	got, err := reportOf(t.Context(), reportScene(t), reportMonth, reportMonth.Add(800*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	marks := about{"trade-mark-holder", "legalActions"}
	research := about{"researcher", "academicPublicInterestDNSResearch"}
	want := &monthReport{
		Month: "2026-11",
		Disclosures: []disclosedCount{
			{about{"authority", "legalActions"}, 2, 1},
			{about{"seeker", "legalActions"}, 1, 1},
		},
		Requests: []requestCount{
			{about: research, Received: 2, Granted: 1, Other: 1, Median: 6, Worst: 6, Breaches: 1},
			{about: marks, Received: 3, Granted: 1, Refused: 2, Median: 72, Worst: 72.5, Breaches: 1},
		},
		All: requestCount{Received: 5, Granted: 2, Refused: 2, Other: 1, Median: 41, Worst: 72.5, Breaches: 2},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(requestCount{}, disclosedCount{}), cmpopts.IgnoreFields(requestCount{}, "took")); diff != "" {
		t.Error(diff)
	}
}

func TestTheReportNamesNobody(t *testing.T) {
	report, err := reportOf(t.Context(), reportScene(t), reportMonth, reportMonth.Add(800*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	var text, object bytes.Buffer
	if err := report.print(&text); err != nil {
		t.Fatal(err)
	}
	if err := printJSON(&object, report); err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{text.String(), object.String()} {
		for _, name := range []string{"Canary", "Police", "police", "P1-EX", "shop", "R-2", "2026-17"} {
			if strings.Contains(form, name) {
				t.Errorf("%q stands in it:\n%s", name, form)
			}
		}
		if !strings.Contains(form, "trade-mark-holder") {
			t.Errorf("it counts nothing:\n%s", form)
		}
	}
}

func TestAMonthOfNothingIsAReport(t *testing.T) {
	report, err := reportOf(t.Context(), journalOf(t), reportMonth, reportMonth)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := printJSON(&out, report); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), `"disclosures": []`) || !strings.Contains(out.String(), `"requests": []`) {
		t.Errorf("%s", &out)
	}
}
