package main

import (
	"context"
	"slices"

	"registerd/register"
	"registerd/store/sqlite"
)

// unserved are the zones of the configuration that the register does not serve:
// what is said of them there is of no account, and likely a slip.
func (c *config) unserved(s *register.State) (names []string) {
	for _, z := range c.Zones {
		if name, err := register.ParseName(z.Name); err == nil && !slices.Contains(s.Zones, name) {
			names = append(names, z.Name)
		}
	}
	return names
}

// warnOfUnserved tells of them, if the register can be read.
func (s *service) warnOfUnserved(ctx context.Context, c *config) {
	edition, err := s.desk.Edition(ctx)
	if err != nil {
		return
	}
	for _, name := range c.unserved(edition.State) {
		s.log.Warn("a zone of the configuration is not one of the register's: what is said of it is of no account", "zone", name)
	}
}

// unservedAsItIs are those by the register that is there; none if it cannot be read.
func (c *config) unservedAsItIs(ctx context.Context) []string {
	reader, err := openRegister(c.DB, sqlite.Options{})
	if err != nil {
		return nil
	}
	defer reader.Close()
	edition, err := reader.Edition(ctx)
	if err != nil {
		return nil
	}
	return c.unserved(edition.State)
}
