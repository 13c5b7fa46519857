package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
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
	printConfig(con.out, c, r, shown)
	for _, l := range slices.Concat(certified, others) {
		fmt.Fprintf(con.out, "%-16s %s\n", l[0], l[1])
	}
	for _, doubt := range doubts {
		fmt.Fprintln(con.err, "warning: clients may refuse the certificate:", doubt)
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
	return nil
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

func printConfig(out io.Writer, c *config.Config, r *config.Rules, certificate string) {
	line := func(what, value string) {
		if value == "" {
			value = "off"
		}
		fmt.Fprintf(out, "%-14s %s\n", what, value)
	}
	line("register", c.DB)
	line("whois", c.WHOIS.Listen)
	for name, a := range c.Availabilities() {
		line(strings.Replace(name, "das", "availability", 1), a.InWords())
	}
	rdap := c.RDAP.Listen
	if c.RDAP.Base != "" {
		rdap += " as " + c.RDAP.Base
	}
	if c.RDAP.BehindTLS {
		rdap += ", behind TLS"
	}
	line("rdap", rdap)
	if certificate != "" {
		line("certificate", certificate)
	}
	for _, l := range c.ProfilesInWords() {
		line(l[0], l[1])
	}
	for _, name := range slices.Sorted(maps.Keys(c.WHOIS.Refer)) {
		line("refer "+name, c.WHOIS.Refer[name])
	}
	if c.RDAP.Redirect != "" {
		line("redirect", c.RDAP.Redirect)
	}
	line("private", c.Private.Listen)
	line("audit", c.Audit.Dir)
	if c.Requests.Dir != "" {
		line("requests", c.Requests.Dir)
	}
	line("rules", r.Policy.Version())
	limits := "on"
	if c.Limits.Off {
		limits = ""
	}
	line("limits", limits)
	for i := range c.Limits.Networks {
		line(fmt.Sprintf("network %d", i+1), c.Limits.Networks[i].InWords())
	}
	operator := c.Operator.Name
	if operator == "" {
		operator = "not named"
	}
	line("operator", operator)
	if c.Accounts != "" {
		line("accounts", c.Accounts)
	}
	if c.HolderLinks != "" {
		line("holder links", c.HolderLinks)
	}
	for _, t := range c.Tokens {
		words := fmt.Sprintf("%s, %s, until %s", t.Audience, t.Organization, t.Expires.Format("2006-01-02"))
		if t.Times != 0 {
			words += ", " + config.Decimal(t.Times) + " times the budgets"
		}
		line("token "+t.ID, words)
	}
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
