package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"registerd/internal/conformance"
)

func printCard(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: card ROLE|object")
	}
	s := serverOf(ts)
	var o conformance.Object
	ts.Check(json.Unmarshal(s.answer, &o))
	if args[0] != "object" {
		i := slices.IndexFunc(o.Entities, func(e conformance.Object) bool { return slices.Contains(e.Roles, args[0]) })
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
			fmt.Fprintln(&text, conformance.Property(p))
		}
	}
	for _, r := range o.Remarks {
		fmt.Fprintf(&text, "%s: %s\n", strings.ToLower(r.Title), strings.Join(r.Description, "; "))
	}
	say(ts, s.public, text.String())
}

func printRedacted(ts *testscript.TestScript, _ bool, _ []string) {
	s := serverOf(ts)
	var o conformance.Object
	ts.Check(json.Unmarshal(s.answer, &o))
	var text strings.Builder
	for _, r := range o.Redacted {
		fmt.Fprintf(&text, "%s%s: %s: %s\n", r.Name.Type, r.Name.Description, r.Method, r.Reason.Description)
	}
	say(ts, s.public, text.String())
}
