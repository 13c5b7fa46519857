package escrow

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"registerd/register"
	"registerd/store"
	"registerd/store/sqlite"
)

// modelContact is a contact of a registry as the model has it. The zero one is none.
type modelContact struct {
	roid  string
	facts string // as in a feed
}

// told is a registry after one change, and the line that tells of it.
type told struct {
	line     string
	contacts map[string]modelContact
	words    map[string]string // the facts of the line, by ROID
}

// registry makes changes, and tells of them late, in part and in any form: by a
// feed, a snapshot or a deposit. Its serial is the index into history.
type registry struct {
	t       *rapid.T
	history []told
	im      *Importer
	path    string
	heard   map[string]string // by ROID the facts that the register was told last
	id      int               // of the last deposit made
	last    string            // the last deposit taken
	full    string            // the last FULL one
}

var (
	modelHandles = []string{"h-0", "h-1", "h-2"}
	modelFacts   = []string{"", `,"facts":{"holder":"legal","protection":"none"}`, `,"facts":{"holder":"natural","protection":"protected"}`,
		`,"facts":{"holder":"natural","protection":"none","consent":["email"]}`}
	modelStart = today.Add(-48 * time.Hour)
)

// wall is when a change was made. Its line may say that it was some minutes
// earlier: a transaction's time is that of its begin.
func wall(serial int) time.Time { return modelStart.Add(time.Duration(serial) * time.Minute) }

// change has the registry change a contact or two.
func (r *registry) change(t *rapid.T) {
	was := r.history[len(r.history)-1]
	now := told{contacts: maps.Clone(was.contacts), words: map[string]string{}}
	var puts, deletes []string
	handles := rapid.SliceOfNDistinct(rapid.SampledFrom(modelHandles), 1, 2, rapid.ID).Draw(t, "handles")
	for _, h := range handles {
		if rapid.IntRange(0, 3).Draw(t, "what") == 0 {
			delete(now.contacts, h)
			deletes = append(deletes, fmt.Sprintf(`{"contact":%q}`, h))
			continue
		}
		c := modelContact{
			roid:  fmt.Sprintf("%s_%d-EX", strings.ReplaceAll(h, "-", "_"), rapid.IntRange(1, 2).Draw(t, "roid")),
			facts: rapid.SampledFrom(modelFacts).Draw(t, "facts"),
		}
		now.contacts[h], now.words[c.roid] = c, c.facts
		puts = append(puts, contactLine(h, c))
	}
	serial := len(r.history)
	at := wall(serial).Add(-time.Duration(rapid.IntRange(0, 5).Draw(t, "minutes early")) * time.Minute)
	now.line = fmt.Sprintf(`{"serial":%d,"prev":%d,"time":%q,"delete":[%s],"put":[%s]}`, serial, serial-1,
		at.Format(time.RFC3339), strings.Join(deletes, ","), strings.Join(puts, ","))
	r.history = append(r.history, now)
}

func contactLine(handle string, c modelContact) string {
	return fmt.Sprintf(`{"contact":{"handle":%q,"roid":%q%s}}`, handle, c.roid, c.facts)
}

func modelDomain(h string) string {
	return fmt.Sprintf(`{"domain":{"name":"%s.test","roid":"D%s-EX","registrant":%q}}`, h, h, h)
}

// feed tells the changes that the register has not, but for the newest ones.
func (r *registry) feed(t *rapid.T) {
	from := int(r.state().Serial)
	to := rapid.IntRange(from, len(r.history)-1).Draw(t, "to")
	var b strings.Builder
	for _, m := range r.history[max(from, 1) : to+1] {
		b.WriteString(m.line + "\n")
	}
	if _, err := r.im.Changes(t.Context(), strings.NewReader(b.String()), FeedOptions{}); err != nil {
		t.Fatal(err)
	}
	r.hear(from, to)
}

// hear notes what the changes after the serial from, up to the other, say.
func (r *registry) hear(from, to int) {
	for _, m := range r.history[from+1 : to+1] {
		maps.Copy(r.heard, m.words)
	}
}

// recent is the serial of a state that the registry is in, or was lately.
func (r *registry) recent(t *rapid.T) int {
	return rapid.IntRange(max(0, len(r.history)-4), len(r.history)-1).Draw(t, "as of")
}

// snapshot tells a recent state. It may be too old to be taken.
func (r *registry) snapshot(t *rapid.T) {
	serial := r.recent(t)
	var objects []string
	for h, c := range r.history[serial].contacts {
		objects = append(objects, contactLine(h, c))
	}
	head := fmt.Sprintf(`{"snapshot":1,"zones":["test"],"serial":%d,"watermark":%q,"counts":{"domains":%d,"reserved":0,"contacts":%d,"hosts":0,"registrars":0}}`,
		serial, wall(serial).Format(time.RFC3339), len(modelHandles), len(objects))
	for _, h := range modelHandles {
		objects = append(objects, modelDomain(h))
	}
	if r.taken(r.im.Snapshot(t.Context(), strings.NewReader(snapshotText(head, objects...)))) {
		r.last, r.full = "", "" // no chain leads on from it
		for _, c := range r.history[serial].contacts {
			r.heard[c.roid] = c.facts
		}
		r.hear(serial, int(r.state().Serial))
	}
}

// deposit tells a recent state without the facts, in whole or in part. A feed
// may come between.
func (r *registry) deposit(t *rapid.T) {
	r.id++
	serial := r.recent(t)
	x := xmlText{id: fmt.Sprintf("D%d", r.id), watermark: wall(serial).Format(time.RFC3339), resend: true}
	x.kind = rapid.SampledFrom([]string{"FULL", "FULL", "DIFF", "INCR"}).Draw(t, "kind")
	if x.prev = map[string]string{"DIFF": r.last, "INCR": r.full}[x.kind]; x.prev == "" {
		x.kind = "FULL"
	}
	for _, h := range modelHandles {
		c, there := r.history[serial].contacts[h]
		switch {
		case x.kind != "FULL" && rapid.Bool().Draw(t, "left out"):
		case there:
			x.objects = append(x.objects, contactText(h, c.roid, ""))
		case x.kind != "FULL":
			x.deletes += "<c:delete><c:id>" + h + "</c:id></c:delete>"
		}
	}
	if x.kind == "FULL" {
		for _, h := range modelHandles {
			x.objects = append(x.objects, domainText(h+".test", "D"+h+"-EX", h, ""))
		}
	}
	text := x.String()
	in := &interrupted{text: text, at: len(text) - 20}
	if x.kind == "FULL" && rapid.Bool().Draw(t, "a feed between") {
		in.then = func() { r.feed(t) }
	}
	if r.taken(r.im.Deposit(t.Context(), io.Reader(in))) {
		r.last = x.id
		if x.kind == "FULL" {
			r.full = x.id
		}
	}
}

// rollback goes back to a register that is kept.
func (r *registry) rollback(t *rapid.T) {
	all, err := r.im.Reader.Generations(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 1 {
		return
	}
	to := rapid.SampledFrom(all[1:]).Draw(t, "to")
	report, err := r.im.Rollback(t.Context(), RollbackOptions{To: to.ID})
	if r.taken(&report.Report, err) {
		s := r.state()
		r.last, r.full = s.Deposit, s.Full
	}
}

// taken reports whether an import was not refused. For being too old it may be.
func (r *registry) taken(report *Report, err error) bool {
	if err == nil {
		return true
	}
	for _, p := range report.Problems {
		if p.Severity == Refusal && p.Rule != ruleAge && p.Rule != snapshotOlder && p.Rule != rollbackChanges {
			r.t.Fatalf("%v: %v", err, report.Problems)
		}
	}
	if report.Refusals == 0 {
		r.t.Fatal(err)
	}
	return false
}

func (r *registry) state() register.State {
	e, err := r.im.Reader.Edition(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return *e.State
}

// check holds the register to the last word that it was told: of each contact
// the facts told last of that ROID, or none at all; and the same contact in the
// domain that refers to it.
func (r *registry) check(t *rapid.T) {
	for _, h := range modelHandles {
		found, _, err := r.im.Reader.Find(t.Context(), store.Ask{Ref: store.Ref{Kind: store.Contacts, Key: h}},
			store.Ask{Ref: store.Ref{Kind: store.Names, Key: h + ".test"}})
		if err != nil {
			t.Fatal(err)
		}
		if len(found[1].With) > 0 && string(found[1].With[0].Bytes) != string(found[0].Bytes) {
			t.Fatalf("%s: its domain shows another contact than there is", h)
		}
		if !found[0].There() {
			continue
		}
		c, err := register.DecodeContact(found[0].Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if c.Facts != (register.Facts{}) && c.Facts != factsOf(t, r.heard[c.ROID]) {
			t.Fatalf("%s (%s) has the facts %+v, the last word was %s", h, c.ROID, c.Facts, r.heard[c.ROID])
		}
	}
	if v, err := sqlite.Verify(t.Context(), r.path, nil); err != nil || v.Total > 0 {
		t.Fatalf("the register is damaged: %v %v", v.Problems, err)
	}
}

func factsOf(t *rapid.T, member string) register.Facts {
	var o objectJSON
	if err := json.Unmarshal([]byte(contactLine("h", modelContact{"R-EX", member})), &o); err != nil {
		t.Fatal(err)
	}
	it, err := o.read()
	if err != nil {
		t.Fatal(err)
	}
	return it.contact.Facts
}

// TestNoSequenceOfImportsUnprotectsAContact has a registry tell of itself in
// any order and form.
func TestNoSequenceOfImportsUnprotectsAContact(t *testing.T) {
	runs := 0
	checks := flag.Lookup("rapid.checks")
	if checks.Value.String() == checks.DefValue {
		if err := checks.Value.Set("12"); err != nil {
			t.Fatal(err)
		}
		defer checks.Value.Set(checks.DefValue)
	}
	rapid.Check(t, func(rt *rapid.T) {
		runs++
		r := &registry{t: rt, heard: map[string]string{}, path: filepath.Join(t.TempDir(), fmt.Sprintf("%d.db", runs))}
		w, err := sqlite.OpenWriter(r.path, sqlite.Options{Create: true})
		if err != nil {
			rt.Fatal(err)
		}
		defer w.Close()
		reader, err := sqlite.OpenReader(r.path, sqlite.Options{Connections: 1})
		if err != nil {
			rt.Fatal(err)
		}
		defer reader.Close()
		r.im, err = New(Config{
			Writer: w, Reader: reader, Wider: testWider, Now: func() time.Time { return today },
			KeepDangling: true, AcceptShrink: true, AcceptWiden: true,
		})
		if err != nil {
			rt.Fatal(err)
		}
		r.history = []told{{contacts: map[string]modelContact{}, words: map[string]string{}}}
		first := xmlText{kind: "FULL", id: "D0", watermark: wall(0).Format(time.RFC3339)}
		for _, h := range modelHandles {
			first.objects = append(first.objects, domainText(h+".test", "D"+h+"-EX", h, ""))
		}
		if _, err := r.im.Deposit(rt.Context(), strings.NewReader(first.String())); err != nil {
			rt.Fatal(err)
		}
		r.last, r.full = "D0", "D0"
		rt.Repeat(map[string]func(*rapid.T){
			"change": r.change, "change again": r.change, "feed": r.feed, "feed again": r.feed,
			"snapshot": r.snapshot, "deposit": r.deposit, "rollback": r.rollback, "": r.check,
		})
	})
}
