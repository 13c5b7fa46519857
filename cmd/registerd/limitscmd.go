package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"registerd/config"
	"registerd/service"
)

type limitsCommand struct {
	Show  limitsShowCommand  `cmd:"" help:"Say how an address or an account stands with each of its limits, and why."`
	Clear limitsClearCommand `cmd:"" help:"Give an address and the networks around it, or an account, full budgets again, and forget its pauses and signs."`
	Top   limitsTopCommand   `cmd:"" help:"List the networks and accounts that take most, by what it costs, with their shares."`
}

type limitsShowCommand struct {
	controlled
	JSON   bool   `name:"json" help:"Print JSON, for programs."`
	Client string `arg:"" name:"address|account" help:"An address, a network, which stands for its first address, or the id of an account."`
}

// Run asks the running server.
func (l *limitsShowCommand) Run(ctx context.Context, con console) error {
	var shown service.Standing
	err := l.call(ctx, http.MethodGet, "/limits/show", url.Values{"client": {l.Client}}, &shown)
	switch {
	case err != nil:
		return fmt.Errorf("limits: %w", err)
	case l.JSON:
		return printJSON(con.out, shown)
	}
	return printLimits(con.out, &shown)
}

type limitsClearCommand struct {
	controlled
	JSON   bool   `name:"json" help:"Print JSON, for programs."`
	Client string `arg:"" name:"address|account" help:"An address, a network, which stands for its first address, or the id of an account."`
}

// Run asks the running server, which logs who did.
func (l *limitsClearCommand) Run(ctx context.Context, con console) error {
	var cleared service.Cleared
	err := l.call(ctx, http.MethodPost, "/limits/clear", url.Values{"client": {l.Client}}, &cleared)
	switch {
	case err != nil:
		return fmt.Errorf("limits: %w", err)
	case l.JSON:
		return printJSON(con.out, cleared)
	}
	_, err = fmt.Fprintln(con.out, "cleared:", strings.Join(cleared.Cleared, ", "))
	return err
}

type limitsTopCommand struct {
	controlled
	JSON   bool `name:"json" help:"Print JSON, for programs."`
	Number int  `short:"n" default:"10" help:"How many to list (${default})."`
}

// Run asks the running server.
func (l *limitsTopCommand) Run(ctx context.Context, con console) error {
	if l.Number < 1 || l.Number > service.MostShares {
		return misused("limits: -n is 1 to %d", service.MostShares)
	}
	var shares service.Shares
	err := l.call(ctx, http.MethodGet, "/limits/top", url.Values{"n": {strconv.Itoa(l.Number)}}, &shares)
	switch {
	case err != nil:
		return fmt.Errorf("limits: %w", err)
	case l.JSON:
		return printJSON(con.out, shares)
	}
	return printShares(con.out, &shares)
}

func printJSON(out io.Writer, what any) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(what)
}

func printLimits(out io.Writer, s *service.Standing) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	head := s.Client
	if s.Organization != "" {
		head += ", " + s.Organization
	}
	fmt.Fprintln(table, head)
	if e := s.Exception; e != nil {
		fmt.Fprintln(table, "exception: "+exceptionInWords(e))
	}
	if s.Strikes > 0 {
		fmt.Fprintf(table, "asked on while refused: %d times that are not forgotten\n", s.Strikes)
	}
	for _, n := range s.Networks {
		if len(n.Signs) > 0 {
			fmt.Fprintf(table, "signs of copying: %s: %s\n", n.Network, strings.Join(n.Signs, ", "))
		}
	}
	if s.Unlimited {
		fmt.Fprintln(table, "no limits")
		return table.Flush()
	}
	fmt.Fprintln(table, "\nnetwork\tbudget\tleft\tof\tnext in\tall back in\tprice\t")
	for _, n := range s.Networks {
		if !n.Charged {
			fmt.Fprintf(table, "%s\tnot charged\n", n.Network)
		}
		for _, b := range n.Budgets {
			why := ""
			if b.Pause {
				why = "pause"
			}
			fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%s\t%s\t%s\t%s\n",
				n.Network, b.Name, b.Left, b.Of, seconds(b.NextSeconds), seconds(b.FullSeconds), config.Decimal(b.Price), why)
		}
	}
	return table.Flush()
}

func exceptionInWords(e *service.Exception) string {
	n := config.Network{Prefix: e.Network.String(), Times: e.Times, Unlimited: e.Unlimited, Block: e.Block}
	if e.Until != nil {
		n.Until = *e.Until
	}
	words := n.InWords()
	for _, more := range []string{e.Reason, e.Note} {
		if more != "" {
			words += "; " + more
		}
	}
	if e.By != "" {
		words += " (" + e.By + ")"
	}
	return words
}

func printShares(out io.Writer, s *service.Shares) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "network or account\tcost\tshare\t")
	for _, h := range s.Heaviest {
		fmt.Fprintf(table, "%s\t%.0f\t%.1f %%\t%s\n", h.Client, h.Cost, 100*h.Share, h.Organization)
	}
	fmt.Fprintf(table, "all\t%.0f\t\t\n", s.Cost)
	return table.Flush()
}

// seconds are as people read them; none is a dash.
func seconds(n float64) string {
	d := time.Duration(n * float64(time.Second))
	switch {
	case d <= 0:
		return "-"
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
