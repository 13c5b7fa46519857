package config

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"registerd/referral"
)

// checkReferrals refuses what nobody could be referred by.
func (c *Config) checkReferrals() error {
	r := &c.Referrals
	switch {
	case c.Tag != "" && !referral.ValidTag(c.Tag):
		return errors.New("tag: it is not of capitals and digits")
	case r.Dir == "" && (r.Refresh != "" || r.Every.Duration != 0):
		return errors.New("referrals: dir: it is missing")
	case r.Refresh != "" && !referral.ValidSource(r.Refresh):
		return errors.New(`referrals: refresh: it is not an https address that ends in "/"`)
	case r.Every.Duration != 0 && r.Every.Duration < time.Minute:
		return errors.New("referrals: every: it is less than a minute")
	}
	return nil
}

// ReferralDirectory is the directory of others, or nil when none is configured.
func (c *Config) ReferralDirectory(source string, log *slog.Logger) (*referral.Directory, error) {
	if c.Referrals.Dir == "" {
		return nil, nil
	}
	return referral.New(referral.Config{
		Dir: c.Referrals.Dir, Own: c.ownBases(), Source: source, Every: c.Referrals.Every.Duration, Log: log,
	})
}

// ownBases are the addresses at which we answer over RDAP.
func (c *Config) ownBases() []string {
	var own []string
	if c.RDAP.Base != "" {
		own = append(own, c.RDAP.Base)
	}
	if _, passed := SocketName(c.RDAP.Listen); c.RDAP.Listen != "" && !passed {
		own = append(own, "http://"+c.RDAP.Listen+"/")
	}
	for _, host := range c.RDAP.ACME.Hosts {
		own = append(own, "https://"+host+"/")
	}
	return own
}

// ReferralsInWords says what is known of others, a line for each file. What is
// wrong with a file goes to log.
func (c *Config) ReferralsInWords(log *slog.Logger) (lines [][2]string, err error) {
	d, err := c.ReferralDirectory("", log)
	if err != nil || d == nil {
		return nil, err
	}
	from := c.Referrals.Dir
	if c.Referrals.Refresh != "" {
		from += ", fetched from " + c.Referrals.Refresh
	}
	lines = append(lines, [2]string{"referrals", from})
	for _, k := range d.Known() {
		lines = append(lines, [2]string{k.File.String(), fmt.Sprintf("%d entries, of %s", k.Entries, k.Written.UTC().Format(time.RFC3339))})
	}
	return lines, nil
}
