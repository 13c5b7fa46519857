package config

import (
	"cmp"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"registerd/disclose"
)

// DefaultRules are in force where the operator names none.
const DefaultRules = "gdpr"

// Rules are a rule file, as it is written and as it decides.
type Rules struct {
	Text   []byte // with its comments
	Policy *disclose.Policy
}

// IsRuleFile tells a path from the name of a shipped rule file.
func IsRuleFile(s string) bool {
	return strings.HasSuffix(s, ".toml") || strings.ContainsAny(s, `/\`)
}

// ReadRules reads the rules of a file, or shipped ones by their name.
func ReadRules(name string) (*Rules, error) {
	if !IsRuleFile(name) {
		text, err := disclose.Shipped(name)
		if err != nil {
			return nil, fmt.Errorf("%w; a file's name ends in .toml", err)
		}
		return parseRules(name, text)
	}
	text, err := ReadText(name)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	return parseRules(filepath.Base(name), text)
}

// parseRules reads the text of a rule file, by whose name mistakes are told.
func parseRules(name string, text []byte) (*Rules, error) {
	p, err := disclose.ReadPolicy(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &Rules{text, p}, nil
}

// SameAs reports that two files say the same; comments are of no account.
func (r *Rules) SameAs(other *Rules) bool {
	var a, b map[string]any
	_, errA := toml.Decode(string(r.Text), &a)
	_, errB := toml.Decode(string(other.Text), &b)
	return errA == nil && errB == nil && reflect.DeepEqual(a, b)
}

// PublicationRules are those that the configuration names, if they may be served.
func (c *Config) PublicationRules() (*Rules, error) {
	r, err := ReadRules(cmp.Or(c.Rules, DefaultRules))
	if err != nil {
		return nil, err
	}
	return r, r.Policy.Servable(time.Now())
}
