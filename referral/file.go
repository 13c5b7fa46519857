package referral

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/openrdap/rdap/bootstrap"

	"registerd/register"
)

// File is one of the files of a directory (RFC 9224 sections 4 and 5, RFC 8521
// section 3).
type File uint8

// The files.
const (
	Domains File = iota
	IPv4
	IPv6
	Autnums
	Tags
	files
)

// Files are all of them.
func Files() []File { return []File{Domains, IPv4, IPv6, Autnums, Tags} }

// String is the file's name.
func (f File) String() string {
	return [files]string{"dns.json", "ipv4.json", "ipv6.json", "asn.json", "object-tags.json"}[f]
}

// maxFile and maxEntries bound what one file may hold. Each is more than forty
// times what the IANA's largest has.
const (
	maxFile    = 4 << 20
	maxEntries = 100_000
)

// index is what a file says, ready to be asked. Only the part that the file is
// about is set. A base of "" is an entry that sends nobody anywhere.
type index struct {
	domains  map[register.Name]string
	networks map[netip.Prefix]string
	autnums  []autnums // sorted, no two overlap
	tags     map[string]string
}

// autnums is a block of numbers, both ends in it.
type autnums struct {
	first, last uint32
	base        string
}

func (x *index) entries() int {
	return len(x.domains) + len(x.networks) + len(x.autnums) + len(x.tags)
}

// parse reads a file. An entry that is not of the file's kind is passed over,
// for others go by the rest; a file without any good one is refused, since it
// is likelier to be broken than right.
func parse(f File, text []byte, own map[string]bool) (*index, error) {
	read, err := bootstrap.NewFile(text)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", f, err)
	case !strings.HasPrefix(read.Version, "1."):
		return nil, fmt.Errorf("%s: its version is not 1", f)
	case len(read.Entries) > maxEntries:
		return nil, fmt.Errorf("%s: it has more than %d entries", f, maxEntries)
	}
	x := newIndex()
	for _, entry := range slices.Sorted(maps.Keys(read.Entries)) { // of two spellings of one, always the same
		x.add(f, entry, chosen(read.Entries[entry], own))
	}
	if x.entries() == 0 {
		return nil, fmt.Errorf("%s: it has no entry of its kind", f)
	}
	slices.SortFunc(x.autnums, func(a, b autnums) int { return cmp.Compare(a.first, b.first) })
	for i := 1; i < len(x.autnums); i++ {
		if x.autnums[i].first <= x.autnums[i-1].last {
			return nil, fmt.Errorf("%s: two ranges overlap, at %d", f, x.autnums[i].first)
		}
	}
	return x, nil
}

func newIndex() *index {
	return &index{domains: map[register.Name]string{}, networks: map[netip.Prefix]string{}, tags: map[string]string{}}
}

// add takes an entry, if it is what the file is about.
func (x *index) add(f File, entry, base string) {
	switch f {
	case Domains:
		name, err := register.ParseHost(entry)
		if err == nil || entry == "" { // the root (RFC 9224 section 4)
			x.domains[name] = base
		}
	case IPv4, IPv6:
		if p, err := netip.ParsePrefix(entry); err == nil && p.Addr().Is4() == (f == IPv4) {
			x.networks[p.Masked()] = base
		}
	case Autnums:
		if first, last, err := parseRange(entry); err == nil {
			x.autnums = append(x.autnums, autnums{first, last, base})
		}
	case Tags:
		if tag := strings.ToUpper(entry); ValidTag(tag) {
			x.tags[tag] = base
		}
	}
}

// parseRange reads a number or FIRST-LAST (RFC 9224 section 5.3).
func parseRange(s string) (first, last uint32, err error) {
	low, high, ranged := strings.Cut(s, "-")
	if !ranged {
		high = low
	}
	a, errA := strconv.ParseUint(low, 10, 32)
	b, errB := strconv.ParseUint(high, 10, 32)
	if err := errors.Join(errA, errB); err != nil {
		return 0, 0, err
	}
	if a > b {
		return 0, 0, errors.New("the range ends before it begins")
	}
	return uint32(a), uint32(b), nil
}

// ValidTag reports a tag as the register of object tags has them: upper-case
// letters and digits. A hyphen would make it end where it does not (RFC 8521
// section 2).
func ValidTag(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && len(s) <= maxTag
}

// maxTag is the longest tag in bytes. RFC 8521 sets no limit.
const maxTag = 32
