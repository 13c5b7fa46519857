//go:build race

package main

import "testing"

// effort divides how many connections attack at once: with the race detector each costs
// ten times as much, and a quarter does all that eighty do, and more than one address may.
const effort = 4

// oncePerGate skips what the gate has run already without the race detector: it asks
// the same answers of many registers and callers, and has no concurrency that other
// tests have not.
func oncePerGate(t *testing.T) { t.Skip("asks the same over and over; run without the race detector") }
