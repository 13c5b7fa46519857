package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"registerd/access"
	"registerd/account"
	"registerd/config"
	"registerd/disclose"
)

type tokenCommand struct {
	New    tokenNewCommand    `cmd:"" help:"Make a token, and print its secret once: for an account, or as an entry of the configuration."`
	List   tokenListCommand   `cmd:"" help:"List by what accounts are known: tokens, certificates and identities."`
	Revoke tokenRevokeCommand `cmd:"" help:"End a token, a certificate or an identity for good: within seconds in every window."`
}

type tokenNewCommand struct {
	accountFile
	Account string   `placeholder:"ID" help:"The account that the token is for."`
	Purpose []string `placeholder:"NAME" help:"A purpose that may be given with it; repeat it for more. None allows all of the account's."`
	Days    int      `default:"365" help:"Days until it expires (${default})."`
	From    *day     `placeholder:"DATE" help:"The first day, or the moment, on which it is taken; with --account."`
	Note    string   `placeholder:"TEXT" help:"What it is for, for your lists; with --account."`
	Reason  string   `placeholder:"TEXT" help:"Why, for the journal; with --account."`

	Audience     string `placeholder:"WORD" help:"Without --account, an entry for the configuration is printed: registrar, authority or operator."`
	Registrar    string `placeholder:"ID" help:"The registrar's id, for audience registrar."`
	Organization string `placeholder:"NAME" help:"With --audience: whose token it is, as the journal names it."`
}

// Run prints the secret on standard error, so that a redirected entry or list never
// holds it.
func (t *tokenNewCommand) Run(ctx context.Context, con console) error {
	switch {
	case (t.Account == "") == (t.Audience == ""):
		return misused("token: give --account ID, or --audience and --organization for an entry of the configuration")
	case t.Days < 1 || t.Days > 3660:
		return misused("token: --days is 1 to 3660")
	}
	text, id, hash := access.NewToken()
	ends := time.Now().UTC().AddDate(0, 0, t.Days).Truncate(time.Second)
	var err error
	if t.Account != "" {
		err = t.add(ctx, con, access.Credential{
			ID: id, Account: t.Account, Sort: access.Token, Hash: hash, Purposes: t.Purpose, From: timeOf(t.From), Until: ends, Note: t.Note,
		})
	} else {
		err = t.entry(con.out, config.Token{
			ID: id, Hash: access.FormatHash(hash), Expires: ends, Organization: t.Organization, Audience: t.Audience, Registrar: t.Registrar,
		})
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(con.err, "The token, shown this once: %s\n", text)
	return err
}

func (t *tokenNewCommand) add(ctx context.Context, con console, c access.Credential) error {
	if t.Registrar != "" || t.Organization != "" {
		return misused("token: --registrar and --organization go with --audience")
	}
	return t.accountFile.add(ctx, con, t.Reason, c)
}

// entry prints what goes into the configuration.
func (t *tokenNewCommand) entry(out io.Writer, e config.Token) error {
	audience, known := disclose.ParseAudience(t.Audience)
	switch {
	case !known || audience < disclose.Registrar:
		return misused("token: --audience is registrar, authority or operator")
	case (audience == disclose.Registrar) != (t.Registrar != ""):
		return misused("token: --registrar goes with --audience registrar, and only with it")
	case t.Organization == "":
		return misused("token: give --organization NAME")
	}
	fmt.Fprintf(out, "[[token]]\nid = %q\nhash = %q\nexpires = %s\norganization = %q\naudience = %q\n",
		e.ID, e.Hash, e.Expires.Format(time.RFC3339), e.Organization, e.Audience)
	if t.Registrar != "" {
		fmt.Fprintf(out, "registrar = %q\n", t.Registrar)
	}
	if len(t.Purpose) > 0 {
		fmt.Fprint(out, "purposes = [")
		for i, p := range t.Purpose {
			if i > 0 {
				fmt.Fprint(out, ", ")
			}
			fmt.Fprintf(out, "%q", p)
		}
		fmt.Fprintln(out, "]")
	}
	return nil
}

type tokenListCommand struct {
	accountFile
	Account string `placeholder:"ID" help:"Of this account alone."`
	JSON    bool   `name:"json" help:"Print JSON, for programs."`
}

// Run lists the credentials.
func (t *tokenListCommand) Run(ctx context.Context, con console) error {
	all, err := t.snapshot(ctx)
	if err != nil {
		return err
	}
	list := []credentialShown{}
	for i := range all.Credentials {
		if c := &all.Credentials[i]; t.Account == "" || c.Account == t.Account {
			list = append(list, shownCredential(&all, c, time.Now()))
		}
	}
	if t.JSON {
		return printJSON(con.out, list)
	}
	return printCredentials(con.out, list)
}

type tokenRevokeCommand struct {
	accountFile
	ID     string `arg:"" help:"The credential: what stands second in a token."`
	Reason string `required:"" placeholder:"TEXT" help:"Why, for the journal."`
}

// Run revokes the credential.
func (t *tokenRevokeCommand) Run(ctx context.Context, con console) error {
	return t.change(ctx, con, false, func(s *account.Store) error { return s.Revoke(ctx, t.ID, t.Reason) })
}
