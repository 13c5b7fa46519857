package das

import (
	"fmt"
	"testing"

	"registerd/internal/manual"
)

func TestTheManualHasTheNumbersOfTheWindow(t *testing.T) {
	manual.Says(t, "..", "windows.md",
		fmt.Sprintf("under way (`Retry-After: %d`): %d in all, %d without an account, %d of one account", errBusy.retry, maxAtOnce, maxNameless, maxTogether),
		fmt.Sprintf("cannot be read, or who has an account (`Retry-After: %d`)", retryFailure),
		fmt.Sprintf("413 | more than 1,000 names or %d KiB", maxBody>>10))
}
