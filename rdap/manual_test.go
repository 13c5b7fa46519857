package rdap

import (
	"fmt"
	"testing"

	"registerd/internal/manual"
)

func TestTheManualHasTheNumbersOfTheWindow(t *testing.T) {
	manual.Says(t, "..", "windows.md",
		fmt.Sprintf("Headers of %d KiB within %.0f seconds, the request within %.0f, the answer within %.0f, %.0f seconds of silence",
			maxHeaderBytes>>10, readHeaderTimeout.Seconds(), readTimeout.Seconds(), writeTimeout.Seconds(), idleTimeout.Seconds()),
		fmt.Sprintf("on a kept connection (%.0f where the program speaks TLS itself), %.0f seconds for a look", idleTimeoutTLS.Seconds(), lookupTime.Seconds()),
		fmt.Sprintf("a connection of HTTP/2 has %d.", maxStreams),
		fmt.Sprintf("`Retry-After: %d`. Too many connections or requests at once; `Retry-After: %d`", retryFailure, retryCrowd),
		fmt.Sprintf("of one network at once (%d seconds)", retryCrowd),
		fmt.Sprintf("to whoever asks for that, from %d KiB on", leastPacked>>10))
}
