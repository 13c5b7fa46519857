package service

import (
	"bytes"
	"context"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"registerd/disclose"
	"registerd/request"
)

// The hook gets two words at each reminder, and nothing of whoever asks: not in its
// arguments, and not in the log.
func TestTheHookForRequestsIsToldANumberAndNoPerson(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	dir := t.TempDir()
	hook := filepath.Join(dir, "hook")
	script := "#!/bin/sh\necho \"$*\" >> '" + dir + "/told'\ncat >> '" + dir + "/told'\n"
	if err := os.WriteFile(hook, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	desk := smallDesk(t, &now)
	if _, err := desk.Submit(t.Context(), smallRequest()); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	clock := requestClock{desk: desk, hook: hook, log: slog.New(slog.NewTextHandler(&log, nil)), believed: func() bool { return true }}
	for _, hours := range []int{0, 1, 25, 49, 61, 71, 73, 100} {
		now = time.Date(2026, 11, 23, 9+hours, 0, 0, 0, time.UTC)
		clock.strike(t.Context())
	}
	told, err := os.ReadFile(filepath.Join(dir, "told"))
	want := "received N\nwaiting N\nwaiting N\nwaiting N\nlate N\n"
	if got := strings.ReplaceAll(string(told), "R-2026-000001", "N"); err != nil || got != want {
		t.Errorf("the hook was told %q, %v", got, err)
	}
	if text := strings.ToLower(log.String()); strings.Contains(text, "canary") || strings.Contains(text, "192.0.2") || strings.Count(text, "\n") != 5 {
		t.Errorf("the log says:\n%s", text)
	}
}

func TestRequestsAreErasedByAClockThatIsBelievedAlone(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	desk := smallDesk(t, &now)
	receipt, err := desk.Submit(t.Context(), smallRequest())
	if err == nil {
		err = desk.Refuse(t.Context(), receipt.Number, request.Refusal{By: "anna", Reason: "No."})
	}
	if err != nil {
		t.Fatal(err)
	}
	now = now.AddDate(10, 0, 0)
	believed := false
	clock := requestClock{desk: desk, log: slog.New(slog.DiscardHandler), believed: func() bool { return believed }}
	for _, want := range []bool{false, true} {
		believed = want
		clock.strike(t.Context())
		r, err := desk.Show(t.Context(), receipt.Number)
		if err != nil || (r.File == nil) != want {
			t.Errorf("by a clock that is believed (%v) it is erased: %v, %v", believed, r.File == nil, err)
		}
	}
}

func smallDesk(t *testing.T, now *time.Time) *request.Desk {
	t.Helper()
	desk, err := request.Open(t.Context(), request.Config{
		Dir: filepath.Join(t.TempDir(), "requests"), Now: func() time.Time { return *now }, Purposes: []string{"legalActions"},
		Record: func(context.Context, request.Step) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = desk.Close() })
	return desk
}

func smallRequest() request.Submission {
	return request.Submission{
		Requester: request.Requester{Kind: request.KindOther, Organisation: "Canary", Person: "Canary", Email: "canary@brands.example", Country: "DK"},
		Purpose:   "legalActions", Basis: "Canary", Why: "Canary would like to know that.", Objects: []request.Object{{Domain: "canary.example"}},
		Fields: []request.Field{request.Field(disclose.ContactName)}, Client: netip.MustParseAddr("192.0.2.7"),
	}
}

func TestAHookThatFailsIsSaidAndHoldsNobodyUp(t *testing.T) {
	for what, path := range map[string]string{"fails": "/bin/false", "is missing": filepath.Join(t.TempDir(), "none")} {
		if err := runHook(t.Context(), path, "late", "R-2026-000001"); err == nil {
			t.Errorf("a hook that %s: no error", what)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := runHook(ended, "/bin/sleep", "1000"); err == nil {
		t.Error("a hook outlives the program")
	}
}
