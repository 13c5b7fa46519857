package whois

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Parser is what is known of a family of programs that read answers: what they
// look for, in words (testdata/parsers).
type Parser struct {
	Name           string   `toml:"name"`
	About          string   `toml:"about"`
	Finds          []string `toml:"finds"`
	Anywhere       bool     `toml:"anywhere"`
	PassesOver     []string `toml:"passes_over"`
	Labels         []string `toml:"labels"`
	Knows          []string `toml:"knows"`
	Absent         []string `toml:"absent"`
	Limited        []string `toml:"limited"`
	LimitedAtStart []string `toml:"limited_at_start"`
	Signed         []string `toml:"signed"`
	Blanks         []string `toml:"blanks"`
}

// ReadParsers reads the files of a folder that end in .toml.
func ReadParsers(folder fs.FS, dir string) ([]Parser, error) {
	names, err := fs.Glob(folder, path.Join(dir, "*.toml"))
	if err != nil {
		return nil, err
	}
	out := make([]Parser, len(names))
	for i, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		meta, err := toml.NewDecoder(bytes.NewReader(text)).Decode(&out[i])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if unknown := meta.Undecoded(); len(unknown) > 0 {
			return nil, fmt.Errorf("%s: no such key: %s", name, unknown[0])
		}
	}
	return out, nil
}

// Reading is what a parser makes of an answer.
type Reading string

// The readings. Of an answer that says nothing to a parser it has no record.
const (
	ReadsNothing Reading = "nothing"
	ReadsRecord  Reading = "a record"
	ReadsAbsent  Reading = "not there"
	ReadsLimit   Reading = "a limit"
)

// Read reads an answer as the parser does.
func (r *Parser) Read(page string) Reading {
	page = strings.ToLower(page)
	switch {
	case firstOf(r.Absent, func(w string) bool { return strings.Contains(page, w) }) != "":
		return ReadsAbsent
	case firstOf(r.Limited, func(w string) bool { return strings.Contains(page, w) }) != "",
		firstOf(r.LimitedAtStart, func(w string) bool { return strings.HasPrefix(page, w) }) != "":
		return ReadsLimit
	}
	for l := range strings.Lines(page) {
		if r.labelIn(l) != "" {
			return ReadsRecord
		}
	}
	return ReadsNothing
}

// labelIn is a label of the parser's that it finds in a line, "" if there is none.
func (r *Parser) labelIn(l string) string {
	l = strings.ToLower(strings.TrimSpace(l))
	if firstOf(r.PassesOver, func(w string) bool { return strings.HasPrefix(l, w) }) != "" {
		return ""
	}
	return firstOf(r.Labels, func(label string) bool {
		if r.Anywhere {
			return strings.Contains(l, label+":")
		}
		return strings.HasPrefix(l, label+":")
	})
}

func firstOf(words []string, fits func(string) bool) string {
	if i := slices.IndexFunc(words, fits); i >= 0 {
		return words[i]
	}
	return ""
}
