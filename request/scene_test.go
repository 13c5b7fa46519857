package request

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"registerd/disclose"
)

var monday = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// scene is a desk on a real disk, with a clock that tests turn and a journal that
// can fail.
type scene struct {
	*Desk
	t     testing.TB
	now   time.Time
	steps []Step
	deaf  error // what the journal answers
	made  int   // tokens
}

func newScene(t testing.TB, edit ...func(*Config)) *scene {
	t.Helper()
	s := &scene{t: t, now: monday}
	s.Desk = s.open(t.TempDir(), edit...)
	return s
}

func (s *scene) open(dir string, edit ...func(*Config)) *Desk {
	s.t.Helper()
	c := Config{
		Dir: dir, Now: func() time.Time { return s.now }, Purposes: []string{"legalActions", "domainNameCertification"},
		Record: func(_ context.Context, step Step) error {
			if s.deaf == nil {
				s.steps = append(s.steps, step)
			}
			return s.deaf
		},
		NewToken: func() (string, string, [sha256.Size]byte) {
			s.made++
			id := fmt.Sprintf("token%03d", s.made)
			return "secret of " + id, id, sha256.Sum256([]byte("secret of " + id))
		},
	}
	for _, e := range edit {
		e(&c)
	}
	d, err := Open(s.t.Context(), c)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { d.Close() })
	return d
}

func twoEyes(c *Config) { c.SecondApprover = true }

var evidence = []byte("%PDF a court order, canary-evidence")

// submission is a good one.
func submission() Submission {
	return Submission{
		Requester: Requester{
			Kind: KindTradeMarkHolder, Organisation: "Canary Brands ApS", Person: "Canary Ida Lund", Email: "canary@brands.example",
			Phone: "+45 1234", Country: "DK", Reference: "canary-case-7",
		},
		Purpose: "legalActions", Basis: "Trade mark 4711, canary-basis", Why: "Canary: we mean to sue the holder for infringement.",
		Objects:  []Object{{Domain: "karin.example"}, {Contact: "KB1"}},
		Fields:   []Field{Field(disclose.ContactName), Field(disclose.ContactEmail)},
		Evidence: []Evidence{{What: "canary order", SHA256: sha256.Sum256(evidence), Size: int64(len(evidence))}},
		Client:   netip.MustParseAddr("192.0.2.7"),
	}
}

// decision grants all of it.
func decision(by string, now time.Time) Decision {
	return Decision{
		By: by, Objects: []Object{{Domain: "karin.example", ROID: "D1-EX"}, {Contact: "kb1", ROID: "C1-EX"}},
		Fields:   []FieldDecision{{Field: Field(disclose.ContactName), Granted: true}, {Field: Field(disclose.ContactEmail), Granted: true}},
		Ground:   Ground{Interest: "To sue for infringement", Necessity: "The name is nowhere else", Balance: "The holder trades under the name"},
		Identity: "Canary Brands of Aarhus ApS", Verified: "Register of companies, called back", Country: "DK",
		NotHeard: "The claim would be frustrated", Until: now.Add(7 * 24 * time.Hour),
	}
}

func (s *scene) submit() Receipt {
	s.t.Helper()
	return s.submitAs(submission())
}

func (s *scene) submitAs(sub Submission) Receipt {
	s.t.Helper()
	r, err := s.Submit(s.t.Context(), sub)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) mustGrant(number, by string) {
	s.t.Helper()
	_, err := s.Grant(s.t.Context(), number, decision(by, s.now))
	s.must(err)
}

func (s *scene) show(number string) *Request {
	s.t.Helper()
	r, err := s.Show(s.t.Context(), number)
	s.must(err)
	return r
}

func (s *scene) attach(secret string) error {
	return s.Attach(s.t.Context(), secret, sha256.Sum256(evidence), bytes.NewReader(evidence))
}

func (s *scene) openings() []Opening {
	s.t.Helper()
	open, _, err := s.Openings(s.t.Context())
	s.must(err)
	return open
}

// does does an action in the simplest way.
func (s *scene) does(a Action, r Receipt) error {
	ctx := s.t.Context()
	switch a {
	case Attach:
		return s.attach(r.Secret)
	case Take:
		return s.Take(ctx, r.Number, "anna")
	case Extend:
		return s.Extend(ctx, r.Number, "anna", s.show(r.Number).Due.Add(24*time.Hour), "We hear the holder")
	case Grant, Propose:
		_, err := s.Grant(ctx, r.Number, decision("anna", s.now))
		return err
	case Approve:
		return s.Approve(ctx, r.Number, "bo")
	case Refuse:
		return s.Refuse(ctx, r.Number, Refusal{By: "anna", Reason: "There is no infringement"})
	case Close:
		return s.End(ctx, r.Number, "anna", "Withdrawn")
	case PickUp:
		_, err := s.PickUp(ctx, r.Secret)
		return err
	case Renew:
		return s.Renew(ctx, r.Number, "anna")
	case Read:
		_, err := s.Evidence(ctx, r.Number, 1, "anna")
		return err
	}
	return errors.New("the scene does not know how")
}
