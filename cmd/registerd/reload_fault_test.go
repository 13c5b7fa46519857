//go:build fault

package main

import "testing"

// TestFiftyReloadsUnderLoad is the same for longer.
func TestFiftyReloadsUnderLoad(t *testing.T) { reloadUnderLoad(t, 50) }
