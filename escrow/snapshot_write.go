package escrow

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"registerd/store"
)

// ErrMoved says that the register was changed while a snapshot of it was
// written. What was written has no end, so that nobody can take it.
var ErrMoved = errors.New("the register was changed meanwhile")

// WriteSnapshot writes the published register in the form that Snapshot reads.
// If it is changed meanwhile, that is ErrMoved.
func WriteSnapshot(ctx context.Context, reader store.Reader, w io.Writer) error {
	before, err := reader.Edition(ctx)
	if err != nil {
		return fmt.Errorf("snapshot: reading the state: %w", err)
	}
	digest := sha256.New()
	out := bufio.NewWriter(w)
	both := io.MultiWriter(out, digest)
	s := before.State
	counts := countsJSON(s.Counts)
	head := headJSON{Snapshot: snapshotVersion, Zones: s.Zones, Serial: s.Serial, Watermark: s.Watermark, Counts: &counts}
	if err := writeLine(both, &head); err != nil {
		return err
	}
	for _, kind := range []store.Kind{store.Registrars, store.IDNTables, store.Contacts, store.Hosts, store.Names} {
		err := reader.Walk(ctx, kind, func(o store.Object) error {
			line, err := jsonOf(&o)
			if err != nil {
				return err
			}
			_, err = both.Write(append(line, '\n'))
			return err
		})
		if err != nil {
			return fmt.Errorf("snapshot: writing: %w", err)
		}
	}
	switch after, err := reader.Edition(ctx); {
	case err != nil:
		return fmt.Errorf("snapshot: reading the state: %w", err)
	case after.Version != before.Version:
		return fmt.Errorf("snapshot: %w", ErrMoved)
	}
	if err := writeLine(out, &endJSON{End: true, Digest: digestPrefix + hex.EncodeToString(digest.Sum(nil))}); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("snapshot: writing: %w", err)
	}
	return nil
}

func writeLine(w io.Writer, v any) error {
	line, err := json.Marshal(v)
	if err == nil {
		_, err = w.Write(append(line, '\n'))
	}
	if err != nil {
		return fmt.Errorf("snapshot: writing: %w", err)
	}
	return nil
}
