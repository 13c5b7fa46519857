package main

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"registerd/access"
	"registerd/account"
	"registerd/audit"
	"registerd/config"
	"registerd/disclose"
)

// accountFile says where the accounts are, and where changes of them are journaled.
type accountFile struct {
	Config   string `type:"path" placeholder:"FILE" help:"The configuration file, which says where the accounts and the journal are."`
	Accounts string `type:"path" placeholder:"FILE" help:"The file of accounts; overrides the configuration."`
	Audit    string `type:"path" placeholder:"DIR" help:"The directory of the journal; overrides the configuration. Changes are journaled before they are made."`
}

// paths are those of the accounts and of the journal's directory.
func (f *accountFile) paths() (file string, c *config.Config, err error) {
	c = new(config.Config)
	if f.Config != "" {
		if c, err = config.Parse(f.Config); err != nil {
			return "", nil, err
		}
	}
	if f.Accounts != "" {
		c.Accounts = f.Accounts
	}
	if f.Audit != "" {
		c.Audit.Dir = f.Audit
	}
	if c.Accounts == "" {
		return "", nil, misused("accounts: give --accounts FILE, or --config FILE with accounts")
	}
	return c.Accounts, c, nil
}

// look opens the accounts to read them.
func (f *accountFile) look(ctx context.Context) (*account.Store, error) {
	path, _, err := f.paths()
	if err != nil {
		return nil, err
	}
	return account.Open(ctx, account.Config{Path: path, Now: time.Now})
}

// change opens the accounts and the journal, and does something to them.
func (f *accountFile) change(ctx context.Context, con console, create bool, do func(*account.Store) error) (err error) {
	path, c, err := f.paths()
	if err != nil {
		return err
	}
	if c.Audit.Dir == "" {
		return misused("accounts: changes are journaled: give --audit DIR, or --config FILE with audit.dir")
	}
	journal, err := commandJournal(c, consoleLog(con))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, journal.Close()) }()
	store, err := account.Open(ctx, account.Config{Path: path, Create: create, Now: time.Now, Record: recordAccounts(journal)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return do(store)
}

// recordAccounts journals changes in the name of whoever runs the program.
func recordAccounts(journal *audit.Journal) func(context.Context, account.Change) error {
	return func(ctx context.Context, c account.Change) error {
		entry := audit.EntryAccount
		if c.Credential {
			entry = audit.EntryToken
		}
		said := c.What + " " + c.Account + ": " + c.Detail
		if c.Reason != "" {
			said += "; " + c.Reason
		}
		return journal.Record(ctx, audit.Disclosure{
			Entry: entry, Caller: access.SystemAccount(), Requester: c.Kind.String(), Organisation: "registry",
			Audience: disclose.Operator.String(), Window: "account", Reference: c.Account,
			Question: said, Kind: "account", Key: c.Account, Client: netip.AddrFrom4([4]byte{127, 0, 0, 1}),
		})
	}
}
