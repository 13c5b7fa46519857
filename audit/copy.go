package audit

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/sys/unix"
)

// Signer gives the key that signs for the journal in dir, and the one that verifies
// what it signed. path is as JournalConfig.SigningKey. Where others sign there is
// none: a nil signer.
func Signer(dir, path string) (signer note.Signer, verifier string, err error) {
	if path == "" {
		path = filepath.Join(dir, signingName)
	}
	text, err := readSigning(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", nil
	}
	if err == nil {
		signer, verifier, err = signerOf(text)
	}
	if err != nil {
		return nil, "", fmt.Errorf("the signing key %s: %w", path, err)
	}
	return signer, verifier, nil
}

// Verifiers are the keys by which checkpoints of the journal in dir are verified.
func Verifiers(dir string) ([]string, error) { return readVerifying(dir) }

// SigningName is the name that Copy gives the signing key, wherever it was.
const SigningName = signingName

// Copy copies the journal in dir to the folder to, which holds nothing of a journal
// yet: as it is at one moment, though others write to it. With it go what it is
// verified and read by: hashes, checkpoints, the keys of days, those for verifying
// and, if there is one, the one for signing. path is as JournalConfig.SigningKey.
// Nothing of the copy is on disk for sure.
func Copy(dir, path, to string) error {
	if err := copyJournal(dir, path, to); err != nil {
		return fmt.Errorf("audit journal: copying: %w", err)
	}
	return nil
}

func copyJournal(dir, path, to string) (err error) {
	c := copying{dir: dir, to: to}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.begin(path); err != nil {
		return err
	}
	for _, f := range c.growing {
		if err := f.copy(to); err != nil {
			return err
		}
	}
	return nil
}

// copying is a copy under way.
type copying struct {
	dir, to string
	growing []growing
}

// growing is a file that is only ever written at its end, and its size at the moment
// that is copied: so it can be read when others write again.
type growing struct {
	name string
	file *os.File
	size int64
}

// begin takes the sizes of what grows, and copies what is small, while nobody writes.
func (c *copying) begin(path string) error {
	lock, err := os.Open(filepath.Join(c.dir, lockName))
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := lockFile(lock, unix.LOCK_SH); err != nil {
		return err
	}
	olds, err := oldNames(c.dir)
	if err != nil {
		return err
	}
	for _, name := range append([]string{journalName, hashesName, checkpointsName}, olds...) {
		if err := c.grows(name); err != nil {
			return err
		}
	}
	return c.small(path)
}

func (c *copying) grows(name string) error {
	f, err := os.Open(filepath.Join(c.dir, name))
	if err != nil {
		return err
	}
	c.growing = append(c.growing, growing{name: name, file: f})
	info, err := f.Stat()
	if err == nil {
		c.growing[len(c.growing)-1].size = info.Size()
	}
	return err
}

// small copies the keys. The signing key may be elsewhere, or with somebody else.
func (c *copying) small(path string) error {
	if err := os.MkdirAll(filepath.Join(c.to, keysName), dirMode); err != nil {
		return err
	}
	days, err := keyDays(c.dir)
	if err != nil {
		return err
	}
	from := map[string]string{verifyingName: filepath.Join(c.dir, verifyingName)}
	for _, day := range days {
		from[keyName(day)] = filepath.Join(c.dir, keyName(day))
	}
	for name, path := range from {
		if err := copySmall(path, filepath.Join(c.to, name)); err != nil {
			return err
		}
	}
	if path == "" {
		path = filepath.Join(c.dir, signingName)
	}
	if err := copySmall(path, filepath.Join(c.to, signingName)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func copySmall(from, to string) error {
	text, err := readSmall(from, maxKeyFile)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, fileMode)
}

func (g *growing) copy(to string) error {
	f, err := os.OpenFile(filepath.Join(to, g.name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, io.NewSectionReader(g.file, 0, g.size))
	if err == nil && n != g.size {
		err = fmt.Errorf("%s: it was cut meanwhile", g.name)
	}
	return errors.Join(err, f.Close())
}

func (c *copying) close() (err error) {
	for _, g := range c.growing {
		err = errors.Join(err, g.file.Close())
	}
	return err
}

// EraseDue erases all that is past its time in a journal that nobody else has open,
// such as one that was restored: at once, where a journal in use takes days over it.
// Each is recorded, as always. It says how many files that were.
func EraseDue(cfg JournalConfig) (erased int, err error) {
	if err := cfg.check(); err != nil {
		return 0, err
	}
	c, err := openChain(&cfg, folder(cfg.Dir))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	for cfg.KeepMonths > 0 {
		before := c.tree.n
		if err := c.erase(cfg.Now(), cfg.KeepMonths); err != nil {
			return erased, fmt.Errorf("audit journal: erasing: %w", err)
		}
		if c.tree.n == before {
			break
		}
		erased += int(c.tree.n - before)
	}
	return erased, nil
}
