package main

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestClientsThatNeverEndAreLetGo lets attackers hold on to their ends: that the
// house is left alone is of its own doing. In the gate it is tried for what has to
// be over within five seconds.
func TestClientsThatNeverEndAreLetGo(t *testing.T) {
	for _, side := range []struct {
		name     string
		secure   bool
		patient  []string // what only the long deadlines end
		attacks  []attack
		holdings []string
	}{
		{"plain", false, []string{"das half-open", "rdap a connection kept for nothing", "whois asks much and reads nothing",
			"das asks much and reads nothing", "rdap pipelines and reads nothing"},
			append(attacksOnLines(), attacksOnHTTP()...),
			[]string{"whois half-open", "rdap half-open", "rdap waits to be told to go on"}},
		{"secure", true, []string{"rdap HTTP1 pipelines and reads nothing", "rdap HTTP2 a window of nothing", "rdap HTTP2 reads nothing"},
			append(attacksOnTLS(), attacksOnHTTP2()...),
			[]string{"rdap TLS half-open", "rdap TLS half a handshake", "rdap HTTP2 a preface and nothing"}},
	} {
		t.Run(side.name, func(t *testing.T) {
			t.Parallel()
			h := openHouse(t, side.secure)
			h.warm(t)
			before := h.stand(t)
			names := side.holdings
			if untilLongDeadlines {
				names = append(names, side.patient...)
			}
			ctx, over := context.WithCancel(t.Context())
			defer over()
			var landed atomic.Int64
			held := 0
			for _, a := range side.attacks {
				for _, name := range names {
					if a.window+" "+a.name == name {
						for i := range 8 {
							held++
							go h.strike(ctx, a, i, &landed)
						}
					}
				}
			}
			if held != 8*len(names) {
				t.Fatalf("%d connections for %s", held, strings.Join(names, ", "))
			}
			for began := time.Now(); landed.Load() < int64(held); time.Sleep(time.Millisecond) {
				if time.Since(began) > patience {
					t.Fatalf("%d of %d strikes have landed", landed.Load(), held)
				}
			}
			h.awaitBack(t, before, longestDeadline+patience)
		})
	}
}
