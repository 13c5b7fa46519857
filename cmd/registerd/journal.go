package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"registerd/audit"
	"registerd/config"
	"registerd/service"
)

type journalCommand struct {
	Verify     journalVerify     `cmd:"" help:"Say whether the journal is what it was: read all of it and hold it against its hashes and against every checkpoint."`
	Prove      journalProve      `cmd:"" help:"Print a proof that a record is in the journal, or that the journal only grew since a checkpoint."`
	Checkpoint journalCheckpoint `cmd:"" help:"Sign for what is in the journal now, and print the checkpoint."`
	Export     journalExport     `cmd:"" help:"Print who was given a holder's data, for the holder; or records for supervision. It is journaled."`
	Report     journalReport     `cmd:"" help:"Print the numbers of a month, to be published: to whom what is not public was disclosed, and how requests went."`
}

// journalPlace is where a journal is.
type journalPlace struct {
	Config string `type:"path" placeholder:"FILE" help:"The configuration file, which names the journal."`
	Audit  string `type:"path" placeholder:"DIR" help:"The journal's directory; overrides the file."`
}

func (p *journalPlace) config() (*config.Config, error) {
	c := new(config.Config)
	if p.Config != "" {
		var err error
		if c, err = config.Read(p.Config); err != nil {
			return nil, err
		}
	}
	if c.Audit.Dir = cmp.Or(p.Audit, c.Audit.Dir); c.Audit.Dir == "" {
		return nil, misused("journal: give --config FILE with audit.dir, or --audit DIR")
	}
	return c, nil
}

type journalVerify struct {
	journalPlace
	Checkpoints []string `type:"existingfile" placeholder:"FILE" help:"Checkpoints that were kept elsewhere: as they were handed on, or a log of the system with them in it. May be repeated."`
	Key         []string `placeholder:"KEY" help:"The key that checkpoints are verified by, kept elsewhere. Default: checkpoint.pub beside the journal."`
}

// Run fails if anything is wrong with the journal.
func (v *journalVerify) Run(_ context.Context, con console) error {
	c, err := v.config()
	if err != nil {
		return err
	}
	kept := make([][]byte, len(v.Checkpoints))
	for i, path := range v.Checkpoints {
		if kept[i], err = os.ReadFile(path); err != nil {
			return err
		}
	}
	verdict, err := audit.Verify(audit.VerifyConfig{Dir: c.Audit.Dir, Keys: v.Key, Kept: kept})
	if err != nil {
		return err
	}
	last := "none yet"
	if !verdict.Last.IsZero() {
		last = verdict.Last.Format(time.RFC3339)
	}
	fmt.Fprintf(con.out, "records: %d (last: %s)\nroot: %s\ncheckpoints: %d, the newest that holds is of %d records\ndays: %d can be read, of %d the key is erased\n",
		verdict.Records, last, verdict.Root, verdict.Checkpoints, verdict.Covered, verdict.Sealed, verdict.Erased)
	for _, f := range verdict.Findings {
		fmt.Fprintln(con.out, "wrong:", f)
	}
	if n := len(verdict.Findings); n > 0 {
		return fmt.Errorf("journal: it is not what it was: %d findings", n)
	}
	fmt.Fprintln(con.out, "the journal is what it was")
	return nil
}

type journalProve struct {
	journalPlace
	Since string `type:"existingfile" placeholder:"FILE" help:"Prove that the journal only grew since the last checkpoint in this file."`
	Seq   uint64 `arg:"" optional:"" help:"The number of the record to prove."`
}

// Run prints the proof as text.
func (p *journalProve) Run(_ context.Context, con console) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	var proof []byte
	switch {
	case (p.Since == "") == (p.Seq == 0):
		return misused("journal: give the number of a record, or --since FILE")
	case p.Since == "":
		proof, err = audit.Prove(c.Audit.Dir, p.Seq)
	default:
		var kept []byte
		if kept, err = os.ReadFile(p.Since); err == nil {
			proof, err = audit.ProveGrowth(c.Audit.Dir, kept)
		}
	}
	if err != nil {
		return err
	}
	_, err = con.out.Write(proof)
	return err
}

type journalCheckpoint struct{ journalPlace }

// Run may be used while a server writes to the journal.
func (p *journalCheckpoint) Run(ctx context.Context, con console) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(c.Audit.Dir, "journal.jsonl")); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	j, err := commandJournal(c, consoleLog(con))
	if err != nil {
		return err
	}
	signed, err := j.Checkpoint(ctx)
	records := j.State().Records
	if err = errors.Join(err, j.Close()); err != nil {
		return err
	}
	if signed.Size < records {
		fmt.Fprintf(con.err, "registerd: this is of %d of %d records: the key that signs is elsewhere; --config names it\n", signed.Size, records)
	}
	_, err = con.out.Write(signed.Note)
	return err
}

// commandJournal opens the journal for a command: it erases nothing.
func commandJournal(c *config.Config, log *slog.Logger) (*audit.Journal, error) {
	if err := errors.Join(service.CheckRestored(c.DB), notAsRoot(c.Audit.Dir, c.Accounts, c.HolderLinks, c.Requests.Dir)); err != nil {
		return nil, err
	}
	cfg, err := c.JournalConfig(log)
	if err != nil {
		return nil, err
	}
	return audit.OpenJournal(cfg)
}
