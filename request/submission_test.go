package request

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"registerd/disclose"
)

// Each edit makes a good submission a bad one; the member is what the requester is
// pointed to.
func TestWhatASubmissionHasToSay(t *testing.T) {
	s := newScene(t)
	for _, tt := range []struct {
		member string
		edit   func(*Submission)
	}{
		{"requester.kind", func(x *Submission) { x.Requester.Kind = "police" }},
		{"requester.organisation", func(x *Submission) { x.Requester.Organisation = " \u200b- " }},
		{"requester.organisation", func(x *Submission) { x.Requester.Organisation = "a\nb" }},
		{"requester.organisation", func(x *Submission) { x.Requester.Organisation = "a\u202eb" }},
		{"requester.organisation", func(x *Submission) { x.Requester.Organisation = strings.Repeat("a", 201) }},
		{"requester.person", func(x *Submission) { x.Requester.Person = "" }},
		{"requester.person", func(x *Submission) { x.Requester.Person = "a\x1b[2Jb" }},
		{"requester.email", func(x *Submission) { x.Requester.Email = "ida" }},
		{"requester.email", func(x *Submission) { x.Requester.Email = "Ida <ida@brands.example>" }},
		{"requester.phone", func(x *Submission) { x.Requester.Phone = "call me" }},
		{"requester.country", func(x *Submission) { x.Requester.Country = "Denmark" }},
		{"requester.country", func(x *Submission) { x.Requester.Country = "dk" }},
		{"purpose", func(x *Submission) { x.Purpose = "curiosity" }},
		{"purpose", func(x *Submission) { x.Purpose = "" }},
		{"basis", func(x *Submission) { x.Basis = "" }},
		{"why", func(x *Submission) { x.Why = "because" }},
		{"why", func(x *Submission) { x.Why = strings.Repeat("a", 4001) }},
		{"objects", func(x *Submission) { x.Objects = nil }},
		{"objects", func(x *Submission) { x.Objects = []Object{{}} }},
		{"objects", func(x *Submission) { x.Objects[0].Contact = "KB1" }},
		{"objects", func(x *Submission) { x.Objects[0].Domain = "*.example" }},
		{"objects", func(x *Submission) { x.Objects[0].ROID = "D1-EX" }},
		{"objects", func(x *Submission) { x.Objects = append(x.Objects, Object{Contact: "kb1"}) }},
		{"objects", func(x *Submission) { x.Objects = slices.Repeat(x.Objects, 11) }},
		{"fields", func(x *Submission) { x.Fields = nil }},
		{"fields", func(x *Submission) { x.Fields = append(x.Fields, x.Fields[0]) }},
		{"fields", func(x *Submission) { x.Fields = []Field{Field(disclose.RegistrarEmail)} }},
		{"urgency", func(x *Submission) { x.Urgent = true }},
		{"urgency", func(x *Submission) { x.Urgency = "A child is missing" }},
		{"earlier", func(x *Submission) { x.Earlier = "the last one" }},
		{"language", func(x *Submission) { x.Language = "<script>" }},
		{"evidence", func(x *Submission) { x.Evidence = slices.Repeat(x.Evidence, 2) }},
		{"evidence", func(x *Submission) { x.Evidence = slices.Repeat(x.Evidence, 6) }},
		{"evidence", func(x *Submission) { x.Evidence[0].Kept = monday }},
		{"evidence.what", func(x *Submission) { x.Evidence[0].What = "" }},
		{"evidence.size", func(x *Submission) { x.Evidence[0].Size = 0 }},
		{"evidence.size", func(x *Submission) { x.Evidence[0].Size = DefaultMaxEvidence + 1 }},
	} {
		sub := submission()
		tt.edit(&sub)
		_, err := s.Submit(t.Context(), sub)
		var wrong *InvalidError
		if !errors.As(err, &wrong) || wrong.Member != tt.member {
			t.Errorf("%+v: %v, want one about %s", sub, err, tt.member)
		}
		if err != nil && strings.Contains(strings.ToLower(err.Error()), "canary") {
			t.Errorf("the error repeats what was sent: %v", err)
		}
	}
	if list, err := s.List(t.Context(), true); err != nil || len(list) != 0 || len(s.steps) != 0 {
		t.Errorf("%d requests were taken, %d steps recorded; %v", len(list), len(s.steps), err)
	}
}

func TestARequestIsAcknowledgedWithANumberASecretAndATime(t *testing.T) {
	s := newScene(t)
	one := s.submit()
	other := submission()
	other.Why += " Again."
	two := s.submitAs(other)
	if one.Number != "R-2026-000001" || two.Number != "R-2026-000002" {
		t.Errorf("numbers %s, %s", one.Number, two.Number)
	}
	if one.Secret == two.Secret || len(one.Secret) != 52 || !one.Due.Equal(monday.Add(72*time.Hour)) {
		t.Errorf("%+v", one)
	}
	s.now = time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	other.Why += " In another year."
	if got := s.submitAs(other).Number; got != "R-2027-000001" {
		t.Errorf("the first of the next year is %s", got)
	}
}

func TestTheSecretAloneOpensTheState(t *testing.T) {
	s := newScene(t)
	r := s.submit()
	if got, err := s.StateFor(t.Context(), r.Secret); err != nil || got.Number != r.Number || got.State != Received {
		t.Errorf("%+v, %v", got, err)
	}
	for what, secret := range map[string]string{
		"none": "", "the number": r.Number, "in capitals": strings.ToUpper(r.Secret), "shorter": r.Secret[1:],
		"another": "a" + r.Secret[1:51] + "a", "with a blank": r.Secret + " ",
	} {
		if secret == r.Secret {
			continue
		}
		if _, err := s.StateFor(t.Context(), secret); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := s.PickUp(t.Context(), secret); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
		if err := s.attach(secret); !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestTheSameRequestIsTakenOnceWhileItIsOpen(t *testing.T) {
	s := newScene(t)
	r := s.submit()
	from := submission()
	from.Client = netip.MustParseAddr("2001:db8::1") // from wherever
	if _, err := s.Submit(t.Context(), from); !errors.Is(err, ErrDuplicate) {
		t.Errorf("the second time: %v", err)
	}
	s.must(s.does(Refuse, r))
	if got := s.show(r.Number); got.same != nil || got.network != nil {
		t.Error("what it was known by stays when it is not open any more")
	}
	again := s.submit()
	if got := s.show(r.Number); again.Number == r.Number || got.State != Refused {
		t.Errorf("the second is %s, the first is %s", again.Number, got.State)
	}
}

func TestOneNetworkAndAllTogetherHaveSoManyOpenRequests(t *testing.T) {
	s := newScene(t, func(c *Config) { c.OpenInAll, c.OpenPerNetwork = 4, 2 })
	from := func(address, why string) error {
		sub := submission()
		sub.Client, sub.Why = netip.MustParseAddr(address), submission().Why+why
		_, err := s.Submit(t.Context(), sub)
		return err
	}
	s.must(from("192.0.2.1", "1"))
	s.must(from("::ffff:192.0.2.200", "2"))
	if err := from("192.0.2.3", "3"); !errors.Is(err, ErrTooMany) {
		t.Errorf("a third of one /24: %v", err)
	}
	s.must(from("192.0.3.1", "4"))
	s.must(from("2001:db8:1::1", "5"))
	if err := from("2001:db8:2::1", "6"); !errors.Is(err, ErrTooMany) {
		t.Errorf("a fifth in all: %v", err)
	}
	s.must(s.End(t.Context(), "R-2026-000001", "anna", "Withdrawn"))
	s.must(from("192.0.2.3", "7"))
}

func TestEvidenceIsTakenOnceAndOnlyAsItWasNamed(t *testing.T) {
	s := newScene(t)
	r := s.submit()
	ctx := t.Context()
	for what, send := range map[string]struct {
		hash Digest
		file string
	}{
		"another file":            {sha256.Sum256([]byte("x")), "x"},
		"another under its hash":  {sha256.Sum256(evidence), "x"},
		"more under its hash":     {sha256.Sum256(evidence), string(evidence) + "x"},
		"nothing under its hash":  {sha256.Sum256(evidence), ""},
		"less under its own hash": {sha256.Sum256(evidence[:5]), string(evidence[:5])},
	} {
		if err := s.Attach(ctx, r.Secret, send.hash, strings.NewReader(send.file)); !errors.Is(err, ErrWrongEvidence) {
			t.Errorf("%s: %v", what, err)
		}
	}
	longer := submission()
	longer.Evidence[0].Size++
	if err := s.attach(s.submitAs(longer).Secret); !errors.Is(err, ErrWrongEvidence) {
		t.Errorf("a file of another size: %v", err)
	}
	s.must(s.attach(r.Secret))
	s.must(s.attach(r.Secret))
	if n := len(s.steps); n != 3 {
		t.Errorf("%d steps are recorded; the second time nothing is done", n)
	}
	if got, err := s.Evidence(ctx, r.Number, 1, "anna"); err != nil || !bytes.Equal(got, evidence) {
		t.Errorf("%q, %v", got, err)
	}
	for _, n := range []int{0, 2, -1} {
		if _, err := s.Evidence(ctx, r.Number, n, "anna"); !errors.Is(err, ErrWrongEvidence) {
			t.Errorf("piece %d: %v", n, err)
		}
	}
}
