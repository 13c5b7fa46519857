package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/note"

	"registerd/access"
	"registerd/audit"
	"registerd/backup"
	"registerd/config"
	"registerd/disclose"
	"registerd/internal/build"
	"registerd/internal/sqlfile"
	"registerd/request"
	"registerd/service"
)

// layout is a folder that a backup is made of: a copy of each part under its name.
type layout struct {
	c        *config.Config
	config   string // path of the configuration
	con      console
	dir      string
	progress *progress
	began    time.Time

	manifest backup.Manifest
	signer   note.Signer // nil where nobody signs
}

func (l *layout) at(part string) string { return filepath.Join(l.dir, filepath.FromSlash(part)) }

// lay copies all sections and checks the copies. What is not whole is not kept: it
// would be found out on the day when it is needed.
func (l *layout) lay(ctx context.Context) error {
	l.manifest.Made, l.manifest.Program = l.began, build.Version()
	for _, s := range sectionsOf(l.c) {
		if s.at == "" {
			continue
		}
		l.progress.report("copying "+s.name, 0, 0)
		if err := l.copy(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

func (l *layout) copy(ctx context.Context, s section) error {
	to := l.at(s.part)
	switch s.part {
	case registerPart:
		return errors.Join(l.operatorsFiles(), l.register(ctx))
	case requestsPart:
		if _, err := os.Stat(s.at); errors.Is(err, fs.ErrNotExist) {
			return nil // nobody has asked yet
		}
		return request.Copy(ctx, s.at, to)
	case journalPart:
		return l.journal(ctx)
	}
	err := sqlfile.Copy(ctx, s.at, to)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it is made with the first that is in it
	}
	if err == nil {
		err = sqlfile.Check(ctx, to)
	}
	return err
}

func (l *layout) operatorsFiles() error {
	for part, path := range operatorsFiles(l.c, l.config) {
		text, err := config.ReadText(path)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(l.at(part)), 0o700)
		}
		if err == nil {
			err = os.WriteFile(l.at(part), text, 0o600)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *layout) register(ctx context.Context) (err error) {
	if _, err := service.StatRegister(l.c.DB); err != nil {
		return err
	}
	if err := sqlfile.Copy(ctx, l.c.DB, l.at(registerPart)); err != nil {
		return err
	}
	l.manifest.Register, err = wholeRegister(ctx, l.at(registerPart), l.progress)
	return err
}

// journal says in the journal that everything is copied, and by whom; then it is
// copied, with all that the other copies say to have been done.
func (l *layout) journal(ctx context.Context) error {
	journal, err := commandJournal(l.c, consoleLog(l.con))
	if err != nil {
		return err
	}
	err = journal.Record(ctx, backupRecord(audit.EntryBackup, "backup of serial "+fmt.Sprint(l.manifest.Register.Serial), l.began))
	if err == nil {
		_, err = journal.Checkpoint(ctx)
	}
	if err = errors.Join(err, journal.Close()); err != nil {
		return err
	}
	// Rules are journaled before they are in force, so they are copied before.
	inForce, err := os.ReadFile(filepath.Join(l.c.Audit.Dir, service.RulesInForce))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	to := l.at(journalPart)
	if err := audit.Copy(l.c.Audit.Dir, l.c.Audit.SigningKey, to); err != nil {
		return err
	}
	if inForce != nil {
		if err := os.WriteFile(filepath.Join(to, service.RulesInForce), inForce, 0o600); err != nil {
			return err
		}
	}
	signer, key, err := audit.Signer(to, "")
	if err != nil {
		return err
	}
	l.signer = signer
	l.manifest.Journal, err = journalState(to)
	if err == nil {
		l.manifest.Journal.Key = key
	}
	return err
}

// journalState is how far a copy of a journal goes.
func journalState(dir string) (*backup.Journal, error) {
	verdict, err := audit.Verify(audit.VerifyConfig{Dir: dir})
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(filepath.Join(dir, "journal.jsonl"))
	if err != nil {
		return nil, err
	}
	return &backup.Journal{Records: verdict.Records, Bytes: info.Size(), Root: verdict.Root.String(), Findings: verdict.Findings}, nil
}

// backupRecord is the record of a backup or a restore, in the name of who runs it.
func backupRecord(entry audit.Entry, said string, made time.Time) audit.Disclosure {
	return audit.Disclosure{
		Entry: entry, Caller: access.SystemAccount(), Organisation: "registry", Requester: disclose.KindOperator.String(),
		Audience: disclose.Operator.String(), Window: string(entry), Kind: "register", Reference: made.UTC().Format(time.RFC3339),
		Question: said, Key: "register", Client: netip.AddrFrom4([4]byte{127, 0, 0, 1}),
	}
}
