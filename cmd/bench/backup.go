package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// keeping is what a backup costs.
type keeping struct {
	size                        int64 // bytes
	written, verified, restored time.Duration
}

// backup makes a backup of the register, checks it, and restores it somewhere else.
func (b *bench) backup(ctx context.Context) error {
	say("backing up, and restoring")
	file, again := filepath.Join(b.dir, "backup"), filepath.Join(b.dir, "restored")
	if err := os.Mkdir(again, 0o700); err != nil {
		return err
	}
	from, err := b.placed("from.toml", b.db)
	if err != nil {
		return err
	}
	to, err := b.placed("to.toml", filepath.Join(again, "register.db"))
	if err != nil {
		return err
	}
	k := &b.table.keeping
	for _, step := range []struct {
		took *time.Duration
		args []string
	}{
		{&k.written, []string{"backup", "--config", from, file}},
		{&k.verified, []string{"restore", "--verify", file}},
		{&k.restored, []string{"restore", "--config", to, file}},
	} {
		began := time.Now()
		if err := b.registerd(ctx, step.args...); err != nil {
			return err
		}
		*step.took = time.Since(began)
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	k.size = info.Size()
	if err := os.Remove(file); err != nil {
		return err
	}
	return os.RemoveAll(again)
}

// placed writes a configuration that says where a register is.
func (b *bench) placed(name, db string) (string, error) {
	db, err := filepath.Abs(db)
	if err != nil {
		return "", err
	}
	path := filepath.Join(b.dir, name)
	return path, os.WriteFile(path, fmt.Appendf(nil, "db = %q\nstatistics = \"-\"\nwhois.listen = \"127.0.0.1:0\"\n", db), 0o600)
}

func (t *table) printBackup(to io.Writer) {
	k := &t.keeping
	fmt.Fprintf(to, `
backup               %.0f MB in %.1f s, every record verified
restore --verify     %.1f s
restore              %.1f s, every record verified
`, float64(k.size)/1e6, k.written.Seconds(), k.verified.Seconds(), k.restored.Seconds())
}
