//go:build !fault

package main

import "time"

// In the gate attacks are small: eighty connections at once, twenty with the race
// detector, or frames for as long as a neighbour takes to ask everywhere.
const (
	manyConnections   = 80 / effort
	fewConnections    = 4
	neighbourlyRounds = 1
	dripPause         = 20 * time.Millisecond
	strikePause       = 100 * time.Millisecond
	framePause        = 100 * time.Millisecond
	// backWithin is the patience of a test: on a busy machine it proves nothing.
	backWithin = patience

	untilLongDeadlines = false
	longestDeadline    = 5 * time.Second
)
