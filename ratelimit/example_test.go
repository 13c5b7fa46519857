package ratelimit_test

import (
	"errors"
	"fmt"
	"net/netip"

	"registerd/ratelimit"
)

// A question is charged when it is admitted, what its answer tells before it is
// sent, and nothing if we failed.
func Example() {
	limiter, err := ratelimit.New(ratelimit.Defaults())
	if err != nil {
		fmt.Println(err)
		return
	}
	client := ratelimit.Client{Addr: netip.MustParseAddr("192.0.2.1")}
	ticket, err := limiter.Admit(client, ratelimit.Lookup)
	if err != nil {
		fmt.Println(err)
		return
	}
	persons, err := answer()
	if err != nil {
		ticket.Refund()
		return
	}
	err = ticket.Charge(ratelimit.Cost{Personal: persons, About: "example.com"})
	var over *ratelimit.Exceeded
	if errors.As(err, &over) {
		fmt.Println("retry after", over.RetryAfter)
		return
	}
	today := limiter.Standing(client, ratelimit.Personal)
	fmt.Println("answered,", today.Left, "of", today.Quota, "records of persons left")
	// Output: answered, 198 of 200 records of persons left
}

func answer() (persons int, err error) { return 2, nil }
