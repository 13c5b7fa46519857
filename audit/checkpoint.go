package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	checkpointsName = "checkpoints"
	signingName     = "checkpoint.key"
	verifyingName   = "checkpoint.pub"
	maxKeyFile      = 64 << 10
)

// Checkpoint says how many records a journal had and what their tree's root
// was: a signed note (C2SP tlog-checkpoint), whose origin is the name of the key.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
	Note   []byte // as signed
}

func checkpointText(origin string, size int64, root tlog.Hash) string {
	return fmt.Sprintf("%s\n%d\n%s\n", origin, size, root)
}

// readCheckpoint reads a note that one of the keys signed.
func readCheckpoint(text []byte, keys note.Verifiers) (Checkpoint, error) {
	n, err := note.Open(text, keys)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("a checkpoint: %w", err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 4 {
		return Checkpoint{}, errors.New("a checkpoint: it has fewer than three lines")
	}
	c := Checkpoint{Origin: lines[0], Note: text}
	c.Size, err = strconv.ParseInt(lines[1], 10, 64)
	if err == nil {
		c.Root, err = tlog.ParseHash(lines[2])
	}
	switch {
	case err != nil:
		return Checkpoint{}, fmt.Errorf("a checkpoint: %w", err)
	case c.Size < 0 || lines[1] != strconv.FormatInt(c.Size, 10):
		return Checkpoint{}, fmt.Errorf("a checkpoint: %q is not a number of records", lines[1])
	case n.Sigs[0].Name != c.Origin:
		return Checkpoint{}, fmt.Errorf("a checkpoint: of %q, signed by %q", c.Origin, n.Sigs[0].Name)
	}
	return c, nil
}

// signature is how the lines begin that end a note.
const signature = "\u2014 "

// notes are those that stand one after the other in text, and how many bytes
// the whole ones take. One that a crash left unfinished, at the end, is left out.
func notes(text []byte) (found [][]byte, whole int) {
	begin, at, signed := 0, 0, false
	for at < len(text) {
		end := bytes.IndexByte(text[at:], '\n')
		if end < 0 {
			break
		}
		line := text[at : at+end]
		isSignature := bytes.HasPrefix(line, []byte(signature))
		if signed && !isSignature {
			found, whole, signed = append(found, text[begin:at]), at, false
			begin = at
		}
		if begin == at && len(line) == 0 { // between two notes
			begin++
		}
		signed = signed || isSignature
		at += end + 1
	}
	if signed && at == len(text) {
		found, whole = append(found, text[begin:at]), at
	}
	return found, whole
}

// keys are those that checkpoints are signed and verified by.
type keys struct {
	signer    note.Signer // nil where others sign
	verifiers note.Verifiers
}

// makeKeys reads the keys, and makes them where there are none yet: those
// for verifying lie beside the journal, one a line, also those used before.
// path is of the signing key; "" means beside the journal, if it is there. It
// needs the lock.
func makeKeys(dir string, d disk, path string) (keys, error) {
	known, err := readVerifying(dir)
	if err != nil {
		return keys{}, err
	}
	given := path != ""
	place := d
	if given {
		place = folder(filepath.Dir(path))
	} else {
		path = filepath.Join(dir, signingName)
	}
	text, err := readSigning(path)
	if errors.Is(err, fs.ErrNotExist) {
		if !given && len(known) > 0 {
			v, err := verifierList(known)
			return keys{nil, v}, err
		}
		text, err = makeSigning(place, path)
	}
	if err != nil {
		return keys{}, err
	}
	signer, public, err := signerOf(text)
	if err != nil {
		return keys{}, fmt.Errorf("the signing key %s: %w", path, err)
	}
	if !slices.Contains(known, public) {
		known = append(known, public)
		if err := put(d, verifyingName, []byte(strings.Join(known, "\n")+"\n")); err != nil {
			return keys{}, err
		}
	}
	v, err := verifierList(known)
	return keys{signer, v}, err
}

func readVerifying(dir string) ([]string, error) {
	text, err := readSmall(filepath.Join(dir, verifyingName), maxKeyFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return strings.Fields(string(text)), nil
}

func verifierList(lines []string) (note.Verifiers, error) {
	list := make([]note.Verifier, len(lines))
	for i, line := range lines {
		v, err := note.NewVerifier(line)
		if err != nil {
			return nil, fmt.Errorf("a key for verifying: %w", err)
		}
		list[i] = v
	}
	return note.VerifierList(list...), nil
}

func readSigning(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("the signing key %s: others may read it (mode %04o): chmod 600 it", path, info.Mode().Perm())
	}
	text, err := readSmall(path, maxKeyFile)
	return strings.TrimSpace(string(text)), err
}

// makeSigning makes a key of a name of its own, which says which journal it is, in d.
func makeSigning(d disk, path string) (string, error) {
	var id [8]byte
	_, _ = rand.Read(id[:])
	text, _, err := note.GenerateKey(rand.Reader, "registerd-journal/"+hex.EncodeToString(id[:]))
	if err == nil {
		err = put(d, filepath.Base(path), []byte(text+"\n"))
	}
	if err != nil {
		return "", fmt.Errorf("making the signing key %s: %w", path, err)
	}
	return text, nil
}

// signerOf reads a signing key, and says by which key its checkpoints are verified.
func signerOf(text string) (note.Signer, string, error) {
	signer, err := note.NewSigner(text)
	if err != nil {
		return nil, "", err
	}
	// PRIVATE+KEY+NAME+HASH+SEED, where the seed's base64 may have a plus too.
	parts := strings.SplitN(text, "+", 5)
	raw, err := base64.StdEncoding.DecodeString(parts[len(parts)-1])
	if err != nil || len(raw) != 1+ed25519.SeedSize {
		return nil, "", errors.New("it is not of Ed25519")
	}
	public := ed25519.NewKeyFromSeed(raw[1:]).Public().(ed25519.PublicKey)
	text, err = note.NewEd25519VerifierKey(signer.Name(), public)
	return signer, text, err
}
