package request

import "slices"

// eea are the countries of the European Economic Area, as of 2026.
var eea = []string{
	"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI",
	"LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
}

// inEEA reports a country that data may go to as within ours. One that is not
// known is outside.
func inEEA(country string) bool { return slices.Contains(eea, country) }
