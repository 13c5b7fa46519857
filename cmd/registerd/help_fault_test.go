//go:build fault

package main

import (
	"os"
	"strconv"
	"testing"
)

// number is what the environment says of how much a test does, or otherwise.
func number(t *testing.T, variable string, otherwise int) int {
	s := os.Getenv(variable)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	must(t, err)
	return n
}
