package escrow

import (
	"errors"
	"strings"
	"testing"
	"time"

	"registerd/register"
	"registerd/store"
)

func (r *testRegister) take(t *testing.T, x xmlText, change func(*Config)) (*Report, error) {
	t.Helper()
	return r.importer(t, change).Deposit(t.Context(), strings.NewReader(x.String()))
}

func (r *testRegister) mustTake(t *testing.T, x xmlText) *Report {
	t.Helper()
	report, err := r.take(t, x, nil)
	if err != nil {
		t.Fatalf("%s %s: %v", x.kind, x.id, err)
	}
	return report
}

// mustRefuse expects a refusal under one rule, and that nothing is changed.
func (r *testRegister) mustRefuse(t *testing.T, x xmlText, rule string) {
	t.Helper()
	before := r.version(t)
	report, err := r.take(t, x, nil)
	if !errors.As(err, new(*RefusedError)) {
		t.Fatalf("%s %s: it was not refused: %v", x.kind, x.id, err)
	}
	for _, p := range report.Problems {
		if p.Severity == Refusal && p.Rule != rule {
			t.Errorf("%s %s: %s", x.kind, x.id, p)
		}
	}
	if after := r.version(t); after != before {
		t.Errorf("the refused deposit changed the register from version %d to %d", before, after)
	}
}

// knownFacts are those of a person who asked for a little, and got it.
var knownFacts = register.Facts{
	Holder: register.HolderNatural, Protection: register.NotProtected, Consent: register.Email, Language: "eo",
	Verification: register.Verification{State: register.Verified, Method: register.MethodDocuments, Time: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)},
}

// learn gives a contact facts, as a feed does.
func (r *testRegister) learn(t *testing.T, handle string, f register.Facts) {
	t.Helper()
	c := r.contact(t, handle)
	c.Facts = f
	o, err := objectOfContact(c)
	if err != nil {
		t.Fatal(err)
	}
	r.change(t, o)
}

func (r *testRegister) change(t *testing.T, o store.Object) {
	t.Helper()
	if err := r.writer.Change(t.Context(), func(tx store.Tx) error { return tx.Put(o) }); err != nil {
		t.Fatal(err)
	}
}

const (
	day1 = "2025-12-29T00:00:00Z"
	day2 = "2025-12-30T00:00:00Z"
	day3 = "2025-12-31T00:00:00Z"
	day4 = "2026-01-01T00:00:00Z"
)

func TestWhatIsKnownOfAContactIsKeptAcrossDeposits(t *testing.T) {
	r := newTestRegister(t)
	r.mustTake(t, fullText("A", day1, contactText("H-1", "C1-TEST", ""), contactText("H-2", "C2-TEST", "")))
	if got := r.contact(t, "H-1").Facts; got != (register.Facts{}) {
		t.Fatalf("a contact new to the register has facts: %+v", got)
	}
	r.learn(t, "H-1", knownFacts)

	r.mustTake(t, fullText("B", day2, contactText("h-1", "c1-test", ""), contactText("H-2", "C2-TEST", "")))
	if got := r.contact(t, "H-1").Facts; got != knownFacts {
		t.Errorf("after a FULL deposit: %+v", got)
	}
	r.mustTake(t, xmlText{kind: "DIFF", id: "C", prev: "B", watermark: day3, objects: []string{contactText("H-1", "C1-TEST", "")}})
	if got := r.contact(t, "H-1").Facts; got != knownFacts {
		t.Errorf("after a DIFF: %+v", got)
	}
	if got := r.contact(t, "H-2").Facts; got != (register.Facts{}) {
		t.Errorf("the other has facts now: %+v", got)
	}
}

func TestAHandleGivenToAnotherPersonInheritsNothing(t *testing.T) {
	for _, kind := range []string{"FULL", "DIFF"} {
		r := newTestRegister(t)
		r.mustTake(t, fullText("A", day1, contactText("H-1", "C1-TEST", "")))
		r.learn(t, "H-1", knownFacts)
		next := fullText("B", day2, contactText("H-1", "C9-TEST", ""))
		back := fullText("C", day3, contactText("H-1", "C1-TEST", ""))
		if kind == "DIFF" {
			next.kind, next.prev, back.kind, back.prev = kind, "A", kind, "B"
		}
		r.mustTake(t, next)
		if got := r.contact(t, "H-1"); got.ROID != "C9-TEST" || got.Facts != (register.Facts{}) {
			t.Errorf("%s: the new person has the facts of the old: %+v", kind, got.Facts)
		}
		r.mustTake(t, back)
		if got := r.contact(t, "H-1").Facts; got != knownFacts {
			t.Errorf("%s: the first person came back without facts: %+v", kind, got)
		}
	}
}

func TestAContactThatComesBackHasItsFacts(t *testing.T) {
	r := newTestRegister(t)
	rest := []string{contactText("H-2", "C2-TEST", ""), contactText("H-3", "C3-TEST", "")}
	r.mustTake(t, fullText("A", day1, append(rest, contactText("H-1", "C1-TEST", ""))...))
	r.learn(t, "H-1", knownFacts)
	if _, err := r.take(t, fullText("B", day2, rest...), func(c *Config) { c.AcceptShrink = true }); err != nil {
		t.Fatal(err)
	}
	if r.contact(t, "H-1") != nil {
		t.Fatal("the contact is still there")
	}
	r.mustTake(t, fullText("C", day3, append(rest, contactText("H-1", "C1-TEST", ""))...))
	if got := r.contact(t, "H-1").Facts; got != knownFacts {
		t.Errorf("it came back with %+v", got)
	}
	// It is deleted when nothing is known of it any more: that is remembered too.
	r.learn(t, "H-1", register.Facts{})
	for _, x := range []xmlText{fullText("D", day3, rest...), fullText("E", day4, append(rest, contactText("H-1", "C1-TEST", ""))...)} {
		if _, err := r.take(t, x, func(c *Config) { c.AcceptShrink = true }); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.contact(t, "H-1").Facts; got != (register.Facts{}) {
		t.Errorf("facts that were withdrawn came back: %+v", got)
	}
}

func TestADeletedContactThatADiffBringsBackHasItsFacts(t *testing.T) {
	r := newTestRegister(t)
	r.mustTake(t, fullText("A", day1, contactText("H-1", "C1-TEST", "")))
	r.learn(t, "H-1", knownFacts)
	r.mustTake(t, xmlText{kind: "DIFF", id: "B", prev: "A", watermark: day2,
		deletes: "<c:delete><c:id>H-1</c:id></c:delete>", objects: []string{contactText("H-1", "C1-TEST", "")}})
	if got := r.contact(t, "H-1").Facts; got != knownFacts {
		t.Errorf("%+v", got)
	}
}

func TestWhatADepositCannotSayOfDomainsAndRegistrarsIsKept(t *testing.T) {
	r := newTestRegister(t)
	objects := []string{contactText("H-1", "C1-TEST", ""), domainText("shop.test", "D1-TEST", "H-1", ""), domainText("other.test", "D2-TEST", "H-1", "")}
	r.mustTake(t, fullText("A", day1, objects...))
	d := r.domain(t, "shop.test")
	d.Dispute = &register.Proceeding{Ground: "claim", Reference: "7"}
	o, err := objectOfDomain(d)
	if err != nil {
		t.Fatal(err)
	}
	r.change(t, o)
	d.Name, d.ROID = "other.test", "D2-TEST"
	if o, err = objectOfDomain(d); err != nil {
		t.Fatal(err)
	}
	r.change(t, o)
	o, err = objectOfRegistrar(&register.Registrar{ID: "reg-a", AbuseEmail: "abuse@reg-a.test", RDAPBase: "https://rdap.reg-a.test/"})
	if err != nil {
		t.Fatal(err)
	}
	r.change(t, o)

	objects[2] = domainText("other.test", "D3-TEST", "H-1", "") // registered anew
	r.mustTake(t, fullText("B", day2, objects...))
	if got := r.domain(t, "shop.test").Dispute; got == nil || got.Reference != "7" {
		t.Errorf("the dispute is %+v", got)
	}
	if got := r.domain(t, "other.test").Dispute; got != nil {
		t.Errorf("a name registered anew inherited the dispute %+v", got)
	}
	found := r.find(t, store.Ask{Ref: store.Ref{Kind: store.Registrars, Key: "reg-a"}})
	if got, err := register.DecodeRegistrar(found.Bytes); err != nil || got.AbuseEmail != "abuse@reg-a.test" || got.RDAPBase == "" || got.Name != "Registrar" {
		t.Errorf("the registrar is %+v, %v", got, err)
	}
}

func TestADepositThatShowsMoreIsHeld(t *testing.T) {
	const wish = `<c:disclose flag="0"><contact:email/></c:disclose>`
	for _, kind := range []string{"FULL", "DIFF"} {
		r := newTestRegister(t)
		r.mustTake(t, fullText("A", day1, contactText("H-1", "C1-TEST", wish)))
		next := fullText("B", day2, contactText("H-1", "C1-TEST", ""), contactText("H-2", "C2-TEST", ""))
		if kind == "DIFF" {
			next.kind, next.prev = kind, "A"
		}
		r.mustRefuse(t, next, ruleWiden)
		if _, err := r.take(t, next, func(c *Config) { c.AcceptWiden = true }); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestADepositThatHoldsMuchLessIsHeld(t *testing.T) {
	r := newTestRegister(t)
	var objects []string
	for _, c := range "abcdefghijklmnopqrst" {
		objects = append(objects, reservedText(string(c)+"-name.test"))
	}
	r.mustTake(t, fullText("A", day1, objects...)) // 21 with the registrar
	r.mustTake(t, fullText("B", day2, objects[1:]...))
	less := fullText("C", day3, objects[3:]...)
	r.mustRefuse(t, less, ruleShrink)
	var deletes strings.Builder
	for _, c := range "bcdefghijkl" {
		deletes.WriteString("<n:aName>" + string(c) + "-name.test</n:aName>")
	}
	r.mustRefuse(t, xmlText{kind: "DIFF", id: "C", prev: "B", watermark: day3, deletes: "<n:delete>" + deletes.String() + "</n:delete>"}, ruleShrink)
	if _, err := r.take(t, less, func(c *Config) { c.AcceptShrink = true }); err != nil {
		t.Error(err)
	}
}
