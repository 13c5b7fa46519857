package service

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"registerd/access"
	"registerd/audit"
	"registerd/config"
	"registerd/request"
)

// RequestDeskConfig is what the desk is opened with. What is done there is journaled before.
func RequestDeskConfig(r *config.Requests, journal *audit.Journal) (request.Config, error) {
	if r.Dir == "" {
		return request.Config{}, errors.New("requests: there is no request desk: the configuration has no requests.dir")
	}
	purposes := make([]string, len(access.Purposes))
	for i, p := range access.Purposes {
		purposes[i] = p.Word
	}
	return request.Config{
		Dir: r.Dir, Now: time.Now, NewToken: access.NewToken, Purposes: purposes, SecondApprover: r.SecondApprover,
		Record:    func(ctx context.Context, s request.Step) error { return journal.Record(ctx, journaled(s)) },
		OpenInAll: r.OpenLimit, OpenPerNetwork: r.OpenPerNetwork, MaxEvidence: maxEvidence(r),
		Keep: time.Duration(r.KeepDays) * 24 * time.Hour,
	}, nil
}

// maxEvidence is in bytes.
func maxEvidence(r *config.Requests) int64 {
	if r.EvidenceMiB == 0 {
		return request.DefaultMaxEvidence
	}
	return int64(r.EvidenceMiB) << 20
}

// byRequester is who does what no officer does: whoever asks.
const byRequester = "requester"

// journaled is a step at the request desk as the journal has it.
func journaled(s request.Step) audit.Disclosure {
	return audit.Disclosure{
		Entry: audit.Entry(s.Entry), Caller: cmp.Or(s.By, byRequester), Requester: string(s.Kind), Audience: "operator",
		Purpose: s.Purpose, Basis: s.Basis, Window: "requests", Kind: "request", Reference: s.Number, Until: s.Until,
		Organisation: s.Organisation, Person: s.Person, Case: s.Case, Fields: s.Fields, Client: s.Client,
		Question: string(s.Action) + ": " + s.Reason, Key: strings.Join(s.Objects, " "),
	}
}

// openings are who may use a token that was granted: an account of no kind for each,
// which sees what the public sees and what its token was granted.
func openings(all []request.Opening) (accounts []access.Account, credentials []access.Credential) {
	for _, o := range all {
		accounts = append(accounts, access.Account{ID: o.Number, Organization: o.Organisation, Times: 1, Until: o.Until})
		credentials = append(credentials, access.Credential{
			ID: o.ID, Account: o.Number, Sort: access.Token, Hash: o.Hash, Grant: o.Grant, Until: o.Until,
			ConfidentialUntil: o.Confidential,
		})
	}
	return accounts, credentials
}
