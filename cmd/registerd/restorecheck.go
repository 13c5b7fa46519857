package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"registerd/access"
	"registerd/account"
	"registerd/audit"
	"registerd/backup"
	"registerd/config"
	"registerd/holder"
	"registerd/internal/sqlfile"
	"registerd/request"
	"registerd/statistics"
)

// staging is where the sections of a backup are before they are in place.
type staging struct {
	manifest *backup.Manifest
	progress *progress
	at       map[string]string // by the section's part; what is not there is only read
}

// extract writes the parts, and says whether they are what was written.
func (s *staging) extract(ctx context.Context, b *backup.Reader) error {
	var done int64
	total := s.manifest.Size()
	return b.Parts(func(p backup.Part, in io.Reader) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		counted := &counting{from: in, tell: func(n int) {
			done += int64(n)
			s.progress.report("reading, MiB", int(done>>20), int(total>>20))
		}}
		path := s.pathOf(p.Name)
		if path == "" {
			_, err := io.Copy(io.Discard, counted)
			return err
		}
		return copyTo(path, counted)
	})
}

// pathOf is where a part goes; "" is nowhere.
func (s *staging) pathOf(part string) string {
	first, rest, _ := strings.Cut(part, "/")
	base := s.at[first]
	if base == "" {
		return ""
	}
	return filepath.Join(base, filepath.FromSlash(rest))
}

// counting tells how much was read.
type counting struct {
	from io.Reader
	tell func(int)
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.tell(n)
	return n, err
}

// check reads all that was extracted as its users will.
func (s *staging) check(ctx context.Context) error {
	has := map[string]bool{}
	for _, part := range s.manifest.Parts {
		first, file, _ := strings.Cut(part.Name, "/")
		has[first] = true
		if first == configurationPart && (file == "" || strings.Contains(file, "/")) {
			return fmt.Errorf("%w: %s is no file of the configuration", backup.ErrDamaged, part.Name)
		}
	}
	if !has[registerPart] || has[journalPart] != (s.manifest.Journal != nil) {
		return fmt.Errorf("%w: it lacks the register, or the journal that the manifest tells of", backup.ErrDamaged)
	}
	for part, check := range map[string]func(context.Context, string) error{
		registerPart: s.checkRegister, accountsPart: checkAccounts, requestsPart: checkRequests,
		linksPart: checkLinks, statisticsPart: checkStatistics, journalPart: s.checkJournal,
	} {
		path := s.at[part]
		if path == "" {
			continue
		}
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue // there was none
		}
		if err := check(ctx, path); err != nil {
			return fmt.Errorf("%s: %w", part, err)
		}
	}
	return nil
}

func (s *staging) checkRegister(ctx context.Context, path string) error {
	found, err := wholeRegister(ctx, path, s.progress)
	if err == nil && !reflect.DeepEqual(found, s.manifest.Register) {
		err = fmt.Errorf("%w: the register is not the one that the manifest tells of", backup.ErrDamaged)
	}
	return err
}

// checkJournal holds the journal against the manifest. What was wrong with it when it
// was copied is wrong still.
func (s *staging) checkJournal(_ context.Context, dir string) error {
	found, err := journalState(dir)
	if err != nil {
		return err
	}
	want := s.manifest.Journal
	if want == nil || found.Records != want.Records || found.Bytes != want.Bytes || found.Root != want.Root ||
		!slices.Equal(found.Findings, want.Findings) {
		return fmt.Errorf("%w: the journal is not the one that the manifest tells of", backup.ErrDamaged)
	}
	return nil
}

func checkAccounts(ctx context.Context, path string) error {
	if err := sqlfile.Check(ctx, path); err != nil {
		return err
	}
	store, err := account.Open(ctx, account.Config{Path: path, Now: time.Now})
	if err != nil {
		return err
	}
	all, err := store.Read(ctx)
	if err == nil {
		_, err = access.New(access.Config{Accounts: all.Accounts, Credentials: all.Credentials, Now: time.Now})
	}
	return errors.Join(err, store.Close())
}

// errNotHere is the answer of a journal that nothing is to be recorded in.
var errNotHere = errors.New("a copy is only read")

func checkRequests(ctx context.Context, dir string) error {
	if err := sqlfile.Check(ctx, filepath.Join(dir, "requests.db")); err != nil {
		return err
	}
	desk, err := request.Open(ctx, request.Config{Dir: dir, Now: time.Now, Record: func(context.Context, request.Step) error { return errNotHere }})
	if err != nil {
		return err
	}
	_, err = desk.List(ctx, true)
	return errors.Join(err, desk.Close())
}

func checkLinks(ctx context.Context, path string) error {
	if err := sqlfile.Check(ctx, path); err != nil {
		return err
	}
	links, err := holder.OpenLinks(ctx, holder.LinksConfig{Path: path, Now: time.Now, Record: func(context.Context, holder.Step) error { return errNotHere }})
	if err != nil {
		return err
	}
	return links.Close()
}

func checkStatistics(ctx context.Context, path string) error {
	if err := sqlfile.Check(ctx, path); err != nil {
		return err
	}
	file, err := statistics.OpenFile(ctx, path)
	if err != nil {
		return err
	}
	return file.Close()
}

// keysInPlace are those by which the journal in place is verified.
func keysInPlace(c *config.Config) ([]string, error) {
	if c.Audit.Dir == "" {
		return nil, nil
	}
	keys, err := audit.Verifiers(c.Audit.Dir)
	if err != nil {
		return nil, err
	}
	_, key, err := audit.Signer(c.Audit.Dir, c.Audit.SigningKey)
	if err == nil && key != "" && !slices.Contains(keys, key) {
		keys = append(keys, key)
	}
	return keys, err
}

// sameZones refuses a backup of a register that has no zone of the one in place.
func sameZones(c *config.Config, m *backup.Manifest) error {
	if c.DB == "" {
		return nil
	}
	state, err := stateOf(context.Background(), c.DB)
	if err != nil || len(state.Zones) == 0 || len(m.Register.Zones) == 0 {
		return nil // nothing there can be read, or has a zone: it is the signature that says
	}
	for _, z := range state.Zones {
		if slices.Contains(m.Register.Zones, string(z)) {
			return nil
		}
	}
	return fmt.Errorf("%w: it is of %v, and in place is one of %v", backup.ErrForeign, m.Register.Zones, state.Zones)
}
