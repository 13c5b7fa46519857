package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"registerd/escrow"
	"registerd/register"
)

const zone = "example"

// synthetic is what registerd seed makes with its own defaults; only its names
// are used here.
func synthetic(domains int) *escrow.Synthetic {
	return &escrow.Synthetic{Domains: domains, Seed: 1, Zone: zone}
}

// build makes registerd as it is shipped.
func (b *bench) build(ctx context.Context) error {
	say("building registerd")
	b.program = filepath.Join(b.dir, "registerd")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", b.program, "registerd/cmd/registerd")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building registerd: %w\n%s", err, out)
	}
	return nil
}

// seed makes the register, or uses the one that an earlier run has kept.
func (b *bench) seed(ctx context.Context) error {
	kept := b.db != ""
	if !kept {
		b.db = filepath.Join(b.dir, "register.db")
	}
	// A register of somebody else's is never replaced: one that a bench has
	// made has its size written beside it.
	note, made := b.db+".bench", fmt.Sprintf("%d domains in %s\n", b.domains, zone)
	text, err := os.ReadFile(note)
	_, there := os.Stat(b.db)
	switch {
	case err == nil && there == nil && string(text) == made:
		say("using the register in %s", b.db)
	case !errors.Is(there, fs.ErrNotExist):
		return fmt.Errorf("%s is there, and is not a register of %d domains that a bench has made", b.db, b.domains)
	default:
		say("seeding %d domains", b.domains)
		began := time.Now()
		if err := b.registerd(ctx, "seed", "--db", b.db, "--domains", fmt.Sprint(b.domains), "--zone", zone); err != nil {
			return err
		}
		b.table.seeded = float64(b.domains) / time.Since(began).Seconds()
		if err := os.WriteFile(note, []byte(made), 0o600); err != nil {
			return err
		}
	}
	b.table.size, err = sizeOf(b.db)
	return err
}

// sizeOf is that of a database with its log, in bytes.
func sizeOf(db string) (int64, error) {
	var sum int64
	for _, path := range []string{db, db + "-wal"} {
		info, err := os.Stat(path)
		switch {
		case err == nil:
			sum += info.Size()
		case path == db || !errors.Is(err, fs.ErrNotExist):
			return 0, err
		}
	}
	return sum, nil
}

// registerd runs the program to its end, and tells what it said if it failed.
func (b *bench) registerd(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, b.program, args...)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Run(); err != nil {
		text := said.String()
		return fmt.Errorf("registerd %s: %w\n%s", args[0], err, text[max(0, len(text)-2000):])
	}
	return nil
}

// load imports a deposit into a register of its own.
func (b *bench) load(ctx context.Context) error {
	say("importing a deposit of %d domains", b.deposit)
	db, path := filepath.Join(b.dir, "imported.db"), filepath.Join(b.dir, "deposit.xml")
	if err := writeDeposit(path, b.deposit); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	began := time.Now()
	if err := b.registerd(ctx, "import", "--db", db, path); err != nil {
		return err
	}
	took := time.Since(began).Seconds()
	b.table.imported, b.table.importedMB = float64(b.deposit)/took, float64(info.Size())/1e6/took
	for _, path := range []string{path, db, db + "-wal", db + "-shm"} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// writeDeposit writes a full deposit whose domains have three contacts and two
// hosts of their own each: more than a real one, where they are shared.
func writeDeposit(path string, domains int) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintf(w, depositHead, zone, domains, 3*domains, 2*domains)
	names := synthetic(domains)
	for i := range domains {
		depositDomain(w, names.Name(i), i)
	}
	fmt.Fprint(w, "</r:contents></r:deposit>\n")
	return errors.Join(w.Flush(), f.Close())
}

func depositDomain(w *bufio.Writer, name register.Name, i int) {
	fmt.Fprintf(w, depositDomainForm, name, i)
	for n := 1; n <= 2; n++ {
		fmt.Fprintf(w, depositHostForm, name, i, n)
	}
	for n := 1; n <= 3; n++ {
		fmt.Fprintf(w, depositContactForm, i, n)
	}
}
