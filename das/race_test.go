//go:build race

package das_test

import "testing"

// effort divides how many names are asked for at once: the detector sees in a thousand
// what it would see in ten thousand, which the gate asks for without it.
const effort = 10

// oncePerGate skips what the gate has run already without the race detector, whose own
// memory is more than what is measured here.
func oncePerGate(t *testing.T) { t.Skip("measures memory; run without the race detector") }
