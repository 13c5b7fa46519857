//go:build !race

package das_test

import "testing"

const effort = 1

func oncePerGate(*testing.T) {}
