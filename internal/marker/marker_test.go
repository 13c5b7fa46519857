package marker_test

import (
	"testing"

	"registerd/internal/marker"
)

func TestAMarkerIsToldFromWhatIsMeasured(t *testing.T) {
	for text, want := range map[string]bool{
		`{"time":"2026-11-22T07:25:12.226279123Z","took":226279}`: false,
		`registerd_desk_seconds_sum{window="rdap"} 2.26279`:       false,
		`registerd_kept_bytes_sum 226279`:                         false,
		"voice: +999.22627911":                                    true,
		`"tel:+999.22627911"`:                                     true,
		"created: 2026-11-22T02:26:27Z":                           true,
		"e-mail: CANARY-13@example":                               true,
	} {
		if marker.In(text) != want {
			t.Errorf("%s: %v", text, !want)
		}
	}
}
