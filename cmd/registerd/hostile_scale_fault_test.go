//go:build fault

package main

import "time"

// Thousands of connections from three /24s, of the 4096 that a window has; or
// frames down as many connections as one address may have.
const (
	manyConnections   = 3000
	fewConnections    = 64
	neighbourlyRounds = 20
	dripPause         = time.Second
	strikePause       = time.Second
	framePause        = 500 * time.Millisecond
	backWithin        = 5 * time.Second

	untilLongDeadlines = true
	longestDeadline    = 30 * time.Second
)
