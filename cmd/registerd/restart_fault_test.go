//go:build fault

package main

import "testing"

func TestTwentyRestartsRefuseNobodyWhenTheSocketsArePassedIn(t *testing.T) {
	newManager(t).restart(t, 20, 5)
}
