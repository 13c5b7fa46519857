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

// In reports whether a text holds the marker, what is measured aside.
func In(text string) bool { return Find(text) != "" }

// Find is the first marker in a text, with what stands around it; "" if there is none,
// what is measured aside.
func Find(text string) string {
	if !holds(text) { // which is seen sooner than by looking with an expression
		return ""
	}
	text = measured.ReplaceAllString(text, "")
	at := Text.FindStringIndex(text)
	if at == nil {
		return ""
	}
	return text[max(0, at[0]-80):min(len(text), at[1]+80)]
}

func holds(text string) bool {
	lower := strings.ToLower(text)
	return strings.Contains(lower, "canary") || strings.Contains(lower, "226279") || strings.Contains(lower, "02:26:27")
}
