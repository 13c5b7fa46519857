package escrow

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"registerd/register"
	"registerd/store"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

// The chain of RFC 8909: a FULL, DIFFs that follow each other, an INCR that
// follows the FULL.
func TestDepositsFollowEachOther(t *testing.T) {
	r := newTestRegister(t)
	objects := []string{contactText("H-1", "C1-TEST", ""), hostText("ns1.shop.test", "H1-TEST"), hostText("ns2.shop.test", "H2-TEST"),
		domainText("shop.test", "D1-TEST", "H-1", `<d:ns><domain:hostObj>ns1.shop.test</domain:hostObj></d:ns>`)}
	r.mustTake(t, fullText("A", day1, objects...))

	diff := func(id, prev, watermark, deletes string, objects ...string) xmlText {
		return xmlText{kind: "DIFF", id: id, prev: prev, watermark: watermark, deletes: deletes, objects: objects}
	}
	r.mustRefuse(t, diff("B", "Z", day2, ""), ruleChain)
	r.mustRefuse(t, diff("B", "", day2, ""), ruleChain)
	r.mustTake(t, diff("B", "A", day2, "<ho:delete><ho:roid>h2-test</ho:roid></ho:delete><n:delete><n:aName>shop.test</n:aName></n:delete>",
		domainText("new.test", "D2-TEST", "H-2", ""), contactText("H-2", "C2-TEST", "")))
	if r.domain(t, "new.test") == nil || r.domain(t, "shop.test") == nil {
		t.Error("after the DIFF a domain is missing")
	}
	if host := r.find(t, store.Ask{Ref: store.Ref{Kind: store.Hosts, Key: "ns2.shop.test"}}); host.There() {
		t.Error("the host deleted by its ROID is there")
	}
	r.mustRefuse(t, diff("B", "A", day2, ""), ruleChain) // again
	r.mustTake(t, diff("C", "B", day3, "<d:delete><d:name>shop.test</d:name></d:delete>", domainText("new.test", "D2-TEST", "H-1", "")))
	if got := r.domain(t, "new.test").Registrant; got != "H-1" || r.domain(t, "shop.test") != nil {
		t.Errorf("after the second DIFF: registrant %s, shop.test %v", got, r.domain(t, "shop.test"))
	}

	incr := xmlText{kind: "INCR", id: "D", prev: "C", watermark: day4}
	r.mustRefuse(t, incr, ruleChain)
	incr.prev = "A"
	r.mustTake(t, incr)
	r.mustTake(t, diff("E", "D", day4, ""))
	if s := r.state(t); s.Deposit != "E" || s.Full != "A" || !s.Watermark.Equal(at(day4)) {
		t.Errorf("the state is %+v", s)
	}
}

func TestADiffThatIsWrongChangesNothing(t *testing.T) {
	for name, test := range map[string]struct {
		deletes, rule string
		objects       []string
	}{
		"a reference to nothing":   {rule: ruleReference, objects: []string{domainText("new.test", "D2-TEST", "H-9", "")}},
		"a contact that is needed": {rule: ruleReference, deletes: "<c:delete><c:id>H-1</c:id></c:delete>", objects: []string{domainText("new.test", "D2-TEST", "H-2", "")}},
		"a name taken":             {rule: ruleUnique, objects: []string{reservedText("shop.test")}},
		"an object twice":          {rule: ruleUnique, objects: []string{contactText("H-3", "C3-TEST", ""), contactText("h-3", "C4-TEST", "")}},
		"a ROID of another":        {rule: ruleUnique, objects: []string{contactText("H-3", "C1-TEST", "")}},
		"a bad name":               {rule: ruleName, objects: []string{reservedText("free.test"), domainText("-.test", "D2-TEST", "H-1", "")}},
		"cut off":                  {rule: ruleReadable, objects: []string{reservedText("free.test"), "<d:domain>"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newTestRegister(t)
			r.mustTake(t, fullText("A", day1, contactText("H-1", "C1-TEST", ""), contactText("H-2", "C2-TEST", ""), domainText("shop.test", "D1-TEST", "H-1", "")))
			r.mustRefuse(t, xmlText{kind: "DIFF", id: "B", prev: "A", watermark: day2, deletes: test.deletes, objects: test.objects}, test.rule)
		})
	}
}

func TestMissingObjectsAreKeptMissingOnDemand(t *testing.T) {
	keep := func(c *Config) { c.KeepDangling = true }
	r := newTestRegister(t)
	x := fullText("A", day1, domainText("shop.test", "D1-TEST", "H-1", ""))
	r.mustRefuse(t, x, ruleReference)
	report, err := r.take(t, x, keep)
	if err != nil || report.Warnings == 0 {
		t.Fatalf("%v, %+v", err, report)
	}
	diff := xmlText{kind: "DIFF", id: "B", prev: "A", watermark: day2, objects: []string{domainText("other.test", "D2-TEST", "H-2", "")}}
	r.mustRefuse(t, diff, ruleReference)
	if _, err := r.take(t, diff, keep); err != nil {
		t.Error(err)
	}
}

func TestAnOlderDepositIsRefusedUnlessItIsSentAgain(t *testing.T) {
	r := newTestRegister(t)
	r.mustTake(t, fullText("B", day2, reservedText("a.test")))
	older := fullText("A", day1, reservedText("b.test"))
	r.mustRefuse(t, older, ruleAge)
	older.resend = true
	r.mustTake(t, older)
	if s := r.state(t); !s.Watermark.Equal(at(day1)) {
		t.Errorf("the register is as of %v", s.Watermark)
	}
}

const protect = `{"serial":1,"prev":0,"time":"2025-12-30T12:00:00Z","put":[{"contact":{"handle":"H-1","roid":"C1-TEST","sponsor":"reg-a","facts":{"holder":"natural","protection":"protected"}}}]}` + "\n"

// A deposit made at midnight arrives when changes of the morning are in the
// register already.
func TestChangesLaterThanTheDepositAreAppliedAgain(t *testing.T) {
	for _, kind := range []string{"FULL", "DIFF"} {
		r := newTestRegister(t)
		r.mustTake(t, fullText("A", day1, contactText("H-1", "C1-TEST", "")))
		known := knownFacts
		r.learn(t, "H-1", known)
		if _, err := r.importer(t, nil).Changes(t.Context(), strings.NewReader(protect), FeedOptions{}); err != nil {
			t.Fatal(err)
		}
		next := fullText("B", day2, contactText("H-1", "C1-TEST", ""), contactText("H-2", "C2-TEST", ""))
		if kind == "DIFF" {
			next.kind, next.prev = kind, "A"
		}
		report := r.mustTake(t, next)
		if got := r.contact(t, "H-1").Facts.Protection; got != register.Protected {
			t.Errorf("%s: the protection is %v", kind, got)
		}
		if r.contact(t, "H-2") == nil {
			t.Errorf("%s: the deposit's contact is missing", kind)
		}
		if s := r.state(t); s.Serial != 1 || !s.Watermark.Equal(at("2025-12-30T12:00:00Z")) || report.Serial != 1 {
			t.Errorf("%s: the state is %+v", kind, s)
		}
	}
}

// Changes are kept for 30 days of the register's time. A deposit from before
// that would bring back what they took away.
func TestADepositFromBeforeTheKeptChangesIsRefused(t *testing.T) {
	r := newTestRegister(t)
	r.mustTake(t, fullText("A", "2025-10-01T00:00:00Z", contactText("H-1", "C1-TEST", "")))
	later := `{"serial":2,"prev":1,"time":"2025-12-31T12:00:00Z","put":[]}` + "\n"
	if _, err := r.importer(t, nil).Changes(t.Context(), strings.NewReader(protect+later), FeedOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := r.writer.Change(t.Context(), func(tx store.Tx) error {
		return tx.Logged(0, time.Time{}, func(e store.Entry) error {
			if e.Time.Before(at("2025-12-01T12:00:00Z")) {
				t.Errorf("the change %d of %v is kept", e.Serial, e.Time)
			}
			return nil
		})
	}); err != nil {
		t.Fatal(err)
	}
	r.mustRefuse(t, fullText("B", "2025-12-01T00:00:00Z", contactText("H-1", "C1-TEST", "")), ruleAge)
	r.mustTake(t, fullText("B", "2025-12-05T00:00:00Z", contactText("H-1", "C1-TEST", "")))
	if got := r.contact(t, "H-1").Facts.Protection; got != register.Protected {
		t.Errorf("the protection is %v", got)
	}
}

// A change may arrive while a deposit is read, after what is known of its
// contact was looked up; even one from before the deposit's watermark.
func TestAProtectionThatArrivesDuringTheImportHolds(t *testing.T) {
	for _, watermark := range []string{day2, day4} { // before the change, and after
		r := newTestRegister(t)
		r.mustTake(t, fullText("A", day1, contactText("H-1", "C1-TEST", "")))
		r.learn(t, "H-1", knownFacts)
		x := fullText("B", watermark, contactText("H-1", "C1-TEST", "")).String()
		in := &interrupted{text: x, at: len(x) - 20, then: func() {
			if _, err := r.importer(t, nil).Changes(t.Context(), strings.NewReader(protect), FeedOptions{}); err != nil {
				t.Error(err)
			}
		}}
		if _, err := r.importer(t, nil).Deposit(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		if got := r.contact(t, "H-1").Facts.Protection; got != register.Protected {
			t.Errorf("deposit as of %s: the protection is %v", watermark, got)
		}
		if s := r.state(t); s.Serial != 1 || s.Deposit != "B" {
			t.Errorf("the state is %+v", s)
		}
	}
}

// interrupted gives a text, and calls then somewhere within.
type interrupted struct {
	text string
	at   int
	then func()
}

func (r *interrupted) Read(p []byte) (int, error) {
	if r.at == 0 && r.then != nil {
		r.then()
		r.then = nil
	}
	if r.text == "" {
		return 0, io.EOF
	}
	most := len(r.text)
	if r.then != nil {
		most = r.at
	}
	n := copy(p, r.text[:most])
	r.text = r.text[n:]
	r.at = max(r.at-n, 0)
	return n, nil
}

func TestTwoDepositsAtOnceAreNotMixed(t *testing.T) {
	r := newTestRegister(t)
	r.mustTake(t, fullText("A", day1, reservedText("a.test"), reservedText("b.test")))
	x := fullText("B", day2, reservedText("a.test"), reservedText("b.test")).String()
	in := &interrupted{text: x, at: len(x) - 20, then: func() {
		r.mustTake(t, xmlText{kind: "DIFF", id: "C", prev: "A", watermark: day2, objects: []string{reservedText("c.test")}})
	}}
	if _, err := r.importer(t, nil).Deposit(t.Context(), in); err == nil || errors.As(err, new(*RefusedError)) {
		t.Errorf("the second was taken: %v", err)
	}
	if s := r.state(t); s.Deposit != "C" || s.Counts.Reserved != 3 {
		t.Errorf("the state is %+v", s)
	}
}

func TestAnEndedContextEndsTheImport(t *testing.T) {
	r := newTestRegister(t)
	ctx, cancel := context.WithCancel(t.Context())
	x := fullText("A", day1, reservedText("a.test")).String()
	in := &interrupted{text: x, at: len(x) / 2, then: cancel}
	if _, err := r.importer(t, nil).Deposit(ctx, in); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if _, err := r.reader.Edition(t.Context()); !errors.Is(err, store.ErrEmpty) {
		t.Errorf("it was published: %v", err)
	}
}
