package config

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"registerd/disclose"
	"registerd/rdap"
	"registerd/register"
)

// Policies are what the operator has published.
type Policies struct {
	Publication string   `toml:"publication"`
	Disputes    string   `toml:"disputes"`
	Eligibility string   `toml:"eligibility"`
	Terms       string   `toml:"terms"`
	Notices     []Notice `toml:"notice"`
}

// Notice is something that every answer says in the operator's words.
type Notice struct {
	Title string   `toml:"title"`
	Lines []string `toml:"lines"`
	Link  string   `toml:"link"` // a web address; may be left out
}

// Zone is what the operator has published of one zone. Policies that are left
// out are those of all zones.
type Zone struct {
	Name string `toml:"name"`
	Policies
	// Languages are those of the rules that reasons are given in, the one for
	// who asks for none first. Default: those of the rules.
	Languages []string `toml:"languages"`
	// Profile is how WHOIS answers about names of the zone are written. Default:
	// whois.profile.
	Profile string `toml:"profile"`
	// Repository is the EPP repository id that the zone's ROIDs end in (RFC 5730
	// section 2.8). registerd verify --config counts those that do not.
	Repository string `toml:"repository"`
	// MinLength and MaxLength are how many characters a name has before the zone,
	// counted as people write it. Default: 1, and as many as fit.
	MinLength int `toml:"min_length"`
	MaxLength int `toml:"max_length"`
	// Characters are those that it is made of, single ones and ranges with blanks
	// between them: "a-z 0-9 - æ ø å". Default: all that the DNS takes.
	Characters string `toml:"characters"`
	// NoDoubleHyphens refuses two hyphens together. As third and fourth character
	// no name has them, whatever is said here.
	NoDoubleHyphens bool `toml:"no_double_hyphens"`
	// Variants are sets of characters that count as the same: ["ø ö", "æ ä"]. Of
	// names that differ in such characters only, one can be registered.
	Variants []string `toml:"variants"`
}

// Published is what answers say of policies.
func (p *Policies) Published() register.Policies {
	out := register.Policies{
		Publication: p.Publication, Disputes: p.Disputes, Eligibility: p.Eligibility, Terms: p.Terms,
	}
	for _, n := range p.Notices {
		out.Notices = append(out.Notices, register.Notice{Title: n.Title, Lines: n.Lines, Link: n.Link})
	}
	return out
}

// check refuses what could not be shown, or could be taken for something else.
func (p *Policies) check() error {
	for what, address := range map[string]string{
		"publication": p.Publication, "disputes": p.Disputes, "eligibility": p.Eligibility, "terms": p.Terms,
	} {
		if err := webAddress(address); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	for i, n := range p.Notices {
		if err := n.check(); err != nil {
			return fmt.Errorf("notice %d: %w", i+1, err)
		}
	}
	return nil
}

// maxNoticeLine keeps a notice on the lines of WHOIS, in bytes.
const maxNoticeLine = 200

func (n *Notice) check() error {
	if err := webAddress(n.Link); err != nil {
		return fmt.Errorf("link: %w", err)
	}
	if n.Title == "" || len(n.Lines) == 0 {
		return errors.New("it has no title or no lines")
	}
	for _, line := range append([]string{n.Title}, n.Lines...) {
		if strings.TrimSpace(line) == "" || len(line) > maxNoticeLine || strings.ContainsFunc(line, unicode.IsControl) {
			return fmt.Errorf("%q is not a line of at most %d bytes", line, maxNoticeLine)
		}
	}
	return nil
}

// webAddress refuses what links may not lead to. None is fine.
func webAddress(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" ||
		strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return fmt.Errorf("%q is not a web address in ASCII", s)
	}
	return nil
}

// repositoryID is what a ROID ends in (RFC 5730 section 2.8).
var repositoryID = regexp.MustCompile(`^\w{1,8}$`)

// LabelRules are the zone's; nil when it has none.
func (z *Zone) LabelRules() (*register.LabelRules, error) {
	if z.MinLength == 0 && z.MaxLength == 0 && z.Characters == "" && !z.NoDoubleHyphens && z.Variants == nil {
		return nil, nil
	}
	r := &register.LabelRules{Min: z.MinLength, Max: z.MaxLength, NoDoubleHyphens: z.NoDoubleHyphens}
	switch {
	case z.MinLength < 0 || z.MinLength > LongestLabel:
		return nil, fmt.Errorf("min_length: it is not 0 to %d", LongestLabel)
	case z.MaxLength < 0 || z.MaxLength > LongestLabel:
		return nil, fmt.Errorf("max_length: it is not 0 to %d", LongestLabel)
	case z.MaxLength > 0 && z.MaxLength < z.MinLength:
		return nil, errors.New("max_length: it is less than min_length")
	}
	if z.Characters != "" {
		if err := r.ParseCharacters(z.Characters); err != nil {
			return nil, fmt.Errorf("characters: %w", err)
		}
	}
	if err := r.ParseVariants(z.Variants); err != nil {
		return nil, fmt.Errorf("variants: %w", err)
	}
	return r, nil
}

// LongestLabel is of the DNS (RFC 1035 section 2.3.4), in characters: no label has more of
// them than octets.
const LongestLabel = 63

// RDAPProfile is that of a configuration that was checked.
func (c *Config) RDAPProfile() rdap.Profile {
	p, _ := rdap.ParseProfile(c.RDAP.Profile)
	return p
}

// checkOperator refuses what stands in every answer, failures included, and is
// more than a line or could be taken for an answer.
func (c *Config) checkOperator() error {
	for what, s := range map[string]string{"name": c.Operator.Name, "email": c.Operator.Email, "url": c.Operator.URL} {
		if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
			return fmt.Errorf("%s: it is not one line of text", what)
		}
	}
	if word, is := disclose.ReadsAsAnswer(c.Operator.Name); is {
		return fmt.Errorf("name: it holds %q, which a client could take for an answer", word)
	}
	if err := webAddress(c.Operator.URL); err != nil {
		return fmt.Errorf("url: %w", err)
	}
	return nil
}

// checkProfile refuses what a profile cannot be kept with.
func (c *Config) checkProfile() error {
	profile, known := rdap.ParseProfile(c.RDAP.Profile)
	if !known {
		return fmt.Errorf("rdap: profile: %q is not known; there is icann-2024", c.RDAP.Profile)
	}
	if profile == rdap.Country {
		return nil
	}
	for i := range c.Zones {
		if cmp.Or(c.Zones[i].Terms, c.Policies.Terms) == "" {
			return fmt.Errorf("zone %q: terms: the profile %s wants them", c.Zones[i].Name, c.RDAP.Profile)
		}
	}
	if c.Policies.Terms == "" {
		return fmt.Errorf("policies: terms: the profile %s wants them", c.RDAP.Profile)
	}
	return nil
}

// checkZones refuses zones that are none, or there twice, and languages that
// the rules are not written in.
func (c *Config) checkZones(languages []string) error {
	if err := c.Policies.check(); err != nil {
		return fmt.Errorf("policies: %w", err)
	}
	if c.Sandbox != "" {
		if _, err := register.ParseName(c.Sandbox); err != nil {
			return fmt.Errorf("sandbox: %w", err)
		}
	}
	seen := map[register.Name]bool{}
	for i := range c.Zones {
		z := &c.Zones[i]
		name, err := register.ParseName(z.Name)
		switch {
		case err != nil:
			return fmt.Errorf("zone %q: name: %w", z.Name, err)
		case seen[name]:
			return fmt.Errorf("zone %q: it is there twice", z.Name)
		case z.Repository != "" && !repositoryID.MatchString(z.Repository):
			return fmt.Errorf("zone %q: repository: %q is not 1 to 8 letters, digits and underscores", z.Name, z.Repository)
		}
		if _, err := z.LabelRules(); err != nil {
			return fmt.Errorf("zone %q: %w", z.Name, err)
		}
		for _, l := range z.Languages {
			if !slices.Contains(languages, l) {
				return fmt.Errorf("zone %q: languages: the rules are not written in %q", z.Name, l)
			}
		}
		if err := z.check(); err != nil {
			return fmt.Errorf("zone %q: %w", z.Name, err)
		}
		seen[name] = true
	}
	return nil
}

// Unserved are the zones of the configuration that the register does not serve:
// what is said of them there is of no account, and likely a slip.
func (c *Config) Unserved(s *register.State) (names []string) {
	for _, z := range c.Zones {
		if name, err := register.ParseName(z.Name); err == nil && !slices.Contains(s.Zones, name) {
			names = append(names, z.Name)
		}
	}
	return names
}
