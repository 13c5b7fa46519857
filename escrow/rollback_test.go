package escrow

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"registerd/register"
	"registerd/store"
)

// replaceBy publishes a snapshot of the small register's serial with these
// contacts, and nothing else, in the register's place.
func (r *feedRegister) replaceBy(serial int, contacts ...string) {
	r.Helper()
	r.AcceptShrink, r.AcceptWiden = true, true
	defer func() { r.AcceptShrink, r.AcceptWiden = false, false }()
	head := fmt.Sprintf(`{"snapshot":1,"zones":["example"],"serial":%d,"watermark":"2026-03-01T11:00:00Z",`+
		`"counts":{"domains":0,"reserved":0,"contacts":%d,"hosts":0,"registrars":1}}`, serial, len(contacts))
	objects := append([]string{`{"registrar":{"id":"r1","name":"Registrar One","iana":9001}}`}, contacts...)
	if report, err := r.Snapshot(r.Context(), strings.NewReader(snapshotText(head, objects...))); err != nil {
		r.Fatalf("%v: %v", err, report.Problems)
	}
}

func (r *feedRegister) rollback(o RollbackOptions) (*RollbackReport, error) {
	r.Helper()
	report, err := r.Rollback(r.Context(), o)
	var edition store.Edition
	if err == nil {
		if edition, err = r.Reader.Edition(r.Context()); err != nil {
			r.Fatal(err)
		}
		if s := edition.State; s.Counts != report.Counts || s.Serial != report.Serial || !s.Watermark.Equal(report.Watermark) {
			r.Errorf("it reports %+v, and the state is %+v", report.Report, s)
		}
	}
	return report, err
}

func (r *feedRegister) mustRollback(o RollbackOptions) *RollbackReport {
	r.Helper()
	report, err := r.rollback(o)
	if err != nil {
		r.Fatalf("%v: %v", err, report.Problems)
	}
	return report
}

// refusedBy checks that a rollback is refused by that rule alone, and changes nothing.
func (r *feedRegister) refusedBy(o RollbackOptions, rule string) {
	r.Helper()
	before, err := r.Reader.Edition(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	report, err := r.rollback(o)
	if refused := (*RefusedError)(nil); !errors.As(err, &refused) || !strings.HasPrefix(refused.Error(), "the rollback was refused for 1 problem,") ||
		len(report.Problems) != 1 || report.Problems[0].Rule != rule {
		r.Errorf("%v: %v, want %q", err, report.Problems, rule)
	}
	if after, err := r.Reader.Edition(r.Context()); err != nil || after.Version != before.Version {
		r.Errorf("version %d became %d: %v", before.Version, after.Version, err)
	}
}

const openC1 = `{"contact":{"handle":"c1","roid":"C1-EX","sponsor":"r1","facts":{"holder":"legal","protection":"none"}}}`

func TestARollbackIsHeldToTheRulesOfALoad(t *testing.T) {
	r := smallRegister(t)
	r.refusedNothingKept()
	r.replaceBy(100)
	report := r.mustRollback(RollbackOptions{})
	if report.Again != 0 || report.Lost != 0 || report.Wider != 0 || r.state().Counts.Domains != 1 {
		t.Errorf("%+v", report)
	}
	r.refusedBy(RollbackOptions{}, ruleShrink)
	r.AcceptShrink = true
	r.mustRollback(RollbackOptions{})
	if n := r.state().Counts.Objects(); n != 1 {
		t.Errorf("%d objects", n)
	}
}

func (r *feedRegister) refusedNothingKept() {
	r.Helper()
	for _, to := range []uint64{0, 1, 99} {
		if _, err := r.rollback(RollbackOptions{To: to}); !errors.Is(err, store.ErrNotKept) {
			r.Errorf("to %d: %v", to, err)
		}
	}
}

func TestARollbackShowsNoMoreOfAContactUnlessItIsAccepted(t *testing.T) {
	r := smallRegister(t)
	r.mustFeed(line(101, `"put":[`+openC1+`]`))
	r.replaceBy(101, strings.NewReplacer("none", "protected", "C1-EX", "NEW-EX").Replace(openC1)) // somebody else
	r.AcceptShrink = true
	r.refusedBy(RollbackOptions{}, ruleWiden)

	// A change since closes it in the generation that is gone back to as well.
	r.mustFeed(line(102, `"put":[`+strings.Replace(openC1, "none", "protected", 1)+`]`))
	report := r.mustRollback(RollbackOptions{})
	if report.Again != 1 || report.Wider+report.Closed != 0 || !r.contact("c1").Traits().Protected() {
		t.Errorf("%+v, %+v", report, r.contact("c1").Facts)
	}
	if domain := r.find(store.Names, "one.example"); string(domain.With[0].Bytes) != string(r.find(store.Contacts, "c1").Bytes) {
		t.Error("its domain shows another contact than there is")
	}

	// It is said of how many.
	r.mustRollback(RollbackOptions{})
	r.AcceptWiden = true
	r.mustFeed(line(103, `"put":[`+openC1+`]`))
	r.replaceBy(103, strings.Replace(openC1, "none", "protected", 1))
	r.AcceptShrink, r.AcceptWiden = true, true
	if report := r.mustRollback(RollbackOptions{}); report.Wider != 1 || r.contact("c1").Traits().Protected() {
		t.Errorf("%+v", report)
	}
}

func TestOfTwoWhoHadAHandleTheLastIsRemembered(t *testing.T) {
	r := smallRegister(t)
	r.replaceBy(100, openC1)
	r.replaceBy(100, openC1, `{"contact":{"handle":"c2","roid":"SECOND-EX","sponsor":"r1","facts":{"holder":"natural","protection":"protected"}}}`)
	// As a deposit leaves it, in which the handle is another's.
	first := objectOfKept("c2", &register.Kept{ROID: "FIRST-EX", Facts: register.Facts{Protection: register.Protected}})
	if err := r.Writer.Change(t.Context(), func(tx store.Tx) error { return tx.Put(first) }); err != nil {
		t.Fatal(err)
	}
	r.AcceptShrink = true
	r.mustRollback(RollbackOptions{})
	if k := r.kept("c2"); k == nil || k.ROID != "SECOND-EX" {
		t.Errorf("kept of c2: %+v", k)
	}
}

func TestThoseWhoWereGoneAreCountedAmongThoseWhoAreOpened(t *testing.T) {
	r := smallRegister(t)
	r.mustFeed(line(101, `"put":[`+openC1+`]`))
	r.replaceBy(101, strings.Replace(openC1, "none", "protected", 1))
	r.replaceBy(101)
	r.AcceptWiden = true
	report := r.mustRollback(RollbackOptions{To: 1})
	if report.Wider != 1 || report.Closed != 0 || r.contact("c1").Traits().Protected() {
		t.Errorf("%+v", report)
	}
}

// A load may have closed everybody by mistake: what it took is not given up with a word
// among others.
func TestARollbackGivesUpTheFactsOfManyOnTheOperatorsWordAlone(t *testing.T) {
	r := smallRegister(t)
	var open, closed []string
	for i := range minWiden + 1 {
		c := strings.NewReplacer(`"c1"`, fmt.Sprintf(`"c%d"`, i), "C1-EX", fmt.Sprintf("C%d-EX", i)).Replace(openC1)
		open, closed = append(open, c), append(closed, strings.Replace(c, "none", "protected", 1))
	}
	r.replaceBy(100, open...)
	r.replaceBy(100, closed...)
	r.refusedBy(RollbackOptions{}, rollbackFacts)
	report := r.mustRollback(RollbackOptions{KeepClosed: true})
	if report.Closed != len(closed) || report.Wider != 0 || !r.contact("c0").Traits().Protected() {
		t.Errorf("%+v", report)
	}

	r.replaceBy(100, open...)
	r.replaceBy(100, closed...)
	r.AcceptWiden = true
	report = r.mustRollback(RollbackOptions{})
	if report.Closed != 0 || report.Wider != len(open) || r.contact("c0").Traits().Protected() {
		t.Errorf("%+v", report)
	}
}

// What is known of somebody is newer than the generation, whichever way it came.
func TestARollbackOpensNobodyThatWasClosedSince(t *testing.T) {
	closedC1 := strings.Replace(openC1, "none", "protected", 1)
	withoutC1 := line(103, `"put":[{"domain":{"name":"one.example","sponsor":"r1"}}],"delete":[{"contact":"c1"}]`)
	for name, since := range map[string]struct {
		do      func(*feedRegister)
		options RollbackOptions
		there   bool
	}{
		"by a load":                   {func(r *feedRegister) { r.replaceBy(101, closedC1) }, RollbackOptions{}, true},
		"by a load, and gone by one":  {func(r *feedRegister) { r.replaceBy(101, closedC1); r.replaceBy(101) }, RollbackOptions{To: 1}, true},
		"by a load, gone by the feed": {func(r *feedRegister) { r.replaceBy(102, closedC1); r.mustFeed(withoutC1) }, RollbackOptions{}, false},
		"by the feed, as it was": {func(r *feedRegister) {
			r.replaceBy(101, openC1)
			r.mustFeed(line(102, `"put":[`+closedC1+`]`))
		}, RollbackOptions{AsItWas: true}, true},
		"by the feed and gone by it, as it was": {func(r *feedRegister) {
			r.replaceBy(101, openC1)
			r.mustFeed(line(102, `"put":[`+closedC1+`]`), withoutC1)
		}, RollbackOptions{AsItWas: true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := smallRegister(t)
			r.mustFeed(line(101, `"put":[`+openC1+`]`))
			if !since.there {
				r.mustFeed(line(102, `"put":[{"domain":{"name":"one.example","registrant":"c1","sponsor":"r1"}}]`))
			}
			since.do(r)
			r.AcceptShrink = true
			if report := r.mustRollback(since.options); (report.Closed == 1) != since.there || report.Wider != 0 {
				t.Errorf("%+v", report)
			}
			switch k := r.kept("c1"); {
			case !since.there:
				if k == nil || k.Facts.Protection != register.Protected {
					t.Errorf("kept of c1: %+v", k)
				}
			case k != nil, !r.contact("c1").Traits().Protected():
				t.Errorf("kept of c1: %+v; c1 is %+v", k, r.contact("c1"))
			default:
				if domain := r.find(store.Names, "one.example"); string(domain.With[0].Bytes) != string(r.find(store.Contacts, "c1").Bytes) {
					t.Error("its domain shows another contact than there is")
				}
			}
		})
	}
}

func TestARollbackForgetsTheFactsOfNobody(t *testing.T) {
	r := smallRegister(t)
	gone := `{"contact":{"handle":"c2","roid":"C2-EX","sponsor":"r1","facts":{"holder":"natural","protection":"protected"}}}`
	another := `{"contact":{"handle":"c1","roid":"NEW-EX","sponsor":"r1","facts":{"holder":"natural","protection":"protected"}}}`
	r.replaceBy(100, gone, another)
	r.mustRollback(RollbackOptions{})
	if c := r.contact("c1"); c.ROID != "C1-EX" || c.Facts.Holder != register.HolderLegal {
		t.Errorf("c1 is %+v", c)
	}
	for key, roid := range map[string]string{"c1": "NEW-EX", "c2": "C2-EX"} {
		if k := r.kept(key); k == nil || k.ROID != roid || k.Facts.Holder != register.HolderNatural {
			t.Errorf("kept of %s: %+v", key, k)
		}
	}

	// And those who are there again have their own, and none from elsewhere.
	r.AcceptShrink = true
	r.mustRollback(RollbackOptions{})
	if k := r.kept("c1"); k == nil || k.ROID != "C1-EX" {
		t.Errorf("kept of c1: %+v", k)
	}
	if k := r.kept("c2"); k != nil {
		t.Errorf("kept of c2, who is there: %+v", k)
	}
}

func TestChangesThatDoNotFitTheGenerationRefuseTheRollback(t *testing.T) {
	r := smallRegister(t)
	r.replaceBy(100, openC1, `{"contact":{"handle":"c9","roid":"C9-EX","sponsor":"r1"}}`)
	r.mustFeed(line(101, `"put":[{"domain":{"name":"two.example","registrant":"c9","sponsor":"r1"}}]`))
	r.refusedBy(RollbackOptions{}, feedDangling)
	r.KeepDangling = true
	if report := r.mustRollback(RollbackOptions{}); report.Warnings != 1 || report.Again != 1 {
		t.Errorf("%+v", report)
	}
}

func TestWhatIsNotConfirmedChangesNothing(t *testing.T) {
	r := smallRegister(t)
	r.replaceBy(100)
	r.mustFeed(line(101, `"put":[`+openC1+`]`))
	before, mine := r.state(), errors.New("no")
	for _, asItWas := range []bool{false, true} {
		report, err := r.rollback(RollbackOptions{AsItWas: asItWas, Confirm: func(report *RollbackReport) error {
			if report.Counts.Domains != 1 || (report.Lost == 101) != asItWas || (report.Again == 1) == asItWas {
				t.Errorf("%+v", report)
			}
			return mine
		}})
		if !errors.Is(err, mine) || report.To.ID == 0 {
			t.Errorf("%+v: %v", report, err)
		}
	}
	if after := r.state(); after.Serial != before.Serial || after.Counts != before.Counts {
		t.Errorf("%+v became %+v", before, after)
	}
	r.mustFeed(line(102, `"put":[{"domain":{"name":"two.example","sponsor":"r1"}}]`))
	if report := r.mustRollback(RollbackOptions{}); report.Again != 2 {
		t.Errorf("%d changes are applied again: the log is not what it was", report.Again)
	}
}
