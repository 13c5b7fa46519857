package audit

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

const (
	journalName = "journal.jsonl"
	lockName    = "journal.lock"
	tornName    = "journal.torn-"
	seqMember   = `{"seq":`
)

// file is what the chain asks of its file.
type file interface {
	io.ReaderAt
	io.Writer // at the end
	io.Closer
	Stat() (fs.FileInfo, error)
	Sync() error
	Truncate(size int64) error
}

// chain is the journal's file and how far it is known: size bytes of whole
// lines, the last with number seq. It is used by one goroutine at a time; other
// processes are kept out by the lock, during a write only.
type chain struct {
	dir  string
	file file
	lock *os.File // beside the journal, so that the journal could be replaced
	log  *slog.Logger
	size int64
	seq  uint64
	buf  []byte
}

func openChain(dir string, log *slog.Logger, open func(path string) (file, error)) (*chain, error) {
	lock, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return nil, fmt.Errorf("audit journal: opening its lock: %w", err)
	}
	f, err := open(filepath.Join(dir, journalName))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("audit journal: opening: %w", err), lock.Close())
	}
	c := &chain{dir: dir, file: f, lock: lock, log: log}
	if err := c.begin(); err != nil {
		return nil, errors.Join(fmt.Errorf("audit journal: %s: %w", filepath.Join(dir, journalName), err), c.close())
	}
	return c, nil
}

// begin reads what is there. All but the end is read without the lock, so that
// opening a long journal does not hold up those who write to it.
func (c *chain) begin() error {
	info, err := c.file.Stat()
	if err != nil {
		return err
	}
	if err := c.advance(info.Size()); err != nil {
		return err
	}
	if err := lockFile(c.lock, unix.LOCK_EX); err != nil {
		return err
	}
	defer unlockFile(c.lock)
	if err := c.settle(); err != nil {
		return err
	}
	return syncDir(c.dir)
}

// append writes the group and syncs it. On error nothing of it counts.
func (c *chain) append(now time.Time, group []request) error {
	if err := lockFile(c.lock, unix.LOCK_EX); err != nil {
		return err
	}
	defer unlockFile(c.lock)
	if err := c.settle(); err != nil {
		return err
	}
	c.buf = c.buf[:0]
	for i, r := range group {
		c.buf = appendHead(c.buf, c.seq+uint64(i)+1, now)
		c.buf = append(c.buf, r.body...)
	}
	_, err := c.file.Write(c.buf)
	if err == nil {
		err = c.file.Sync()
	}
	if err != nil {
		// After a failed sync the kernel may hold lines as written that never
		// reached the disk, and no later sync would write them. Taken back,
		// they cannot become a hole before later records. No answer left on
		// them; if this fails too, opening anew judges what is there.
		_ = c.file.Truncate(c.size)
		return err
	}
	c.size += int64(len(c.buf))
	c.seq += uint64(len(group))
	return nil
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
	if info.Size() == c.size {
		return nil
	}
	if err := c.advance(info.Size()); err != nil {
		return err
	}
	if info.Size() > c.size {
		return c.setAside(info.Size())
	}
	return nil
}

// advance moves over the whole lines before end and checks their numbers.
func (c *chain) advance(end int64) error {
	return eachLine(io.NewSectionReader(c.file, c.size, end-c.size), func(line []byte) error {
		seq, ok := lineSeq(line)
		switch {
		case !ok:
			return fmt.Errorf("what follows record %d is not a record", c.seq)
		case seq != c.seq+1:
			return fmt.Errorf("record %d is followed by %d", c.seq, seq)
		}
		c.seq, c.size = seq, c.size+int64(len(line))
		return nil
	})
}

// setAside moves the unfinished line between c.size and end to a file of its
// own. It was never acknowledged, but it may be evidence.
func (c *chain) setAside(end int64) error {
	torn, err := c.createTorn()
	if err != nil {
		return fmt.Errorf("setting an unfinished line aside: %w", err)
	}
	_, err = io.Copy(torn, io.NewSectionReader(c.file, c.size, end-c.size))
	if err == nil {
		err = torn.Sync()
	}
	if err = errors.Join(err, torn.Close()); err == nil {
		err = syncDir(c.dir)
	}
	if err == nil {
		err = c.file.Truncate(c.size)
	}
	if err == nil {
		err = c.file.Sync()
	}
	if err != nil {
		return fmt.Errorf("setting an unfinished line aside: %w", err)
	}
	c.log.Warn("audit journal: an unfinished last line was set aside",
		"file", torn.Name(), "bytes", end-c.size, "after_record", c.seq)
	return nil
}

func (c *chain) createTorn() (*os.File, error) {
	for n := 1; ; n++ {
		path := filepath.Join(c.dir, tornName+strconv.Itoa(n))
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

func (c *chain) close() error { return errors.Join(c.file.Close(), c.lock.Close()) }

// eachLine gives f each whole line, newline included, valid during the call.
// An unfinished last line is left out.
func eachLine(r io.Reader, f func(line []byte) error) error {
	br := bufio.NewReaderSize(r, maxLine)
	for {
		line, err := br.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			// No record is this long. It is an unfinished line all the same if
			// no newline follows: some file systems leave zeros after a crash.
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = br.ReadSlice('\n')
			}
			if err == nil {
				return fmt.Errorf("a line is longer than %d bytes", maxLine)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f(line); err != nil {
			return err
		}
	}
}

// lineSeq reads the number of a record, and looks at no more of the line than
// that and its end: opening reads journals of years.
func lineSeq(line []byte) (uint64, bool) {
	rest, ok := bytes.CutPrefix(line, []byte(seqMember))
	digits, _, more := bytes.Cut(rest, []byte(","))
	if !ok || !more || !bytes.HasSuffix(line, []byte("}\n")) {
		return 0, false
	}
	seq, err := strconv.ParseUint(string(digits), 10, 64)
	return seq, err == nil
}

func lockFile(f *os.File, how int) error {
	for {
		err := unix.Flock(int(f.Fd()), how)
		if !errors.Is(err, unix.EINTR) {
			return os.NewSyscallError("flock", err)
		}
	}
}

// unlockFile cannot fail in a way that leaves the lock held: closing frees it.
func unlockFile(f *os.File) { _ = unix.Flock(int(f.Fd()), unix.LOCK_UN) }
