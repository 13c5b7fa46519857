package service

import (
	"context"
	"time"

	"registerd/access"
	"registerd/audit"
	"registerd/config"
	"registerd/lookup"
	"registerd/store/sqlite"
)

// openDesk opens the register, and all that its questions are answered by.
func (s *Service) openDesk(ctx context.Context, c *config.Config, w widening) (_ *lookup.Desk, err error) {
	if err := s.openReader(c); err != nil {
		return nil, err
	}
	if s.named, err = newNamed(c, time.Now, s.log); err != nil {
		return nil, err
	}
	s.closers = append(s.closers, s.named.end)
	if err := s.openLimits(c); err != nil {
		return nil, err
	}
	var accessLog *audit.AccessLog
	if s.journal, accessLog, err = s.openAudit(c); err != nil {
		return nil, err
	}
	published, err := s.publish(ctx, c, w)
	if err != nil {
		return nil, err
	}
	if s.referrals, err = c.ReferralDirectory(c.Referrals.Refresh, s.log); err != nil {
		return nil, err
	}
	if s.referrals != nil {
		s.metrics.referrals(s.referrals)
	}
	key, err := c.SearchKey()
	if err != nil {
		return nil, err
	}
	s.openStatistics(ctx, c, s.reader)
	desk, err := lookup.New(lookup.Config{
		SearchKey: key,
		Store:     s.reader, Limiter: s.limiter, Journal: s.journal, AccessLog: accessLog,
		Published: published, Now: time.Now, Observe: s.observe, Kept: c.AnswersKept(),
		Referrals: s.referrals, Tag: c.Tag,
	})
	if err != nil {
		return nil, err
	}
	s.named.force = func(all access.People, who *access.Access) { desk.Admit(who); s.limitsOf(all) }
	s.metrics.accounts(s.named, desk.Admitted)
	return desk, nil
}

// openReader opens the register. The file is looked at before that: of another one in its
// place meanwhile the watch tells.
func (s *Service) openReader(c *config.Config) (err error) {
	if s.file, err = StatRegister(c.DB); err != nil {
		return err
	}
	if s.reader, err = OpenRegister(c.DB, sqlite.Options{MMapSize: int64(c.MmapMiB) << 20}); err != nil {
		return err
	}
	s.closers = append(s.closers, s.reader.Close)
	return nil
}

// openAudit opens the journal and the access log. A journal that cannot be
// opened costs privileged access, not the public service.
func (s *Service) openAudit(c *config.Config) (*audit.Journal, *audit.AccessLog, error) {
	if c.Audit.Dir == "" {
		s.log.Warn("no audit directory: no access log is kept, and answers above public are refused")
		return audit.None(), audit.Discard(), nil
	}
	keep := audit.DefaultKeep
	if c.Audit.KeepDays > 0 {
		keep = time.Duration(c.Audit.KeepDays) * 24 * time.Hour
	}
	accessLog, err := audit.OpenAccessLog(audit.AccessConfig{Dir: c.Audit.Dir, Keep: keep, Now: time.Now, Logger: s.log})
	if err != nil {
		s.log.Error("the access log could not be opened: until a restart questions are answered and not noted", "error", err)
		accessLog = audit.Discard()
	} else {
		s.closers = append(s.closers, accessLog.Close)
	}
	s.metrics.accessLog(accessLog)
	journal, err := s.startJournal(c)
	return journal, accessLog, err
}
