// Package fairness holds the limits to what docs/limits.md says of them. Its
// tests replay recordings of honest clients (testdata/limits) against the
// shipped budgets, which must not refuse them, let a harvester loose on a
// made-up register, and hold the tables of the document to what came out.
//
// It uses the limiter as the desk does, in virtual time, and nothing else: what
// a question costs is written in the recordings, and decided in lookup.
package fairness
