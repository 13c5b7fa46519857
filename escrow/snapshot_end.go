package escrow

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"registerd/register"
	"registerd/store"
)

// counted counts an object as the head does.
func (s *snapshot) counted(tag register.Tag) {
	switch tag {
	case register.TagDomain:
		s.count.Domains++
	case register.TagReserved:
		s.count.Reserved++
	case register.TagContact:
		s.count.Contacts++
	case register.TagHost:
		s.count.Hosts++
	case register.TagRegistrar:
		s.count.Registrars++
	}
}

// compare counts the contacts of which the public would see more than it does
// now. A contact that is new to the register does not count.
func (s *snapshot) compare(ctx context.Context) error {
	if len(s.asked) == 0 {
		return nil
	}
	asks := make([]store.Ask, len(s.asked))
	for i := range s.asked {
		asks[i].Ref = s.asked[i].Ref
	}
	found, _, err := s.im.Reader.Find(ctx, asks...)
	if err != nil {
		return fmt.Errorf("comparing contacts: %w", err)
	}
	for i := range found {
		if !found[i].There() {
			continue
		}
		was, err := register.DecodeContact(found[i].Bytes)
		if err != nil {
			return fmt.Errorf("comparing contacts: %w", err)
		}
		if s.im.Wider(was.Traits(), s.asked[i].contact.Traits()) {
			s.wider++
		}
	}
	s.asked = s.asked[:0]
	return nil
}

// readEnd checks the last line, and what only the whole can tell.
func (s *snapshot) readEnd(ctx context.Context, j *bodyJSON) error {
	at := s.lines.n
	want := digestPrefix + hex.EncodeToString(s.digest.Sum(nil))
	switch {
	case !j.End || j.objectJSON != (objectJSON{}):
		s.refuse(at, "end", snapshotEnd, `it has the members "end", which is true, and "digest" only`)
	case j.Digest != want:
		s.refuse(at, "end", snapshotEnd, "the digest is not that of the bytes before: the snapshot was changed on its way")
	}
	if _, err := s.lines.next(); !errors.Is(err, io.EOF) {
		s.refuse(at+1, "end", snapshotEnd, "something follows it")
	}
	if head := register.Counts(*s.head.Counts); head != s.count {
		s.refuse(1, "head", snapshotCounts, fmt.Sprintf("it says %s, there are %s", countsText(head), countsText(s.count)))
	}
	return s.compare(ctx)
}

func countsText(c register.Counts) string {
	return fmt.Sprintf("%d domains, %d reserved names, %d contacts, %d hosts, %d registrars",
		c.Domains, c.Reserved, c.Contacts, c.Hosts, c.Registrars)
}

// seal has the store check the load, and holds what looks like a mistake.
func (s *snapshot) seal(ctx context.Context) error {
	sealed, err := s.load.Seal(ctx, func(done, total int) { s.im.Progress("checking", done, total) })
	if err != nil {
		return err
	}
	for _, d := range sealed.Duplicates {
		s.refuse(d.Line, refName(d.Ref), snapshotDuplicate, fmt.Sprintf("first in line %d", d.First))
	}
	s.report.Refusals += sealed.DuplicatesTotal - len(sealed.Duplicates)
	severity, n := Refusal, &s.report.Refusals
	if s.im.KeepDangling {
		severity, n = Warning, &s.report.Warnings
	}
	for _, d := range sealed.Dangling {
		s.report.add(Problem{Severity: severity, Line: d.Line, Object: refName(d.From), Rule: feedDangling, Detail: refName(d.To) + " is missing"})
	}
	*n += sealed.DanglingTotal - len(sealed.Dangling)
	s.hold(sealed.Counts)
	return nil
}

func (s *snapshot) hold(now register.Counts) {
	if s.old == nil {
		return
	}
	was := s.old.Counts
	if float64(now.Objects()) < (1-maxShrink)*float64(was.Objects()) && !s.im.AcceptShrink {
		s.refuse(0, "snapshot", snapshotShrink, fmt.Sprintf("the register holds %d objects, the snapshot %d", was.Objects(), now.Objects()))
	}
	if float64(s.wider) > maxWiden*float64(was.Contacts) && !s.im.AcceptWiden {
		s.refuse(0, "snapshot", snapshotWiden, fmt.Sprintf("the public would see more of %d of %d contacts", s.wider, was.Contacts))
	}
}

// errRefused ends a transaction after problems were reported.
var errRefused = errors.New("refused")

// publish puts the changes on top that came after the snapshot was made, and
// makes the whole the register.
func (s *snapshot) publish(ctx context.Context) error {
	var state register.State
	gone := removed{im: s.im}
	defer gone.suspects.close()
	if err := gone.replace(ctx, s.load); err != nil {
		return err
	}
	err := s.load.Publish(ctx, func(tx store.Tx) error {
		published := tx.State()
		state = register.State{Zones: s.head.Zones, Serial: s.head.Serial, Watermark: s.head.Watermark}
		if s.old != nil {
			if err := s.catchUp(tx, &published, &state); err != nil {
				return err
			}
			if err := s.keep(ctx, tx); err != nil {
				return err
			}
			if state.Watermark.Before(published.Watermark) {
				state.Watermark = published.Watermark
			}
			if err := gone.countLoad(ctx, tx, s.load, &published); err != nil {
				return err
			}
			state.Removed = published.Removed
		}
		tx.SetState(state)
		state = tx.State()
		return nil
	})
	if errors.Is(err, errRefused) {
		return nil
	}
	if err != nil {
		return err
	}
	s.report.Serial, s.report.Watermark, s.report.Counts = state.Serial, state.Watermark, state.Counts
	return nil
}

// catchUp applies the changes from the snapshot's serial to the register's.
// They must be kept without a gap: else the register would go back in time.
func (s *snapshot) catchUp(tx store.Tx, published, state *register.State) error {
	if published.Serial == 0 && state.Serial == 0 && state.Watermark.Before(published.Watermark) {
		s.refuse(1, "head", snapshotOlder, "the register is as of "+published.Watermark.Format(time.RFC3339))
		return errRefused
	}
	if state.Serial >= published.Serial {
		return nil
	}
	if _, err := s.im.replayFrom(tx, state); err != nil {
		return err
	}
	if state.Serial != published.Serial {
		s.refuse(1, "head", snapshotOlder, fmt.Sprintf("the register is at serial %d, and the changes after %d are not kept", published.Serial, state.Serial))
		return errRefused
	}
	return nil
}

// keep keeps the facts of the contacts that are not in the snapshot. Those that
// are in it have brought their own.
func (s *snapshot) keep(ctx context.Context, tx store.Tx) error {
	err := s.im.Reader.Walk(ctx, store.Kept, func(o store.Object) error {
		found, err := tx.Find(store.Ask{Ref: store.Ref{Kind: store.Contacts, Key: o.Key}})
		if err != nil || !found.There() {
			return err
		}
		_, err = tx.Delete(o.Ref)
		return err
	})
	if err != nil {
		return err
	}
	return s.load.Gone(ctx, store.Contacts, func(o store.Object) error {
		c, err := register.DecodeContact(o.Bytes)
		if err != nil {
			return err
		}
		return keepFacts(tx, o.Key, c)
	})
}
