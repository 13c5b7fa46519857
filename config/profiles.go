package config

import (
	"cmp"
	"fmt"

	"registerd/register"
	"registerd/whois"
)

// defaultProfile is that of who names none.
const defaultProfile = "icann"

// ReadProfile reads a WHOIS profile: a file, or a shipped one by its name.
func ReadProfile(name string) (*whois.Profile, error) {
	if !IsRuleFile(name) {
		text, err := whois.ShippedProfile(name)
		if err != nil {
			return nil, fmt.Errorf("%w; a file's name ends in .toml", err)
		}
		return whois.ReadProfile(text)
	}
	text, err := ReadText(name)
	if err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	p, err := whois.ReadProfile(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// ProfileFiles are the keys of a configuration that name files of profiles.
func (c *Config) ProfileFiles() (paths []*string) {
	all := []*string{&c.WHOIS.Profile}
	for i := range c.Zones {
		all = append(all, &c.Zones[i].Profile)
	}
	for _, p := range all {
		if IsRuleFile(*p) {
			paths = append(paths, p)
		}
	}
	return paths
}

// WHOISProfiles are those of the zones, and under "" that of all else.
func (c *Config) WHOISProfiles() (map[register.Name]*whois.Profile, error) {
	usual, err := ReadProfile(cmp.Or(c.WHOIS.Profile, defaultProfile))
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
		if out[name], err = ReadProfile(z.Profile); err != nil {
			return nil, fmt.Errorf("zone %q: %w", z.Name, err)
		}
	}
	return out, nil
}

// profilesInWords are the profiles of a configuration that was checked.
func (c *Config) profilesInWords() (out [][2]string) {
	all, _ := c.WHOISProfiles()
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
