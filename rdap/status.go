package rdap

import "slices"

// statusWords are the RDAP words for EPP statuses and grace periods (RFC 8056
// section 2, RFC 3915 section 3.1).
var statusWords = map[string]string{
	"ok":         "active",
	"linked":     "associated",
	"inactive":   "inactive",
	"clientHold": "client hold",
	"serverHold": "server hold",

	"pendingCreate":   "pending create",
	"pendingDelete":   "pending delete",
	"pendingRenew":    "pending renew",
	"pendingRestore":  "pending restore",
	"pendingTransfer": "pending transfer",
	"pendingUpdate":   "pending update",

	"clientDeleteProhibited":   "client delete prohibited",
	"clientRenewProhibited":    "client renew prohibited",
	"clientTransferProhibited": "client transfer prohibited",
	"clientUpdateProhibited":   "client update prohibited",
	"serverDeleteProhibited":   "server delete prohibited",
	"serverRenewProhibited":    "server renew prohibited",
	"serverTransferProhibited": "server transfer prohibited",
	"serverUpdateProhibited":   "server update prohibited",

	"addPeriod":        "add period",
	"autoRenewPeriod":  "auto renew period",
	"renewPeriod":      "renew period",
	"transferPeriod":   "transfer period",
	"redemptionPeriod": "redemption period",

	// A registrar has statuses of its own (RFC 9022 section 5.4): one that may
	// only read can change nothing, and one that is terminated takes no part.
	"readonly":   "locked",
	"terminated": "inactive",
}

// compatible are the statuses that may stand beside "active" (RFC 5731 section
// 2.3: "ok" goes with no prohibition and no pending operation).
var compatible = []string{
	"active", "associated", "validated",
	"add period", "auto renew period", "renew period", "transfer period",
}

const maxStatuses = 24

// statuses writes the member status (RFC 9083 section 4.6): each word once, in
// the register's order, and "active" only where nothing contradicts it. A word
// that is no status is left out, since the member takes registered ones only.
func (e *encoder) statuses(validated string, lists ...[]string) {
	var space [maxStatuses]string
	words := space[:0]
	active := true
	for _, list := range lists {
		for _, s := range list {
			word, known := statusWords[s]
			if !known || slices.Contains(words, word) || len(words) == maxStatuses-1 {
				continue
			}
			words = append(words, word)
			active = active && slices.Contains(compatible, word)
		}
	}
	if validated != "" {
		words = append(words, validated)
	}
	mark := e.begin("status", '[')
	for _, word := range words {
		if word != "active" || active {
			e.text(word)
		}
	}
	e.end(mark, ']')
}
