package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	"registerd/config"
	"registerd/service"
	"registerd/store/sqlite"
	"registerd/testdata"
	"registerd/whois"
)

type checkCommand struct {
	Config string `type:"path" required:"" placeholder:"FILE" help:"The configuration file."`
}

// Run checks the file and prints what would be served. It opens no window, and
// asks the register, if it is there, for its zones only.
func (k *checkCommand) Run(ctx context.Context, con console) error {
	c, err := config.Read(k.Config)
	if err != nil {
		return err
	}
	r, err := service.AdmittedRules(c)
	if err != nil {
		return err
	}
	var shown string
	var doubts []string
	if c.SpeaksTLS() {
		if shown, doubts, err = c.CertificateInWords(time.Now()); err != nil {
			return fmt.Errorf("rdap: %w", err)
		}
	}
	certified, err := c.RDAP.Certificates.InWords(time.Now(), consoleLog(con))
	if err != nil {
		return fmt.Errorf("rdap: certificates: %w", err)
	}
	others, err := c.ReferralsInWords(consoleLog(con))
	if err != nil {
		return err
	}
	misleading, err := misleadingProfiles(c)
	if err != nil {
		return err
	}
	for _, l := range c.InWords(r, shown) {
		fmt.Fprintf(con.out, "%-14s %s\n", l[0], cmp.Or(l[1], "off"))
	}
	for _, l := range slices.Concat(certified, others) {
		fmt.Fprintf(con.out, "%-16s %s\n", l[0], l[1])
	}
	warnOf(ctx, con, c, doubts, misleading)
	return nil
}

// warnOf tells what would be served, and is likely not what the operator wants: doubts
// about the certificate, profiles that mislead, and what is seen here.
func warnOf(ctx context.Context, con console, c *config.Config, doubts, misleading []string) {
	for _, doubt := range doubts {
		fmt.Fprintln(con.err, "warning: clients may refuse the certificate:", doubt)
	}
	for _, doubt := range c.KeyDoubts() {
		fmt.Fprintln(con.err, "warning:", doubt)
	}
	for _, ended := range c.EndedExceptions(time.Now()) {
		fmt.Fprintln(con.err, "warning: an exception of the limits has ended:", ended)
	}
	for _, doubt := range registerDoubts(ctx, c.DB) {
		fmt.Fprintln(con.err, "warning:", doubt)
	}
	for _, zone := range unservedAsItIs(ctx, c) {
		fmt.Fprintf(con.err, "warning: zone %q is not one of the register's: what is said of it is of no account\n", zone)
	}
	for _, profile := range misleading {
		fmt.Fprintln(con.err, "warning: parsers would misread answers by the profile "+profile+": see registerd profile check")
	}
}

// registerDoubts is what is not right with the register; nothing if there is none yet.
func registerDoubts(ctx context.Context, path string) []string {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	reader, err := service.OpenRegister(path, sqlite.Options{})
	if err != nil {
		return []string{"the register cannot be served as it is: " + err.Error()}
	}
	defer reader.Close()
	if indexed, err := reader.Indexed(ctx); err == nil && !indexed {
		return []string{"an older program loaded the register: not every search is answered until its next full load"}
	}
	return nil
}

// misleadingProfiles are the profiles of a configuration that was checked by which parsers
// would misread answers, in ways that the profile does not accept.
func misleadingProfiles(c *config.Config) (out []string, err error) {
	parsers, err := whois.ReadParsers(testdata.Parsers, "parsers")
	if err != nil {
		return nil, err
	}
	all, err := c.WHOISProfiles()
	for _, zone := range slices.Sorted(maps.Keys(all)) {
		version := all[zone].Version()
		trap := func(t whois.Trap) bool { return !t.Accepted }
		if !slices.Contains(out, version) && slices.ContainsFunc(all[zone].Traps(parsers), trap) {
			out = append(out, version)
		}
	}
	return out, err
}

// unservedAsItIs are those by the register that is there; none if it cannot be read.
func unservedAsItIs(ctx context.Context, c *config.Config) []string {
	reader, err := service.OpenRegister(c.DB, sqlite.Options{})
	if err != nil {
		return nil
	}
	defer reader.Close()
	edition, err := reader.Edition(ctx)
	if err != nil {
		return nil
	}
	return c.Unserved(edition.State)
}
