//go:build race

package publication

import "testing"

// oncePerGate skips what the gate has run already without the race detector: it decides
// the same for very many circumstances, one after the other and in one goroutine.
func oncePerGate(t *testing.T) { t.Skip("in one goroutine, and long; run without the race detector") }
