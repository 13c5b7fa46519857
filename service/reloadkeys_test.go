package service

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"registerd/config"
)

// TestEveryKeyIsLiveOrNeedsARestart: what reload leaves as it was, it names.
func TestEveryKeyIsLiveOrNeedsARestart(t *testing.T) {
	old, err := config.Read(filepath.Join("..", "testdata", "config", "working_everything.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if got := changedKeys(old, old); len(got) != 0 {
		t.Errorf("nothing has changed, and these have: %v", got)
	}
	next := *old
	next.Rules, next.Operator.Name, next.Limits.Pressed, next.RDAP.Web = "icann-2024", "Another", 7, "https://another.example/{name}"
	next.Zones, next.Tokens, next.MaxDataAge = nil, nil, &config.Duration{Duration: time.Minute}
	if got := changedKeys(old, &next); len(got) != 0 {
		t.Errorf("these need no restart: %v", got)
	}
	next.DB, next.Audit.KeepDays, next.WHOIS.MaxConnections, next.Availability, next.Limits.Off, next.RDAP.Certificates.Key = "x", 1, 1, nil, true, "x"
	want := []string{"db", "audit.keep_days", "whois.max_connections", "availability", "rdap.certificates.key", "limits.off"}
	if got := changedKeys(old, &next); !slices.Equal(got, want) {
		t.Errorf("need a restart: %v; want %v", got, want)
	}
}
