package main

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
	desk, err := request.Open(t.Context(), request.Config{
		Dir: filepath.Join(dir, "requests"), Now: func() time.Time { return now }, Purposes: []string{"legalActions"},
		Record: func(context.Context, request.Step) error { return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	if _, err := desk.Submit(t.Context(), request.Submission{
		Requester: request.Requester{Kind: request.KindOther, Organisation: "Canary", Person: "Canary", Email: "canary@brands.example", Country: "DK"},
		Purpose:   "legalActions", Basis: "Canary", Why: "Canary would like to know that.", Objects: []request.Object{{Domain: "canary.example"}},
		Fields: []request.Field{request.Field(disclose.ContactName)}, Client: netip.MustParseAddr("192.0.2.7"),
	}); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	clock := requestClock{desk: desk, hook: hook, log: slog.New(slog.NewTextHandler(&log, nil))}
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
