package escrow

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"registerd/register"
	"registerd/store"
)

// headJSON is the first line of a snapshot, endJSON the last.
type headJSON struct {
	Snapshot  int             `json:"snapshot"` // the version of the form
	Zones     []register.Name `json:"zones"`
	Serial    uint64          `json:"serial"`
	Watermark time.Time       `json:"watermark"`
	Counts    *countsJSON     `json:"counts"`
}

type countsJSON struct {
	Domains    int `json:"domains"`
	Reserved   int `json:"reserved"`
	Contacts   int `json:"contacts"`
	Hosts      int `json:"hosts"`
	Registrars int `json:"registrars"`
}

type endJSON struct {
	End    bool   `json:"end,omitempty"`
	Digest string `json:"digest,omitempty"` // "sha256:" and hexadecimal, over all bytes before the line
}

// bodyJSON is any line but the first.
type bodyJSON struct {
	objectJSON
	endJSON
}

const (
	snapshotVersion = 1
	digestPrefix    = "sha256:"
)

// Snapshot takes a whole register in the form of docs/feed.md, plain or
// gzip, and publishes it in one step. Everything comes from the snapshot, the
// facts of the contacts too. Changes later than it, which a feed brought
// meanwhile, are applied again on top.
//
// If the snapshot is refused, nothing is changed: the error is a *RefusedError
// and its report names up to 100 problems.
func (im *Importer) Snapshot(ctx context.Context, r io.Reader) (*Report, error) {
	r, err := unzipped(r)
	if err != nil {
		return nil, fmt.Errorf("snapshot: reading: %w", err)
	}
	load, err := im.Writer.Load(ctx)
	if err != nil {
		return nil, fmt.Errorf("snapshot: beginning a load: %w", err)
	}
	s := &snapshot{im: im, load: load, lines: newLines(r), digest: sha256.New(), report: &Report{Kind: "snapshot"}}
	err = s.run(ctx)
	if closed := load.Close(); err == nil && closed != nil {
		err = fmt.Errorf("snapshot: clearing up: %w", closed)
	}
	if err == nil && s.report.Refusals > 0 {
		err = &RefusedError{s.report}
	}
	return s.report, err
}

// unzipped reads gzip by its magic, and everything else as it is.
func unzipped(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	if magic, err := b.Peek(2); err != nil || !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return b, nil
	}
	return gzip.NewReader(b)
}

type snapshot struct {
	im     *Importer
	load   store.Load
	lines  *lines
	digest hash.Hash
	report *Report
	head   headJSON
	count  register.Counts
	old    *register.State // published when the snapshot began; nil if nothing was
	asked  []addition      // contacts to be compared with the published ones
	wider  int
}

// run stops without an error where problems refuse the snapshot.
func (s *snapshot) run(ctx context.Context) error {
	edition, err := s.im.Reader.Edition(ctx)
	switch {
	case err == nil:
		s.old = edition.State
	case !errors.Is(err, store.ErrEmpty):
		return fmt.Errorf("snapshot: reading the state: %w", err)
	}
	for _, step := range []func(context.Context) error{s.readHead, s.readObjects, s.seal, s.publish} {
		if err := step(ctx); err != nil {
			return fmt.Errorf("snapshot: %w", err)
		}
		if s.report.Refusals > 0 {
			return nil
		}
	}
	return nil
}

// The rules of a snapshot, beside those of its objects.
const (
	snapshotHead      = "the first line of a snapshot is its head, in the form of docs/feed.md"
	snapshotEnd       = "the last line of a snapshot is its end, with the digest of all bytes before it"
	snapshotCounts    = "the head counts the objects of the snapshot"
	snapshotDuplicate = "a name or an id is given once"
	snapshotShrink    = "a load holds at most 5 % fewer objects than the register unless it is accepted"
	snapshotWiden     = "a load shows no more of over 0.1 % of the contacts unless it is accepted"
	snapshotOlder     = "a snapshot is not older than the register, but for changes that are kept"
)

func (s *snapshot) refuse(line int64, object, rule, detail string) {
	s.report.add(Problem{Severity: Refusal, Line: line, Object: object, Rule: rule, Detail: detail})
}

// next reads a line. The digest covers it only when it is taken: the last line
// is not part of it.
func (s *snapshot) next(ctx context.Context) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	line, err := s.lines.next()
	switch {
	case errors.Is(err, errLongLine):
		s.refuse(s.lines.n, "line", feedForm, err.Error())
		return nil, nil
	case errors.Is(err, io.EOF):
		return nil, nil
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, gzip.ErrChecksum), errors.As(err, new(flate.CorruptInputError)):
		s.refuse(s.lines.n, "end", snapshotEnd, "the gzip stream is cut off or damaged")
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("line %d: reading: %w", s.lines.n, err)
	}
	return line, nil
}

func (s *snapshot) readHead(ctx context.Context) error {
	line, err := s.next(ctx)
	if err != nil || s.report.Refusals > 0 {
		return err
	}
	s.digest.Write(line)
	h := &s.head
	if err := decodeLine(bytes.TrimSpace(line), h); err != nil {
		s.refuse(1, "head", snapshotHead, err.Error())
		return nil
	}
	for i, z := range h.Zones {
		name, err := register.ParseName(string(z))
		if err != nil {
			s.refuse(1, "head", snapshotHead, `member "zones": `+err.Error())
			return nil
		}
		h.Zones[i] = name
	}
	switch {
	case h.Snapshot != snapshotVersion:
		s.refuse(1, "head", snapshotHead, `member "snapshot": it must be 1`)
	case len(h.Zones) == 0:
		s.refuse(1, "head", snapshotHead, `member "zones": it is missing`)
	case h.Watermark.IsZero():
		s.refuse(1, "head", snapshotHead, `member "watermark": it is missing`)
	case h.Watermark.After(s.im.Now().Add(maxAhead)):
		s.refuse(1, "head", feedFuture, "its watermark is later than the clock here")
	case h.Counts == nil:
		s.refuse(1, "head", snapshotHead, `member "counts": it is missing`)
	}
	s.report.Serial, s.report.Watermark = h.Serial, h.Watermark
	return nil
}

// readObjects reads to the end, and on after a bad line, so that the report
// names all of them.
func (s *snapshot) readObjects(ctx context.Context) error {
	total := 0
	if s.head.Counts != nil {
		total = register.Counts(*s.head.Counts).Objects()
	}
	for s.report.Refusals < maxProblems {
		line, err := s.next(ctx)
		if err != nil {
			return err
		}
		if line == nil {
			if s.report.Refusals == 0 {
				s.refuse(s.lines.n, "end", snapshotEnd, "there is none: the snapshot was cut off")
			}
			return nil
		}
		var j bodyJSON
		if err := decodeLine(bytes.TrimSpace(line), &j); err != nil {
			s.refuse(s.lines.n, "object", feedForm, err.Error())
			s.digest.Write(line)
			continue
		}
		if j.endJSON != (endJSON{}) {
			return s.readEnd(ctx, &j)
		}
		s.digest.Write(line)
		if err := s.object(ctx, &j.objectJSON); err != nil {
			return err
		}
		if s.report.Read%progressStep == 0 {
			s.im.Progress("reading", s.report.Read, total)
		}
	}
	return nil
}

const (
	progressStep = 1000 // objects
	compareStep  = 100  // contacts of one look into the published register
)

func (s *snapshot) object(ctx context.Context, j *objectJSON) error {
	it, err := j.read()
	if err != nil {
		s.refuse(s.lines.n, "object", feedForm, err.Error())
		return nil
	}
	s.report.Read++
	s.counted(it.Tag().Type())
	if name := register.Name(it.Key); it.Kind == store.Names {
		in := register.State{Zones: s.head.Zones}
		if zone, ok := in.Zone(name); !ok || zone == name {
			s.refuse(s.lines.n, it.label, feedZone, "")
		}
	}
	if s.report.Refusals > 0 {
		return nil
	}
	if it.contact != nil && s.old != nil {
		if s.asked = append(s.asked, it); len(s.asked) == compareStep {
			if err := s.compare(ctx); err != nil {
				return err
			}
		}
	}
	return s.load.Put(it.Object, s.lines.n)
}
