//go:build !race

package publication

import "testing"

func oncePerGate(*testing.T) {}
