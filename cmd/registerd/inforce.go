package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"registerd/audit"
	"registerd/disclose"
)

// inForceName is the copy of the rule file in force, beside the journal. It is
// what the next start compares with.
const inForceName = "rules-in-force.toml"

// inForce is the rules that the public is answered by. They change only
// through take, which lets nothing widen unapproved or unjournaled.
type inForce struct {
	dir   string // of the journal and the copy; "" without one
	rules *rules
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
		f.rules, f.cause = readRules(filepath.Join(dir, inForceName))
	}
	switch {
	case dir == "", errors.Is(f.cause, fs.ErrNotExist):
		f.first, f.cause = true, nil
		f.rules, err = readRules(defaultRules)
	case f.cause != nil:
		f.rules = new(rules)
		f.rules.policy, err = disclose.NewPolicy(unreadable, nil)
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
func (r *rules) needsNobody() bool {
	for _, name := range []string{defaultRules, "closed"} {
		if text, err := disclose.Shipped(name); err == nil && string(text) == string(r.text) {
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
func (c *config) approval(r *rules) widening {
	return widening(c.AllowWidenTo != "" && c.AllowWidenTo == r.policy.Version())
}

// admit compares new rules with those in force, and refuses what may not be.
func (f *inForce) admit(next *rules, w widening) (change, error) {
	c := change{from: f.rules.policy.Version(), to: next.policy.Version()}
	if c.from == c.to {
		if c.same = f.rules.sameAs(next); !c.same {
			return c, fmt.Errorf("rules: %s is in force and says something else; a file that changes takes a new version", c.to)
		}
		return c, nil
	}
	c.wider = next.policy.WiderThan(f.rules.policy)
	switch {
	case len(c.wider) == 0, f.unusable() && next.needsNobody():
		return c, nil
	case f.unusable():
		return c, fmt.Errorf("the copy of the rules in force cannot be read, and nothing can be journaled: %w; "+
			"mend audit.dir, or serve %s or closed meanwhile", f.cause, defaultRules)
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
		c.to, c.from, strings.Join(fieldNames(c.wider), ", "))
}

func fieldNames(fields []disclose.Field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.String()
	}
	return names
}

// take admits new rules, journals the change, and keeps the copy. Only then
// may they be served. What could not be journaled is not taken.
func (f *inForce) take(ctx context.Context, next *rules, w widening, journal *audit.Journal) (change, error) {
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
		if err := writeWhole(filepath.Join(f.dir, inForceName), next.text); err != nil {
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
		Caller: systemAccount(), Organisation: "registry", Audience: disclose.Operator.String(),
		Window: "serve", Question: "rules " + c.from + " -> " + c.to, Kind: "rules", Key: c.to,
		Fields: fieldNames(c.wider), Rules: c.to, Client: netip.AddrFrom4([4]byte{127, 0, 0, 1}),
	}
}

// writeWhole replaces a file: after a crash it is the old or the new one.
func writeWhole(path string, text []byte) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temp.Name())
		}
	}()
	return replaceBy(temp, path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// replaceBy writes a temporary file and puts it in the place of another.
func replaceBy(temp *os.File, path string, write func(io.Writer) error) error {
	err := write(temp)
	if err == nil {
		err = temp.Sync()
	}
	if err := errors.Join(err, temp.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
