package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"registerd/backup"
	"registerd/config"
)

type restoreCommand struct {
	Verify  bool           `help:"Check the backup in full, and write nothing into place."`
	Config  string         `type:"path" placeholder:"FILE" help:"The configuration file, which says where everything goes. Without it: --verify."`
	Key     []string       `placeholder:"KEY" help:"The key that the backup is to be signed by, kept elsewhere (checkpoint.pub). Default: those of the journal in place, or the one in the backup. May be repeated."`
	Only    []string       `placeholder:"PART" help:"Restore this alone: register, accounts, requests, holder-links, journal, statistics. May be repeated."`
	Replace bool           `help:"Put what is in place aside, as NAME.before-TIME. It is not deleted."`
	Older   bool           `help:"With --replace: also if what is in place is newer. What came since is lost but for the part put aside."`
	MaxAge  *time.Duration `placeholder:"DURATION" help:"Refuse a backup that was made longer ago, as 36h, or by its date over an hour from now."`
	Scratch string         `type:"path" placeholder:"DIR" help:"With --verify: where the copies are laid out meanwhile. Default: beside the backup."`
	From    string         `arg:"" type:"path" placeholder:"FILE" help:"The backup; - is standard input."`
}

// Run restores all of it, or changes nothing.
func (r *restoreCommand) Run(ctx context.Context, con console) error {
	if !r.Verify && r.Config == "" {
		return misused("restore: give --config FILE, or --verify")
	}
	if r.Older && !r.Replace {
		return misused("restore: --older goes with --replace")
	}
	if r.MaxAge != nil && *r.MaxAge <= 0 {
		return misused("restore: --max-age is more than 0, as 36h; without it, any age will do")
	}
	c := new(config.Config)
	if r.Config != "" {
		var err error
		if c, err = config.Parse(r.Config); err != nil {
			return err
		}
	}
	do := r.restore
	if r.Verify {
		do = r.verify
	}
	ctx, stop := tidyEnd(ctx)
	defer stop()
	progress := newProgress(con)
	err := do(ctx, con, c, progress)
	progress.end()
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

// open opens the backup and decides whether it is to be believed.
func (r *restoreCommand) open(con console, c *config.Config) (_ *backup.Reader, end func(), err error) {
	in, end := con.in, func() {}
	if r.From != stdio {
		f, err := os.Open(r.From)
		if err != nil {
			return nil, nil, err
		}
		in, end = f, func() { f.Close() }
	}
	b, err := backup.NewReader(in)
	if err != nil {
		end()
		return nil, nil, err
	}
	file := end
	end = func() { b.Close(); file() }
	who, err := r.trust(b, c)
	if err == nil {
		err = r.recent(&b.Manifest)
	}
	if err != nil {
		end()
		return nil, nil, err
	}
	describe(con.out, &b.Manifest)
	fmt.Fprintf(con.out, "made %s by registerd %s; %s\n", b.Manifest.Made.Format(time.RFC3339), b.Manifest.Program, who)
	return b, end, nil
}

// ahead is by how much the clock of who made a backup may differ.
const ahead = time.Hour

// recent refuses a backup that is older than is wanted. Of one whose date is to come
// nobody knows how old it is.
func (r *restoreCommand) recent(m *backup.Manifest) error {
	if r.MaxAge == nil {
		return nil
	}
	if time.Until(m.Made) > ahead {
		return fmt.Errorf("the backup is of no known age: by its date it is made at %s, and that is to come", m.Made.Format(time.RFC3339))
	}
	if age := time.Since(m.Made); age > *r.MaxAge {
		return fmt.Errorf("the backup is too old: it was made %s ago, at %s", age.Round(time.Second), m.Made.Format(time.RFC3339))
	}
	return nil
}

// verify reads all of a backup into copies that are removed again, and checks them.
func (r *restoreCommand) verify(ctx context.Context, con console, c *config.Config, progress *progress) (err error) {
	b, end, err := r.open(con, c)
	if err != nil {
		return err
	}
	defer end()
	room, err := newScratch(r.room())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, room.remove()) }()
	if err := mustFit(map[string]int64{room.dir: b.Manifest.Size()}); err != nil {
		return err
	}
	s := &staging{manifest: &b.Manifest, progress: progress, at: map[string]string{}}
	for _, section := range sectionsOf(new(config.Config)) {
		s.at[section.part] = filepath.Join(room.copies(), section.part)
	}
	if err := s.extract(ctx, b); err != nil {
		return err
	}
	if err := s.check(ctx); err != nil {
		return err
	}
	fmt.Fprintf(con.out, "the backup is whole: %d parts, %d objects of the register\n", len(b.Manifest.Parts), b.Manifest.Register.Objects)
	return nil
}

func (r *restoreCommand) room() string {
	switch {
	case r.Scratch != "":
		return r.Scratch
	case r.From == stdio:
		return os.TempDir()
	}
	return filepath.Dir(r.From)
}

// restore puts a backup into its places.
func (r *restoreCommand) restore(ctx context.Context, con console, c *config.Config, progress *progress) (err error) {
	p := &places{c: c, config: r.Config, con: con, only: r.Only}
	if err := p.know(); err != nil {
		return err
	}
	placing, err := backup.Begin(p.planPath())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, placing.Close()) }()
	if err := p.idle(ctx); err != nil {
		return err
	}
	if len(placing.Left) > 0 {
		if err := placing.Finish(); err != nil {
			return err
		}
		fmt.Fprintln(con.out, "a restore that was interrupted is complete now; this backup was not looked at")
		return p.clear()
	}
	b, end, err := r.open(con, c)
	if err != nil {
		return err
	}
	defer end()
	if err := p.choose(&b.Manifest); err != nil {
		return err
	}
	if err := r.mayReplace(ctx, p, &b.Manifest); err != nil {
		return err
	}
	moves, err := p.prepare(ctx, b, progress)
	if err == nil {
		err = p.idle(ctx)
	}
	if err != nil {
		return errors.Join(err, p.giveUp())
	}
	if err := placing.Carry(moves); err != nil {
		return err
	}
	return errors.Join(p.tell(&b.Manifest, moves), p.clear())
}

// mayReplace refuses to put aside what nobody said may be, and what is newer.
func (r *restoreCommand) mayReplace(ctx context.Context, p *places, m *backup.Manifest) error {
	taken, err := p.taken()
	if err != nil || len(taken) == 0 {
		return err
	}
	if !r.Replace {
		return fmt.Errorf("in place already: %s; --replace puts that aside", strings.Join(taken, ", "))
	}
	newer := p.newer(ctx, m)
	if len(newer) > 0 && !r.Older {
		return fmt.Errorf("what is in place is newer: %s; --older with --replace takes the backup all the same, and --only leaves parts as they are",
			strings.Join(newer, "; "))
	}
	for _, n := range newer {
		fmt.Fprintln(p.con.err, "warning: newer than the backup, and put aside:", n)
	}
	return nil
}

// trust says who signed the manifest, or why it is not to be believed.
func (r *restoreCommand) trust(b *backup.Reader, c *config.Config) (string, error) {
	if err := sameZones(c, &b.Manifest); err != nil {
		return "", err
	}
	if len(r.Key) > 0 {
		name, err := b.Signed(r.Key)
		return "signed by " + name + ", by --key", err
	}
	inPlace, err := keysInPlace(c)
	switch {
	case err != nil:
		return "", err
	case len(inPlace) > 0:
		name, err := b.Signed(inPlace)
		return "signed by " + name + ", as the journal in place", err
	case !b.IsSigned():
		return "nobody signed it: no key that signs was kept", nil
	case b.Manifest.Journal == nil:
		return "", fmt.Errorf("%w: it is signed, and does not say by whom", backup.ErrDamaged)
	}
	name, err := b.Signed([]string{b.Manifest.Journal.Key})
	return "signed by " + name + ", by the key that it brings itself: nobody else vouches for it", err
}

// knownSections refuses words that are no sections.
func knownSections(only []string, sections []section) error {
	for _, word := range only {
		if !slices.ContainsFunc(sections, func(s section) bool { return s.name == word }) {
			return misused("restore: --only: there is no part %q", word)
		}
	}
	return nil
}

// copyTo writes what is read to a new file, on disk.
func copyTo(path string, from io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
