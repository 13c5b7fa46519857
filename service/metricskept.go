package service

import (
	"strconv"

	"registerd/audit"
	"registerd/federated"
	"registerd/ratelimit"
)

// limits reports the memory of the budgets, and how full it is.
func (m *metrics) limits(l *ratelimit.Limiter) {
	m.gauge("registerd_limits_memory_bytes", "Memory of the budgets of networks.", func() float64 { return float64(l.Memory()) })
	m.gauge("registerd_limits_fill_ratio", "How much of that is in use, 0 to 1.", l.Fill)
}

// kept reports how old the file of the budgets is.
func (m *metrics) kept(k *keptLimits) {
	m.gauge("registerd_limits_state_timestamp_seconds", "When the budgets were last written to their file; 0 before.",
		func() float64 { return float64(k.saved.Load()) })
}

// accounts reports whether those in the file of accounts are admitted, and how many are
// in all.
func (m *metrics) accounts(n *named, admitted func() int) {
	m.gauge("registerd_accounts_readable", "1 if the file of accounts can be read, or there is none to read, else 0.",
		func() float64 { return oneIf(n.readable()) })
	m.gauge("registerd_accounts", "Accounts that are admitted, with those of tokens and grants.",
		func() float64 { return float64(admitted()) })
}

func (m *metrics) accessLog(l *audit.AccessLog) {
	m.counter("registerd_access_log_dropped_total", "Questions that the access log could not note.",
		func() float64 { return float64(l.Dropped()) })
}

// providers reports how the keys of OpenID providers are. A provider is named by its
// place in the configuration.
func (m *metrics) providers(f *federated.Federation) {
	m.together(func(tell tellGauge) {
		for i, keys := range f.Keys() {
			tell("registerd_provider_reachable", oneIf(!keys.Failing), strconv.Itoa(i+1))
			tell("registerd_provider_keys_timestamp_seconds", unixTime(keys.Read), strconv.Itoa(i+1))
		}
	},
		family{name: "registerd_provider_reachable", help: "0 if the keys of an OpenID provider could not be read when they were last asked for, else 1.", label: "provider"},
		family{name: "registerd_provider_keys_timestamp_seconds", help: "When they were last read; 0 before.", label: "provider"},
	)
}

// journal reports how far the journal is, and how far it is signed for.
func (m *metrics) journal(j *audit.Journal, path string, handed bool) {
	m.together(func(tell tellGauge) {
		state := j.State()
		tell("registerd_journal_refusing", oneIf(j.Err() != nil))
		tell("registerd_journal_records", float64(state.Records))
		tell("registerd_journal_size_bytes", float64(sizeOf(path)))
		tell("registerd_journal_signed_records", float64(state.Checkpointed))
		tell("registerd_journal_signed_timestamp_seconds", unixTime(state.Signed))
	},
		family{name: "registerd_journal_refusing", help: "1 if the journal cannot be written, so that answers above public are refused, else 0."},
		family{name: "registerd_journal_records", help: "Records in the journal."},
		family{name: "registerd_journal_size_bytes", help: "Size of the journal's file."},
		family{name: "registerd_journal_signed_records", help: "Records that the last checkpoint covers."},
		family{name: "registerd_journal_signed_timestamp_seconds", help: "When this process last signed a checkpoint; 0 before."},
	)
	m.counter("registerd_journal_failures_total", "How often the journal began to refuse.",
		func() float64 { return float64(j.State().Failures) })
	if !handed {
		return
	}
	m.gauge("registerd_journal_handed_timestamp_seconds", "When a checkpoint last reached all of audit.checkpoint_to; 0 before.",
		func() float64 { return unixTime(j.State().Handed) })
	m.counter("registerd_journal_unhanded_total", "Checkpoints that did not reach all of audit.checkpoint_to.",
		func() float64 { return float64(j.State().Unhanded) })
}
