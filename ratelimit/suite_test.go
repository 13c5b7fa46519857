package ratelimit_test

import (
	"testing"

	"registerd/ratelimit"
	"registerd/ratelimit/tabletest"
)

func TestTheTableOfThisMachineKeepsTheContract(t *testing.T) {
	tabletest.Run(t, ratelimit.NewLocal)
}

func TestATableTightenedByAnotherKeepsTheContract(t *testing.T) {
	tabletest.Run(t, func(t testing.TB) ratelimit.Table {
		return ratelimit.Tightened(ratelimit.NewLocal(t), ratelimit.NewMemory(false))
	})
}

func TestATableWhoseOtherIsLostKeepsTheContract(t *testing.T) {
	tabletest.Run(t, func(t testing.TB) ratelimit.Table {
		return ratelimit.Tightened(ratelimit.NewLocal(t), ratelimit.NewMemory(true))
	})
}
