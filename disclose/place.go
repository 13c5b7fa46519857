package disclose

import (
	"bytes"
	"cmp"
	"errors"
	"regexp"
	"strings"

	"github.com/BurntSushi/toml"
)

// maxFile bounds a rule file, in bytes: to find the line of a mistake it is
// read once for each of its lines.
const maxFile = 256 << 10

// decode reads the file strictly, and nothing of what it means.
func decode(text []byte) (*ruleFile, error) {
	f := new(ruleFile)
	meta, err := toml.NewDecoder(bytes.NewReader(text)).Decode(f)
	if err != nil {
		return nil, err
	}
	for _, key := range meta.Undecoded() {
		return nil, errors.New("no such key: " + key.String())
	}
	for _, key := range meta.Keys() {
		if misspelt(key) {
			return nil, errors.New("no such key: " + key.String() + " (keys are in lower case)")
		}
	}
	return f, nil
}

// misspelt finds keys that the decoder takes for another, since it ignores
// case. Languages are told apart by the check of their tags.
func misspelt(key toml.Key) bool {
	for _, part := range key {
		if part != strings.ToLower(part) {
			return true
		}
		if part == "reason" {
			return false
		}
	}
	return false
}

// undecodable says where the file cannot be decoded: at the first statement
// with which its beginning cannot.
func undecodable(text []byte, cause error) *RuleError {
	var parse toml.ParseError
	if errors.As(cause, &parse) {
		if strings.HasPrefix(parse.Message, "parsing time") { // a value that the date could not be read from
			parse.Message = parse.LastKey + ": it is not a date, as in 2026-01-31"
		}
		return &RuleError{Line: parse.Position.Line, Reason: parse.Message}
	}
	wrong := &RuleError{Reason: inOurWords(cause)}
	beginnings(text, func(line, rules int, part []byte) bool {
		_, err := decode(part)
		if err == nil {
			return true
		}
		wrong.Line, wrong.Rule, wrong.Reason = line, ruleID(text, rules), inOurWords(err)
		return false
	})
	return wrong
}

// lineOf is the line on which the n-th rule begins, from 1.
func lineOf(text []byte, n int) int {
	found := 0
	beginnings(text, func(line, rules int, _ []byte) bool {
		found = line
		return rules < n
	})
	return found
}

// beginnings calls f with each beginning of the file that ends with a whole
// statement: the line on which that statement begins, and how many rules there
// are so far. It ends when f returns false.
func beginnings(text []byte, f func(line, rules int, part []byte) bool) {
	line, start, end := 0, 1, 0
	for l := range bytes.Lines(text) {
		line++
		end += len(l)
		if s := bytes.TrimSpace(l); start == line && (len(s) == 0 || s[0] == '#') {
			start++
			continue
		}
		rules, err := rulesIn(text[:end])
		if err != nil {
			continue // the statement goes on
		}
		if !f(start, len(rules), text[:end]) {
			return
		}
		start = line + 1
	}
}

// rulesIn are the ids of the rules of a file that need not be right.
func rulesIn(text []byte) ([]string, error) {
	var f map[string]any
	if err := toml.Unmarshal(text, &f); err != nil {
		return nil, err
	}
	var ids []string
	add := func(rule any) {
		fields, _ := rule.(map[string]any)
		id, _ := fields["id"].(string)
		ids = append(ids, id)
	}
	switch rules := f["rule"].(type) {
	case []map[string]any:
		for _, r := range rules {
			add(r)
		}
	case []any: // written as a list of tables in braces
		for _, r := range rules {
			add(r)
		}
	}
	return ids, nil
}

// ruleID is what the n-th rule calls itself.
func ruleID(text []byte, n int) string {
	ids, err := rulesIn(text)
	if err != nil || n < 1 || n > len(ids) {
		return ""
	}
	return ids[n-1]
}

var (
	lastKey  = regexp.MustCompile(`^toml: (?:line \d+ )?\(last key "(?:rule\.)?([^"]*)"\): `)
	badType  = regexp.MustCompile(`incompatible types: TOML value has type (\S+); destination has type (\S+)`)
	badTable = regexp.MustCompile(`type mismatch for \S+: expected table but found \S+`)
)

// kinds are the decoder's types in our words.
var kinds = map[string]string{
	"string": "text in quotes", "slice": "a list in brackets", "array": "a list in brackets", "boolean": "true or false", "bool": "true or false",
	"int64": "a number", "integer": "a number", "float64": "a number", "map": "a table", "map[string]any": "a table", "[]any": "a list in brackets", "time.Time": "a date",
}

// inOurWords says the decoder's error without the line that it knows of: of
// rules, that is always one of the last.
func inOurWords(err error) string {
	s := err.Error()
	if key := lastKey.FindStringSubmatch(s); key != nil {
		s = key[1] + ": " + strings.TrimPrefix(s, key[0])
	}
	s = badTable.ReplaceAllLiteralString(s, "it should be a table")
	s = badType.ReplaceAllStringFunc(s, func(s string) string {
		is := badType.FindStringSubmatch(s)
		return "it is " + cmp.Or(kinds[is[1]], is[1]) + ", and should be " + cmp.Or(kinds[is[2]], is[2])
	})
	return strings.TrimPrefix(s, "toml: ")
}
