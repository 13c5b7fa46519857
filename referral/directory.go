// Package referral knows who answers for what is not ours: names, networks,
// numbers and tags of other registers, by the bootstrap files that the IANA
// publishes (RFC 9224, RFC 8521).
//
// It reads files and keeps them fresh. A question is answered from memory: it
// never waits for a disk or a network, and nothing that it holds decides
// where the files come from. What is ours it does not know, but for where we
// answer: it sends nobody there.
package referral

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"registerd/register"
)

// Config is what a directory is made of. Dir and Log are required.
type Config struct {
	// Dir is the folder of the files: dns.json, ipv4.json, ipv6.json, asn.json
	// and object-tags.json. Any may be missing.
	Dir string

	// Own are the base URLs that we answer at. An entry that leads to the host
	// of one of them, at whatever port, sends nobody anywhere.
	Own []string

	// Source is the https URL, ending in "/", that Run fetches the files from
	// into Dir. Without one they change only by other hands.
	Source string

	// Every is how often Run fetches, give or take a tenth. Default 24 hours.
	Every time.Duration

	// Transport is what Run fetches through. Default http.DefaultTransport.
	Transport http.RoundTripper

	Log *slog.Logger
}

// Directory answers who answers. It is safe for concurrent use.
type Directory struct {
	dir    string
	own    map[string]bool
	source string
	every  time.Duration
	client *http.Client
	log    *slog.Logger

	mu   sync.Mutex // held to read or write the files
	seen [files]stamp

	held [files]atomic.Pointer[held]
}

// held is a file as it was last understood.
type held struct {
	*index
	written time.Time
}

// stamp is what stood in a file when it was last looked at, so that what is
// wrong with it is said once.
type stamp struct {
	sum   [sha256.Size]byte
	fault string
}

// New makes a directory and reads its files. What is wrong with one of them is
// logged, and that file is then as one that is missing.
func New(c Config) (*Directory, error) {
	switch {
	case c.Dir == "":
		return nil, errors.New("referrals: no folder")
	case c.Log == nil:
		return nil, errors.New("referrals: no log")
	}
	if info, err := os.Stat(c.Dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("referrals: %s is not a folder", c.Dir)
	}
	d := &Directory{dir: c.Dir, own: map[string]bool{}, source: c.Source, every: c.Every, log: c.Log}
	if d.every <= 0 {
		d.every = 24 * time.Hour
	}
	for _, s := range c.Own {
		u, err := url.Parse(s)
		if err != nil {
			return nil, fmt.Errorf("referrals: our own base: %w", err)
		}
		if host, ok := parseHost(u.Hostname()); ok {
			d.own[host] = true
		}
	}
	if c.Source != "" {
		if !ValidSource(c.Source) {
			return nil, fmt.Errorf("referrals: the source %q is not an https address that ends in /", c.Source)
		}
		if err := os.MkdirAll(c.Dir, 0o755); err != nil {
			return nil, fmt.Errorf("referrals: %w", err)
		}
		d.client = clientOver(c.Transport)
	}
	_ = d.Refresh() // which has logged it
	return d, nil
}

// Refresh reads the files again. One that cannot be understood, or cannot be
// read, leaves what was understood before in force; one that is gone is gone. The
// error is what is wrong with such files.
func (d *Directory) Refresh() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var faults []error
	for f := range files {
		faults = append(faults, d.refresh(f))
	}
	return errors.Join(faults...)
}

func (d *Directory) refresh(f File) error {
	text, written, err := readFile(filepath.Join(d.dir, f.String()))
	if errors.Is(err, fs.ErrNotExist) {
		d.held[f].Store(nil)
		d.seen[f] = stamp{}
		return nil
	}
	s := stamp{sum: sha256.Sum256(text)}
	old := d.held[f].Load()
	if err == nil && d.seen[f] == s && old != nil {
		d.held[f].Store(&held{old.index, written})
		return nil
	}
	var x *index
	if err == nil {
		x, err = parse(f, text, d.own)
	}
	if err != nil {
		s.fault = err.Error()
		if d.seen[f] != s {
			d.log.Error("referrals: a file was not taken; what was known before stays", "error", err)
		}
		d.seen[f] = s
		return err
	}
	d.seen[f] = s
	d.held[f].Store(&held{x, written})
	return nil
}

// readFile reads a whole file, unless it is larger than any of these should be.
func readFile(path string) (text []byte, written time.Time, err error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, written, err
	case !info.Mode().IsRegular():
		return nil, written, fmt.Errorf("%s: it is not a file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, written, err
	}
	defer file.Close()
	text, err = readAll(file)
	if err != nil {
		return nil, written, fmt.Errorf("%s: %w", path, err)
	}
	return text, info.ModTime(), nil
}

func readAll(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err == nil && len(text) > maxFile {
		err = fmt.Errorf("it is larger than %d MiB", maxFile>>20)
	}
	return text, err
}

// Domain is the base of the RDAP service for a name of somebody else's: that of
// the longest entry which the name ends in, label by label.
func (d *Directory) Domain(name register.Name) (base string, ok bool) {
	h := d.held[Domains].Load()
	if h == nil {
		return "", false
	}
	for n := name; ; n = n.Parent() {
		base, ok := h.domains[n]
		if ok || n == "" {
			return base, base != ""
		}
	}
}

// Network is the base for a network: that of the smallest entry which holds all
// of it.
func (d *Directory) Network(p netip.Prefix) (base string, ok bool) {
	h := d.held[fileOf(p.Addr())].Load()
	if h == nil {
		return "", false
	}
	for bits := p.Bits(); bits >= 0; bits-- {
		wider, err := p.Addr().Prefix(bits)
		if err != nil {
			return "", false
		}
		if base, ok := h.networks[wider]; ok {
			return base, base != ""
		}
	}
	return "", false
}

func fileOf(a netip.Addr) File {
	if a.Is4() {
		return IPv4
	}
	return IPv6
}

// Autnum is the base for an autonomous system's number.
func (d *Directory) Autnum(n uint32) (base string, ok bool) {
	h := d.held[Autnums].Load()
	if h == nil {
		return "", false
	}
	i, _ := slices.BinarySearchFunc(h.autnums, n, func(a autnums, n uint32) int {
		if a.last < n {
			return -1
		}
		return 1
	})
	if i == len(h.autnums) || n < h.autnums[i].first {
		return "", false
	}
	return h.autnums[i].base, h.autnums[i].base != ""
}

// Tag is the base for handles with a tag, in either case.
func (d *Directory) Tag(tag string) (base string, ok bool) {
	h := d.held[Tags].Load()
	if h == nil {
		return "", false
	}
	base = h.tags[strings.ToUpper(tag)]
	return base, base != ""
}

// Holds reports whether anything at all is known of what a file is about.
func (d *Directory) Holds(f File) bool { return d.held[f].Load() != nil }

// Known is what a directory holds of one file.
type Known struct {
	File    File
	Entries int
	Written time.Time // when the file was: by Run, when it was last fetched
}

// Known are the files that are in force.
func (d *Directory) Known() []Known {
	var out []Known
	for f := range files {
		if h := d.held[f].Load(); h != nil {
			out = append(out, Known{f, h.entries(), h.written})
		}
	}
	return out
}
