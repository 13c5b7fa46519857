//go:build !race

package main

import "testing"

func oncePerGate(*testing.T) {}
