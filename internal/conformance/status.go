package conformance

import (
	"slices"
	"strings"
)

// statusWords are registered (RFC 9083 section 10.2.2, RFC 8056); those of the
// prohibitions are made up of their parts.
var statusWords = []string{
	"validated", "proxy", "private", "removed", "obscured", "associated", "active", "inactive", "locked",
	"administrative", "reserved", "client hold", "server hold", "add period", "auto renew period", "renew period",
	"transfer period", "redemption period", "pending create", "pending renew", "pending transfer", "pending update",
	"pending delete", "pending restore",
}

func isStatus(s string) bool {
	if slices.Contains(statusWords, s) {
		return true
	}
	what, prohibited := strings.CutSuffix(s, " prohibited")
	what = strings.TrimPrefix(strings.TrimPrefix(what, "client "), "server ")
	return prohibited && slices.Contains([]string{"delete", "renew", "transfer", "update"}, what)
}

// statuses reads RFC 9083 section 4.6, and holds the words to what EPP lets
// stand together (RFC 5731 section 2.3, RFC 3915 section 3.1).
func (c *checker) statuses(o map[string]any, at string) {
	words := c.words(o["status"], at)
	for i, w := range words {
		if !isStatus(w) {
			c.find("9083-10.2.2", item(at, i), w)
		}
		if slices.Contains(words[:i], w) {
			c.find("9083-4.6", item(at, i), w)
		}
	}
	c.together(words, at)
}

func (c *checker) together(words []string, at string) {
	has := func(w string) bool { return slices.Contains(words, w) }
	pending := 0
	for i, w := range words {
		if slices.Contains(words[:i], w) {
			continue
		}
		contradicts := w == "inactive" || strings.HasSuffix(w, " hold") || strings.HasSuffix(w, " prohibited") || strings.HasPrefix(w, "pending ")
		if has("active") && contradicts {
			c.find("5731-2.3-ok", at, w)
		}
		what, isPending := strings.CutPrefix(w, "pending ")
		if !isPending || what == "restore" {
			continue
		}
		pending++
		if has("client "+what+" prohibited") || has("server "+what+" prohibited") {
			c.find("5731-2.3-prohibited", at, w)
		}
	}
	if pending > 1 {
		c.find("5731-2.3-pending", at)
	}
	if (has("redemption period") || has("pending restore")) && !has("pending delete") {
		c.find("3915-3.1-deleted", at)
	}
	if has("redemption period") && has("pending restore") {
		c.find("3915-3.1-both", at)
	}
}
