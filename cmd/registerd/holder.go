package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"registerd/config"
	"registerd/holder"
	"registerd/register"
	"registerd/service"
)

type holderCommand struct {
	Link holderLinkCommand `cmd:"" help:"Make a link for a holder, who sees with it what is kept, to whom it is shown and who was given it. It works once; sending it is yours."`
	End  holderEndCommand  `cmd:"" help:"End the links of a holder, and what is open by one."`
}

// holderOf says whose links are meant, and where they are.
type holderOf struct {
	Config string `required:"" type:"path" placeholder:"FILE" help:"The configuration file, which names the register, the journal and holder_links."`
	Holder string `arg:"" name:"handle" help:"The contact's handle or ROID."`
}

// links does something with the links. What is done is journaled before.
func (h *holderOf) links(ctx context.Context, con console, do func(l *holder.Links, c *config.Config, of *register.Contact) error) (err error) {
	c, err := config.Read(h.Config)
	switch {
	case err != nil:
		return err
	case c.HolderLinks == "":
		return misused("holder: the configuration has no holder_links")
	}
	contact, err := contactOf(ctx, c.DB, h.Holder)
	if err != nil {
		return fmt.Errorf("holder: %w", err)
	}
	journal, err := commandJournal(c, consoleLog(con))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, journal.Close()) }()
	links, err := service.OpenHolderLinks(ctx, c, journal)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, links.Close()) }()
	return do(links, c, contact)
}

type holderLinkCommand struct {
	holderOf
	Days int `default:"7" help:"For how many days it can be opened, at most 30 (${default})."`
}

// Run prints the link. It is the only place where its key stands.
func (h *holderLinkCommand) Run(ctx context.Context, con console) error {
	if h.Days < 1 || h.Days > 30 {
		return misused("holder: --days is 1 to 30")
	}
	return h.links(ctx, con, func(l *holder.Links, c *config.Config, of *register.Contact) error {
		if c.RDAP.Base == "" {
			return misused("holder: the configuration has no rdap.base, which the link begins with")
		}
		if of == nil || of.ROID == "" {
			return fmt.Errorf("holder: the register has no contact %s that has a ROID, by which alone it can be told from others", h.Holder)
		}
		until := time.Now().AddDate(0, 0, h.Days).UTC().Truncate(time.Second)
		key, id, err := l.Make(ctx, of.ROID, until)
		if err != nil {
			return err
		}
		fmt.Fprintf(con.err, "Link %s to what is held of %s, until %s, shown this once:\n", id, of.ROID, until.Format(time.RFC3339))
		_, err = fmt.Fprintln(con.out, holder.LinkTo(c.RDAP.Base, key))
		return err
	})
}

type holderEndCommand struct{ holderOf }

// Run ends what there is.
func (h *holderEndCommand) Run(ctx context.Context, con console) error {
	return h.links(ctx, con, func(l *holder.Links, _ *config.Config, of *register.Contact) error {
		roid := h.Holder // of a contact that is gone
		if of != nil {
			roid = of.ROID
		}
		n, err := l.End(ctx, roid)
		if err == nil {
			_, err = fmt.Fprintf(con.out, "%s: ended %d\n", roid, n)
		}
		return err
	})
}
