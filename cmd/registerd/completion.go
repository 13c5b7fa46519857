package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"The shell: bash, zsh or fish."`
}

// Run prints the completions of a shell, made from what the parser of flags knows.
func (c *completionCommand) Run(app *kong.Kong, con console) error {
	write := map[string]func([]manual) string{"bash": completeBash, "zsh": completeZsh, "fish": completeFish}
	_, err := io.WriteString(con.out, write[c.Shell](manualOf(app.Model.Node).all()))
	return err
}

// steps are the commands that may be typed behind others, as a shell's pattern has
// them: the words so far, a blank, and the next.
func steps(all []manual, quote func(string) string) string {
	var out []string
	for _, m := range all[1:] {
		last := len(m.path) - 1
		out = append(out, quote(strings.Join(m.path[:last], " ")+" "+m.path[last]))
	}
	return strings.Join(out, "|")
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// completeBash completes commands and flags, and the words of a value that has few.
// All else is completed as bash does by itself, by names of files.
func completeBash(all []manual) string {
	var words, values strings.Builder
	for _, m := range all {
		var list []string
		for _, c := range m.commands {
			list = append(list, c.path[len(c.path)-1])
		}
		for _, a := range m.args {
			list = append(list, choices(a)...)
		}
		for _, f := range m.flags {
			list = append(list, "--"+f.Name)
			if c := choices(f.Value); c != nil {
				fmt.Fprintf(&values, "\t%s) words=%s ;;\n", quoted(m.name()+" --"+f.Name), quoted(strings.Join(c, " ")))
			} else if takesValue(f) {
				fmt.Fprintf(&values, "\t%s) return ;;\n", quoted(m.name()+" --"+f.Name))
			}
		}
		fmt.Fprintf(&words, "\t%s) words=%s ;;\n", quoted(m.name()), quoted(strings.Join(list, " ")))
	}
	return `# Completions of registerd for bash; registerd completion bash prints them.
_registerd() {
	local at='' words='' current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case "$at ${COMP_WORDS[i]}" in
		` + steps(all, quoted) + `) at="${at:+$at }${COMP_WORDS[i]}" ;;
		esac
	done
	case $at in
` + words.String() + `	esac
	if [[ $current == = ]]; then
		current=''
	elif [[ $before == = ]]; then
		before=${COMP_WORDS[COMP_CWORD-2]}
	fi
	case "$at $before" in
` + values.String() + `	esac
	COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _registerd registerd
`
}

// completeZsh does the same with a line of help beside each.
func completeZsh(all []manual) string {
	var b strings.Builder
	described := func(word, help string) string { return quoted(strings.ReplaceAll(word, ":", `\:`) + ":" + help) }
	for _, m := range all {
		var list []string
		for _, c := range m.commands {
			list = append(list, described(c.path[len(c.path)-1], c.help))
		}
		for _, a := range m.args {
			for _, word := range choices(a) {
				list = append(list, described(word, a.Help))
			}
		}
		for _, f := range m.flags {
			list = append(list, described("--"+f.Name, f.Help))
		}
		fmt.Fprintf(&b, "\t(%s) next=(%s) ;;\n", quoted(m.name()), strings.Join(list, " "))
	}
	return `#compdef registerd
# Completions of registerd for zsh; registerd completion zsh prints them.
_registerd() {
	local at='' word
	for word in "${(@)words[2,CURRENT-1]}"; do
		case "$at $word" in
		(` + steps(all, quoted) + `) at="${at:+$at }$word" ;;
		esac
	done
	local -a next
	case $at in
` + b.String() + `	esac
	_describe registerd next || _files
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
	_registerd "$@"
else
	compdef _registerd registerd
fi
`
}

// completeFish does the same for fish.
func completeFish(all []manual) string {
	var b strings.Builder
	quote := func(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'" }
	for _, m := range all {
		line := "complete -c registerd -n " + quote("__registerd_at "+quote(m.name()))
		for _, c := range m.commands {
			fmt.Fprintf(&b, "%s -f -a %s -d %s\n", line, quote(c.path[len(c.path)-1]), quote(c.help))
		}
		for _, a := range m.args {
			if words := choices(a); words != nil {
				fmt.Fprintf(&b, "%s -f -a %s\n", line, quote(strings.Join(words, " ")))
			}
		}
		for _, f := range m.flags {
			fmt.Fprintf(&b, "%s -l %s -d %s", line, f.Name, quote(f.Help))
			if words := choices(f.Value); words != nil {
				fmt.Fprintf(&b, " -x -a %s", quote(strings.Join(words, " ")))
			} else if takesValue(f) {
				b.WriteString(" -r")
			}
			b.WriteByte('\n')
		}
	}
	return `# Completions of registerd for fish; registerd completion fish prints them.
function __registerd_at
	set -l at ''
	for word in (commandline -opc)[2..]
		switch "$at $word"
			case ` + strings.ReplaceAll(steps(all, quote), "|", " ") + `
				set at (string trim -- "$at $word")
		end
	end
	test "$at" = "$argv[1]"
end
` + b.String()
}
