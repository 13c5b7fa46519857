package main

import (
	"fmt"
	"time"

	"registerd/access"
	"registerd/disclose"
)

type tokenCommand struct {
	New tokenNewCommand `cmd:"" help:"Make a bearer token: print its secret once, and the entry for the configuration."`
}

type tokenNewCommand struct {
	Audience     string   `enum:"registrar,authority,operator" required:"" help:"Whom the token is for: ${enum}."`
	Registrar    string   `placeholder:"ID" help:"The registrar's id, for audience registrar."`
	Organization string   `required:"" placeholder:"NAME" help:"Whose token it is, as the journal names it."`
	Purpose      []string `placeholder:"NAME" help:"A purpose that may be given with questions; repeat it for more. None allows any."`
	Days         int      `default:"365" help:"Days until it expires (${default})."`
}

// Run prints the entry on standard output, and the secret on standard error,
// so that a redirected entry never holds it.
func (t *tokenNewCommand) Run(con console) error {
	audience, _ := disclose.ParseAudience(t.Audience)
	switch {
	case (audience == disclose.Registrar) != (t.Registrar != ""):
		return misused("token: --registrar goes with --audience registrar, and only with it")
	case t.Days < 1 || t.Days > 3660:
		return misused("token: --days is 1 to 3660")
	}
	text, id, hash := access.NewToken()
	expires := time.Now().UTC().AddDate(0, 0, t.Days).Truncate(time.Second)
	fmt.Fprintf(con.out, "[[token]]\nid = %q\nhash = %q\nexpires = %s\norganization = %q\naudience = %q\n",
		id, access.FormatHash(hash), expires.Format(time.RFC3339), t.Organization, t.Audience)
	if t.Registrar != "" {
		fmt.Fprintf(con.out, "registrar = %q\n", t.Registrar)
	}
	if len(t.Purpose) > 0 {
		fmt.Fprint(con.out, "purposes = [")
		for i, p := range t.Purpose {
			if i > 0 {
				fmt.Fprint(con.out, ", ")
			}
			fmt.Fprintf(con.out, "%q", p)
		}
		fmt.Fprintln(con.out, "]")
	}
	_, err := fmt.Fprintf(con.err, "The token, shown this once: %s\n", text)
	return err
}
