package backup

import (
	"archive/tar"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// maxManifest is in bytes: some hundred thousand parts.
const maxManifest = 64 << 20

// Reader reads a backup, once, from its beginning to its end.
type Reader struct {
	Manifest Manifest

	head  []byte // the manifest as it stands in the file
	in    *bufio.Reader
	tar   *tar.Reader // reads no further than the bytes of an entry
	last  int64       // size of the entry that was read last
	close func()
}

// NewReader reads the manifest, of a compressed file too. Nobody has said yet that
// it can be believed: that is Signed. Who is done closes the reader.
func NewReader(r io.Reader) (*Reader, error) {
	b, err := newReader(r)
	if err != nil {
		return nil, fmt.Errorf("backup: reading: %w", err)
	}
	return b, nil
}

func newReader(r io.Reader) (_ *Reader, err error) {
	b := &Reader{close: func() {}}
	if b.in, b.close, err = plain(r); err != nil {
		return nil, err
	}
	b.tar = tar.NewReader(b.in)
	if err := b.readManifest(); err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// Close gives back what reading took. It does not close the file.
func (b *Reader) Close() { b.close() }

func (b *Reader) readManifest() error {
	first, err := b.tar.Next()
	if err != nil || first.Name != ManifestName || first.Size > maxManifest {
		return damaged("it does not begin with the manifest", err)
	}
	if b.head, err = io.ReadAll(b.tar); err != nil {
		return damaged("the manifest is cut short", err)
	}
	b.last = first.Size
	text, _, _ := bytes.Cut(b.head, []byte("\n\n"))
	var form struct{ Format int }
	if err := json.Unmarshal(text, &form); err != nil {
		return damaged("the manifest cannot be read", err)
	}
	if form.Format > Format {
		return fmt.Errorf("%w: its form is %d, this one knows %d", ErrNewer, form.Format, Format)
	}
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&b.Manifest); err != nil {
		return damaged("the manifest cannot be read", err)
	}
	if form.Format < 1 {
		return damaged("the manifest has no form", nil)
	}
	if err := b.Manifest.check(); err != nil {
		return damaged("the manifest", err)
	}
	return nil
}

// Signed says by which of the keys, which are verifiers of notes, the manifest is
// signed: its name. An error wraps ErrForeign if it is by none of them.
func (b *Reader) Signed(keys []string) (name string, err error) {
	var verifiers []note.Verifier
	for _, key := range keys {
		v, err := note.NewVerifier(strings.TrimSpace(key))
		if err != nil {
			return "", fmt.Errorf("backup: a key: %w", err)
		}
		verifiers = append(verifiers, v)
	}
	signed, err := note.Open(b.head, note.VerifierList(verifiers...))
	if invalid := (*note.InvalidSignatureError)(nil); errors.As(err, &invalid) {
		return "", fmt.Errorf("backup: %w", damaged("the signature is not that of the manifest", nil))
	}
	if err != nil {
		return "", fmt.Errorf("backup: %w: no key that is trusted signed it", ErrForeign)
	}
	return signed.Sigs[0].Name, nil
}

// IsSigned reports whether anybody signed the manifest.
func (b *Reader) IsSigned() bool { return bytes.Contains(b.head, []byte("\n\n")) }

// Parts gives take each part in order, with its bytes: what take leaves is read and
// dropped. Only when Parts returns nil is all of it what was written; until then
// nothing may be made of it. An error of take is returned as it is.
func (b *Reader) Parts(take func(Part, io.Reader) error) error {
	for _, p := range b.Manifest.Parts {
		entry, err := b.tar.Next()
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return failed(damaged("it is cut short: "+p.Name+" is missing", nil))
		case err != nil:
			return failed(damaged("before "+p.Name, err))
		case entry.Name != p.Name || entry.Size != p.Size || entry.Typeflag != tar.TypeReg:
			return failed(damaged("something else stands where "+p.Name+" should be", nil))
		}
		if err := b.part(p, take); err != nil {
			return err
		}
	}
	if err := b.end(); err != nil {
		return failed(err)
	}
	return nil
}

func (b *Reader) part(p Part, take func(Part, io.Reader) error) error {
	b.last = p.Size
	bytes := &summing{from: b.tar, sum: sha256.New()}
	err := take(p, bytes)
	if err == nil {
		_, err = io.Copy(io.Discard, bytes)
	}
	switch {
	case bytes.err != nil: // of the file, whatever take made of it
		return failed(damaged(p.Name+" is cut short", bytes.err))
	case err != nil:
		return err
	case hex.EncodeToString(bytes.sum.Sum(nil)) != p.SHA256:
		return failed(damaged(p.Name+" is not what was written", nil))
	}
	return nil
}

// end reads what fills the last block, the two empty ones that a tar ends in, and
// that nothing follows. Package tar is content without.
func (b *Reader) end() error {
	rest := make([]byte, (block-b.last%block)%block+2*block)
	if _, err := io.ReadFull(b.in, rest); err != nil {
		return damaged("it is cut short at its end", err)
	}
	_, err := b.in.ReadByte()
	if !errors.Is(err, io.EOF) || !isZero(rest) {
		return damaged("more follows where it should end", nil)
	}
	return nil
}

// block is the unit of a tar, in bytes.
const block = 512

func isZero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }

// summing hashes what is read, and remembers how reading failed.
type summing struct {
	from io.Reader
	sum  hash.Hash
	err  error
}

func (s *summing) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	s.sum.Write(p[:n])
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

func damaged(what string, cause error) error {
	if cause != nil {
		return fmt.Errorf("%w: %s: %v", ErrDamaged, what, cause)
	}
	return fmt.Errorf("%w: %s", ErrDamaged, what)
}

func failed(err error) error { return fmt.Errorf("backup: reading: %w", err) }
