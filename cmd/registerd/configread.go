package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"registerd/rdap"
	"registerd/register"
)

// loopback is where the windows are without configuration.
const (
	loopbackWHOIS = "127.0.0.1:1043"
	loopbackDAS   = "127.0.0.1:4343"
	loopbackRDAP  = "127.0.0.1:8080"
)

// readConfig reads a file that is complete in itself.
func readConfig(path string) (*config, error) {
	c, err := parseConfig(path)
	if err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("configuration: %s: %w", path, err)
	}
	return c, nil
}

// parseConfig reads a file strictly; relative paths in it are relative to it.
func parseConfig(path string) (*config, error) {
	text, err := readText(path)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	c := new(config)
	meta, err := toml.NewDecoder(bytes.NewReader(text)).Decode(c)
	if err != nil {
		var parse toml.ParseError
		if errors.As(err, &parse) {
			return nil, fmt.Errorf("configuration: %s:%d: %s", path, parse.Position.Line, keyed(parse))
		}
		return nil, fmt.Errorf("configuration: %s: %w", path, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("configuration: %s: no such key: %s", path, unknown[0])
	}
	paths := []*string{&c.DB, &c.Accounts, &c.HolderLinks, &c.Audit.Dir, &c.Audit.SigningKey, &c.Requests.Dir, &c.Requests.Hook, &c.RDAP.TLS.Certificate, &c.RDAP.TLS.Key, &c.RDAP.ACME.Cache, &c.RDAP.Certificates.Certificate, &c.RDAP.Certificates.Key, &c.RDAP.Certificates.Issuers, &c.RDAP.Certificates.Revoked, &c.Referrals.Dir, &c.RDAP.SearchKeyFile}
	if isRuleFile(c.Rules) {
		paths = append(paths, &c.Rules)
	}
	for _, p := range []*string{&c.Control, &c.Limits.State, &c.Statistics} {
		if *p != none {
			paths = append(paths, p)
		}
	}
	paths = append(append(paths, c.profileFiles()...), c.secretFiles()...)
	for _, p := range paths {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(filepath.Dir(path), *p)
		}
	}
	return c, nil
}

// maxText is the largest file of configuration or rules, in bytes.
const maxText = 1 << 20

// readText reads a file of text. It refuses what is none, such as a pipe, which
// would keep a reload waiting for ever.
func readText(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: it is not a file", path)
	case info.Size() > maxText:
		return nil, fmt.Errorf("%s: it is larger than 1 MiB", path)
	}
	return os.ReadFile(path)
}

// keyed says which key a mistake is in, where the parser knows it.
func keyed(e toml.ParseError) string {
	if e.LastKey == "" || strings.Contains(e.Message, e.LastKey) {
		return e.Message
	}
	return e.LastKey + ": " + e.Message
}

// check looks for what could not work, before anything is opened.
func (c *config) check() error {
	for name, a := range c.availabilities() {
		if _, err := a.settings(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if _, err := frontEnds(c.RDAP.ForwardedFrom); err != nil {
		return fmt.Errorf("rdap: forwarded_from: %w", err)
	}
	listening := 0
	for name, w := range c.windows() {
		if err := w.check(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if w.Listen != "" {
			listening++
		}
	}
	switch {
	case c.DB == "":
		return errors.New("db: the path of the register is missing")
	case listening == 0:
		return errors.New("whois, das, rdap: none listens")
	case c.MmapMiB < 0 || c.MmapMiB > 2048:
		return errors.New("mmap_mib: it is not 0 to 2048")
	case c.Audit.KeepDays < 0:
		return errors.New("audit: keep_days: it is negative")
	case c.RDAP.Base != "" && !rdap.ValidBase(c.RDAP.Base):
		return errors.New(`rdap: base: it is not an http or https address, in ASCII, with a plain path that ends in "/"`)
	}
	if err := validListen(c.Private.Listen); err != nil {
		return fmt.Errorf("private: listen: %w", err)
	}
	if err := c.checkRedirect(); err != nil {
		return fmt.Errorf("rdap: %w", err)
	}
	if _, err := c.journalConfig(nil); err != nil {
		return err
	}
	if err := c.checkAddresses(); err != nil {
		return err
	}
	if _, err := c.page(); err != nil {
		return fmt.Errorf("rdap: web: %w", err)
	}
	if err := c.checkReferrals(); err != nil {
		return err
	}
	if err := c.checkRefers(); err != nil {
		return err
	}
	if err := c.checkRequests(); err != nil {
		return err
	}
	if c.HolderLinks != "" && c.Audit.Dir == "" {
		return errors.New("holder_links: there is no audit.dir: what cannot be journaled is not shown")
	}
	if err := c.checkOperator(); err != nil {
		return fmt.Errorf("operator: %w", err)
	}
	if err := c.checkTLS(); err != nil {
		return fmt.Errorf("rdap: %w", err)
	}
	if err := c.checkCertificates(); err != nil {
		return fmt.Errorf("rdap: certificates: %w", err)
	}
	if _, err := c.limiter(); err != nil {
		return err
	}
	r, err := c.rules()
	if err != nil {
		return err
	}
	if err := c.checkZones(r.policy.Languages); err != nil {
		return err
	}
	if err := c.checkProfile(); err != nil {
		return err
	}
	if _, err := c.searchKey(); err != nil {
		return err
	}
	if _, err := c.federation(c.publicBase(""), slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	if _, err := c.whoisProfiles(); err != nil {
		return err
	}
	return c.checkTokens()
}

// trustsLoopback reports a front end on the same machine that does not say who
// its clients are: they come from loopback, which is taken for private. RDAP is
// listening at an address, or at none ("").
func (c *config) trustsLoopback(listening string) bool {
	host, _, err := net.SplitHostPort(listening)
	addr, notAddr := netip.ParseAddr(host)
	base, _ := url.Parse(c.RDAP.Base)
	if err != nil || notAddr != nil || !addr.IsLoopback() || base == nil || base.Host == "" || len(c.RDAP.ProxyFrom) > 0 {
		return false
	}
	if from, err := frontEnds(c.RDAP.ForwardedFrom); err != nil || slices.ContainsFunc(from, func(p netip.Prefix) bool { return p.Contains(addr) }) {
		return false
	}
	public, err := netip.ParseAddr(base.Hostname())
	return base.Hostname() != "localhost" && (err != nil || !public.IsLoopback())
}

// page is the web page that people are sent to; nil when there is none.
func (c *config) page() (*rdap.Page, error) {
	if c.RDAP.Web == "" {
		return nil, nil
	}
	return rdap.ReadPage(c.RDAP.Web)
}

// leastKey is how many bytes nobody guesses.
const leastKey = 32

// searchKey is what the cursors of searches are authenticated by; nil lets the
// desk draw one.
func (c *config) searchKey() ([]byte, error) {
	if c.RDAP.SearchKeyFile == "" {
		return nil, nil
	}
	key, err := readText(c.RDAP.SearchKeyFile)
	if err != nil {
		return nil, fmt.Errorf("rdap: search_key_file: %w", err)
	}
	if len(key) < leastKey {
		return nil, fmt.Errorf("rdap: search_key_file: %s: it holds %d bytes, want %d at least", c.RDAP.SearchKeyFile, len(key), leastKey)
	}
	return key, nil
}

func (c *config) operator() register.Operator {
	return register.Operator{Name: c.Operator.Name, Email: c.Operator.Email, URL: c.Operator.URL}
}
