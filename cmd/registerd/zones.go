package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"registerd/disclose"
	"registerd/lookup"
	"registerd/rdap"
	"registerd/register"
	"registerd/store"
	"registerd/store/sqlite"
	"registerd/whois"
)

// published is what answers say of policies.
func (p *policies) published() register.Policies {
	out := register.Policies{
		Publication: p.Publication, Disputes: p.Disputes, Eligibility: p.Eligibility, Terms: p.Terms,
	}
	for _, n := range p.Notices {
		out.Notices = append(out.Notices, register.Notice{Title: n.Title, Lines: n.Lines, Link: n.Link})
	}
	return out
}

// check refuses what could not be shown, or could be taken for something else.
func (p *policies) check() error {
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

func (n *notice) check() error {
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

// zones are what is published of the zones that differ.
func (c *config) zones(languages []string, forms map[register.Name]*whois.Profile) map[register.Name]lookup.Zone {
	out := make(map[register.Name]lookup.Zone, len(c.Zones))
	all := c.Policies.published()
	for i := range c.Zones {
		z := &c.Zones[i]
		own := z.published()
		merged := lookup.Zone{Languages: z.Languages, Policies: register.Policies{
			Publication: cmp.Or(own.Publication, all.Publication), Disputes: cmp.Or(own.Disputes, all.Disputes),
			Eligibility: cmp.Or(own.Eligibility, all.Eligibility), Terms: cmp.Or(own.Terms, all.Terms),
			Notices: own.Notices,
		}}
		merged.Names, _ = z.labelRules()
		if own.Notices == nil {
			merged.Policies.Notices = all.Notices
		}
		if z.Languages == nil {
			merged.Languages = languages
		}
		name, _ := register.ParseName(z.Name)
		merged.Form = forms[name]
		out[name] = merged
	}
	return out
}

// labelRules are the zone's; nil when it has none.
func (z *zone) labelRules() (*register.LabelRules, error) {
	if z.MinLength == 0 && z.MaxLength == 0 && z.Characters == "" && !z.NoDoubleHyphens && z.Variants == nil {
		return nil, nil
	}
	r := &register.LabelRules{Min: z.MinLength, Max: z.MaxLength, NoDoubleHyphens: z.NoDoubleHyphens}
	switch {
	case z.MinLength < 0 || z.MinLength > longestLabel:
		return nil, fmt.Errorf("min_length: it is not 0 to %d", longestLabel)
	case z.MaxLength < 0 || z.MaxLength > longestLabel:
		return nil, fmt.Errorf("max_length: it is not 0 to %d", longestLabel)
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

// longestLabel is in characters: none has more of them than octets.
const longestLabel = 63

// sandbox is that of a configuration that was checked.
func (c *config) sandbox() register.Name {
	name, _ := register.ParseName(c.Sandbox)
	return name
}

// profile is that of a configuration that was checked.
func (c *config) profile() rdap.Profile {
	p, _ := rdap.ParseProfile(c.RDAP.Profile)
	return p
}

// checkOperator refuses what stands in every answer, failures included, and is
// more than a line or could be taken for an answer.
func (c *config) checkOperator() error {
	for what, s := range map[string]string{"name": c.Operator.Name, "email": c.Operator.Email, "url": c.Operator.URL} {
		if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
			return fmt.Errorf("%s: it is not one line of text", what)
		}
	}
	if word, is := disclose.ReadsAsAnswer(c.Operator.Name); is {
		return fmt.Errorf("name: it holds %q, which a client could take for an answer", word)
	}
	return nil
}

// checkProfile refuses what a profile cannot be kept with.
func (c *config) checkProfile() error {
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

// foreignROIDs warns of domains whose ROID is not of their zone's repository.
func (c *config) foreignROIDs(ctx context.Context, path string, out io.Writer) error {
	reader, err := sqlite.OpenReader(path, sqlite.Options{})
	if err != nil {
		return err
	}
	defer reader.Close()
	zones := register.State{}
	repository := map[register.Name]string{}
	for i := range c.Zones {
		if name, err := register.ParseName(c.Zones[i].Name); err == nil && c.Zones[i].Repository != "" {
			zones.Zones = append(zones.Zones, name)
			repository[name] = c.Zones[i].Repository
		}
	}
	foreign := map[register.Name]int{}
	err = reader.Walk(ctx, store.Names, func(o store.Object) error {
		zone, ours := zones.Zone(register.Name(o.Key))
		if !ours || o.Tag().Type() != register.TagDomain {
			return nil
		}
		d, err := register.DecodeDomain(o.Bytes)
		if err == nil && !strings.HasSuffix(d.ROID, "-"+repository[zone]) {
			foreign[zone]++
		}
		return err
	})
	for _, zone := range zones.Zones {
		if foreign[zone] > 0 {
			fmt.Fprintf(out, "warning: zone %s: %d domains have a ROID that does not end in -%s\n", zone, foreign[zone], repository[zone])
		}
	}
	return err
}

// checkZones refuses zones that are none, or there twice, and languages that
// the rules are not written in.
func (c *config) checkZones(languages []string) error {
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
		if _, err := z.labelRules(); err != nil {
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
