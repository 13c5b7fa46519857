package intake

import (
	"fmt"
	"testing"

	"registerd/internal/manual"
)

func TestTheManualHasTheNumbersOfTheWindow(t *testing.T) {
	manual.Says(t, "../..", "windows.md",
		fmt.Sprintf("too many open requests (`Retry-After: %d`); too many files on their way (%d); the desk is not open, `not-open` (%d); a failure, and nothing was done (%d)",
			retryFull, retryBusy, retryClosed, retryFailure),
		fmt.Sprintf("costs %d of the budget `questions`, one that is not %d, a file %d, a wrong key %d, anything else %d",
			priceRequest, priceReading, priceReading, priceWrong, pricePage))
	manual.Says(t, "../..", "requests.md",
		fmt.Sprintf("503 with `Retry-After: %d`, the reason `%s`", errClosed.retry, errClosed.word))
}
