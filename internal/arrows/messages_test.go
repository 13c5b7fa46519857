package arrows

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// message is a line that the program may log.
type message struct{ level, text string }

// logging says at which argument the message of each method of slog stands, and at
// which level it is; those without a level are given one.
var logging = map[string]struct {
	at    int
	level string
}{
	"Debug": {0, "debug"}, "Info": {0, "info"}, "Warn": {0, "warn"}, "Error": {0, "error"},
	"DebugContext": {1, "debug"}, "InfoContext": {1, "info"}, "WarnContext": {1, "warn"}, "ErrorContext": {1, "error"},
	"Log": {2, ""}, "LogAttrs": {2, ""},
}

var levels = map[string]string{"LevelDebug": "debug", "LevelInfo": "info", "LevelWarn": "warn", "LevelError": "error"}

// loggers are the names that loggers have in this code: what has another is no logger,
// or is to be renamed. others have methods of the same name.
var (
	loggers = []string{"log", "Log", "Logger", "to"}
	others  = []string{"t", "d", "http"}
)

// logged is what the code logs: each message with its place, and all keys of attributes.
type logged struct {
	t        *testing.T
	messages map[message]string
	keys     map[string]string
}

func TestEveryMessageOfTheLogIsExplained(t *testing.T) {
	l := &logged{t, map[message]string{}, map[string]string{}}
	l.readAll()
	explained := table(t, "level", "message")
	for m, place := range l.messages {
		if !slices.Contains(explained, [2]string{m.level, m.text}) {
			t.Errorf("%s: docs/troubleshooting.md does not explain %q, or not as %s", place, m.text, m.level)
		}
	}
	for _, row := range explained {
		if _, ok := l.messages[message{row[0], row[1]}]; !ok {
			t.Errorf("docs/troubleshooting.md explains %q of level %s, which nothing logs", row[1], row[0])
		}
	}
	var keys []string
	for _, row := range table(t, "key", "meaning") {
		keys = append(keys, strings.Split(row[0], "`, `")...)
	}
	for key, place := range l.keys {
		if !slices.Contains(keys, key) {
			t.Errorf("%s: docs/troubleshooting.md does not say what %q is", place, key)
		}
	}
	for _, key := range keys {
		if _, ok := l.keys[key]; !ok {
			t.Errorf("docs/troubleshooting.md says what %q is, which no line has", key)
		}
	}
	if len(l.messages) < 70 || len(l.keys) < 20 {
		t.Errorf("read %d messages and %d keys: this is not the whole house", len(l.messages), len(l.keys))
	}
}

// table reads the first two cells of every row of the tables with these headings.
func table(t *testing.T, first, second string) (rows [][2]string) {
	t.Helper()
	inside := false
	for _, line := range documents(t)["docs/troubleshooting.md"] {
		cells := strings.Split(line, " | ")
		if len(cells) < 2 || !strings.HasPrefix(line, "|") {
			inside = false
			continue
		}
		a, b := strings.Trim(cells[0], "| `"), strings.Trim(cells[1], "| ")
		switch {
		case a == first && strings.HasPrefix(b, second):
			inside = true
		case inside && !strings.HasPrefix(a, "---"):
			rows = append(rows, [2]string{a, b})
		}
	}
	return rows
}

func (l *logged) readAll() {
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != root && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go"):
			return nil
		}
		files := token.NewFileSet()
		parsed, err := parser.ParseFile(files, file, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				l.call(call, files.Position(call.Pos()).String())
			}
			return true
		})
		return nil
	})
	if err != nil {
		l.t.Fatal(err)
	}
}

// call notes what a call logs, if it does.
func (l *logged) call(c *ast.CallExpr, place string) {
	method, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	of, name := lastName(method.X), method.Sel.Name
	if of == "slog" {
		l.helper(name, c.Args, place)
		return
	}
	if name == "With" && slices.Contains(loggers, of) {
		l.attributes(c.Args, place)
		return
	}
	how, ok := logging[name]
	if !ok || len(c.Args) <= how.at || slices.Contains(others, of) {
		return
	}
	if !slices.Contains(loggers, of) {
		l.t.Errorf("%s: %s.%s looks like a line of the log; a logger is called log", place, of, name)
		return
	}
	text, constant := constantText(c.Args[how.at])
	if !constant {
		l.t.Errorf("%s: the message is not a constant text", place)
		return
	}
	level := how.level
	if level == "" {
		level = levels[lastName(c.Args[how.at-1])]
	}
	m := message{level, text}
	for known, before := range l.messages {
		if known.text == text {
			l.t.Errorf("%s: %q is logged at %s too: it would not be known which of the two it was", place, text, before)
		}
	}
	l.messages[m] = place
	l.attributes(c.Args[how.at+1:], place)
}

// helper is for what package slog itself has: attributes, and ways to log that have no
// constant message or go past the program's log.
func (l *logged) helper(name string, args []ast.Expr, place string) {
	_, logs := logging[name]
	switch {
	case logs, name == "NewLogLogger", name == "Default", name == "SetDefault", name == "NewRecord":
		l.t.Errorf("%s: slog.%s logs past the program's log, or what nobody has written down", place, name)
	case len(args) == 2 && slices.Contains([]string{"String", "Int", "Bool", "Duration", "Any", "Time", "Int64", "Uint64", "Float64"}, name):
		l.key(args[0], place)
	}
}

var keyForm = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)

// attributes are keys and values in turn; slog's own attributes are noted where they are made.
func (l *logged) attributes(args []ast.Expr, place string) {
	for i := 0; i < len(args); i += 2 {
		if call, ok := args[i].(*ast.CallExpr); ok {
			if of, ok := call.Fun.(*ast.SelectorExpr); ok && lastName(of.X) == "slog" {
				i--
				continue
			}
		}
		l.key(args[i], place)
	}
}

func (l *logged) key(e ast.Expr, place string) {
	key, constant := constantText(e)
	if !constant || !keyForm.MatchString(key) {
		l.t.Errorf("%s: a key is not a constant of small letters", place)
		return
	}
	l.keys[key] = place
}

// constantText is a text as it stands in the code, in one piece or in several.
func constantText(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		a, first := constantText(e.X)
		b, second := constantText(e.Y)
		return a + b, first && second && e.Op == token.ADD
	}
	return "", false
}

// lastName is what a value is called: log of s.cfg.log.
func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}
