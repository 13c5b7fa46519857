package rdap_test

import (
	"testing"

	"registerd/internal/conformance"
)

// decodes has OpenRDAP read an answer: no member is unknown or ill-typed.
func decodes(t *testing.T, what string, body []byte) {
	t.Helper()
	for _, note := range conformance.Decodes(body) {
		t.Errorf("%s: OpenRDAP: %s\n%s", what, note, body)
	}
}
