package referral

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"time"

	"registerd/internal/wholefile"
)

// fetchTime bounds the fetching of one file, body and all.
const fetchTime = 30 * time.Second

// ValidSource reports an https URL that files can be fetched from.
func ValidSource(s string) bool {
	u, err := url.Parse(s)
	if err != nil {
		return false
	}
	b, ok := parseBase(u)
	return ok && b.scheme == "https"
}

// clientOver is a client that goes where it is told and nowhere else: a
// redirect could lead into the operator's own network.
func clientOver(t http.RoundTripper) *http.Client {
	return &http.Client{
		Transport: t, Timeout: fetchTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Run fetches the files whenever they are older than the interval, until ctx
// ends. What is fetched lasts: the next start, with or without a network, goes
// by it. After a failure it tries again in a tenth of the interval.
func (d *Directory) Run(ctx context.Context) {
	if d.source == "" {
		return
	}
	wait := d.due(time.Now())
	for {
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		wait = d.every - d.every/10 + rand.N(d.every/5+1)
		switch err := d.fetchAll(ctx); {
		case err == nil:
			d.log.Info("referrals: all files are fetched", "url", d.source)
		case ctx.Err() == nil:
			wait /= 10
			d.log.Warn("referrals: not all files could be fetched; what was known before stays", "error", err)
		}
	}
}

// due is how long the oldest file may still be gone by.
func (d *Directory) due(now time.Time) time.Duration {
	known := d.Known()
	if len(known) < int(files) {
		return 0
	}
	wait := d.every
	for _, k := range known {
		wait = min(wait, k.Written.Add(d.every).Sub(now))
	}
	return max(wait, 0)
}

// fetchAll fetches all files now, and puts in force those that are understood.
func (d *Directory) fetchAll(ctx context.Context) error {
	var errs []error
	for f := range files {
		if err := d.fetch(ctx, f); err != nil {
			errs = append(errs, fmt.Errorf("fetching %s: %w", f, err))
		}
	}
	return errors.Join(errs...)
}

// fetch replaces one file, once what came in its place is understood.
func (d *Directory) fetch(ctx context.Context, f File) error {
	text, err := d.download(ctx, d.source+f.String())
	if err != nil {
		return err
	}
	if _, err := parse(f, text, d.own); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	// Anybody may read what the IANA publishes.
	if err := wholefile.Write(filepath.Join(d.dir, f.String()), 0o644, text); err != nil {
		return err
	}
	_ = d.refresh(f) // which has logged it
	return nil
}

func (d *Directory) download(ctx context.Context, from string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return nil, err
	}
	response, err := d.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answered %d", response.StatusCode)
	}
	return readAll(response.Body)
}
