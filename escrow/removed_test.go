package escrow

import (
	"fmt"
	"strings"
	"testing"

	"registerd/store"
)

// removedIs checks how many domains were removed.
func (r *feedRegister) removedIs(want int, when string) {
	r.Helper()
	if got := r.state().Removed; got != want {
		r.Errorf("%s: %d were removed, want %d", when, got, want)
	}
}

func domainLine(name, roid, created string) string {
	return fmt.Sprintf(`{"domain":{"name":%q,"roid":%q,"created":%q,"sponsor":"r1"}}`, name, roid, created)
}

const (
	early = "2026-02-01T00:00:00Z"
	late  = "2026-02-20T00:00:00Z"
)

func TestAFeedCountsTheDomainsThatItTakesAway(t *testing.T) {
	r := smallRegister(t)
	r.removedIs(0, "loaded")
	shop := domainLine("shop.example", "D1-EX", early)
	r.mustFeed(line(101, `"put":[`+shop+`]`), line(102, `"delete":[{"domain":"shop.example"}]`))
	r.removedIs(1, "created and deleted in one go")
	r.mustFeed(line(103, `"put":[`+shop+`]`))
	r.mustFeed(line(104, `"delete":[{"domain":"shop.example"}]`), line(104, `"delete":[{"domain":"shop.example"}]`))
	r.removedIs(2, "created and deleted, and told twice")
	r.mustFeed(line(105, `"delete":[{"domain":"shop.example"},{"reserved":"city.example"},{"contact":"c9"}]`))
	r.removedIs(2, "nothing, a reserved name, a contact")
	r.mustFeed(line(106, `"put":[`+shop+`]`), line(107, `"delete":[{"domain":"shop.example"}]`),
		line(108, `"put":[`+domainLine("shop.example", "D2-EX", late)+`]`))
	r.removedIs(3, "deleted and registered again in one go")

	for _, step := range []struct {
		roid, created string
		want          int
	}{
		{"D2-EX", early, 3}, // a date is corrected
		{"D2-EX", late, 3},
		{"D9-EX", late, 3},                   // a ROID is
		{"D3-EX", "2026-02-25T00:00:00Z", 4}, // another registration
	} {
		serial := int(r.state().Serial) + 1
		r.mustFeed(line(serial, `"put":[`+domainLine("shop.example", step.roid, step.created)+`]`))
		r.removedIs(step.want, step.roid+" "+step.created)
	}
	r.mustFeed(line(113, `"put":[{"reserved":{"name":"shop.example","state":"blocked"}}]`))
	r.removedIs(5, "reserved in its place")
}

// A snapshot as of serial 101 is loaded when the feed is at 104.
func TestALoadCountsWhatItDoesNotHoldAndNoChangeTwice(t *testing.T) {
	r := smallRegister(t)
	puts := func(lines ...string) string { return `"put":[` + strings.Join(lines, ",") + `]` }
	a, b, c := domainLine("a.example", "A1-EX", early), domainLine("b.example", "B1-EX", early), domainLine("c.example", "C9-EX", early)
	r.mustFeed(line(101, puts(a, b, c)), line(102, `"delete":[{"domain":"a.example"}]`),
		line(103, puts(domainLine("c.example", "C8-EX", late))), line(104, puts(domainLine("d.example", "D1-EX", late))))
	r.removedIs(2, "fed")

	load := func(domains ...string) {
		t.Helper()
		objects := append([]string{}, smallObjects...)
		head := strings.NewReplacer(`"serial":100`, `"serial":101`, `"domains":1`, fmt.Sprintf(`"domains":%d`, 1+len(domains))).Replace(smallHead)
		r.AcceptShrink = true
		if report, err := r.Snapshot(t.Context(), strings.NewReader(snapshotText(head, append(objects, domains...)...))); err != nil {
			t.Fatalf("%v: %v", err, report.Problems)
		}
	}
	load(a, b, c)
	r.removedIs(2, "the same again: what the feed took away is counted")
	load(a, domainLine("c.example", "C9-EX", early))
	r.removedIs(3, "one is not in it")
	load(a, c, domainLine("e.example", "E1-EX", early))
	load(a, c, domainLine("e.example", "E2-EX", late))
	r.removedIs(4, "one was registered anew")
	if n := r.state().Counts.Domains; n != 4 { // one, c, d and e
		t.Errorf("%d domains", n)
	}
}

func TestARollbackGoesBackToTheCountOfThen(t *testing.T) {
	r := smallRegister(t)
	shop := domainLine("shop.example", "D1-EX", early)
	r.mustFeed(line(101, `"put":[`+shop+`,`+domainLine("b.example", "B1-EX", early)+`]`), line(102, `"delete":[{"domain":"b.example"}]`))
	r.removedIs(1, "before")
	r.replaceBy(102) // without any domain
	r.removedIs(3, "a load that should not have been")
	r.mustFeed(line(103, `"put":[`+domainLine("c.example", "C1-EX", early)+`]`), line(104, `"delete":[{"domain":"c.example"}]`),
		line(105, `"delete":[{"domain":"shop.example"}]`))
	r.removedIs(4, "fed since")
	r.AcceptShrink = true
	r.mustRollback(RollbackOptions{})
	r.removedIs(3, "back: b, and again c and shop")
	if n := r.state().Counts.Domains; n != 1 {
		t.Errorf("%d domains", n)
	}
	r.mustFeed(line(106, `"delete":[{"domain":"one.example"}]`))
	r.removedIs(4, "fed since")
	r.mustRollback(RollbackOptions{})
	r.removedIs(4, "there again: nothing more of it is gone")

	r.mustRollback(RollbackOptions{AsItWas: true})
	r.removedIs(4, "as it was")
}

func TestDepositsCountTheDomainsThatTheyTakeAway(t *testing.T) {
	r := newTestRegister(t)
	is := func(want int, when string) {
		t.Helper()
		if got := r.state(t).Removed; got != want {
			t.Errorf("%s: %d were removed, want %d", when, got, want)
		}
	}
	h := contactText("H-1", "C1-TEST", "")
	domain := func(name, roid, year string) string {
		return strings.Replace(domainText(name, roid, "H-1", ""), "2020", year, 1)
	}
	a, b, c := domain("a.test", "D1-TEST", "2020"), domain("b.test", "D2-TEST", "2020"), domain("c.test", "D3-TEST", "2020")
	r.mustTake(t, fullText("A", day1, h, a, b, c, reservedText("r.test")))
	is(0, "the first")
	gone := "<d:delete><d:name>a.test</d:name></d:delete><d:delete><d:name>b.test</d:name></d:delete><n:delete><n:aName>r.test</n:aName></n:delete>"
	anew := domain("b.test", "D4-TEST", "2025")
	incr := xmlText{kind: "INCR", id: "B", prev: "A", watermark: day2, deletes: gone, objects: []string{anew, domain("c.test", "D3-TEST", "2020")}}
	r.mustTake(t, incr)
	is(2, "one deleted, one deleted and registered again")
	incr.id, incr.watermark = "C", day3
	r.mustTake(t, incr)
	is(2, "an INCR says again what the one before said")
	r.mustTake(t, xmlText{kind: "DIFF", id: "D", prev: "C", watermark: day3, objects: []string{domain("c.test", "D5-TEST", "2025")}})
	is(3, "registered again, without a word of the deletion")

	// A feed deletes one, and registers one again, after the deposit that is loaded late.
	feed := `{"serial":1,"prev":0,"time":"2025-12-31T12:00:00Z","delete":[{"domain":"b.test"}],` +
		`"put":[{"domain":{"name":"c.test","roid":"D6-TEST","created":"2025-12-31T12:00:00Z","sponsor":"reg-a"}}]}` + "\n"
	if _, err := r.importer(t, nil).Changes(t.Context(), strings.NewReader(feed), FeedOptions{}); err != nil {
		t.Fatal(err)
	}
	is(5, "fed")
	r.mustTake(t, xmlText{kind: "DIFF", id: "E", prev: "D", watermark: "2025-12-31T11:00:00Z", deletes: "<d:delete><d:name>c.test</d:name></d:delete>", objects: []string{anew}})
	is(5, "a DIFF of before")
	accept := func(c *Config) { c.AcceptShrink = true }
	if _, err := r.take(t, fullText("F", day4, h, domain("n.test", "D7-TEST", "2026")), accept); err != nil {
		t.Fatal(err)
	}
	is(6, "a FULL without c")
	if _, err := r.take(t, fullText("G", day4, h, reservedText("n.test")), accept); err != nil {
		t.Fatal(err)
	}
	is(7, "a FULL with a reserved name in the place of one")
}

func TestCountingBeginsWithTheFirstChangeOfARegisterThatDidNotCount(t *testing.T) {
	r := smallRegister(t)
	r.setRemoved(-1)
	r.mustFeed(line(101, `"put":[`+domainLine("a.example", "A1-EX", early)+`]`))
	r.removedIs(0, "a change that takes nothing away")
	r.setRemoved(-1)
	r.replaceBy(101) // holds no domain
	r.removedIs(2, "a load")
	r.AcceptShrink = true
	r.mustRollback(RollbackOptions{})
	r.removedIs(-1, "gone back to what did not count")
}

// setRemoved leaves the register as an older program did.
func (r *feedRegister) setRemoved(n int) {
	r.Helper()
	err := r.Writer.Change(r.Context(), func(tx store.Tx) error {
		s := tx.State()
		s.Removed = n
		tx.SetState(s)
		return nil
	})
	if err != nil {
		r.Fatal(err)
	}
}
