//go:build race

package fairness

const raceEnabled = true
