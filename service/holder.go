package service

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"time"

	"registerd/access"
	"registerd/audit"
	"registerd/config"
	"registerd/disclose"
	"registerd/holder"
	"registerd/holder/receipts"
	"registerd/lookup"
	"registerd/store"
)

// OpenHolderLinks opens the links of a configuration.
func OpenHolderLinks(ctx context.Context, c *config.Config, journal *audit.Journal) (*holder.Links, error) {
	return holder.OpenLinks(ctx, holder.LinksConfig{
		Path: c.HolderLinks, Now: time.Now,
		Record: func(ctx context.Context, s holder.Step) error { return journal.Record(ctx, journaledLink(s)) },
	})
}

// journaledLink is what is done with a link as the journal has it. Whose it is, is
// sealed; that its holder opened it is no disclosure to anybody else.
func journaledLink(s holder.Step) audit.Disclosure {
	d := audit.Disclosure{
		Entry: audit.EntryLink, Caller: access.SystemAccount(), Organisation: "registry", Requester: disclose.KindOperator.String(),
		Audience: disclose.Operator.String(), Window: "holder", Kind: store.Contacts.String(), Reference: s.Link,
		Question: "link " + s.What, Key: s.ROID, Client: netip.AddrFrom4([4]byte{127, 0, 0, 1}),
	}
	if s.What == holder.Opened {
		d.Caller, d.Organisation = "holder-link-"+s.Link, ""
		d.Requester, d.Audience, d.Client = disclose.KindHolder.String(), disclose.Holder.String(), s.Client
	}
	return d
}

// openHolderLinks opens the links of holders. If they cannot be, that costs their page.
func (s *Service) openHolderLinks(c *config.Config) {
	if c.HolderLinks == "" {
		return
	}
	links, err := OpenHolderLinks(context.Background(), c, s.journal)
	if err != nil {
		s.log.Error("the links of holders cannot be opened: no holder is answered", "error", err)
		return
	}
	s.closers = append(s.closers, links.Close)
	s.links = links
}

// besideHolder answers holders on the listener of RDAP, and hands on all else.
func (s *Service) besideHolder(other http.Handler, desk *lookup.Desk) (http.Handler, error) {
	if s.links == nil {
		return other, nil
	}
	h, err := holder.New(holder.Config{
		Links: s.links, Desk: desk, Base: s.base, Private: s.config.RDAP.BehindTLS, Log: s.log, Admit: s.aside(lookup.KindHolder),
		Received: func(ctx context.Context, roid string) ([]holder.Receipt, error) {
			list, err := receipts.Read(ctx, s.config.Audit.Dir, roid, audit.Span{}, time.Now())
			if errors.Is(err, audit.ErrTorn) { // a line that was never finished is no record
				err = nil
			}
			return list, err
		},
	})
	if err != nil {
		return nil, err
	}
	return h.Beside(other), nil
}
