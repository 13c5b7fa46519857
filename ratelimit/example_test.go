package ratelimit_test

import (
	"errors"
	"fmt"
	"net/netip"

	"registerd/ratelimit"
)

// A question is charged when it is admitted, what it disclosed before it is
// sent, and nothing if we failed.
func Example() {
	limiter, err := ratelimit.New(ratelimit.Defaults())
	if err != nil {
		fmt.Println(err)
		return
	}
	client := ratelimit.Client{Addr: netip.MustParseAddr("192.0.2.1")}
	ticket, err := limiter.Admit(client, ratelimit.Lookup)
	var over *ratelimit.Exceeded
	switch {
	case errors.As(err, &over):
		fmt.Println("retry after", over.RetryAfter)
		return
	case err != nil:
		fmt.Println(err)
		return
	}
	personal, err := answer()
	if err != nil {
		ticket.Refund()
		return
	}
	ticket.Charge(personal)
	fmt.Println("answered,", personal, "records charged")
	// Output: answered, 2 records charged
}

func answer() (personalRecords int, err error) { return 2, nil }
