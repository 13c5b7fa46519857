package main

import (
	"errors"
	"fmt"

	"registerd/config"
	"registerd/testdata"
	"registerd/whois"
)

type profileCommand struct {
	Check profileCheckCommand `cmd:"" help:"Check a profile, and look for what parsers would misread."`
	Print profilePrintCommand `cmd:"" help:"Print a profile that comes with the program, to begin one's own with."`
}

type profileCheckCommand struct {
	File string `arg:"" help:"The profile, or the name of a shipped one."`
}

var errTraps = errors.New("profile: parsers would misread it; what and where stands above")

// Run says what the profile is, and what parsers would make of it.
func (k *profileCheckCommand) Run(con console) error {
	p, err := config.ReadProfile(k.File)
	if err != nil {
		return err
	}
	parsers, err := whois.ReadParsers(testdata.Parsers, "parsers")
	if err != nil {
		return err
	}
	fmt.Fprintf(con.out, "%s, read as %d parsers would\n", p.Version(), len(parsers))
	bad := false
	for _, t := range p.Traps(parsers) {
		known := ""
		if t.Accepted {
			known = " (accepted)"
		}
		fmt.Fprintf(con.out, "%s: %s%s\n", t.Where, t.What, known)
		bad = bad || !t.Accepted
	}
	if bad {
		return errTraps
	}
	return nil
}

type profilePrintCommand struct {
	Name string `arg:"" optional:"" help:"Which; without it the names are listed."`
}

// Run prints the profile as it is, comments included.
func (k *profilePrintCommand) Run(con console) error {
	return printShipped(con, k.Name, whois.ShippedProfileNames(), whois.ShippedProfile)
}
