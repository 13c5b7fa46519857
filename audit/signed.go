package audit

import (
	"errors"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/note"
)

// tailBytes of the checkpoints are read to find the last one. It has about 200.
const tailBytes = 64 << 10

// signed is the file of checkpoints: each of them synced, none of them removed.
type signed struct {
	disk disk
	file file
	keys keys
	size int64      // of the whole notes, those of others too
	last Checkpoint // the zero one before there is any
}

// settle finds the last checkpoint, also one that another process signed, and
// takes away what a crash left unfinished behind it. It needs the lock.
func (s *signed) settle() error {
	info, err := s.file.Stat()
	if err != nil || info.Size() == s.size {
		return err
	}
	from := max(0, info.Size()-tailBytes)
	tail := make([]byte, info.Size()-from)
	if _, err := s.file.ReadAt(tail, from); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	found, whole := notes(tail)
	if len(found) == 0 && from > 0 || from+int64(whole) < s.size {
		return fmt.Errorf("%w: %s does not end in a checkpoint", ErrFork, checkpointsName)
	}
	if len(found) > 0 {
		last, err := readCheckpoint(found[len(found)-1], s.keys.verifiers)
		if err != nil {
			return fmt.Errorf("%s: %w", checkpointsName, err)
		}
		if last.Size < s.last.Size {
			return fmt.Errorf("%w: %s goes from %d records back to %d", ErrFork, checkpointsName, s.last.Size, last.Size)
		}
		// Whoever signed it may have failed to sync it, and the line before it: see renew.
		begin := max(0, whole-len(last.Note)-1)
		if err := s.disk.again(checkpointsName, tail[begin:whole], from+int64(begin)); err != nil {
			return err
		}
		s.last = last
	}
	if s.size = from + int64(whole); s.size < info.Size() {
		return s.file.Truncate(s.size)
	}
	return nil
}

// sign writes the checkpoint of the tree.
func (s *signed) sign(e *edge) error {
	root := e.hash()
	origin := s.keys.signer.Name()
	text, err := note.Sign(&note.Note{Text: checkpointText(origin, e.n, root)}, s.keys.signer)
	if err != nil {
		return err
	}
	line := text
	if s.size > 0 {
		line = append([]byte("\n"), text...)
	}
	_, err = s.file.Write(line)
	if err == nil {
		err = s.file.Sync()
	}
	if err != nil {
		_ = s.file.Truncate(s.size) // a leftover is taken away by the next settle too
		return err
	}
	s.size += int64(len(line))
	s.last = Checkpoint{Origin: origin, Size: e.n, Root: root, Note: text}
	return nil
}
