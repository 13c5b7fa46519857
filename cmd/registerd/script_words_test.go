package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// patience bounds every wait of a script. Nothing is proved by how long one took.
const patience = 20 * time.Second

// lines are what a program says, as it says it.
type lines struct {
	mu    sync.Mutex
	all   []string
	ended bool
	more  chan struct{} // closed when there is more
}

func (l *lines) copy(r io.Reader) {
	for scanner := bufio.NewScanner(r); scanner.Scan(); {
		l.add(func() { l.all = append(l.all, scanner.Text()) })
	}
	l.add(func() { l.ended = true })
}

func (l *lines) add(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
	if l.more != nil {
		close(l.more)
		l.more = nil
	}
}

// await gives each line to enough, from the first, until that is content.
func (l *lines) await(enough func(string) bool) error {
	timeout := time.After(patience)
	for next := 0; ; {
		l.mu.Lock()
		fresh := l.all[next:]
		next = len(l.all)
		ended := l.ended
		if l.more == nil {
			l.more = make(chan struct{})
		}
		more := l.more
		l.mu.Unlock()
		if slices.ContainsFunc(fresh, enough) {
			return nil
		}
		if ended {
			return errors.New("the program ended")
		}
		select {
		case <-more:
		case <-timeout:
			return errors.New("waited in vain")
		}
	}
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.all, "\n")
}

func awaitLog(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: log REGEXP")
	}
	want, err := regexp.Compile(args[0])
	ts.Check(err)
	said := &serverOf(ts).said
	if err := said.await(want.MatchString); err != nil {
		ts.Fatalf("no line of the log matches %s: %v\n%s", want, err, said)
	}
}

// holdWHOIS sends a question but for the end of its line.
func holdWHOIS(ts *testscript.TestScript, _ bool, args []string) {
	c, err := net.DialTimeout("tcp", ts.Getenv("WHOIS"), patience)
	ts.Check(err)
	ts.Defer(func() { c.Close() })
	_, err = io.WriteString(c, strings.Join(args, " "))
	ts.Check(err)
	serverOf(ts).held = c
}

func releaseWHOIS(ts *testscript.TestScript, _ bool, _ []string) {
	c := serverOf(ts).held
	ts.Check(c.SetDeadline(time.Now().Add(patience)))
	_, err := io.WriteString(c, "\r\n")
	ts.Check(err)
	answer, err := io.ReadAll(c)
	ts.Check(err)
	say(ts, true, strings.ReplaceAll(string(answer), "\r\n", "\n"))
}

// rdapObject is what scripts look at in an answer.
type rdapObject struct {
	Handle   string
	Roles    []string
	VCard    []json.RawMessage `json:"vcardArray"`
	Remarks  []rdapRemark
	Entities []rdapObject
	Redacted []struct {
		Name   struct{ Type, Description string }
		Method string
		Reason struct{ Description string }
	}
}

type rdapRemark struct {
	Title       string
	Description []string
}

func printCard(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: card ROLE|object")
	}
	s := serverOf(ts)
	var o rdapObject
	ts.Check(json.Unmarshal(s.answer, &o))
	if args[0] != "object" {
		i := slices.IndexFunc(o.Entities, func(e rdapObject) bool { return slices.Contains(e.Roles, args[0]) })
		if i < 0 {
			ts.Fatalf("nobody is %s in:\n%s", args[0], s.answer)
		}
		o = o.Entities[i]
	}
	var text strings.Builder
	if o.Handle != "" {
		fmt.Fprintln(&text, "handle:", o.Handle)
	}
	if len(o.VCard) == 2 {
		var properties [][]any
		ts.Check(json.Unmarshal(o.VCard[1], &properties))
		for _, p := range properties {
			fmt.Fprintln(&text, property(p))
		}
	}
	for _, r := range o.Remarks {
		fmt.Fprintf(&text, "%s: %s\n", strings.ToLower(r.Title), strings.Join(r.Description, "; "))
	}
	say(ts, s.public, text.String())
}

// property writes one of a jCard (RFC 7095): its name, its parameters, its
// value; of an address the parts that are there.
func property(p []any) string {
	name := fmt.Sprint(p[0])
	parameters, _ := p[1].(map[string]any)
	for _, key := range []string{"cc", "type"} {
		if v, ok := parameters[key]; ok {
			name += fmt.Sprintf(" %s=%v", key, v)
		}
	}
	return strings.TrimSpace(name + ": " + strings.Join(words(p[3]), " | "))
}

func words(v any) []string {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var out []string
	for _, part := range list {
		if inner, ok := part.([]any); ok {
			out = append(out, words(inner)...)
		} else if s := fmt.Sprint(part); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func printRedacted(ts *testscript.TestScript, _ bool, _ []string) {
	s := serverOf(ts)
	var o rdapObject
	ts.Check(json.Unmarshal(s.answer, &o))
	var text strings.Builder
	for _, r := range o.Redacted {
		fmt.Fprintf(&text, "%s%s: %s: %s\n", r.Name.Type, r.Name.Description, r.Method, r.Reason.Description)
	}
	say(ts, s.public, text.String())
}

func capture(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: capture NAME FILE REGEXP")
	}
	pattern, err := regexp.Compile(args[2])
	ts.Check(err)
	match := pattern.FindStringSubmatch(ts.ReadFile(args[1]))
	if len(match) < 2 {
		ts.Fatalf("%s has nothing that matches %s:\n%s", args[1], pattern, ts.ReadFile(args[1]))
	}
	ts.Setenv(args[0], match[1])
}
