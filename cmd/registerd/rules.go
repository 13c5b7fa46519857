package main

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

// defaultRules are in force where the operator names none.
const defaultRules = "gdpr"

// rules are a rule file, as it is written and as it decides.
type rules struct {
	text   []byte
	policy *disclose.Policy
}

// isRuleFile tells a path from the name of a shipped rule file.
func isRuleFile(s string) bool {
	return strings.HasSuffix(s, ".toml") || strings.ContainsAny(s, `/\`)
}

// readRules reads the rules of a file, or shipped ones by their name.
func readRules(name string) (*rules, error) {
	if !isRuleFile(name) {
		text, err := disclose.Shipped(name)
		if err != nil {
			return nil, fmt.Errorf("%w; a file's name ends in .toml", err)
		}
		return parseRules(name, text)
	}
	text, err := readText(name)
	if err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	return parseRules(filepath.Base(name), text)
}

func parseRules(name string, text []byte) (*rules, error) {
	p, err := disclose.ReadPolicy(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &rules{text, p}, nil
}

// sameAs reports that two files say the same; comments are of no account.
func (r *rules) sameAs(other *rules) bool {
	var a, b map[string]any
	_, errA := toml.Decode(string(r.text), &a)
	_, errB := toml.Decode(string(other.text), &b)
	return errA == nil && errB == nil && reflect.DeepEqual(a, b)
}

// rules are those that the configuration names, if they may be served.
func (c *config) rules() (*rules, error) {
	r, err := readRules(cmp.Or(c.Rules, defaultRules))
	if err != nil {
		return nil, err
	}
	return r, r.policy.Servable(time.Now())
}

// rulesBy are the rules that a command goes by: those it names, those of the
// configuration, or the default.
func rulesBy(configFile, name string) (*rules, error) {
	if name != "" || configFile == "" {
		return readRules(cmp.Or(name, defaultRules))
	}
	c, err := readConfig(configFile)
	if err != nil {
		return nil, err
	}
	return c.rules()
}
