//go:build !race

package fairness

const raceEnabled = false
