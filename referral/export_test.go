package referral

import (
	"context"
	"time"
)

// FetchAll is one round of Run.
func (d *Directory) FetchAll(ctx context.Context) error { return d.fetchAll(ctx) }

// Due is when Run would begin.
func (d *Directory) Due(now time.Time) time.Duration { return d.due(now) }
