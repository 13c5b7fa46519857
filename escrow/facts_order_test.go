package escrow

import (
	"fmt"
	"strings"
	"testing"

	"registerd/register"
)

// toldAt is a change that tells the facts of contact H-1.
func toldAt(serial int, time, facts string) string {
	return fmt.Sprintf(`{"serial":%d,"prev":%d,"time":%q,"put":[{"contact":{"handle":"H-1","roid":"C1-TEST","sponsor":"reg-a"%s}}]}`,
		serial, serial-1, time, facts) + "\n"
}

const natural = `,"facts":{"holder":"natural","protection":`

// A registry's machines do not agree about the time, and a transaction has the
// time of its begin: a change may say that it is older than the one before.
func TestAChangeIsAppliedAgainWithAllThatFollowIt(t *testing.T) {
	for _, back := range []string{"2025-12-29T12:00:00Z", "2025-10-01T00:00:00Z"} { // by a day; by more than changes are kept
		r := newTestRegister(t)
		r.mustTake(t, fullText("A", day1, contactText("H-1", "C1-TEST", "")))
		feed := toldAt(1, "2025-12-30T12:00:00Z", natural+`"none"}`) + toldAt(2, back, natural+`"protected"}`)
		if _, err := r.importer(t, nil).Changes(t.Context(), strings.NewReader(feed), FeedOptions{}); err != nil {
			t.Fatal(err)
		}
		r.mustTake(t, fullText("B", day2, contactText("H-1", "C1-TEST", "")))
		if got := r.contact(t, "H-1").Facts.Protection; got != register.Protected {
			t.Errorf("after a change of %s, and a deposit, the protection is %v", back, got)
		}
	}
}

// What a snapshot told of the changes that the feed did not is in no log.
func TestADepositDoesNotBringBackWhatASnapshotReplaced(t *testing.T) {
	for _, later := range []string{"", toldAt(6, "2025-12-31T12:00:00Z", natural+`"protected"}`)} {
		r := newTestRegister(t)
		r.mustTake(t, fullText("A", day1, contactText("H-1", "C1-TEST", "")))
		im := r.importer(t, nil)
		if _, err := im.Changes(t.Context(), strings.NewReader(toldAt(1, "2025-12-30T12:00:00Z", natural+`"none"}`)), FeedOptions{}); err != nil {
			t.Fatal(err)
		}
		head := `{"snapshot":1,"zones":["test"],"serial":5,"watermark":"2025-12-31T00:00:00Z","counts":{"domains":0,"reserved":0,"contacts":1,"hosts":0,"registrars":1}}`
		snapshot := snapshotText(head, `{"registrar":{"id":"reg-a","name":"Registrar"}}`,
			`{"contact":{"handle":"H-1","roid":"C1-TEST","sponsor":"reg-a"`+natural+`"protected"}`+`}}`)
		if report, err := im.Snapshot(t.Context(), strings.NewReader(snapshot)); err != nil {
			t.Fatal(err, report.Problems)
		}
		if _, err := im.Changes(t.Context(), strings.NewReader(later), FeedOptions{}); err != nil {
			t.Fatal(err)
		}
		r.mustRefuse(t, fullText("B", day2, contactText("H-1", "C1-TEST", "")), ruleAge)
		if got := r.contact(t, "H-1").Facts.Protection; got != register.Protected {
			t.Errorf("the protection is %v", got)
		}
	}
}
