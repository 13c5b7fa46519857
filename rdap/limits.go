package rdap

import (
	"net/http"

	"registerd/access"
	"registerd/quota"
	"registerd/ratelimit"
)

// tellLeft puts into the head of an answer what is left to the caller, and reports
// whether anything is counted.
func (h *Handler) tellLeft(header http.Header, c access.Caller) bool {
	return quota.Tell(header, h.desk.Standing(c, ratelimit.Lookup), h.desk.Standing(c, ratelimit.Personal))
}

// tellRefused does so for an error. One with a time to wait says nothing of the
// budgets that are no reason for it; of what sends to another server, where they
// do not hold, nothing is said at all.
func (h *Handler) tellRefused(header http.Header, c access.Caller, p problem) {
	switch {
	case p.exceeded != nil:
		quota.TellRefused(header, p.exceeded, h.desk.Standing(c, p.exceeded.Class))
	case p.retry == 0:
		h.tellLeft(header, c)
	}
}

// withoutPersons is how an answer that tells of no person is asked for.
const withoutPersons = "ask with " + paramFieldSet + "=brief"

// limitProblem is a question too many (RFC 6585 section 4, RFC 7480 section 5.5). One
// from a network that the operator has blocked is 403, which programs do not repeat by
// themselves, as they do a 429.
func (s site) limitProblem(x *ratelimit.Exceeded) problem {
	status, _, retry := quota.Refused(x)
	p := problem{status: status, title: http.StatusText(status), retry: retry, about: "Limits", exceeded: x}
	without := withoutPersons
	if !s.supports(usesSubsetting) {
		without = ""
	}
	why := sentences(quota.Why(x, without))
	p.says, p.notice = why[0]+" This says nothing about what was asked for.", why[1:]
	if x.Block != nil {
		return p
	}
	p.notice = append(p.notice, "Ask again in "+quota.Span(x.RetryAfter)+". The limits are given at help, and where you stand.")
	return p
}

func sentences(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l + "."
	}
	return out
}
