package escrow

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"registerd/register"
)

// contactPut is a change that puts a contact with those facts.
func contactPut(serial int, handle, facts string) string {
	return line(serial, fmt.Sprintf(`"put":[{"contact":{"handle":"%s","roid":"%s-EX"%s}}]`, handle, strings.ToUpper(handle), facts))
}

const (
	open1 = `,"facts":{"holder":"legal","protection":"none"}`
	shut1 = `,"facts":{"holder":"legal","protection":"protected"}`
)

func TestAPutContactHasNoOtherFactsThanItBrings(t *testing.T) {
	r := smallRegister(t)
	r.mustFeed(contactPut(101, "c2", open1), contactPut(102, "c2", ""))
	if f := r.contact("c2").Facts; f != (register.Facts{}) {
		t.Errorf("a contact that was put without facts has %+v", f)
	}
	if !r.contact("c2").Traits().Protected() {
		t.Error("a contact of which nothing is known is not protected")
	}
}

func TestFactsAreKeptOfAContactThatGoes(t *testing.T) {
	r := smallRegister(t)
	r.mustFeed(contactPut(101, "c2", open1), line(102, `"delete":[{"contact":"C2"}]`))
	k := r.kept("c2")
	if k == nil || k.ROID != "C2-EX" || k.Facts.Protection != register.NotProtected {
		t.Fatalf("kept %+v", k)
	}
	// It comes back with facts that are less, and goes again: what was kept
	// the first time must never come up.
	r.mustFeed(contactPut(103, "c2", ""))
	if k := r.kept("c2"); k != nil {
		t.Errorf("beside the contact, %+v is kept", k)
	}
	r.mustFeed(line(104, `"delete":[{"contact":"c2"}]`))
	if k := r.kept("c2"); k != nil {
		t.Errorf("of a contact of which nothing is known, %+v is kept", k)
	}
}

// many is a change that puts n contacts from first on.
func many(serial, first, n int, facts string) string {
	var puts []string
	for i := range n {
		puts = append(puts, fmt.Sprintf(`{"contact":{"handle":"m%d"%s}}`, first+i, facts))
	}
	return line(serial, `"put":[`+strings.Join(puts, ",")+`]`)
}

func TestAFeedThatShowsMoreOfManyIsHeld(t *testing.T) {
	r := smallRegister(t)
	r.mustFeed(many(101, 0, 30, shut1), many(102, 0, 5, open1), many(103, 20, 5, open1))
	held := many(104, 10, 1, open1)
	for range 2 { // a new start does not begin a new count
		_, err := r.feed(held)
		var stopped *StoppedError
		if !errors.As(err, &stopped) || stopped.Rule != feedWiden || stopped.Detail != "the public would see more of 11 contacts; 10 may pass unseen" {
			t.Fatalf("the eleventh contact: %v", err)
		}
	}
	if r.state().Serial != 103 || !r.contact("m10").Traits().Protected() {
		t.Error("what was held is in the register")
	}
	if _, err := r.feed(many(104, 0, 30, shut1)); err != nil {
		t.Errorf("showing less of many is held: %v", err)
	}
}

func TestAcceptedWideningPassesAndDoesNotCountLater(t *testing.T) {
	r := smallRegister(t)
	r.mustFeed(many(101, 0, 30, shut1))
	r.AcceptWiden = true
	r.mustFeed(many(102, 0, 20, open1))
	r.AcceptWiden = false
	r.mustFeed(many(103, 20, 1, open1))
	if r.contact("m20").Traits().Protected() {
		t.Error("a single contact's change did not pass")
	}
}

func TestTheHourIsTheFeedsOwn(t *testing.T) {
	r := smallRegister(t)
	later := strings.Replace(many(103, 10, 10, open1), "T10:43:", "T11:42:", 1)
	r.mustFeed(many(101, 0, 30, shut1), many(102, 0, 10, open1), later)
	if r.contact("m19").Traits().Protected() {
		t.Error("an hour later, the ten contacts are still counted")
	}
}

func TestANewContactIsNotAWiderOne(t *testing.T) {
	r := smallRegister(t)
	r.mustFeed(many(101, 0, 500, open1))
	if n := r.state().Counts.Contacts; n != 501 {
		t.Errorf("%d contacts", n)
	}
}

func TestALargeRegisterMayWidenAThousandth(t *testing.T) {
	for contacts, want := range map[int]int{0: 10, 1: 10, 10_000: 10, 11_000: 11, 2_000_000: 2000} {
		if got := widenLimit(contacts); got != want {
			t.Errorf("of %d contacts %d may become wider; want %d", contacts, got, want)
		}
	}
}
