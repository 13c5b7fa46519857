package service

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"path/filepath"
	"strings"

	"registerd/access"
	"registerd/audit"
	"registerd/config"
	"registerd/disclose"
	"registerd/internal/wholefile"
)

// RulesInForce is the copy of the rule file in force, beside the journal. It is
// what the next start compares with.
const RulesInForce = "rules-in-force.toml"

// inForce is the rules that the public is answered by. They change only
// through take, which lets nothing widen unapproved or unjournaled.
type inForce struct {
	dir   string // of the journal and the copy; "" without one
	rules *config.Rules
	first bool  // there is no copy yet
	cause error // why the copy cannot be read; rules then show nothing
}

// unreadable stands for a copy that cannot be read: compared with it, whatever
// is shown is more.
const unreadable = "unreadable"

// readInForce reads the copy. Where there is none the default is in force.
func readInForce(dir string) (*inForce, error) {
	f := &inForce{dir: dir}
	var err error
	if dir != "" {
		f.rules, f.cause = config.ReadRules(filepath.Join(dir, RulesInForce))
	}
	switch {
	case dir == "", errors.Is(f.cause, fs.ErrNotExist):
		f.first, f.cause = true, nil
		f.rules, err = config.ReadRules(config.DefaultRules)
	case f.cause != nil:
		f.rules = new(config.Rules)
		f.rules.Policy, err = disclose.NewPolicy(unreadable, nil)
	}
	return f, err
}

// unusable reports an audit directory in which nothing can be read: what was in
// force is not known, and nothing can be journaled. That costs privileged
// answers and changes of rules, and not the public service.
func (f *inForce) unusable() bool {
	var path *fs.PathError
	return errors.As(f.cause, &path)
}

// needsNobody reports rules that come with the program and may be served
// without anybody's word.
func needsNobody(r *config.Rules) bool {
	for _, name := range []string{config.DefaultRules, "closed"} {
		if text, err := disclose.Shipped(name); err == nil && string(text) == string(r.Text) {
			return true
		}
	}
	return false
}

// change is what new rules would do.
type change struct {
	from, to string
	same     bool
	wider    []disclose.Field // of which the public would see more
}

// widening says whether showing the public more is approved.
type widening bool

const (
	unapproved widening = false
	approved   widening = true
)

// approval is what the configuration says of the rules it names: it approves
// one version by name, so that it cannot approve the next by being forgotten.
func approval(c *config.Config, r *config.Rules) widening {
	return widening(c.AllowWidenTo != "" && c.AllowWidenTo == r.Policy.Version())
}

// admit compares new rules with those in force, and refuses what may not be.
func (f *inForce) admit(next *config.Rules, w widening) (change, error) {
	c := change{from: f.rules.Policy.Version(), to: next.Policy.Version()}
	if c.from == c.to {
		if c.same = f.rules.SameAs(next); !c.same {
			return c, fmt.Errorf("rules: %s is in force and says something else; a file that changes takes a new version", c.to)
		}
		return c, nil
	}
	c.wider = next.Policy.WiderThan(f.rules.Policy)
	switch {
	case len(c.wider) == 0, f.unusable() && needsNobody(next):
		return c, nil
	case f.unusable():
		return c, fmt.Errorf("the copy of the rules in force cannot be read, and nothing can be journaled: %w; "+
			"mend audit.dir, or serve %s or closed meanwhile", f.cause, config.DefaultRules)
	case w == unapproved && f.cause != nil:
		return c, fmt.Errorf("the copy of the rules in force cannot be read: %w; to go on without comparing, start with --allow-widen", f.cause)
	case f.dir == "":
		return c, fmt.Errorf("rules: %s; without audit.dir that cannot be journaled", c.widens())
	case w == unapproved:
		return c, fmt.Errorf("rules: %s; to approve it, start with --allow-widen, or set allow_widen_to = %q",
			c.widens(), c.to)
	}
	return c, nil
}

func (c *change) widens() string {
	return fmt.Sprintf("%s shows the public more than %s, which is in force: %s",
		c.to, c.from, strings.Join(disclose.FieldNames(c.wider), ", "))
}

// take admits new rules, journals the change, and keeps the copy. Only then
// may they be served. What could not be journaled is not taken.
func (f *inForce) take(ctx context.Context, next *config.Rules, w widening, journal *audit.Journal) (change, error) {
	c, err := f.admit(next, w)
	if err != nil {
		return c, err
	}
	if f.unusable() {
		f.rules = next
		return c, nil
	}
	if f.dir != "" && !c.same {
		if err := journal.Record(ctx, c.record()); err != nil {
			return c, fmt.Errorf("rules: %s -> %s: %w", c.from, c.to, err)
		}
	}
	if f.dir != "" && (f.first || !c.same) {
		if err := wholefile.Write(filepath.Join(f.dir, RulesInForce), 0o600, next.Text); err != nil {
			return c, fmt.Errorf("rules: keeping a copy: %w", err)
		}
	}
	f.rules, f.first, f.cause = next, false, nil
	return c, nil
}

// record is the change as the journal holds it, in the name of whoever runs
// the program.
func (c *change) record() audit.Disclosure {
	return audit.Disclosure{
		Entry: audit.EntryRules, Reference: c.from + " -> " + c.to, Requester: disclose.Operator.String(),
		Caller: access.SystemAccount(), Organisation: "registry", Audience: disclose.Operator.String(),
		Window: "serve", Question: "rules " + c.from + " -> " + c.to, Kind: "rules", Key: c.to,
		Fields: disclose.FieldNames(c.wider), Rules: c.to, Client: netip.AddrFrom4([4]byte{127, 0, 0, 1}),
	}
}
