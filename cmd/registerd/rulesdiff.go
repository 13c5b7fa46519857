package main

import (
	"context"
	"fmt"

	"registerd/config"
	"registerd/disclose"
	"registerd/publication"
	"registerd/register"
	"registerd/service"
	"registerd/store"
	"registerd/store/sqlite"
)

type rulesDiffCommand struct {
	DB  string `name:"db" type:"path" placeholder:"FILE" help:"Count in this register whom it concerns, with examples by handle."`
	Old string `arg:"" help:"The old rules: a file, or the name of shipped ones."`
	New string `arg:"" help:"The new rules."`
}

// Run prints what would be shown that is not, and what not that is.
func (k *rulesDiffCommand) Run(ctx context.Context, con console) error {
	old, err := config.ReadRules(k.Old)
	if err != nil {
		return err
	}
	new, err := config.ReadRules(k.New)
	if err != nil {
		return err
	}
	if k.DB == "" {
		return publication.Compare(old.Policy, new.Policy).Write(con.out)
	}
	reader, err := service.OpenRegister(k.DB, sqlite.Options{})
	if err != nil {
		return err
	}
	defer reader.Close()
	d, err := compareIn(ctx, reader, old.Policy, new.Policy)
	if err != nil {
		return fmt.Errorf("rules: reading the register: %w", err)
	}
	return d.Write(con.out)
}

// compareIn counts in the register what differs.
func compareIn(ctx context.Context, reader store.Reader, old, new *disclose.Policy) (*publication.Difference, error) {
	edition, err := reader.Edition(ctx)
	if err != nil {
		return nil, err
	}
	n := edition.State.Counts
	return publication.CompareIn(old, new, publication.Register{
		Domains: n.Domains, Hosts: n.Hosts, Registrars: n.Registrars, Reserved: n.Reserved,
		EachContact: func(visit func(*register.Contact)) error {
			return reader.Walk(ctx, store.Contacts, func(o store.Object) error {
				contact, err := register.DecodeContact(o.Bytes)
				if err == nil {
					visit(contact)
				}
				return err
			})
		},
		EachDomain: func(visit func(*register.Domain)) error {
			return reader.Walk(ctx, store.Names, func(o store.Object) error {
				if o.Tag() == register.TagReserved {
					return nil
				}
				domain, err := register.DecodeDomain(o.Bytes)
				if err == nil {
					visit(domain)
				}
				return err
			})
		},
	})
}
