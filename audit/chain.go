package audit

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

const (
	journalName = "journal.jsonl"
	lockName    = "journal.lock"
)

// chain is the journal's files and how far they are known: size bytes of whole
// lines, the last with number tree.n. It is used by one goroutine at a time; other
// processes are kept out by the lock, during a write only.
type chain struct {
	dir    string
	disk   disk
	file   file
	lock   lock // beside the journal, so that the journal could be replaced
	log    *slog.Logger
	size   int64
	tree   tree
	signed signed
	begins [maxGroup]int64 // where the last lines begin that were read, by their numbers
	buf    []byte
}

// openChain opens the files of cfg, and holds them against each other.
func openChain(cfg *JournalConfig, d disk) (_ *chain, err error) {
	c := &chain{dir: cfg.Dir, disk: d, log: cfg.Logger, lock: lock{patience: cmp.Or(cfg.patience, lockPatience)}}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("audit journal: %s: %w", filepath.Join(cfg.Dir, journalName), err), c.close())
		}
	}()
	if c.lock.file, err = os.OpenFile(filepath.Join(cfg.Dir, lockName), os.O_RDWR|os.O_CREATE, fileMode); err != nil {
		return nil, err
	}
	if err := c.prepare(cfg); err != nil {
		return nil, err
	}
	if c.tree.file, err = d.open(hashesName); err != nil {
		return nil, err
	}
	c.signed.disk = d
	if c.signed.file, err = d.open(checkpointsName); err != nil {
		return nil, err
	}
	c.tree.log = cfg.Logger
	return c, c.begin(cfg.Now)
}

// prepare makes what is missing, and puts a journal of the old form aside.
func (c *chain) prepare(cfg *JournalConfig) (err error) {
	if err := c.lock.take(unix.LOCK_EX); err != nil {
		return err
	}
	defer c.lock.give()
	if err := c.disk.mkdir(keysName); err != nil {
		return err
	}
	if c.signed.keys, err = makeKeys(c.dir, c.disk, cfg.SigningKey); err != nil {
		return err
	}
	if err := c.setOldAside(); err != nil {
		return err
	}
	c.file, err = c.disk.open(journalName)
	return err
}

// begin reads what is there. All but the end is read without the lock, so that
// opening a long journal does not hold up those who write to it.
func (c *chain) begin(now func() time.Time) error {
	info, err := c.file.Stat()
	if err != nil {
		return err
	}
	if err := c.advance(info.Size()); err != nil {
		return err
	}
	if err := c.lock.take(unix.LOCK_EX); err != nil {
		return err
	}
	defer c.lock.give()
	if err := c.settle(); err != nil {
		return err
	}
	if err := c.trust(); err != nil {
		return err
	}
	if err := c.renew(); err != nil {
		return err
	}
	if err := errors.Join(c.disk.sync(keysName), c.disk.sync(".")); err != nil {
		return err
	}
	return c.closeOld(now())
}

// trust holds the journal against the last checkpoint, which covers all before it.
func (c *chain) trust() error {
	if err := c.signed.settle(); err != nil {
		return err
	}
	last := c.signed.last
	if last.Size > c.tree.n {
		return fmt.Errorf("%w: %d records were signed for, %d are there", ErrFork, last.Size, c.tree.n)
	}
	root, err := c.tree.rootAt(last.Size)
	if err == nil && last.Note != nil && root != last.Root {
		err = fmt.Errorf("%w: the first %d records are not those that were signed for", ErrFork, last.Size)
	}
	return err
}

// append writes the group and syncs it. On error nothing of it counts, and the
// chain is to be opened anew.
func (c *chain) append(now time.Time, group []body) error {
	if err := c.lock.take(unix.LOCK_EX); err != nil {
		return err
	}
	defer c.lock.give()
	if err := c.settle(); err != nil {
		return err
	}
	return c.write(now, group)
}

// write needs the lock, and a chain that is settled.
func (c *chain) write(now time.Time, group []body) error {
	key, err := makeKey(c.dir, c.disk, now)
	if err != nil {
		return err
	}
	c.buf = c.buf[:0]
	for i, b := range group {
		c.buf = b.appendLine(c.buf, uint64(c.tree.n)+uint64(i)+1, now, key)
	}
	_, err = c.file.Write(c.buf)
	if err == nil {
		err = c.file.Sync()
	}
	if err != nil {
		// After a failed sync the kernel may hold lines as written that never
		// reached the disk, and no later sync would write them. Taken back,
		// they cannot become a hole before later records. No answer left on
		// them; if this fails too, opening anew writes them again.
		_ = c.file.Truncate(c.size)
		return err
	}
	for line := range bytes.Lines(c.buf) {
		if err := c.tree.follow(line); err != nil {
			return err
		}
	}
	c.size += int64(len(c.buf))
	return c.tree.write()
}

// checkpoint signs for what is there, unless that was done, and gives the last
// checkpoint. Where another signs, it may be an old one.
func (c *chain) checkpoint() (Checkpoint, error) {
	if err := c.lock.take(unix.LOCK_EX); err != nil {
		return Checkpoint{}, err
	}
	defer c.lock.give()
	if err := c.settle(); err != nil {
		return Checkpoint{}, err
	}
	if err := c.trust(); err != nil {
		return Checkpoint{}, err
	}
	if c.signed.keys.signer == nil || c.signed.last.Size == c.tree.n {
		return c.signed.last, nil
	}
	return c.signed.last, c.signed.sign(&c.tree.edge)
}

// settle continues after what others wrote since. It needs the lock: only then
// is an unfinished line one that nobody will finish.
func (c *chain) settle() error {
	info, err := c.file.Stat()
	if err != nil {
		return err
	}
	there, err := os.Stat(filepath.Join(c.dir, journalName))
	if err != nil {
		return err
	}
	if !os.SameFile(info, there) {
		return errors.New("the file was replaced while it was open")
	}
	if info.Size() < c.size {
		return fmt.Errorf("the file was cut from %d to %d bytes", c.size, info.Size())
	}
	if info.Size() > c.size {
		if err := c.advance(info.Size()); err != nil {
			return err
		}
	}
	if info.Size() > c.size {
		if err := c.setAside(info.Size()); err != nil {
			return err
		}
	}
	return c.tree.settle()
}

// advance moves over the whole lines before end and checks their numbers.
func (c *chain) advance(end int64) error {
	return eachLine(io.NewSectionReader(c.file, c.size, end-c.size), func(line []byte) error {
		seq, ok := lineSeq(line)
		switch {
		case !ok:
			return fmt.Errorf("what follows record %d is not a record", c.tree.n)
		case seq != uint64(c.tree.n)+1:
			return fmt.Errorf("record %d is followed by %d", c.tree.n, seq)
		}
		c.begins[c.tree.n%maxGroup] = c.size
		c.size += int64(len(line))
		return c.tree.follow(line)
	})
}

func (c *chain) close() error {
	var err error
	for _, f := range []file{c.file, c.tree.file, c.signed.file} {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	if c.lock.file != nil {
		err = errors.Join(err, c.lock.file.Close())
	}
	return err
}
