package backup

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"golang.org/x/mod/sumdb/note"
)

// Write writes a backup of all files in from, in the order of their names. It reads
// them twice: first for the manifest, whose parts it fills in. signer may be nil.
// progress is told how many bytes of how many were read; it may be nil.
//
// What is written is whole only if Write returns nil.
func Write(w io.Writer, from fs.FS, m Manifest, signer note.Signer, progress func(done, total int64)) error {
	if err := write(w, from, m, signer, progress); err != nil {
		return fmt.Errorf("backup: writing: %w", err)
	}
	return nil
}

func write(w io.Writer, from fs.FS, m Manifest, signer note.Signer, progress func(done, total int64)) error {
	m.Format = Format
	var err error
	if m.Parts, err = list(from); err != nil {
		return err
	}
	told := &telling{progress: progress, total: 2 * m.Size()}
	for i := range m.Parts {
		if err := m.Parts[i].digest(from, told); err != nil {
			return err
		}
	}
	head, err := m.sign(signer)
	if err != nil {
		return err
	}
	out := tar.NewWriter(w)
	if err := header(out, ManifestName, int64(len(head)), &m); err != nil {
		return err
	}
	if _, err := out.Write(head); err != nil {
		return err
	}
	for _, p := range m.Parts {
		if err := header(out, p.Name, p.Size, &m); err != nil {
			return err
		}
		if err := p.copy(out, from, told); err != nil {
			return err
		}
	}
	return out.Close()
}

// list is all parts, with their sizes.
func list(from fs.FS) (parts []Part, err error) {
	err = fs.WalkDir(from, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return fmt.Errorf("%s: it is not a file", name)
		}
		parts = append(parts, Part{Name: name, Size: info.Size()})
		return nil
	})
	return parts, err
}

func (p *Part) digest(from fs.FS, told *telling) error {
	sum := sha256.New()
	if err := p.copy(sum, from, told); err != nil {
		return err
	}
	p.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return nil
}

func (p *Part) copy(to io.Writer, from fs.FS, told *telling) error {
	f, err := from.Open(p.Name)
	if err != nil {
		return err
	}
	defer f.Close()
	n, err := io.Copy(io.MultiWriter(to, told), f)
	if err == nil && n != p.Size {
		err = fmt.Errorf("%s: its size changed", p.Name)
	}
	return err
}

// header writes what stands before an entry. Nothing in it is of the machine, so
// that equal parts make equal files.
func header(out *tar.Writer, name string, size int64, m *Manifest) error {
	return out.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: m.Made})
}

// sign is the manifest as it stands in the file.
func (m *Manifest) sign(signer note.Signer) ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	text = append(text, '\n')
	if len(text) > maxManifest/2 {
		return nil, errors.New("there are too many parts")
	}
	if signer == nil {
		return text, nil
	}
	return note.Sign(&note.Note{Text: string(text)}, signer)
}

// telling counts what was read.
type telling struct {
	progress    func(done, total int64)
	done, total int64
}

func (t *telling) Write(p []byte) (int, error) {
	t.done += int64(len(p))
	if t.progress != nil {
		t.progress(t.done, t.total)
	}
	return len(p), nil
}
