package escrow

import (
	"strings"
	"testing"
	"time"

	"registerd/register"
	"registerd/store"
)

func TestANameThatIsLeavingIsADomainLikeAnyOther(t *testing.T) {
	r := smallRegister(t)
	before := r.state().Counts
	r.mustFeed(line(101, `"put":[{"domain":{"name":"one.example","registrant":"c1","statuses":["pendingDelete"],"deletes":"2026-04-01T00:00:00Z"}}]`))
	if found := r.find(store.Names, "one.example"); found.Tag() != register.TagLeaving {
		t.Errorf("its tag is %d", found.Tag())
	}
	if got := r.state().Counts; got != before {
		t.Errorf("the counts were %+v, and are %+v", before, got)
	}
	other := newFeedRegister(t)
	if report, err := other.Snapshot(t.Context(), strings.NewReader(r.written())); err != nil {
		t.Errorf("its snapshot: %v: %v", err, report.Problems)
	}
	if got := r.written(); got != other.written() {
		t.Error("the snapshot of its snapshot is another")
	}
	r.mustFeed(line(102, `"delete":[{"domain":"one.example"}]`))
	if found := r.find(store.Names, "one.example"); found.There() || r.state().Counts.Domains != before.Domains-1 {
		t.Errorf("it is there still, or counted: %+v", r.state().Counts)
	}
}

func TestADepositKeepsTheDateOfDeletionOfANameThatIsLeaving(t *testing.T) {
	const leaving = `<d:status s="pendingDelete"/>`
	r := newTestRegister(t)
	r.mustTake(t, fullText("A", day1, contactText("H-1", "C1-TEST", ""), domainText("shop.test", "D1-TEST", "H-1", leaving), domainText("saved.test", "D2-TEST", "H-1", leaving)))
	date := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, name := range []string{"shop.test", "saved.test"} {
		d := r.domain(t, name)
		d.Deletes = date
		o, err := objectOfDomain(d)
		if err != nil {
			t.Fatal(err)
		}
		r.change(t, o)
	}
	r.mustTake(t, xmlText{kind: "DIFF", id: "B", prev: "A", watermark: day2, objects: []string{
		domainText("shop.test", "D1-TEST", "H-1", leaving), domainText("saved.test", "D2-TEST", "H-1", "")}})
	if got := r.domain(t, "shop.test").Deletes; !got.Equal(date) {
		t.Errorf("the date is %v", got)
	}
	if got := r.domain(t, "saved.test").Deletes; !got.IsZero() {
		t.Errorf("a name that was saved is to be deleted on %v", got)
	}
}
