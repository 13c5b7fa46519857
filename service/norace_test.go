//go:build !race

package service

import "testing"

func oncePerGate(*testing.T) {}
