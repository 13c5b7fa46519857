package service

import (
	"cmp"
	"path/filepath"

	"registerd/audit"
	"registerd/config"
)

// startJournal opens the journal for the server. One that cannot be opened
// costs privileged access until it can.
func (s *Service) startJournal(c *config.Config) (*audit.Journal, error) {
	cfg, err := c.JournalConfig(s.log)
	if err != nil {
		return nil, err
	}
	cfg.KeepMonths, cfg.Believed = cmp.Or(c.Audit.KeepMonths, audit.DefaultKeepMonths), s.steady.believed
	journal, err := audit.StartJournal(cfg)
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, journal.Close)
	s.metrics.journal(journal, filepath.Join(c.Audit.Dir, "journal.jsonl"), len(cfg.Places) > 0)
	if err := journal.Err(); err != nil {
		s.log.Error("the journal could not be opened: answers above public are refused until it can", "error", err)
	}
	return journal, nil
}
