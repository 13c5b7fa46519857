package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"registerd/access"
	"registerd/audit"
	"registerd/config"
	"registerd/disclose"
	"registerd/lookup"
	"registerd/publication"
	"registerd/ratelimit"
	"registerd/register"
	"registerd/service"
	"registerd/store/sqlite"
)

type explainCommand struct {
	DB      string   `name:"db" type:"path" placeholder:"FILE" xor:"where" help:"The register."`
	Config  string   `type:"path" placeholder:"FILE" xor:"where" help:"The configuration that names the register and the rules."`
	Rules   string   `placeholder:"FILE|NAME" help:"Explain by these rules instead, in force or not; default gdpr."`
	As      string   `default:"public" placeholder:"WHO" help:"public, registrar:ID, holder:ROID, certificate-authority, trade-mark-holder, researcher, authority or operator (${default}). It is not journaled, as no value is shown."`
	Purpose string   `placeholder:"NAME" help:"Why a seeker or an authority asks; needed with these."`
	Window  string   `enum:"whois,das,rdap,ask,web" default:"whois" help:"Where the answer would leave: ${enum} (${default})."`
	Lang    string   `placeholder:"TAG" help:"The language of the reasons; default: the first that the rules name."`
	JSON    bool     `name:"json" help:"Print JSON."`
	Object  []string `arg:"" help:"What to explain, as on WHOIS: a name, or nameserver NAME, registrar ID, contact HANDLE."`
}

// Run prints what is decided of every field, and why. It prints no value.
func (e *explainCommand) Run(ctx context.Context, con console) error {
	caller, err := e.caller()
	if err != nil {
		return err
	}
	path, by, err := e.sources()
	if err != nil {
		return err
	}
	if e.Lang != "" && !slices.Contains(by.Policy.Languages, e.Lang) {
		return misused("explain: --lang is one of %s", strings.Join(by.Policy.Languages, ", "))
	}
	reader, err := service.OpenRegister(path, sqlite.Options{})
	if err != nil {
		return err
	}
	defer reader.Close()
	desk, err := explainingDesk(reader, by.Policy)
	if err != nil {
		return err
	}
	kind, object := splitQuery(strings.Join(e.Object, " "))
	window, _ := disclose.ParseWindow(e.Window)
	found, err := desk.Explain(ctx, lookup.Question{Caller: caller, Window: window, Text: object}, kind)
	switch {
	case errors.Is(err, register.ErrNotFound):
		return fmt.Errorf("explain: %s: not there, or not to be known of by %s", object, e.As)
	case err != nil:
		return fmt.Errorf("explain: %w", err)
	case e.JSON:
		return e.printJSON(con.out, found)
	}
	return e.printTable(con.out, found)
}

// sources are the register and the rules to explain by.
func (e *explainCommand) sources() (db string, by *config.Rules, err error) {
	switch {
	case e.DB != "":
		by, err = rulesBy("", e.Rules)
		return e.DB, by, err
	case e.Config == "":
		return "", nil, misused("explain: give --db FILE or --config FILE")
	}
	c, err := config.Read(e.Config)
	if err != nil {
		return "", nil, err
	}
	if e.Rules != "" {
		by, err = config.ReadRules(e.Rules)
	} else {
		by, err = c.PublicationRules()
	}
	return c.DB, by, err
}

// caller is whose view is explained. He has no account: nothing is told him.
func (e *explainCommand) caller() (access.Caller, error) {
	caller, err := asWhom(e.As)
	switch {
	case err != nil:
		return access.Caller{}, misused("explain: %v", err)
	case asksForPurpose(caller) && e.Purpose == "":
		return access.Caller{}, misused("explain: --as %s needs --purpose, which rules may look at", e.As)
	}
	caller.Purpose, caller.Case = e.Purpose, "explain"
	return caller, nil
}

// explainingDesk is a desk that can explain, and tell the public.
func explainingDesk(reader *sqlite.Reader, p *disclose.Policy) (*lookup.Desk, error) {
	who, err := access.New(access.Config{Now: time.Now})
	if err != nil {
		return nil, err
	}
	return lookup.New(lookup.Config{
		Store: reader, Limiter: ratelimit.Unlimited(), Journal: audit.None(), AccessLog: audit.Discard(),
		Published: lookup.Published{Policy: p, Access: who}, Now: time.Now,
	})
}

func (e *explainCommand) printTable(out io.Writer, found *lookup.Explanation) error {
	fmt.Fprintf(out, "%s %s, as %s sees it on %s, by %s\n\n", found.Object, found.Asked, e.As, e.Window, found.About.Rules)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "FIELD\tDECISION\tRULE\tBASIS\tREASON")
	for _, d := range publication.InWords(found.Decided) {
		rule, basis, reason := e.why(d.Rule)
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", d.Field, d.Status, rule, basis, reason)
	}
	return table.Flush()
}

func (e *explainCommand) why(r *disclose.Rule) (rule, basis, reason string) {
	if r == nil {
		return "none", "none", "No rule speaks of it."
	}
	return r.ID, r.Basis, r.ReasonIn(e.Lang)
}

// explained is one field as JSON.
type explained struct {
	Field    string `json:"field"`
	Decision string `json:"decision"`
	Rule     string `json:"rule,omitempty"` // "" where no rule speaks of the field
	Basis    string `json:"basis,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Silent   bool   `json:"silent,omitempty"` // answers do not say that it is withheld
}

func (e *explainCommand) printJSON(out io.Writer, found *lookup.Explanation) error {
	all := struct {
		Object string      `json:"object"`
		Key    string      `json:"key"`
		As     string      `json:"as"`
		Window string      `json:"window"`
		Rules  string      `json:"rules"`
		Fields []explained `json:"fields"`
	}{Object: found.Object, Key: found.Asked, As: e.As, Window: e.Window, Rules: found.About.Rules}
	for _, d := range publication.InWords(found.Decided) {
		x := explained{Field: d.Field, Decision: d.Status.String(), Silent: d.Rule == nil}
		if d.Rule != nil {
			x.Rule, x.Basis, x.Reason = e.why(d.Rule)
			x.Silent = d.Rule.Silent
		}
		all.Fields = append(all.Fields, x)
	}
	w := json.NewEncoder(out)
	w.SetEscapeHTML(false)
	w.SetIndent("", "  ")
	return w.Encode(all)
}
