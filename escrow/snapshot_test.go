package escrow

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"registerd/register"
	"registerd/store"
)

func (r *feedRegister) written() string {
	r.Helper()
	var b bytes.Buffer
	if err := WriteSnapshot(r.Context(), r.Reader, &b); err != nil {
		r.Fatal(err)
	}
	return b.String()
}

func TestASnapshotThatIsWrittenIsTheOneThatWasRead(t *testing.T) {
	r := smallRegister(t)
	first := r.written()
	other := newFeedRegister(t)
	if _, err := other.Snapshot(t.Context(), strings.NewReader(first)); err != nil {
		t.Fatal(err)
	}
	if second := other.written(); second != first {
		t.Errorf("written\n%s\nread and written again\n%s", first, second)
	}
	if !strings.HasPrefix(first, smallHead+"\n") {
		t.Errorf("the head is %s", first[:strings.Index(first, "\n")])
	}
}

func TestASnapshotMayBeGzip(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(snapshotText(smallHead, smallObjects...)))
	z.Close()
	whole := b.Bytes()
	r := newFeedRegister(t)
	report, err := r.Snapshot(t.Context(), bytes.NewReader(whole))
	if err != nil || report.Serial != 100 || report.Read != 6 || report.Counts.Objects() != 5 {
		t.Errorf("%+v, %v", report, err)
	}
	for n := 0; n < len(whole); n += 1 + n/8 {
		if _, err := r.Snapshot(t.Context(), bytes.NewReader(whole[:n])); err == nil {
			t.Errorf("a stream that was cut off after %d of %d bytes is taken", n, len(whole))
		}
	}
}

// edited is the small snapshot with its bytes changed and a digest that fits
// them, unless the change is in the last line.
func edited(old, now string) string {
	head := strings.Replace(smallHead, old, now, 1)
	var objects []string
	for _, o := range smallObjects {
		objects = append(objects, strings.ReplaceAll(o, old, now))
	}
	return snapshotText(head, objects...)
}

var (
	smallText = snapshotText(smallHead, smallObjects...)
)

var refusedSnapshots = map[string]struct {
	text   string
	report []string
}{
	"digest": {strings.Replace(smallText, "one.example", "two.example", -1),
		[]string{"line 8: end: the digest is not that of the bytes before: the snapshot was changed on its way [" + snapshotEnd + "]"}},
	"cut off between lines": {smallText[:strings.LastIndex(smallText, `{"end"`)],
		[]string{"line 7: end: there is none: the snapshot was cut off [" + snapshotEnd + "]"}},
	"cut off within a line": {smallText[:len(smallText)-120],
		[]string{"line 7: object: it is not one JSON object [" + feedForm + "]"}},
	"empty": {"", []string{"line 1: head: it is not one JSON object [" + snapshotHead + "]"}},
	"more after the end": {smallText + "\n",
		[]string{"line 9: end: something follows it [" + snapshotEnd + "]"}},
	"counts": {edited(`"domains":1`, `"domains":2`),
		[]string{"line 1: head: it says 2 domains, 1 reserved names, 1 contacts, 1 hosts, 1 registrars, there are 1 domains, 1 reserved names, 1 contacts, 1 hosts, 1 registrars [" + snapshotCounts + "]"}},
	"no counts": {snapshotText(`{"snapshot":1,"zones":["example"],"serial":1,"watermark":"2026-03-01T10:00:00Z"}`),
		[]string{`line 1: head: member "counts": it is missing [` + snapshotHead + "]"}},
	"version": {edited(`"snapshot":1`, `"snapshot":2`),
		[]string{`line 1: head: member "snapshot": it must be 1 [` + snapshotHead + "]"}},
	"no zone": {edited(`["example"]`, `[]`),
		[]string{`line 1: head: member "zones": it is missing [` + snapshotHead + "]"}},
	"future": {edited(`2026-03-01T10`, `2026-03-02T10`),
		[]string{"line 1: head: its watermark is later than the clock here [" + feedFuture + "]"}},
	"missing": {edited(`"registrant":"c1"`, `"registrant":"c2"`),
		[]string{"line 7: name one.example: contact c2 is missing [" + feedDangling + "]"}},
	"duplicate": {edited(`{"name":"city.example","state":"withheld"}`, `{"name":"One.example"}`),
		[]string{"line 7: name one.example: first in line 6 [" + snapshotDuplicate + "]"}},
	"every bad line": {edited(`.example","`, `.test","`),
		[]string{
			"line 6: reserved name city.test [" + feedZone + "]",
			"line 7: domain one.test [" + feedZone + "]",
		}},
}

func TestARefusedSnapshotChangesNothing(t *testing.T) {
	for name, tt := range refusedSnapshots {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := smallRegister(t)
			r.AcceptShrink = true
			before := r.written()
			report, err := r.Snapshot(t.Context(), strings.NewReader(tt.text))
			var refused *RefusedError
			if !errors.As(err, &refused) || refused.Report != report {
				t.Fatalf("ended with %v", err)
			}
			var got []string
			for _, p := range report.Problems {
				got = append(got, p.String())
			}
			if strings.Join(got, "\n") != strings.Join(tt.report, "\n") || report.Refusals != len(tt.report) {
				t.Errorf("%d refusals:\n%s\nwant\n%s", report.Refusals, strings.Join(got, "\n"), strings.Join(tt.report, "\n"))
			}
			if r.written() != before {
				t.Error("the register was changed")
			}
			if _, err := r.Snapshot(t.Context(), strings.NewReader(smallText)); err != nil {
				t.Errorf("the next snapshot is not taken: %v", err)
			}
		})
	}
}

// manyText is a snapshot of contacts without anything else.
func manyText(serial, n int, facts string) string {
	head := fmt.Sprintf(`{"snapshot":1,"zones":["example"],"serial":%d,"watermark":"2026-03-01T10:00:00Z",`+
		`"counts":{"domains":0,"reserved":0,"contacts":%d,"hosts":0,"registrars":0}}`, serial, n)
	var objects []string
	for i := range n {
		objects = append(objects, fmt.Sprintf(`{"contact":{"handle":"m%d"%s}}`, i, facts))
	}
	return snapshotText(head, objects...)
}

func TestASnapshotThatLosesOrShowsTooMuchIsHeld(t *testing.T) {
	for name, tt := range map[string]struct {
		text   string
		accept func(*feedRegister)
		want   string
	}{
		"shrink": {manyText(1, 189, shut1), func(r *feedRegister) { r.AcceptShrink = true },
			"snapshot: the register holds 200 objects, the snapshot 189 [" + snapshotShrink + "]"},
		"widen": {manyText(1, 200, open1), func(r *feedRegister) { r.AcceptWiden = true },
			"snapshot: the public would see more of 200 of 200 contacts [" + snapshotWiden + "]"},
	} {
		r := newFeedRegister(t)
		if _, err := r.Snapshot(t.Context(), strings.NewReader(manyText(1, 200, shut1))); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Snapshot(t.Context(), strings.NewReader(manyText(1, 190, shut1))); err != nil && name == "shrink" {
			t.Errorf("5 %% fewer are held: %v", err)
		}
		if _, err := r.Snapshot(t.Context(), strings.NewReader(manyText(1, 200, shut1))); err != nil {
			t.Fatal(err)
		}
		report, err := r.Snapshot(t.Context(), strings.NewReader(tt.text))
		var refused *RefusedError
		if !errors.As(err, &refused) || len(report.Problems) != 1 || report.Problems[0].String() != tt.want {
			t.Errorf("%s: %v, %v", name, err, report.Problems)
		}
		tt.accept(r)
		if _, err := r.Snapshot(t.Context(), strings.NewReader(tt.text)); err != nil {
			t.Errorf("%s, accepted: %v", name, err)
		}
	}
}

func TestChangesLaterThanASnapshotArePutOnTop(t *testing.T) {
	r := smallRegister(t)
	r.AcceptShrink = true
	r.mustFeed(
		contactPut(101, "early", ""),
		contactPut(102, "late", open1),
		line(103, `"delete":[{"reserved":"city.example"}]`),
		`{"serial":103,"time":"2026-03-01T11:55:00Z","heartbeat":true}`,
	)
	head := strings.Replace(smallHead, `"serial":100`, `"serial":101`, 1)
	report, err := r.Snapshot(t.Context(), strings.NewReader(snapshotText(head, smallObjects...)))
	if err != nil {
		t.Fatal(err)
	}
	if report.Serial != 103 || report.Watermark.Format(time.TimeOnly) != "11:55:00" || report.Counts != (register.Counts{Domains: 1, Contacts: 2, Hosts: 1, Registrars: 1}) {
		t.Errorf("the report says %+v", report)
	}
	if r.find(store.Contacts, "early").There() || r.contact("late").Facts.Protection != register.NotProtected || r.find(store.Names, "city.example").There() {
		t.Error("the register is not the snapshot with the changes after it")
	}
	r.mustFeed(line(104, `"put":[]`))
}

func TestASnapshotFromBeforeTheKeptChangesIsRefused(t *testing.T) {
	r := smallRegister(t)
	r.mustFeed(line(101, `"put":[]`), line(102, `"put":[]`))
	head := strings.Replace(smallHead, `"serial":100`, `"serial":99`, 1)
	report, err := r.Snapshot(t.Context(), strings.NewReader(snapshotText(head, smallObjects...)))
	want := "line 1: head: the register is at serial 102, and the changes after 99 are not kept [" + snapshotOlder + "]"
	if refused := (*RefusedError)(nil); !errors.As(err, &refused) || report.Problems[0].String() != want || r.state().Serial != 102 {
		t.Errorf("%v, %v", err, report.Problems)
	}
}

func TestWithoutAFeedAnOlderSnapshotIsRefused(t *testing.T) {
	r := newFeedRegister(t)
	if _, err := r.Snapshot(t.Context(), strings.NewReader(manyText(0, 5, ""))); err != nil {
		t.Fatal(err)
	}
	older := strings.Replace(smallHead, `"serial":100,"watermark":"2026-03-01T10`, `"serial":0,"watermark":"2026-03-01T09`, 1)
	report, err := r.Snapshot(t.Context(), strings.NewReader(snapshotText(older, smallObjects...)))
	want := "line 1: head: the register is as of 2026-03-01T10:00:00Z [" + snapshotOlder + "]"
	if refused := (*RefusedError)(nil); !errors.As(err, &refused) || report.Problems[0].String() != want {
		t.Errorf("%v, %v", err, report.Problems)
	}
}

func TestFactsAreKeptOfContactsThatASnapshotLacks(t *testing.T) {
	r := newFeedRegister(t)
	for _, text := range []string{manyText(1, 21, open1), manyText(1, 20, shut1)} {
		if report, err := r.Snapshot(t.Context(), strings.NewReader(text)); err != nil {
			t.Fatal(err, report.Problems)
		}
	}
	if k := r.kept("m20"); k == nil || k.Facts.Protection != register.NotProtected {
		t.Errorf("kept %+v", k)
	}
	if _, err := r.Snapshot(t.Context(), strings.NewReader(manyText(1, 21, ""))); err != nil {
		t.Fatal(err)
	}
	if k := r.kept("m20"); k != nil {
		t.Errorf("a snapshot brings all facts, but beside its contact %+v is kept", k)
	}
}

func TestAFeedGoesOnWhileASnapshotIsRead(t *testing.T) {
	r := smallRegister(t)
	feeding := *r
	other := *r.Importer
	feeding.Importer = &other
	next, replaced := 101, false
	r.Progress = func(stage string, _, _ int) {
		if stage == "checking" && !replaced {
			replaced = true
			feeding.mustFeed(contactPut(next, "meanwhile", open1))
		}
	}
	report, err := r.Snapshot(t.Context(), strings.NewReader(smallText))
	if err != nil || !replaced {
		t.Fatal(err, replaced)
	}
	if report.Serial != 101 || r.contact("meanwhile").Facts.Holder != register.HolderLegal {
		t.Errorf("a change that came during the load is lost: %+v", report)
	}
}

func TestAWrittenSnapshotIsOfOneMoment(t *testing.T) {
	r := smallRegister(t)
	changed := false
	var b bytes.Buffer
	err := WriteSnapshot(t.Context(), walking{r.Reader, func() {
		if !changed {
			changed = true
			r.mustFeed(contactPut(101, "meanwhile", ""))
		}
	}}, &b)
	if !errors.Is(err, ErrMoved) || strings.Contains(b.String(), `"end"`) {
		t.Errorf("a register that was changed meanwhile was written: %v", err)
	}
}

// walking is a reader that something happens beside.
type walking struct {
	store.Reader
	beside func()
}

func (w walking) Walk(ctx context.Context, kind store.Kind, f func(store.Object) error) error {
	w.beside()
	return w.Reader.Walk(ctx, kind, f)
}
