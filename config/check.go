package config

import (
	"errors"
	"fmt"
	"log/slog"

	"registerd/rdap"
)

// Check looks for what could not work, before anything is opened. It reads the files
// that are named, but for certificates and their lists.
func (c *Config) Check() error {
	for _, part := range []struct {
		of    string
		check func() error
	}{
		{"", c.checkWindows}, {"", c.checkValues},
		{"private: listen", func() error { return validListen(c.Private.Listen) }},
		{"rdap", c.checkRedirect},
		{"", func() error { _, err := c.JournalConfig(nil); return err }},
		{"", c.checkAddresses},
		{"rdap: web", func() error { _, err := c.WebPage(); return err }},
		{"", c.checkReferrals}, {"", c.checkRefers}, {"", c.checkRequests}, {"", c.checkHolderLinks},
		{"operator", c.checkOperator}, {"rdap", c.checkTLS}, {"rdap: certificates", c.checkCertificates},
		{"", func() error { _, err := c.Limiter(); return err }},
		{"", c.checkRules}, {"", c.checkProfile},
		{"", func() error { _, err := c.SearchKey(); return err }},
		{"", func() error { _, err := c.Federation(c.PublicBase(""), slog.New(slog.DiscardHandler)); return err }},
		{"", func() error { _, err := c.WHOISProfiles(); return err }},
		{"", c.checkTokens},
	} {
		switch err := part.check(); {
		case err != nil && part.of != "":
			return fmt.Errorf("%s: %w", part.of, err)
		case err != nil:
			return err
		}
	}
	return nil
}

// checkWindows looks at each window by itself.
func (c *Config) checkWindows() error {
	for name, a := range c.Availabilities() {
		if _, err := a.Settings(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if _, err := FrontEnds(c.RDAP.ForwardedFrom); err != nil {
		return fmt.Errorf("rdap: forwarded_from: %w", err)
	}
	for name, w := range c.Windows() {
		if err := w.check(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func (c *Config) checkValues() error {
	listening := false
	for _, w := range c.Windows() {
		listening = listening || w.Listen != ""
	}
	switch {
	case c.DB == "":
		return errors.New("db: the path of the register is missing")
	case !listening:
		return errors.New("whois, das, rdap: none listens")
	case c.MmapMiB < 0 || c.MmapMiB > 2048:
		return errors.New("mmap_mib: it is not 0 to 2048")
	case c.Audit.KeepDays < 0:
		return errors.New("audit: keep_days: it is negative")
	case c.RDAP.Base != "" && !rdap.ValidBase(c.RDAP.Base):
		return errors.New(`rdap: base: it is not an http or https address, in ASCII, with a plain path that ends in "/"`)
	}
	return nil
}

func (c *Config) checkHolderLinks() error {
	if c.HolderLinks != "" && c.Audit.Dir == "" {
		return errors.New("holder_links: there is no audit.dir: what cannot be journaled is not shown")
	}
	return nil
}

// checkRules looks at the rules, and at the zones by them.
func (c *Config) checkRules() error {
	r, err := c.PublicationRules()
	if err != nil {
		return err
	}
	return c.checkZones(r.Policy.Languages)
}

// WebPage is the web page that people are sent to; nil when there is none.
func (c *Config) WebPage() (*rdap.Page, error) {
	if c.RDAP.Web == "" {
		return nil, nil
	}
	return rdap.ReadPage(c.RDAP.Web)
}

// leastKey is how many bytes nobody guesses.
const leastKey = 32

// SearchKey is what the cursors of searches are authenticated by; nil lets the
// desk draw one.
func (c *Config) SearchKey() ([]byte, error) {
	if c.RDAP.SearchKeyFile == "" {
		return nil, nil
	}
	key, err := ReadText(c.RDAP.SearchKeyFile)
	if err != nil {
		return nil, fmt.Errorf("rdap: search_key_file: %w", err)
	}
	if len(key) < leastKey {
		return nil, fmt.Errorf("rdap: search_key_file: %s: it holds %d bytes, want %d at least", c.RDAP.SearchKeyFile, len(key), leastKey)
	}
	return key, nil
}
