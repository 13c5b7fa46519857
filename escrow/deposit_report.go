package escrow

import (
	"fmt"
	"strconv"
)

// How a report speaks of a deposit and of what is in it.

const maxID = 64

func wellFormedDepositID(id string) bool {
	for i := range len(id) {
		c := id[i] | 0x20
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return 1 <= len(id) && len(id) <= 13
}

// printableID is an id for a report.
func printableID(id string) string {
	if wellFormedDepositID(id) {
		return id
	}
	return printable(id)
}

// kind is what a report calls an object.
type kind string

const (
	kindDeposit   kind = "deposit"
	kindHeader    kind = "header"
	kindDomain    kind = "domain"
	kindReserved  kind = "reserved name"
	kindContact   kind = "contact"
	kindHost      kind = "host"
	kindRegistrar kind = "registrar"
	kindIDNTable  kind = "IDN table"
	kindParams    kind = "eppParams"
)

// subject is an object that a report speaks of.
type subject struct {
	kind kind
	name string // its name or handle, once it was read
	line int64
}

func (s *subject) label() string {
	if s.name == "" {
		return string(s.kind)
	}
	return fmt.Sprintf("%s %s", s.kind, shown(s.name))
}

// shown is a name or handle as it is, or quoted if it is long or has
// characters that a report should not carry.
func shown(name string) string {
	if len(name) > 80 {
		return printable(name)
	}
	for _, r := range name {
		if r == ' ' || !strconv.IsPrint(r) {
			return printable(name)
		}
	}
	return name
}

// brieftext keeps a decoder's words short: they may repeat the input's.
func brieftext(s string) string {
	if len(s) > 120 || !isPrint(s) {
		return printable(s)
	}
	return s
}

func isPrint(s string) bool {
	for _, r := range s {
		if !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}

// merge adds what another goroutine found.
func (r *Report) merge(o *Report) {
	refusals, warnings := r.Refusals+o.Refusals, r.Warnings+o.Warnings
	for _, p := range o.Problems {
		r.add(p)
	}
	r.Refusals, r.Warnings = refusals, warnings
}

// problem adds one with an object but, it may be, without a line.
func (r *Report) problem(s Severity, line int64, object, rule, detail string) {
	r.add(Problem{Severity: s, Line: line, Object: object, Rule: rule, Detail: detail})
}
