package disclose

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"
)

//go:embed rules
var shipped embed.FS

// Shipped is the text of a rule file that comes with the program.
func Shipped(name string) ([]byte, error) {
	text, err := shipped.ReadFile(path.Join("rules", name+".toml"))
	if err != nil {
		return nil, fmt.Errorf("rules: %q is none of %s", name, strings.Join(ShippedNames(), ", "))
	}
	return text, nil
}

// ShippedNames lists the rule files that come with the program.
func ShippedNames() []string {
	files, _ := fs.Glob(shipped, "rules/*.toml") // the pattern is well-formed
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(path.Base(f), ".toml"))
	}
	return names
}

// GDPR is the policy that is in force when the operator names none.
func GDPR() *Policy {
	text, err := Shipped("gdpr")
	var p *Policy
	if err == nil {
		p, err = ReadPolicy(text)
	}
	if err != nil {
		panic(err) // the file is part of the program; every test reads it
	}
	return p
}

// Servable reports why the policy may not be served: all but the two that
// decide nothing in an operator's place, unchanged, need somebody who answers for them.
func (p *Policy) Servable(now time.Time) error {
	wrong := func(reason string) error { return &RuleError{Reason: p.version + ": " + reason} }
	switch {
	case p.Effective.After(now):
		return wrong("effective: the rules are in force from " + p.Effective.Format(time.DateOnly))
	case p.asShipped && (p.Name == "gdpr" || p.Name == "closed"):
		return nil
	case p.Unreviewed:
		return wrong("unreviewed: have the file reviewed, and take the key out")
	case p.Controller == "" || p.ApprovedBy == "" || p.ApprovedOn.IsZero():
		return wrong("controller, approved_by and approved_on: who answers for the data, and who approved the rules, and when")
	case p.ApprovedOn.After(now):
		return wrong("approved_on: it is still to come")
	}
	return nil
}
