package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"registerd/register"
	"registerd/testdata"
	"registerd/whois"
)

// defaultProfile is that of who names none.
const defaultProfile = "icann"

// readProfile reads a WHOIS profile: a file, or a shipped one by its name.
func readProfile(name string) (*whois.Profile, error) {
	if !isRuleFile(name) {
		text, err := whois.ShippedProfile(name)
		if err != nil {
			return nil, fmt.Errorf("%w; a file's name ends in .toml", err)
		}
		return whois.ReadProfile(text)
	}
	text, err := readText(name)
	if err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	p, err := whois.ReadProfile(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// profileFiles are the keys of a configuration that name files of profiles.
func (c *config) profileFiles() (paths []*string) {
	all := []*string{&c.WHOIS.Profile}
	for i := range c.Zones {
		all = append(all, &c.Zones[i].Profile)
	}
	for _, p := range all {
		if isRuleFile(*p) {
			paths = append(paths, p)
		}
	}
	return paths
}

// whoisProfiles are those of the zones, and under "" that of all else.
func (c *config) whoisProfiles() (map[register.Name]*whois.Profile, error) {
	usual, err := readProfile(cmp.Or(c.WHOIS.Profile, defaultProfile))
	if err != nil {
		return nil, fmt.Errorf("whois: %w", err)
	}
	out := map[register.Name]*whois.Profile{"": usual}
	for i := range c.Zones {
		z := &c.Zones[i]
		name, err := register.ParseName(z.Name)
		if err != nil {
			continue // checkZones tells of it
		}
		if out[name] = usual; z.Profile == "" {
			continue
		}
		if out[name], err = readProfile(z.Profile); err != nil {
			return nil, fmt.Errorf("zone %q: %w", z.Name, err)
		}
	}
	return out, nil
}

// misleading are the profiles of a configuration that was checked by which parsers
// would misread answers, in ways that the profile does not accept.
func (c *config) misleading() (out []string, err error) {
	parsers, err := whois.ReadParsers(testdata.Parsers, "parsers")
	if err != nil {
		return nil, err
	}
	all, err := c.whoisProfiles()
	for _, zone := range slices.Sorted(maps.Keys(all)) {
		version := all[zone].Version()
		trap := func(t whois.Trap) bool { return !t.Accepted }
		if !slices.Contains(out, version) && slices.ContainsFunc(all[zone].Traps(parsers), trap) {
			out = append(out, version)
		}
	}
	return out, err
}

// profilesInWords are the profiles of a configuration that was checked.
func (c *config) profilesInWords() (out [][2]string) {
	all, _ := c.whoisProfiles()
	if c.WHOIS.Listen != "" {
		out = append(out, [2]string{"profile", all[""].Version()})
	}
	for i := range c.Zones {
		if name, err := register.ParseName(c.Zones[i].Name); err == nil && c.Zones[i].Profile != "" {
			out = append(out, [2]string{"profile of " + string(name), all[name].Version()})
		}
	}
	return out
}
