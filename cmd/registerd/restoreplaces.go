package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"registerd/audit"
	"registerd/backup"
	"registerd/config"
	"registerd/internal/sqlfile"
	"registerd/register"
	"registerd/service"
	"registerd/store/sqlite"
)

const (
	// restoring is the folder, or the ending of a file, in which something waits to be
	// put into its place beside it.
	restoring = ".restoring"
	// asideName begins the name of what was put aside; its time follows.
	asideName = "before-"
)

// places are where a backup goes.
type places struct {
	c        *config.Config
	config   string // path of the configuration
	con      console
	only     []string
	sections []section // that are restored
	now      time.Time
	made     []string // folders that were not there
}

// know looks at the configuration alone.
func (p *places) know() error {
	if p.c.DB == "" {
		return errors.New("the configuration names no register (db)")
	}
	p.now = time.Now().UTC()
	p.sections = sectionsOf(p.c)
	return knownSections(p.only, p.sections)
}

// planPath is of the file that says what is being put into place.
func (p *places) planPath() string { return backup.PlanOf(p.c.DB) }

// choose takes the sections that the backup has.
func (p *places) choose(m *backup.Manifest) error {
	var chosen []section
	for _, s := range p.sections {
		has := slices.ContainsFunc(m.Parts, func(part backup.Part) bool {
			of, ok := sectionOf(p.sections, part.Name)
			return ok && of.part == s.part
		})
		wanted := len(p.only) == 0 || slices.Contains(p.only, s.name)
		switch {
		case has && wanted && s.at == "":
			return fmt.Errorf("the backup has %s, and the configuration says no place for it: give it one, or name with --only what to restore", s.name)
		case has && wanted:
			chosen = append(chosen, s)
		case !has && len(p.only) > 0 && wanted:
			return fmt.Errorf("the backup has no %s", s.name)
		}
	}
	p.sections = chosen
	return nil
}

// idle refuses to go on while a program of ours has something in place open.
func (p *places) idle(ctx context.Context) error {
	if path := p.c.ControlPath(); path != "" {
		if conn, err := (&net.Dialer{}).DialContext(ctx, "unix", path); err == nil {
			conn.Close()
			return errors.New("a server runs with this configuration: end it first")
		}
	}
	for _, s := range sectionsOf(p.c) {
		path := s.at
		switch {
		case path == "" || s.part == journalPart:
			continue
		case s.part == requestsPart:
			path = filepath.Join(path, "requests.db")
		}
		used, err := sqlfile.InUse(path)
		if err != nil {
			return err
		}
		if used {
			return fmt.Errorf("%s: a server, or another program of ours, has it open: end it first", path)
		}
	}
	return nil
}

// taken are the places that are not empty.
func (p *places) taken() (taken []string, err error) {
	for _, s := range p.sections {
		there, err := s.standing()
		if err != nil {
			return nil, err
		}
		if len(there) > 0 {
			taken = append(taken, s.at)
		}
	}
	return taken, nil
}

// recordsOf are the records by which the journal knows what was done in a section.
var recordsOf = map[string][]audit.Entry{
	accountsPart: {audit.EntryAccount, audit.EntryToken},
	requestsPart: {audit.EntryRequest, audit.EntryGrant, audit.EntryRefusal},
	linksPart:    {audit.EntryLink},
}

// stepsSince counts what the journal in place says was done in a section since the backup.
func (p *places) stepsSince(ctx context.Context, s section, m *backup.Manifest) (n int) {
	if p.c.Audit.Dir == "" {
		return 0
	}
	err := audit.Walk(p.c.Audit.Dir, func(r audit.Record) error {
		// Made is when it began, in whole seconds, and the journal was copied last.
		since := r.Time.After(m.Made.Add(time.Second)) || m.Journal != nil && r.Seq > uint64(m.Journal.Records)
		if since && slices.Contains(recordsOf[s.part], r.Entry) {
			n++
		}
		return ctx.Err()
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(p.con.err, "warning: the journal in place cannot be read, so %s may be newer: %v\n", s.name, err)
	}
	return n
}

// newer says what is in place that the backup is older than. What cannot be read there
// does not count: it is why backups are made.
func (p *places) newer(ctx context.Context, m *backup.Manifest) (newer []string) {
	for _, s := range p.sections {
		switch s.part {
		case accountsPart, requestsPart, linksPart:
			if n := p.stepsSince(ctx, s, m); n > 0 {
				newer = append(newer, fmt.Sprintf("%s, by %d records of the journal", s.name, n))
			}
		case registerPart:
			state, err := stateOf(ctx, s.at)
			if err != nil {
				fmt.Fprintln(p.con.err, "warning: the register in place cannot be read, so it may be newer:", err)
				continue
			}
			if state.Serial > m.Register.Serial || state.Watermark.After(m.Register.Watermark) {
				newer = append(newer, fmt.Sprintf("the register is at serial %d%s, the backup at %d%s",
					state.Serial, asOf(state.Watermark), m.Register.Serial, asOf(m.Register.Watermark)))
			}
		case journalPart:
			if m.Journal == nil {
				continue // it is refused when the copy is checked
			}
			verdict, err := audit.Verify(audit.VerifyConfig{Dir: s.at})
			if err != nil {
				fmt.Fprintln(p.con.err, "warning: the journal in place cannot be read, so it may be longer:", err)
				continue
			}
			if verdict.Records > m.Journal.Records {
				newer = append(newer, fmt.Sprintf("the journal has %d records, the backup %d", verdict.Records, m.Journal.Records))
			}
		}
	}
	return newer
}

func stateOf(ctx context.Context, db string) (*register.State, error) {
	reader, err := service.OpenRegister(db, sqlite.Options{Connections: 1})
	if err != nil {
		return nil, err
	}
	edition, err := reader.Edition(ctx)
	return edition.State, errors.Join(err, reader.Close())
}

// clear removes what waits, or what is left of it.
func (p *places) clear() (err error) {
	for _, s := range p.sections {
		if s.at == "" {
			continue
		}
		empty, _ := filepath.Glob(filepath.Join(s.at, asideName+"*"))
		for _, folder := range empty {
			_ = unix.Rmdir(folder) // which is kept if there is anything in it
		}
		for _, path := range withCompanions(s.staged()) {
			err = errors.Join(err, os.RemoveAll(path))
		}
	}
	if key := p.c.Audit.SigningKey; key != "" {
		err = errors.Join(err, os.RemoveAll(key+restoring))
	}
	return err
}

// aside is the name of what this restore puts aside, behind a dot or in a folder.
func (p *places) aside() string { return asideName + p.now.Format("20060102T150405.000Z") }
