// Package marker tells, for tests, whether a text holds one of the markers that stand in
// every private value of the example register (testdata/README.md).
package marker

import (
	"regexp"
	"strings"
)

// What the program measures is no value of the register's: fractions of a second have
// the digits of a marker once in a while.
var (
	// Text is the marker in any text, what is measured too.
	Text     = regexp.MustCompile(`(?i)canary|226279|02:26:27`)
	measured = regexp.MustCompile(`:[0-9]{2}\.[0-9]+|"took":[0-9]+|_sum(\{[^}]*\})? \S+|\b[0-9]\.[0-9]+`)
)

// In reports whether a text holds the marker, what is measured aside. Any number of
// goroutines may ask.
func In(text string) bool {
	return holds(text) && holds(measured.ReplaceAllString(text, ""))
}

func holds(text string) bool {
	lower := strings.ToLower(text)
	return strings.Contains(lower, "canary") || strings.Contains(lower, "226279") || strings.Contains(lower, "02:26:27")
}
