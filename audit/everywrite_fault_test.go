//go:build fault

package audit

import "testing"

func TestWhateverOperationFailsNoAcknowledgedRecordIsLost(t *testing.T) {
	operations := soundLife(t)
	for at, what := range operations {
		failAt(t, at, what)
	}
	t.Logf("%d operations, %d ways to fail", len(operations), len(harms))
}
