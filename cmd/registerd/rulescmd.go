package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"registerd/config"
	"registerd/disclose"
	"registerd/publication"
)

type rulesCommand struct {
	Check  rulesCheckCommand  `cmd:"" help:"Check a rule file; a mistake is told with its line and rule."`
	Diff   rulesDiffCommand   `cmd:"" help:"Compare two rule files: what would be seen, by whom, of which holders."`
	Print  rulesPrintCommand  `cmd:"" help:"Print rules as a text for the public (Markdown)."`
	Source rulesSourceCommand `cmd:"" help:"Print a rule file that comes with the program, to begin one's own with."`
}

type rulesCheckCommand struct {
	File string `arg:"" help:"The rule file, or the name of shipped rules."`
}

// Run says what the file is, and whether it could be served.
func (k *rulesCheckCommand) Run(con console) error {
	r, err := config.ReadRules(k.File)
	if err != nil {
		return err
	}
	usual, err := config.ReadRules(config.DefaultRules)
	if err != nil {
		return err
	}
	p := r.Policy
	fmt.Fprintf(con.out, "%s of %s: %d rules, in %s, effective %s\n", p.Version(), p.Operator, len(p.Rules),
		strings.Join(p.Languages, " and "), p.Effective.Format(time.DateOnly))
	if err := p.Servable(time.Now()); err != nil {
		fmt.Fprintf(con.out, "Not to be served yet: %v\n", err)
	}
	if wider := p.WiderThan(usual.Policy); len(wider) > 0 {
		fmt.Fprintf(con.out, "The public can see more than by %s: %s\n", usual.Policy.Version(), strings.Join(disclose.FieldNames(wider), ", "))
	}
	return nil
}

type rulesSourceCommand struct {
	Name string `arg:"" optional:"" help:"Which; without it the names are listed."`
}

// Run prints the file as it is, comments included.
func (s *rulesSourceCommand) Run(con console) error {
	return printShipped(con, s.Name, disclose.ShippedNames(), disclose.Shipped)
}

// printShipped prints a file that comes with the program, or without a name
// those that there are.
func printShipped(con console, name string, names []string, read func(string) ([]byte, error)) error {
	if name == "" {
		_, err := fmt.Fprintln(con.out, strings.Join(names, "\n"))
		return err
	}
	text, err := read(name)
	if err != nil {
		return err
	}
	_, err = con.out.Write(text)
	return err
}

type rulesPrintCommand struct {
	Rules string `arg:"" help:"A rule file, or the name of shipped rules."`
	Lang  string `placeholder:"TAG" help:"The language; default: the first that the rules name."`
}

// Run prints the rules as tables that a citizen can read, with bases and reasons.
func (k *rulesPrintCommand) Run(con console) error {
	r, err := config.ReadRules(k.Rules)
	if err != nil {
		return err
	}
	language := cmp.Or(k.Lang, r.Policy.Language())
	if !slices.Contains(r.Policy.Languages, language) {
		return misused("rules: --lang is one of %s", strings.Join(r.Policy.Languages, ", "))
	}
	_, err = io.WriteString(con.out, publication.Text(r.Policy, language))
	return err
}

// rulesBy are the rules that a command goes by: those it names, those of the
// configuration, or the default.
func rulesBy(configFile, name string) (*config.Rules, error) {
	if name != "" || configFile == "" {
		return config.ReadRules(cmp.Or(name, config.DefaultRules))
	}
	c, err := config.Read(configFile)
	if err != nil {
		return nil, err
	}
	return c.PublicationRules()
}
