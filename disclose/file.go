package disclose

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"registerd/register"
)

// ruleFile is a rule file as it is written (TOML). docs/publication.md is its manual.
type ruleFile struct {
	Format     int       `toml:"format"`
	Name       string    `toml:"name"`
	Version    string    `toml:"version"`
	Effective  time.Time `toml:"effective"`
	Operator   string    `toml:"operator"`
	Controller string    `toml:"controller"`
	ApprovedBy string    `toml:"approved_by"`
	ApprovedOn time.Time `toml:"approved_on"`
	Unreviewed bool      `toml:"unreviewed"`
	Languages  []string  `toml:"languages"`

	Protection writtenReason `toml:"protection"`
	Rules      []writtenRule `toml:"rule"`
}

type writtenReason struct {
	Basis  string            `toml:"basis"`
	Reason map[string]string `toml:"reason"`
}

type writtenRule struct {
	ID string `toml:"id"`
	writtenReason
	Fields []string `toml:"fields"`
	Except []string `toml:"except"`
	Do     string   `toml:"do"`
	With   string   `toml:"with"`

	Audience     []string `toml:"audience"`
	Kind         []string `toml:"kind"`
	Purpose      []string `toml:"purpose"`
	Window       []string `toml:"window"`
	Role         []string `toml:"role"`
	Holder       []string `toml:"holder"`
	Verification []string `toml:"verification"`
	Protected    *bool    `toml:"protected"`
	Restricted   *bool    `toml:"restricted"`
	Permitted    *bool    `toml:"permitted"`
	Consented    *bool    `toml:"consented"`
	RoleEmail    *bool    `toml:"role_email"`
	Locked       *bool    `toml:"locked"`

	DespiteProtection string `toml:"despite_protection"`
	Silent            bool   `toml:"silent"`
}

// RuleError says what is wrong with a rule file, and where.
type RuleError struct {
	Line   int    // from 1; 0 is the file as a whole
	Rule   string // the rule's id, "" outside a rule
	Reason string
}

func (e *RuleError) Error() string {
	s := "rules: "
	if e.Line > 0 {
		s += fmt.Sprintf("line %d: ", e.Line)
	}
	if e.Rule != "" {
		s += "rule " + e.Rule + ": "
	}
	return s + e.Reason
}

// ReadPolicy reads a rule file strictly. Every error is a *RuleError.
func ReadPolicy(text []byte) (*Policy, error) {
	if len(text) > maxFile {
		return nil, &RuleError{Reason: fmt.Sprintf("the file is over %d KiB", maxFile>>10)}
	}
	f, err := decode(text)
	if err != nil {
		return nil, undecodable(text, err)
	}
	p, err := f.policy()
	var wrong *RuleError
	if errors.As(err, &wrong) && wrong.Line < 0 {
		wrong.Line = lineOf(text, -wrong.Line)
	}
	if p != nil {
		own, err := Shipped(p.Name)
		p.asShipped = err == nil && bytes.Equal(own, text)
	}
	return p, err
}

// policy checks the file and makes it ready. A line of -n in its error stands
// for that of the n-th rule.
func (f *ruleFile) policy() (*Policy, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	why, err := f.reasons(f.Protection)
	if err != nil {
		return nil, &RuleError{Rule: "protection", Reason: err.Error()}
	}
	p := &Policy{
		Name: f.Name, Effective: f.Effective, Operator: f.Operator, Controller: f.Controller,
		ApprovedBy: f.ApprovedBy, ApprovedOn: f.ApprovedOn, Unreviewed: f.Unreviewed, Languages: f.Languages,
		version: f.Name + "-" + f.Version,
		floor:   &Rule{ID: "protection", Basis: f.Protection.Basis, Reason: why[f.Languages[0]], Translations: why},
	}
	p.decided.Store(&map[uint64]*decisions{})
	for i := range f.Rules {
		r, err := f.rule(&f.Rules[i])
		if err == nil {
			err = p.add(r)
		}
		if err != nil {
			return nil, &RuleError{Line: -i - 1, Rule: f.Rules[i].ID, Reason: err.Error()}
		}
	}
	return p, nil
}

var ruleWord = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,39}$`)

// firstYear finds a time of day in place of a date, which has the year 0.
const firstYear = 2000

func (f *ruleFile) check() error {
	wrong := func(reason string) error { return &RuleError{Reason: reason} }
	word, nameReads := ReadsAsAnswer(f.Name + "-" + f.Version)
	switch {
	case f.Format != 1:
		return wrong("format: this program reads format 1")
	case !ruleWord.MatchString(f.Name):
		return wrong("name: it is missing, or not of lower-case letters, digits, dots and hyphens")
	case !ruleWord.MatchString(f.Version):
		return wrong("version: it is missing, or not of lower-case letters, digits, dots and hyphens")
	case nameReads:
		return wrong(fmt.Sprintf("name: it holds %q, which a client could take for an answer", word))
	case f.Effective.Year() < firstYear:
		return wrong("effective: the date from which the rules are in force is missing, or long past")
	case !f.ApprovedOn.IsZero() && f.ApprovedOn.Year() < firstYear:
		return wrong("approved_on: it is long past")
	case f.Operator == "" || strings.ContainsFunc(f.Operator, isControl):
		return wrong("operator: whose rules they are is missing, or not one line")
	case strings.ContainsFunc(f.Controller+f.ApprovedBy, isControl):
		return wrong("controller and approved_by: they are one line each")
	case len(f.Languages) == 0:
		return wrong("languages: there is none")
	case len(f.Rules) == 0:
		return wrong("there is no rule")
	}
	for i, l := range f.Languages {
		tag, err := language.Parse(l)
		if err != nil || tag.String() != l || slices.Contains(f.Languages[:i], l) {
			return wrong(fmt.Sprintf("languages: %q is not a language tag (BCP 47) in its usual spelling, or there twice", l))
		}
	}
	return nil
}

// maxReason keeps a reason on one line of WHOIS.
const maxReason = 100

// misread are words that a client could take for an answer about the name.
var misread = []string{"not found", "no entries", "no match", "nothing found", "is free", "available",
	"not registered", "unregistered", "does not exist", "no information", "no record", "no object", "no data found", ":", "%", "#"}

// ReadsAsAnswer is a word in s, if there is one, that a client could take for an
// answer about the name that was asked for.
func ReadsAsAnswer(s string) (word string, is bool) {
	s = strings.ToLower(s)
	i := slices.IndexFunc(misread, func(word string) bool { return strings.Contains(s, word) })
	if i < 0 {
		return "", false
	}
	return misread[i], true
}

// reasons checks that a reason is given in every language, and fits a line.
func (f *ruleFile) reasons(w writtenReason) (map[string]string, error) {
	if w.Basis == "" || strings.ContainsFunc(w.Basis, isControl) {
		return nil, errors.New("basis: the legal basis is missing, or not one line")
	}
	if utf8.RuneCountInString(w.Basis) > maxReason {
		return nil, fmt.Errorf("basis: it is longer than %d characters", maxReason)
	}
	if word, is := ReadsAsAnswer(w.Basis); is {
		return nil, fmt.Errorf("basis: it holds %q, which a client could take for an answer", word)
	}
	out := map[string]string{}
	for _, l := range f.Languages {
		s := w.Reason[l]
		switch {
		case strings.TrimSpace(s) == "":
			return nil, fmt.Errorf("reason: it is missing in %q", l)
		case utf8.RuneCountInString(s) > maxReason:
			return nil, fmt.Errorf("reason: in %q it is longer than %d characters", l, maxReason)
		case strings.ContainsFunc(s, isControl):
			return nil, fmt.Errorf("reason: in %q it holds a control character", l)
		}
		if word, is := ReadsAsAnswer(s); is {
			return nil, fmt.Errorf("reason: in %q it holds %q, which a client could take for an answer", l, word)
		}
		out[l] = s
	}
	if len(w.Reason) != len(f.Languages) {
		return nil, errors.New("reason: it is given in a language that the file does not name")
	}
	return out, nil
}

// isControl reports what ends a line or turns its direction: neither may stand
// in a text that is one line and reads as it is written.
func isControl(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r) && r >= '\u202a'
}

// rule checks one rule and makes it ready.
func (f *ruleFile) rule(w *writtenRule) (Rule, error) {
	r := Rule{
		ID: w.ID, Basis: w.Basis, With: w.With, Silent: w.Silent, DespiteProtection: w.DespiteProtection,
		When: Condition{
			Purposes: w.Purpose, Protected: trait(w.Protected), Restricted: trait(w.Restricted),
			Permitted: trait(w.Permitted), Consented: trait(w.Consented),
			RoleEmail: trait(w.RoleEmail), Locked: trait(w.Locked),
		},
	}
	if word, is := ReadsAsAnswer(w.ID); is {
		return r, fmt.Errorf("id: it holds %q, which a client could take for an answer", word)
	}
	var err error
	if r.Translations, err = f.reasons(w.writtenReason); err != nil {
		return r, err
	}
	r.Reason = r.Translations[f.Languages[0]]
	if r.Fields, err = fieldsOf(w.Fields, w.Except); err != nil {
		return r, err
	}
	if len(w.Audience) == 0 {
		return r, errors.New("audience: whom the rule is for is missing")
	}
	err = errors.Join(
		words(&r.When.Standings, "audience", w.Audience, parseStanding),
		words(&r.When.Kinds, "kind", w.Kind, ParseKind),
		words(&r.When.Windows, "window", w.Window, ParseWindow),
		words(&r.When.Roles, "role", w.Role, parseRole),
		words(&r.When.Holders, "holder", w.Holder, parseHolder),
		words(&r.When.Verification, "verification", w.Verification, register.ParseVerificationState),
	)
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return r, errors.New(first)
	}
	var known bool
	if r.Outcome, known = outcomes[w.Do]; !known {
		return r, fmt.Errorf("do: %q is not withhold, show, part or replace", w.Do)
	}
	return r, r.When.check(r.Fields)
}

var outcomes = map[string]Outcome{"withhold": Withhold, "show": Show, "part": ShowPart, "replace": Replace}

func trait(b *bool) Trait {
	switch {
	case b == nil:
		return Whatever
	case *b:
		return Required
	default:
		return Excluded
	}
}
