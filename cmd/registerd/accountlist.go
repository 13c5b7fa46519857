package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"registerd/access"
	"registerd/account"
	"registerd/config"
)

// accountShown is an account as programs read it.
type accountShown struct {
	ID               string     `json:"id"`
	State            string     `json:"state"`
	Kind             string     `json:"kind"`
	Organization     string     `json:"organization"`
	Person           string     `json:"person,omitempty"`
	Contact          string     `json:"contact,omitempty"`
	Registrar        string     `json:"registrar,omitempty"`
	Holder           string     `json:"holder,omitempty"`
	Purposes         []string   `json:"purposes,omitempty"`
	Zones            []string   `json:"zones,omitempty"`
	Objects          []string   `json:"objects,omitempty"`
	Networks         []string   `json:"networks,omitempty"`
	WHOIS            bool       `json:"whois"`
	Times            float64    `json:"times"`
	Exception        string     `json:"exception,omitempty"`
	ConfidentialDays int        `json:"confidential_days"`
	From             *time.Time `json:"from,omitempty"`
	Until            *time.Time `json:"until,omitempty"`
	ApprovedBy       string     `json:"approved_by"`
	ApprovedOn       time.Time  `json:"approved_on"`

	Credentials []credentialShown `json:"credentials,omitempty"`
}

// credentialShown is what an account is known by. No secret is in it, nor its hash.
type credentialShown struct {
	ID       string     `json:"id"`
	Account  string     `json:"account"`
	Sort     string     `json:"sort"`
	State    string     `json:"state"`
	Says     string     `json:"says,omitempty"` // of a certificate or an identity
	Purposes []string   `json:"purposes,omitempty"`
	From     *time.Time `json:"from,omitempty"`
	Until    *time.Time `json:"until,omitempty"`
	Used     *time.Time `json:"used,omitempty"` // last, to the minute
	Note     string     `json:"note,omitempty"`
}

func shownAccount(a *access.Account, now time.Time) accountShown {
	return accountShown{
		ID: a.ID, State: accountWord(a, now), Kind: a.Kind.String(), Organization: a.Organization, Person: a.Person, Contact: a.Contact,
		Registrar: a.Registrar, Holder: a.Holder, Purposes: a.Purposes, Zones: strs(a.Zones), Objects: strs(a.Objects),
		Networks: texts(a.Networks), WHOIS: a.WHOIS, Times: a.Times, Exception: a.Exception,
		ConfidentialDays: int(a.Confidential / (24 * time.Hour)), From: orNil(a.From), Until: orNil(a.Until),
		ApprovedBy: a.ApprovedBy, ApprovedOn: a.ApprovedOn,
	}
}

func shownCredential(s *account.Snapshot, c *access.Credential, now time.Time) credentialShown {
	out := credentialShown{
		ID: c.ID, Account: c.Account, Sort: c.Sort.String(), State: stateWord(c.Revoked, "revoked", c.From, c.Until, now),
		Purposes: c.Purposes, From: orNil(c.From), Until: orNil(c.Until), Used: orNil(s.Used[c.ID]), Note: c.Note,
	}
	switch c.Sort {
	case access.Certificate:
		out.Says = fmt.Sprintf("sha256:%x", c.SPKI)
	case access.Identity:
		out.Says = c.Issuer + " sub " + c.Subject
		if c.Claim != "" {
			out.Says = c.Issuer + " " + c.Claim + " " + c.Value
		}
	}
	return out
}

// accountWord says whether an account is taken, and if not, why.
func accountWord(a *access.Account, now time.Time) string {
	if a.Removed {
		return "removed"
	}
	return stateWord(a.Suspended, "suspended", a.From, a.Until, now)
}

func stateWord(closed bool, word string, from, until, now time.Time) string {
	switch {
	case closed:
		return word
	case now.Before(from):
		return "not yet"
	case !until.IsZero() && !now.Before(until):
		return "expired"
	}
	return "open"
}

func orNil(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

func strs[T ~string](list []T) (out []string) {
	for _, v := range list {
		out = append(out, string(v))
	}
	return out
}

type accountListCommand struct {
	accountFile
	JSON bool `name:"json" help:"Print JSON, for programs."`
}

// Run lists the accounts.
func (a *accountListCommand) Run(ctx context.Context, con console) error {
	all, err := a.snapshot(ctx)
	if err != nil {
		return err
	}
	now, list := time.Now(), []accountShown{}
	for i := range all.Accounts {
		list = append(list, shownAccount(&all.Accounts[i], now))
	}
	if a.JSON {
		return printJSON(con.out, list)
	}
	w := tabwriter.NewWriter(con.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "account\tstate\tkind\torganization\tuntil\tcredentials")
	for _, x := range list {
		known := 0
		for _, c := range all.Credentials {
			if c.Account == x.ID && shownCredential(&all, &c, now).State == "open" {
				known++
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\n", x.ID, x.State, x.Kind, x.Organization, dateOr(x.Until, "-"), known)
	}
	return w.Flush()
}

type accountShowCommand struct {
	accountFile
	JSON bool   `name:"json" help:"Print JSON, for programs."`
	ID   string `arg:"" help:"The account."`
}

// Run prints one account with all it is known by.
func (a *accountShowCommand) Run(ctx context.Context, con console) error {
	all, err := a.snapshot(ctx)
	if err != nil {
		return err
	}
	found := all.Find(a.ID)
	if found == nil {
		return fmt.Errorf("account %s: %w", a.ID, account.ErrNoAccount)
	}
	now := time.Now()
	shown := shownAccount(found, now)
	for i := range all.Credentials {
		if c := &all.Credentials[i]; c.Account == a.ID {
			shown.Credentials = append(shown.Credentials, shownCredential(&all, c, now))
		}
	}
	if a.JSON {
		return printJSON(con.out, shown)
	}
	return shown.print(con.out)
}

func (x *accountShown) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, line := range [][2]string{
		{"account", x.ID}, {"state", x.State}, {"kind", x.Kind}, {"organization", x.Organization}, {"person", x.Person}, {"contact", x.Contact},
		{"registrar", x.Registrar}, {"holder", x.Holder}, {"purposes", strings.Join(x.Purposes, ", ")}, {"zones", strings.Join(x.Zones, ", ")},
		{"objects", strings.Join(x.Objects, ", ")}, {"networks", strings.Join(x.Networks, ", ")}, {"budgets", timesInWords(x)},
		{"whois", map[bool]string{true: "recognised by its networks, in clear"}[x.WHOIS]},
		{"confidential", map[bool]string{true: fmt.Sprintf("for up to %d days", x.ConfidentialDays)}[x.ConfidentialDays > 0]},
		{"from", dateOr(x.From, "")}, {"until", dateOr(x.Until, "")},
		{"approved", x.ApprovedBy + ", " + x.ApprovedOn.UTC().Format(time.DateOnly)},
	} {
		if line[1] != "" {
			fmt.Fprintf(w, "%s\t%s\n", line[0], line[1])
		}
	}
	if err := w.Flush(); err != nil || len(x.Credentials) == 0 {
		return err
	}
	fmt.Fprintln(out)
	return printCredentials(out, x.Credentials)
}

func timesInWords(x *accountShown) string {
	if x.Times == 1 {
		return ""
	}
	return strings.TrimSuffix(config.Decimal(x.Times)+" times those of other accounts; "+x.Exception, "; ")
}

func printCredentials(out io.Writer, list []credentialShown) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "credential\taccount\tsort\tstate\tuntil\tlast used\tnote")
	for _, c := range list {
		note := strings.TrimSpace(c.Says + " " + c.Note)
		used := "never"
		if c.Used != nil {
			used = c.Used.UTC().Format("2006-01-02 15:04")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.ID, c.Account, c.Sort, c.State, dateOr(c.Until, "-"), used, note)
	}
	return w.Flush()
}

func dateOr(at *time.Time, other string) string {
	if at == nil {
		return other
	}
	return at.UTC().Format(time.RFC3339)
}

// snapshot is all that the file says, in order.
func (f *accountFile) snapshot(ctx context.Context) (account.Snapshot, error) {
	store, err := f.look(ctx)
	if err != nil {
		return account.Snapshot{}, err
	}
	defer store.Close()
	all, err := store.Read(ctx)
	slices.SortFunc(all.Accounts, func(a, b access.Account) int { return strings.Compare(a.ID, b.ID) })
	return all, err
}
