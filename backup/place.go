package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"registerd/internal/wholefile"
)

// ErrHeld says that another restore is under way.
var ErrHeld = errors.New("another restore is under way")

// Move gives a file or a folder another name, on the same file system.
type Move struct {
	From string `json:"from"`
	To   string `json:"to"`
	// Aside is for what stands where something else is to be.
	Aside bool `json:"aside,omitempty"`
}

// Placing puts what was restored into its places: all of it, whatever interrupts it.
// Its file says which moves are to be made while they are, and is locked.
type Placing struct {
	path string
	lock *os.File

	// Left are the moves that one before has begun and not ended, if there is one.
	Left []Move
}

// Begin makes this the only placing that has its file at path.
func Begin(path string) (*Placing, error) {
	p, err := begin(path)
	if err != nil {
		return nil, fmt.Errorf("restore: %s: %w", path, err)
	}
	return p, nil
}

func begin(path string) (*Placing, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	if err := isOurs(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	p := &Placing{path: path, lock: f}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(ErrHeld, f.Close())
	}
	// One that has just ended has taken the file with it.
	if !isAt(f, path) {
		return nil, errors.Join(ErrHeld, f.Close())
	}
	text, err := io.ReadAll(f)
	if err == nil && len(text) > 0 {
		err = json.Unmarshal(text, &p.Left)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return p, nil
}

// isOurs refuses what another user wrote: root would move whatever that one said.
func isOurs(f *os.File) error {
	var stat unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &stat); err != nil {
		return err
	}
	switch {
	case int(stat.Uid) == os.Geteuid():
		return nil
	case stat.Size > 0: // removed, nobody knew any more what belongs where
		return fmt.Errorf("user %d has begun to put things into place: run it as that user, who can end it", stat.Uid)
	}
	return fmt.Errorf("user %d has begun this: run it as that user, or remove the file", stat.Uid)
}

func isAt(f *os.File, path string) bool {
	opened, err := f.Stat()
	now, gone := os.Stat(path)
	return err == nil && gone == nil && os.SameFile(opened, now)
}

// Interrupted reports whether a placing that has its file at path was begun and has
// not ended.
func Interrupted(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Size() > 0
}

// Carry makes the moves. Once it has begun to, only Finish can follow.
func (p *Placing) Carry(moves []Move) error {
	if err := p.write(moves); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	p.Left = moves
	return p.Finish()
}

// Finish makes the moves that are left. It may be tried again.
func (p *Placing) Finish() error {
	for _, m := range p.Left {
		if err := m.make(); err != nil {
			return fmt.Errorf("restore: it is not complete, and is to be repeated: %w", err)
		}
	}
	p.Left = nil
	return nil
}

// Close ends the placing. What is left, is for the next.
func (p *Placing) Close() error {
	var err error
	if p.Left == nil {
		err = errors.Join(os.Remove(p.path), wholefile.SyncDir(filepath.Dir(p.path)))
	}
	return errors.Join(err, p.lock.Close())
}

// write keeps the moves, whole or not at all: the file is empty until its new text
// is on disk beside it.
func (p *Placing) write(moves []Move) error {
	for _, m := range moves {
		if _, err := os.Lstat(m.From); err != nil {
			return err
		}
	}
	text, err := json.Marshal(moves)
	if err != nil {
		return err
	}
	temp := p.path + ".new"
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600) // no link leads elsewhere
	if err != nil {
		return err
	}
	// The new file is locked before it takes the place of the old.
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		_, err = f.Write(text)
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = os.Rename(temp, p.path)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	old := p.lock
	p.lock = f
	return errors.Join(old.Close(), wholefile.SyncDir(filepath.Dir(p.path)))
}

// make is for a move that was perhaps made before.
func (m Move) make() error {
	from, err := there(m.From)
	if err != nil {
		return err
	}
	to, err := there(m.To)
	switch {
	case err != nil:
		return err
	case to && (m.Aside || !from):
		return nil // it was made; what stands there now, if it is aside, was restored
	case !from:
		return fmt.Errorf("%s is gone", m.From)
	case to:
		return fmt.Errorf("%s: something was put there meanwhile", m.To)
	}
	if err := os.Rename(m.From, m.To); err != nil {
		return err
	}
	return errors.Join(wholefile.SyncDir(filepath.Dir(m.From)), wholefile.SyncDir(filepath.Dir(m.To)))
}

func there(path string) (bool, error) {
	_, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
