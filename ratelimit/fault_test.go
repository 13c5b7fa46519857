//go:build fault

package ratelimit

import "testing"

func TestMemoryHoldsItsCeilingAgainstTenMillionNetworks(t *testing.T) {
	memoryCeiling(t, 10_000_000, 64<<20)
}
