package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"registerd/backup"
	"registerd/config"
	"registerd/internal/wholefile"
)

type backupCommand struct {
	Config   string `type:"path" required:"" placeholder:"FILE" help:"The configuration file, which says what there is to copy."`
	Compress bool   `help:"Compress it (zstd). It becomes about a quarter, and takes longer."`
	To       string `arg:"" type:"path" placeholder:"FILE" help:"The file to write, which must not be there yet; - is standard output, for a program that encrypts it."`
}

// Run copies everything, while a server and imports go on, checks the copies, and
// makes one file of them.
func (b *backupCommand) Run(ctx context.Context, con console) (err error) {
	c, err := config.Parse(b.Config)
	if err != nil {
		return err
	}
	if c.DB == "" {
		return errors.New("backup: the configuration names no register (db)")
	}
	if err := ownersOnly(pathsOf(sectionsOf(c))...); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	if b.To == stdio && nowhere(con.out) {
		return errors.New("backup: standard output is closed, or the null device: the backup would be nowhere")
	}
	if _, err := os.Lstat(b.To); !errors.Is(err, fs.ErrNotExist) && b.To != stdio {
		return fmt.Errorf("backup: %s: it is there already; a backup takes the place of nothing", b.To)
	}
	ctx, stop := tidyEnd(ctx)
	defer stop()
	room, err := newScratch(b.room(c))
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer func() { err = errors.Join(err, room.remove()) }()
	if err := b.fits(c); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	l := &layout{c: c, config: b.Config, con: con, dir: room.copies(), progress: newProgress(con), began: time.Now().UTC().Truncate(time.Second)}
	err = l.lay(ctx)
	if err == nil {
		err = b.write(l, room, con)
	}
	l.progress.end()
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	b.tell(l, con)
	if err := backup.Note(c.DB); err != nil {
		fmt.Fprintln(con.err, "registerd: backup: it was made, and the server's metrics do not know of it:", err)
	}
	return nil
}

// stdio is said in place of a file that is read from, or written to, standard input
// or output.
const stdio = "-"

// nowhere reports that what is written is gone. A standard output that was closed is the
// null device, which Go opens in its place.
func nowhere(out io.Writer) bool {
	f, ok := out.(*os.File)
	if !ok {
		return false
	}
	to, err := f.Stat()
	null, none := os.Stat(os.DevNull)
	return err != nil || none == nil && os.SameFile(to, null)
}

// room is where copies are laid out: on the file system that the backup is for, or
// where the register is as private.
func (b *backupCommand) room(c *config.Config) string {
	if b.To == stdio {
		return filepath.Dir(c.DB)
	}
	return filepath.Dir(b.To)
}

// fits looks for room for the copies, and for the file that is made of them.
func (b *backupCommand) fits(c *config.Config) error {
	var sum int64
	for _, s := range sectionsOf(c) {
		if s.at != "" {
			sum += s.size()
		}
	}
	if b.To != stdio {
		sum *= 2
	}
	return mustFit(map[string]int64{b.room(c): sum})
}

func (b *backupCommand) write(l *layout, room *scratch, con console) error {
	if b.To == stdio {
		return b.pack(con.out, l)
	}
	temp := filepath.Join(room.dir, "backup")
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(f, 1<<20)
	err = b.pack(buffered, l)
	if err == nil {
		err = buffered.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := readBack(temp, l); err != nil {
		return fmt.Errorf("what was written cannot be read again: %w", err)
	}
	if err := os.Link(temp, b.To); err != nil { // takes the place of nothing
		return err
	}
	return wholefile.SyncDir(filepath.Dir(b.To))
}

// pack makes one file of the copies.
func (b *backupCommand) pack(to io.Writer, l *layout) error {
	said := func(done, total int64) { l.progress.report("writing, MiB", int(done>>20), int(total>>20)) }
	if !b.Compress {
		return backup.Write(to, os.DirFS(l.dir), l.manifest, l.signer, said)
	}
	packed, err := backup.Compress(to)
	if err != nil {
		return err
	}
	return errors.Join(backup.Write(packed, os.DirFS(l.dir), l.manifest, l.signer, said), packed.Close())
}

// readBack reads a backup as a restore would.
func readBack(path string, l *layout) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	in, err := backup.NewReader(f)
	if err != nil {
		return err
	}
	defer in.Close()
	if l.signer != nil {
		if _, err := in.Signed([]string{l.manifest.Journal.Key}); err != nil {
			return err
		}
	}
	return in.Parts(func(backup.Part, io.Reader) error { return nil })
}

// tell says what is in the backup. Standard output may be the backup itself.
func (b *backupCommand) tell(l *layout, con console) {
	out := con.out
	if b.To == stdio {
		out = con.err
	}
	describe(out, &l.manifest)
	if b.To != stdio {
		if info, err := os.Stat(b.To); err == nil {
			fmt.Fprintf(out, "%s: %.1f MB, in %s\n", b.To, float64(info.Size())/1e6, time.Since(l.began).Round(time.Second))
		}
	}
}

// describe says for people what a backup is of.
func describe(out io.Writer, m *backup.Manifest) {
	r := &m.Register
	fmt.Fprintf(out, "register: %v at serial %d: %d domains, %d reserved names, %d contacts, %d hosts, %d registrars%s\n",
		r.Zones, r.Serial, r.Counts.Domains, r.Counts.Reserved, r.Counts.Contacts, r.Counts.Hosts, r.Counts.Registrars, asOf(r.Watermark))
	if m.Journal == nil {
		fmt.Fprintln(out, "journal: none")
		return
	}
	fmt.Fprintf(out, "journal: %d records, root %s\n", m.Journal.Records, m.Journal.Root)
	for _, f := range m.Journal.Findings {
		fmt.Fprintln(out, "warning: the journal was copied with this:", f)
	}
}
