package main

import (
	"testing"
	"time"

	"registerd/backup"
)

func TestABackupOfTheFutureIsOfNoKnownAge(t *testing.T) {
	for _, c := range []struct {
		made, max time.Duration
		taken     bool
	}{
		{-time.Hour, 2 * time.Hour, true},
		{-3 * time.Hour, 2 * time.Hour, false},
		{50 * time.Minute, 2 * time.Hour, true}, // clocks differ
		{70 * time.Minute, 2 * time.Hour, false},
		{70 * time.Minute, 0, true}, // nobody asked
	} {
		r := restoreCommand{}
		if c.max > 0 {
			r.MaxAge = &c.max
		}
		if err := r.recent(&backup.Manifest{Made: time.Now().Add(c.made)}); (err == nil) != c.taken {
			t.Errorf("made in %v, with --max-age %v: %v", c.made, c.max, err)
		}
	}
}
