package config

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"registerd/audit"
)

// JournalConfig is the journal as the configuration has it.
func (c *Config) JournalConfig(log *slog.Logger) (audit.JournalConfig, error) {
	out := audit.JournalConfig{Dir: c.Audit.Dir, Now: time.Now, Logger: log, SigningKey: c.Audit.SigningKey}
	if c.Audit.KeepMonths < 0 {
		return out, errors.New("audit: keep_months: it is negative")
	}
	for _, text := range c.Audit.CheckpointTo {
		place, err := audit.ParsePlace(text)
		if err != nil {
			return out, fmt.Errorf("audit: checkpoint_to: %w", err)
		}
		out.Places = append(out.Places, place)
	}
	return out, nil
}
