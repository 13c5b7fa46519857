package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"registerd/audit"
	"registerd/backup"
	"registerd/request"
	"registerd/service"
)

// prepare lays all sections beside their places, checks them, and says how they get
// there.
func (p *places) prepare(ctx context.Context, b *backup.Reader, progress *progress) ([]backup.Move, error) {
	if err := errors.Join(p.clear(), os.RemoveAll(p.filesPath())); err != nil {
		return nil, err
	}
	s := &staging{manifest: &b.Manifest, progress: progress, at: map[string]string{}}
	if len(p.only) == 0 {
		s.at[configurationPart] = p.filesPath()
	}
	need := map[string]int64{}
	for _, section := range p.sections {
		parent := filepath.Dir(section.staged())
		if err := p.makeFolder(parent); err != nil {
			return nil, err
		}
		s.at[section.part] = section.staged()
		need[parent] += section.sizeIn(&b.Manifest)
	}
	if err := mustFit(need); err != nil {
		return nil, err
	}
	if err := s.extract(ctx, b); err != nil {
		return nil, err
	}
	if err := s.check(ctx); err != nil {
		return nil, err
	}
	if err := p.goOn(ctx, &b.Manifest); err != nil {
		return nil, err
	}
	return p.moves()
}

// makeFolder makes a folder, and those around it, that the owner of the next one can use.
func (p *places) makeFolder(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := p.makeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	p.made = append(p.made, path)
	return errors.Join(os.Mkdir(path, 0o700), likeFolder(path))
}

// giveUp takes away what was laid out, and the folders that were made for it.
func (p *places) giveUp() error {
	err := errors.Join(p.clear(), os.RemoveAll(p.filesPath()))
	for _, folder := range slices.Backward(p.made) {
		_ = unix.Rmdir(folder) // which is kept if there is anything in it
	}
	return err
}

// sizeIn is that of a section in a backup, in bytes.
func (s section) sizeIn(m *backup.Manifest) (sum int64) {
	for _, part := range m.Parts {
		if first, _, _ := strings.Cut(part.Name, "/"); first == s.part {
			sum += part.Size
		}
	}
	return sum
}

// chosen is a section that is restored.
func (p *places) chosen(part string) (section, bool) {
	i := slices.IndexFunc(p.sections, func(s section) bool { return s.part == part })
	if i < 0 {
		return section{}, false
	}
	return p.sections[i], true
}

// goOn makes the copies fit to be gone on with: what is past its time is erased, and
// the journal, the restored one or the one that stays, says what was restored.
func (p *places) goOn(ctx context.Context, m *backup.Manifest) (err error) {
	if p.c.Audit.Dir == "" {
		return nil
	}
	cfg, err := p.c.JournalConfig(consoleLog(p.con))
	if err != nil {
		return err
	}
	if s, ok := p.chosen(journalPart); ok {
		cfg.Dir, cfg.SigningKey, cfg.Places = s.staged(), "", nil
		if err := p.eraseKeys(cfg); err != nil {
			return err
		}
	} else if err := ownersOnly(p.c.Audit.Dir); err != nil {
		return err
	}
	mine := madeWith(cfg)
	journal, err := audit.OpenJournal(cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, journal.Close(), mine()) }()
	if err := p.eraseRequests(ctx, journal); err != nil {
		return err
	}
	return journal.Record(ctx, backupRecord(audit.EntryRestore, "restored from a backup: "+strings.Join(p.names(), ", "), m.Made))
}

// madeWith looks for what is not there of a journal before it is opened; what it gives
// hands over what was made with it, which would be root's alone.
func madeWith(cfg audit.JournalConfig) (handOverMade func() error) {
	var missing []string
	for _, path := range []string{cfg.Dir, cfg.SigningKey} {
		if _, err := os.Lstat(path); path != "" && errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, path)
		}
	}
	return func() (err error) {
		for _, path := range missing {
			err = errors.Join(err, handOver(path))
		}
		return err
	}
}

// eraseKeys erases what has come past its time since the backup was made.
func (p *places) eraseKeys(cfg audit.JournalConfig) error {
	cfg.KeepMonths = cmp.Or(p.c.Audit.KeepMonths, audit.DefaultKeepMonths)
	erased, err := audit.EraseDue(cfg)
	if erased > 0 {
		fmt.Fprintf(p.con.out, "%d keys of the journal are past their time, and erased\n", erased)
	}
	return err
}

// eraseRequests erases requests that are past their time, all at once.
func (p *places) eraseRequests(ctx context.Context, journal *audit.Journal) (err error) {
	s, ok := p.chosen(requestsPart)
	if !ok {
		return nil
	}
	cfg, err := service.RequestDeskConfig(&p.c.Requests, journal)
	if err != nil {
		return err
	}
	cfg.Dir = s.staged()
	desk, err := request.Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, desk.Close()) }()
	for {
		if erased, err := desk.Expire(ctx); err != nil || erased == 0 {
			return err
		}
	}
}

// names are what people call what is restored.
func (p *places) names() []string {
	names := make([]string, len(p.sections))
	for i, s := range p.sections {
		names[i] = s.name
	}
	return names
}

// filesPath is the folder for the configuration that the backup has. The user of the
// service may not be let write where its configuration is: then it is beside the register.
func (p *places) filesPath() string {
	dir, name := filepath.Split(p.config)
	if p.c.DB != "" && unix.Access(filepath.Clean(dir), unix.W_OK) != nil {
		dir = filepath.Dir(p.c.DB)
	}
	return filepath.Join(dir, name+".from-backup")
}

// differing keeps of the operator's files those that are not in place as they are.
func (p *places) differing() ([]string, error) {
	inPlace := operatorsFiles(p.c, p.config)
	entries, err := os.ReadDir(p.filesPath())
	if len(p.only) > 0 || errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var differ []string
	for _, e := range entries {
		path := filepath.Join(p.filesPath(), e.Name())
		ours, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		theirs, err := os.ReadFile(inPlace[configurationPart+"/"+e.Name()])
		if err == nil && bytes.Equal(ours, theirs) {
			err = os.Remove(path)
		} else {
			differ, err = append(differ, e.Name()), nil
		}
		if err != nil {
			return nil, err
		}
	}
	if len(differ) == 0 {
		return nil, os.Remove(p.filesPath())
	}
	return differ, handOver(p.filesPath())
}

// asides are the files and folders that hold what was put aside, each once.
func asides(moves []backup.Move) (paths []string) {
	for _, m := range moves {
		path := m.To
		if folder := filepath.Dir(m.To); folder != filepath.Dir(m.From) {
			path = folder
		}
		companion := slices.ContainsFunc(paths, func(other string) bool { return slices.Contains(withCompanions(other), path) })
		if m.Aside && !companion {
			paths = append(paths, path)
		}
	}
	return paths
}

// tell says what was done, and what comes next.
func (p *places) tell(m *backup.Manifest, moves []backup.Move) error {
	out := p.con.out
	fmt.Fprintln(out, "restored:", strings.Join(p.names(), ", "))
	for _, path := range asides(moves) {
		fmt.Fprintln(out, "put aside:", path)
	}
	differ, err := p.differing()
	if err != nil {
		return err
	}
	if len(differ) > 0 {
		fmt.Fprintf(out, "not as in the backup, and left as it is: %s; the backup's is in %s\n", strings.Join(differ, ", "), p.filesPath())
	}
	if _, ok := p.chosen(registerPart); ok {
		fmt.Fprintf(out, "the feed goes on from serial %d: registerd import --db %s --changes FEED\n", m.Register.Serial, p.c.DB)
	}
	if _, ok := p.chosen(accountsPart); ok {
		fmt.Fprintf(out, "accounts are as of %s: what was suspended, removed or revoked since has to be again\n", m.Made.Format(time.RFC3339))
	}
	return nil
}
