package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"registerd/access"
	"registerd/account"
	"registerd/config"
	"registerd/disclose"
	"registerd/register"
)

type accountCommand struct {
	Add         accountAddCommand         `cmd:"" help:"Take a new account. Its id is never given again."`
	Change      accountChangeCommand      `cmd:"" help:"Change what an account may. Its id, its kind and whose it is stay."`
	Show        accountShowCommand        `cmd:"" help:"Print an account, and by what it is known."`
	List        accountListCommand        `cmd:"" help:"List the accounts."`
	Suspend     accountSuspendCommand     `cmd:"" help:"Refuse an account until it is resumed."`
	Resume      accountResumeCommand      `cmd:"" help:"Take a suspended account again."`
	Remove      accountRemoveCommand      `cmd:"" help:"Close an account for good: what it is known by is revoked, whom one spoke with is erased, the id stays taken."`
	Certificate accountCertificateCommand `cmd:"" help:"Know an account by the key of a client certificate."`
	Identity    accountIdentityCommand    `cmd:"" help:"Know an account by somebody at an OpenID provider, or by a claim that all who belong to it have."`
	Purposes    accountPurposesCommand    `cmd:"" help:"List the purposes that can be given with questions (RFC 9560)."`
}

// accountTerms are what can be said of an account, and changed. What is not given
// stays as it is.
type accountTerms struct {
	Organization *string       `placeholder:"NAME" help:"Whose account it is. Holders are told this name, and /help where it has other budgets."`
	Person       *string       `placeholder:"NAME" help:"Whom one speaks with there. Nobody is told."`
	Contact      *string       `placeholder:"TEXT" help:"How they are reached. Nobody is told."`
	Purpose      []string      `placeholder:"NAME" help:"A purpose that may be given with questions; repeat it for more. registerd account purposes lists them."`
	Zone         []string      `placeholder:"ZONE" help:"A zone in which it is more than the public; repeat it for more. None is everywhere."`
	Object       []string      `placeholder:"KIND" help:"A kind of object for which it is more than the public: domain, nameserver, contact or registrar. None is all."`
	Network      []string      `placeholder:"PREFIX" help:"A network from which its credentials are taken; repeat it for more. None is anywhere."`
	WHOIS        *bool         `name:"whois" negatable:"" help:"Whoever asks on WHOIS from one of its networks is the account: answers go there in clear."`
	Times        *float64      `placeholder:"NUMBER" help:"How many times the budgets of other accounts it has. /help publishes it."`
	Exception    *string       `placeholder:"TEXT" help:"Why it has other budgets, as /help says it; for a registrar it is needed, since registrars are equal."`
	Confidential *confidential `placeholder:"DAYS" help:"For how many days it may ask that the holder is not told; 0 is not at all."`
	From         *day          `placeholder:"DATE" help:"The first day, 2026-11-20, or the moment, on which it is taken."`
	Until        *day          `placeholder:"DATE" help:"The day or the moment from which it is no longer taken; never, for no end."`
}

// confidential is a number of days.
type confidential time.Duration

func (c *confidential) UnmarshalText(text []byte) error {
	var days int
	if _, err := fmt.Sscanf(string(text)+" ", "%d ", &days); err != nil || days < 0 || days > 3660 {
		return errors.New("it is not 0 to 3660 days")
	}
	*c = confidential(time.Duration(days) * 24 * time.Hour)
	return nil
}

// day is a date, its first moment in UTC, or a time.
type day time.Time

func (d *day) UnmarshalText(text []byte) error {
	word := string(text)
	if word == "never" {
		*d = day{}
		return nil
	}
	at, err := time.Parse(time.DateOnly, word)
	if err != nil {
		at, err = time.Parse(time.RFC3339, word)
	}
	if err != nil {
		return fmt.Errorf("%q is not a date such as 2026-11-20, or a time such as 2026-11-20T12:00:00Z", word)
	}
	*d = day(at)
	return nil
}

func timeOf(d *day) time.Time {
	if d == nil {
		return time.Time{}
	}
	return time.Time(*d)
}

// edit makes of the terms what changes an account.
func (t *accountTerms) edit() (func(*access.Account), error) {
	zones, err := each(t.Zone, register.ParseName)
	if err != nil {
		return nil, misused("account: --zone: %v", err)
	}
	networks, err := each(t.Network, netip.ParsePrefix)
	if err != nil {
		return nil, misused("account: --network: %v", err)
	}
	objects, err := each(t.Object, func(s string) (access.Object, error) {
		if !slices.Contains(access.Objects, access.Object(s)) {
			return "", fmt.Errorf("there is no kind of object %q", s)
		}
		return access.Object(s), nil
	})
	if err != nil {
		return nil, misused("account: --object: %v", err)
	}
	for _, text := range []*string{t.Organization, t.Exception} {
		if text != nil {
			if err := config.CheckRemark(*text); err != nil {
				return nil, misused("account: %q, which is published: %v", *text, err)
			}
		}
	}
	return func(a *access.Account) {
		set(&a.Organization, t.Organization)
		set(&a.Person, t.Person)
		set(&a.Contact, t.Contact)
		setList(&a.Purposes, t.Purpose)
		setList(&a.Zones, zones)
		setList(&a.Networks, networks)
		setList(&a.Objects, objects)
		set(&a.WHOIS, t.WHOIS)
		set(&a.Times, t.Times)
		set(&a.Exception, t.Exception)
		set(&a.Confidential, (*time.Duration)(t.Confidential))
		set(&a.From, (*time.Time)(t.From))
		set(&a.Until, (*time.Time)(t.Until))
	}, nil
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func setList[T any](to *[]T, from []T) {
	if len(from) > 0 {
		*to = from
	}
}

func each[T any](words []string, parse func(string) (T, error)) (out []T, err error) {
	for _, w := range words {
		v, err := parse(w)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

type accountAddCommand struct {
	accountFile
	accountTerms
	ID         string `arg:"" help:"Of lower-case letters, digits and hyphens. It names no person, since it stands in the journal in clear."`
	Kind       string `required:"" placeholder:"KIND" enum:"authority,registrar,certificate-authority,trade-mark-holder,researcher,holder,operator" help:"What it is: ${enum}."`
	Registrar  string `placeholder:"ID" help:"The registrar's id, of a registrar."`
	Holder     string `placeholder:"ROID" help:"The ROID of the contact, of a holder."`
	ApprovedBy string `required:"" placeholder:"NAME" help:"Who has approved it."`
	Reason     string `placeholder:"TEXT" help:"Why, for the journal."`
}

// Run adds the account and says what comes next.
func (a *accountAddCommand) Run(ctx context.Context, con console) error {
	kind, _ := disclose.ParseKind(a.Kind)
	next := access.Account{ID: a.ID, Kind: kind, Times: 1, ApprovedBy: a.ApprovedBy, ApprovedOn: time.Now().UTC().Truncate(time.Second)}
	for _, key := range []struct {
		from string
		to   *string
	}{{a.Registrar, &next.Registrar}, {a.Holder, &next.Holder}} {
		if key.from == "" {
			continue
		}
		var err error
		if *key.to, err = register.HandleKey(key.from); err != nil {
			return misused("account: %v", err)
		}
	}
	edit, err := a.edit()
	if err != nil {
		return err
	}
	edit(&next)
	err = a.change(ctx, con, true, func(s *account.Store) error { return s.Add(ctx, a.Reason, next) })
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(con.out, "%s is taken. registerd token new --account %s makes a token for it.\n", a.ID, a.ID)
	return err
}

type accountChangeCommand struct {
	accountFile
	accountTerms
	ID     string   `arg:"" help:"The account."`
	Clear  []string `enum:"purpose,zone,object,network" placeholder:"LIST" help:"A list to empty before: ${enum}."`
	Reason string   `required:"" placeholder:"TEXT" help:"Why, for the journal."`
}

// Run changes the account.
func (a *accountChangeCommand) Run(ctx context.Context, con console) error {
	edit, err := a.edit()
	if err != nil {
		return err
	}
	return a.change(ctx, con, false, func(s *account.Store) error {
		return s.Edit(ctx, a.ID, "change", a.Reason, func(x *access.Account) {
			for _, list := range a.Clear {
				switch list {
				case "purpose":
					x.Purposes = nil
				case "zone":
					x.Zones = nil
				case "object":
					x.Objects = nil
				case "network":
					x.Networks = nil
				}
			}
			edit(x)
		})
	})
}

// accountState is a command that opens or closes an account.
type accountState struct {
	accountFile
	ID     string `arg:"" help:"The account."`
	Reason string `required:"" placeholder:"TEXT" help:"Why, for the journal."`
}

type (
	accountSuspendCommand struct{ accountState }
	accountResumeCommand  struct{ accountState }
	accountRemoveCommand  struct{ accountState }
)

// Run suspends the account.
func (a *accountSuspendCommand) Run(ctx context.Context, con console) error {
	return a.change(ctx, con, false, func(s *account.Store) error {
		return s.Edit(ctx, a.ID, "suspend", a.Reason, func(x *access.Account) { x.Suspended = true })
	})
}

// Run resumes the account.
func (a *accountResumeCommand) Run(ctx context.Context, con console) error {
	return a.change(ctx, con, false, func(s *account.Store) error {
		return s.Edit(ctx, a.ID, "resume", a.Reason, func(x *access.Account) { x.Suspended = false })
	})
}

// Run removes the account.
func (a *accountRemoveCommand) Run(ctx context.Context, con console) error {
	return a.change(ctx, con, false, func(s *account.Store) error { return s.Remove(ctx, a.ID, a.Reason) })
}

type accountPurposesCommand struct{}

// Run lists the registered purposes.
func (*accountPurposesCommand) Run(con console) error {
	for _, p := range access.Purposes {
		if _, err := fmt.Fprintf(con.out, "%-42s %s\n", p.Word, p.Says); err != nil {
			return err
		}
	}
	return nil
}

// texts are the words of a list.
func texts[T fmt.Stringer](list []T) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = v.String()
	}
	return out
}
