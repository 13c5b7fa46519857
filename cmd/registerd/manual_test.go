package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"registerd/internal/build"
)

// printed is what a command prints.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if status := run(t.Context(), args, console{nil, &out, &errs}); status != ok || errs.Len() > 0 {
		t.Fatalf("%v: status %d\n%s", args, status, &errs)
	}
	return out.String()
}

// manuals are those of all commands.
func manuals(t *testing.T) []manual {
	t.Helper()
	parser, err := kong.New(new(commands), kong.Name("registerd"), loopbacks)
	must(t, err)
	return manualOf(parser.Model.Node).all()
}

func TestTheManualPageTellsOfEveryCommandAndFlag(t *testing.T) {
	page := strings.ReplaceAll(printed(t, "man"), `\-`, "-")
	all := manuals(t)
	if len(all) < 40 {
		t.Fatalf("%d commands: these are not all", len(all))
	}
	for _, m := range all[1:] {
		if len(m.commands) > 0 {
			continue
		}
		_, section, found := strings.Cut(page, "\n.SS \""+strings.ReplaceAll(m.usage, `"`, `\(dq`)+"\"\n")
		if !found {
			t.Errorf("there is no section of %s", m.name())
			continue
		}
		section, _, _ = strings.Cut(section, "\n.S")
		for _, f := range m.flags {
			if f.Name != "help" && !strings.Contains(section, "--"+f.Name) {
				t.Errorf("%s: --%s is missing", m.name(), f.Name)
			}
		}
	}
	for _, want := range []string{"SIGHUP", "SIGTERM", "LISTEN_FDNAMES", "/etc/registerd/registerd.toml", "EXIT STATUS"} {
		if !strings.Contains(page, want) {
			t.Errorf("nothing is said of %s", want)
		}
	}
}

// A date with its hyphens escaped is none to mandoc.
func TestTheTitleOfTheManualPageHasADateAsItIs(t *testing.T) {
	var p page8
	p.write(manual{}, build.Info{Version: "1.2-rc1", Date: "2026-11-22T10:00:00Z"})
	title, _, _ := strings.Cut(p.String(), "\n")
	if want := `.TH "REGISTERD" "8" "2026-11-22" "registerd 1.2-rc1" "System Manager's Manual"`; title != want {
		t.Errorf("it is %s, want %s", title, want)
	}
}

// The page's own lines are as long as its sentences; formatters break them. A program
// that was made for a test is of no commit, and has no date.
var expected = regexp.MustCompile(`STYLE: input text line longer than|WARNING: missing date`)

func TestTheManualPageIsWellFormed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "registerd.8")
	must(t, os.WriteFile(file, []byte(printed(t, "man")), 0o600))
	checked := false
	for _, formatter := range [][]string{{"mandoc", "-T", "lint"}, {"groff", "-man", "-z", "-ww", "-Kutf8"}} {
		if _, err := exec.LookPath(formatter[0]); err != nil {
			continue
		}
		checked = true
		out, _ := exec.Command(formatter[0], append(formatter[1:], file)...).CombinedOutput() // its status counts style
		for line := range strings.Lines(string(out)) {
			if !expected.MatchString(line) {
				t.Errorf("%s: %s", formatter[0], line)
			}
		}
	}
	if !checked {
		t.Skip("neither mandoc nor groff is here")
	}
}

// completed is what a shell offers for words, the last of which is being typed.
var completed = map[string]func(script string, words []string) *exec.Cmd{
	"bash": func(script string, words []string) *exec.Cmd {
		return exec.Command("bash", append([]string{"--norc", "-c",
			`source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _registerd; printf '%s\n' "${COMPREPLY[@]}"`, "bash", script}, words...)...)
	},
	"zsh": func(script string, words []string) *exec.Cmd {
		return exec.Command("zsh", append([]string{"-f", "-c",
			`compdef() { : }; _describe() { print -rl -- "${(@P)2}" }; source "$1"; shift; words=("$@"); CURRENT=$#; _registerd`, "zsh", script}, words...)...)
	},
	"fish": func(script string, words []string) *exec.Cmd {
		return exec.Command("fish", "--no-config", "-c", `source $argv[1]; complete -C $argv[2]`, script, strings.Join(words, " "))
	},
}

func TestShellsCompleteCommandsFlagsAndWords(t *testing.T) {
	for shell, ask := range completed {
		if _, err := exec.LookPath(shell); err != nil {
			t.Logf("%s is not here", shell)
			continue
		}
		script := filepath.Join(t.TempDir(), "registerd."+shell)
		must(t, os.WriteFile(script, []byte(printed(t, "completion", shell)), 0o600))
		for _, tt := range []struct {
			words []string
			want  []string
		}{
			{[]string{"registerd", ""}, []string{"serve", "rules", "completion"}},
			{[]string{"registerd", "rules", ""}, []string{"check", "diff", "print", "source"}},
			{[]string{"registerd", "serve", "--"}, []string{"--config", "--no-limits"}},
			{[]string{"registerd", "rules", "check", "--"}, []string{"--help"}},
			{[]string{"registerd", "completion", ""}, []string{"bash", "zsh", "fish"}},
		} {
			out, err := ask(script, tt.words).CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %v\n%s", shell, err, out)
			}
			var offered []string
			for line := range strings.Lines(string(out)) {
				word, _, _ := strings.Cut(strings.TrimSpace(line), "\t") // fish tells its help behind it
				word, _, _ = strings.Cut(word, ":")                      // and zsh here
				offered = append(offered, word)
			}
			for _, word := range tt.want {
				if !slices.Contains(offered, word) {
					t.Errorf("%s: %q offers %q, and not %s", shell, tt.words, offered, word)
				}
			}
			if len(tt.words) > 2 && slices.Contains(offered, "demo") {
				t.Errorf("%s: %q offers %q", shell, tt.words, offered)
			}
		}
	}
}

func TestTheVersionSaysWhatTheProgramWasMadeFrom(t *testing.T) {
	var b build.Info
	must(t, json.Unmarshal([]byte(printed(t, "version", "--json")), &b))
	if b != build.This() || !strings.HasPrefix(b.Go, "go1.") || b.SQLite == "" || b.Version == "" {
		t.Errorf("%+v", b)
	}
	if words := printed(t, "version"); !strings.HasPrefix(words, "registerd "+b.Version+"\n") || !strings.Contains(words, b.SQLite) {
		t.Error(words)
	}
}
