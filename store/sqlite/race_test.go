//go:build race

package sqlite

// effort divides the rounds of the long tests: the race detector makes SQLite
// ten times slower.
const effort = 16
