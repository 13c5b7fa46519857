package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// manual is what the flags' parser knows of a command, for the manual page and for
// the completions of shells: they say what --help says.
type manual struct {
	path     []string // "rules", "check"; none for the program itself
	usage    string
	help     string
	commands []manual
	flags    []*kong.Flag
	args     []*kong.Positional
}

// manualOf is that of a command which is typed behind the words of path.
func manualOf(n *kong.Node, path ...string) manual {
	m := manual{path: path, help: n.Help, usage: n.Summary(), args: n.Positional}
	for _, child := range n.Children {
		if !child.Hidden {
			m.commands = append(m.commands, manualOf(child, append(slices.Clip(path), child.Name)...))
		}
	}
	for _, flags := range n.AllFlags(true) {
		m.flags = append(m.flags, flags...)
	}
	return m
}

// name is the path in words; "" for the program itself.
func (m *manual) name() string { return strings.Join(m.path, " ") }

// all are the manual and those below it, each before its own.
func (m manual) all() []manual {
	out := []manual{m}
	for _, c := range m.commands {
		out = append(out, c.all()...)
	}
	return out
}

// choices are the words that a value may be, if they are few.
func choices(v *kong.Value) []string {
	if v.Enum == "" {
		return nil
	}
	return slices.DeleteFunc(v.EnumSlice(), func(s string) bool { return s == "" })
}

// flagWords are the flag as it is typed.
func flagWords(f *kong.Flag) string {
	words := "--" + f.Name
	if f.Short != 0 {
		words = fmt.Sprintf("-%c, %s", f.Short, words)
	}
	if f.IsBool() && f.Tag.Negatable != "" {
		words += ", --no-" + f.Name
	}
	return words
}

func takesValue(f *kong.Flag) bool { return !f.IsBool() && !f.IsCounter() }
