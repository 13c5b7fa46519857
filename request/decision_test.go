package request

import (
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registerd/disclose"
	"registerd/register"
)

func TestAGrantOpensWhatWasDecidedAndNothingElse(t *testing.T) {
	s := newScene(t)
	r := s.submit()
	d := decision("anna", s.now)
	d.Objects = d.Objects[:1]
	d.Fields[1] = FieldDecision{Field: d.Fields[1].Field, Reason: "A letter is enough"}
	d.Roles, d.Country = []string{"admin"}, "SE"
	if state, err := s.Grant(t.Context(), r.Number, d); err != nil || state != Granted {
		t.Fatal(state, err)
	}
	if open := s.openings(); len(open) != 0 {
		t.Errorf("before the token is picked up there is %+v", open)
	}
	told, err := s.StateFor(t.Context(), r.Secret)
	if err != nil || !told.Token || told.Fields[1].Reason != "A letter is enough" || !slices.Equal(told.Objects, []string{"karin.example"}) {
		t.Errorf("the requester is told %+v, %v", told, err)
	}
	token, err := s.PickUp(t.Context(), r.Secret)
	if err != nil || token.Text != "secret of token001" || !token.Until.Equal(d.Until) {
		t.Fatalf("%+v, %v", token, err)
	}
	want := []Opening{{
		Number: r.Number, ID: "token001", Hash: sha256.Sum256([]byte("secret of token001")), Organisation: "Canary Brands of Aarhus ApS", Until: d.Until,
		Grant: &disclose.Grant{
			Objects: []disclose.Granted{{Domain: "karin.example", ROID: "D1-EX"}}, Fields: []disclose.Field{disclose.ContactName},
			Roles: []register.Role{register.RoleAdmin}, Requester: "trade-mark-holder", Purpose: "legalActions",
			Rule: &disclose.Rule{
				ID: "grant-2026-000001", Basis: "GDPR Art. 6(1)(f)", Reason: "Granted on request R-2026-000001", Outcome: disclose.Show,
			},
		},
	}}
	if diff := cmp.Diff(want, s.openings()); diff != "" {
		t.Error(diff)
	}
	if err := want[0].Grant.Check(); err != nil {
		t.Error(err)
	}
	if _, err := s.PickUp(t.Context(), r.Secret); !errors.Is(err, ErrNoToken) {
		t.Errorf("a second time: %v", err)
	}
	if got := s.show(r.Number); got.Outcome != InPart || got.Country != "SE" {
		t.Errorf("the outcome is %q, the country %s", got.Outcome, got.Country)
	}
	s.now = d.Until
	if open := s.openings(); len(open) != 0 {
		t.Errorf("after its end there is %+v", open)
	}
}

func TestATokenThatGotLostIsReplacedAndEndsThen(t *testing.T) {
	s := newScene(t)
	r := s.submit()
	s.mustGrant(r.Number, "anna")
	s.must(s.does(PickUp, r))
	_, before, _ := s.Openings(t.Context())
	s.must(s.does(Renew, r))
	if open, version, err := s.Openings(t.Context()); err != nil || len(open) != 0 || version <= before {
		t.Errorf("the old token: %+v, version %d after %d, %v", open, version, before, err)
	}
	s.must(s.does(PickUp, r))
	if open := s.openings(); len(open) != 1 || open[0].ID != "token002" {
		t.Errorf("the new token: %+v", open)
	}
	s.must(s.does(Close, r))
	if open := s.openings(); len(open) != 0 {
		t.Errorf("after the grant was closed: %+v", open)
	}
	if got := s.show(r.Number); got.Outcome != InFull || got.State != Closed || !got.Ends.Equal(s.now) {
		t.Errorf("it is %s, %q, and ended at %s", got.State, got.Outcome, got.Ends)
	}
}

// Each edit takes from a decision what the law wants to stand there.
func TestWhatADecisionHasToSay(t *testing.T) {
	s := newScene(t)
	r := s.submit()
	for _, tt := range []struct {
		member string
		edit   func(*Decision)
	}{
		{"by", func(d *Decision) { d.By = "" }},
		{"ground", func(d *Decision) { d.Ground = Ground{} }},
		{"ground", func(d *Decision) { d.Ground.Statute = "Act 1" }},
		{"ground", func(d *Decision) { d.Ground.Necessity = "" }},
		{"ground", func(d *Decision) { d.Ground.Balance = "" }},
		{"identity", func(d *Decision) { d.Identity = "" }},
		{"verified", func(d *Decision) { d.Verified = "" }},
		{"country", func(d *Decision) { d.Country = "" }},
		{"transfer", func(d *Decision) { d.Country = "US" }},
		{"transfer", func(d *Decision) { d.Country, d.Transfer = "US", Transfer{By: "adequacy"} }},
		{"transfer", func(d *Decision) { d.Country, d.Transfer = "US", Transfer{By: "hope", Why: "They are kind"} }},
		{"transfer", func(d *Decision) { d.Transfer = Transfer{By: "adequacy", Why: "It is Denmark"} }},
		{"heard", func(d *Decision) { d.NotHeard = "" }},
		{"heard", func(d *Decision) { d.Heard = "By letter" }},
		{"until", func(d *Decision) { d.Until = s.now }},
		{"until", func(d *Decision) { d.Until = s.now.Add(maxGrant + time.Second) }},
		{"confidential", func(d *Decision) { d.Confidential = s.now }},
		{"confidential", func(d *Decision) {
			d.Confidential, d.Heard, d.NotHeard = s.now.Add(time.Hour), "By letter", ""
		}},
		{"objects", func(d *Decision) { d.Objects = nil }},
		{"objects", func(d *Decision) { d.Objects[0].Domain = "other.example" }},
		{"objects", func(d *Decision) { d.Objects[0].ROID = "" }},
		{"objects", func(d *Decision) { d.Objects[1] = d.Objects[0] }},
		{"roles", func(d *Decision) { d.Roles = []string{"owner"} }},
		{"fields", func(d *Decision) { d.Fields = d.Fields[:1] }},
		{"fields", func(d *Decision) { d.Fields[1] = d.Fields[0] }},
		{"fields", func(d *Decision) { d.Fields[1].Field = Field(disclose.ContactVoice) }},
		{"fields", func(d *Decision) { d.Fields[1].Granted = false }},
		{"fields", func(d *Decision) {
			for i := range d.Fields {
				d.Fields[i] = FieldDecision{Field: d.Fields[i].Field, Reason: "No"}
			}
		}},
	} {
		d := decision("anna", s.now)
		tt.edit(&d)
		_, err := s.Grant(t.Context(), r.Number, d)
		var wrong *InvalidError
		if !errors.As(err, &wrong) || wrong.Member != tt.member {
			t.Errorf("%+v: %v, want one about %s", d, err, tt.member)
		}
	}
	if got := s.show(r.Number); got.State != Received || len(s.steps) != 1 {
		t.Errorf("it is %s after %d steps", got.State, len(s.steps))
	}
	for _, d := range []Decision{
		{Ground: Ground{Statute: "Act 1 § 2"}, Country: "IS"},
		{Ground: Ground{Statute: "Act 1 § 2"}, Country: "CH", Transfer: Transfer{By: "adequacy", Why: "Decision 2000/518/EC"}},
	} {
		good := decision("anna", s.now)
		good.Ground, good.Country, good.Transfer = d.Ground, d.Country, d.Transfer
		if err := good.take(ptr(submission()), s.now); err == nil || !strings.Contains(err.Error(), "asked for") {
			t.Errorf("%+v: %v", good, err) // a handle is compared as it is kept
		}
		kept := s.show(r.Number).File.Submission
		if err := good.take(&kept, s.now); err != nil {
			t.Errorf("%+v: %v", good, err)
		}
	}
}

func ptr[T any](v T) *T { return &v }

func TestNobodyGrantsAloneWhereTwoAreNeeded(t *testing.T) {
	s := newScene(t, twoEyes)
	r := s.submit()
	if state, err := s.Grant(t.Context(), r.Number, decision("anna", s.now)); err != nil || state != Proposed {
		t.Fatal(state, err)
	}
	if err := s.Approve(t.Context(), r.Number, "anna"); !errors.Is(err, ErrSameApprover) {
		t.Errorf("anna approves herself: %v", err)
	}
	if _, err := s.PickUp(t.Context(), r.Secret); !errors.Is(err, ErrNoToken) {
		t.Errorf("a token of a proposal: %v", err)
	}
	told, err := s.StateFor(t.Context(), r.Secret)
	if err != nil || told.State != Taken || told.Fields != nil || told.Token {
		t.Errorf("the requester is told %+v, %v", told, err)
	}
	s.must(s.Take(t.Context(), r.Number, "bo"))
	if got := s.show(r.Number); got.File.Decision != nil {
		t.Errorf("what was taken back is still there: %+v", got.File.Decision)
	}
	s.mustGrant(r.Number, "anna")
	s.must(s.Approve(t.Context(), r.Number, "bo"))
	last := s.steps[len(s.steps)-1]
	if last.Entry != EntryGrant || last.By != "bo" || !strings.Contains(last.Reason, "proposed by: anna") {
		t.Errorf("recorded: %+v", last)
	}
}

func TestAProposalWhoseTimeIsOverIsNotApproved(t *testing.T) {
	s := newScene(t, twoEyes)
	r := s.submit()
	s.mustGrant(r.Number, "anna")
	s.now = s.now.Add(7 * 24 * time.Hour)
	var wrong *InvalidError
	if err := s.Approve(t.Context(), r.Number, "bo"); !errors.As(err, &wrong) || wrong.Member != "until" {
		t.Errorf("%v", err)
	}
}

func TestLessThanWasAskedForIsAPart(t *testing.T) {
	for what, edit := range map[string]func(*Decision){
		"all":           func(*Decision) {},
		"fewer objects": func(d *Decision) { d.Objects = d.Objects[:1] },
		"fewer fields":  func(d *Decision) { d.Fields[0] = FieldDecision{Field: d.Fields[0].Field, Reason: "Not needed"} },
	} {
		s := newScene(t)
		r := s.submit()
		d := decision("anna", s.now)
		edit(&d)
		_, err := s.Grant(t.Context(), r.Number, d)
		s.must(err)
		if got := s.show(r.Number).Outcome; (got == InFull) != (what == "all") || (got == InPart) == (what == "all") {
			t.Errorf("%s: %q", what, got)
		}
	}
}
