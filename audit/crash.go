package audit

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

const tornName = "journal.torn-"

// setAside moves the unfinished line between c.size and end to a file of its
// own. It was never acknowledged, but it may be evidence.
func (c *chain) setAside(end int64) error {
	name, err := c.free(tornName, "")
	var torn file
	if err == nil {
		torn, err = c.disk.open(name)
	}
	if err != nil {
		return fmt.Errorf("setting an unfinished line aside: %w", err)
	}
	_, err = io.Copy(torn, io.NewSectionReader(c.file, c.size, end-c.size))
	if err == nil {
		err = torn.Sync()
	}
	if err = errors.Join(err, torn.Close()); err == nil {
		err = c.disk.sync(".")
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
	c.log.Warn("journal: an unfinished last line was set aside",
		"path", name, "bytes", end-c.size, "after_record", c.tree.n)
	return nil
}

// free is the first name, numbered from 1, that no file has. It needs the lock.
func (c *chain) free(before, after string) (string, error) {
	for n := 1; ; n++ {
		name := before + strconv.Itoa(n) + after
		switch _, err := os.Lstat(filepath.Join(c.dir, name)); {
		case errors.Is(err, fs.ErrNotExist):
			return name, nil
		case err != nil:
			return "", err
		}
	}
}

// renew writes the last group again. Whoever wrote it may have failed to sync it, and
// to take it back: its lines, which are read here, could then be a hole in the disk,
// before all that is written from now on.
func (c *chain) renew() error {
	var from int64
	if c.tree.n > maxGroup {
		from = c.begins[c.tree.n%maxGroup]
	}
	if from == c.size {
		return nil
	}
	last := make([]byte, c.size-from)
	if _, err := c.file.ReadAt(last, from); err != nil {
		return err
	}
	return c.disk.again(journalName, last, from)
}
