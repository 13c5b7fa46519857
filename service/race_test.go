//go:build race

package service

import "testing"

// oncePerGate skips what the gate has run already without the race detector: it asks
// the same answers of many registers and callers, and has no concurrency that other
// tests have not.
func oncePerGate(t *testing.T) { t.Skip("asks the same over and over; run without the race detector") }
