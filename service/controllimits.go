package service

import (
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"registerd/config"
	"registerd/ratelimit"
)

// Standing is how a client stands, as the control socket tells it.
type Standing struct {
	Client       string            `json:"client"`
	Organization string            `json:"organization,omitempty"` // of an account
	Unlimited    bool              `json:"unlimited"`              // the server, or the client by its exception
	Exception    *Exception        `json:"exception,omitempty"`
	Strikes      int               `json:"strikes"` // refusals that were not heeded and are not forgotten
	Networks     []NetworkStanding `json:"networks"`
}

// Exception is the [[limits.network]] that counts.
type Exception struct {
	Network   netip.Prefix `json:"network"`
	Times     float64      `json:"times,omitempty"`
	Unlimited bool         `json:"unlimited,omitempty"`
	Block     bool         `json:"block,omitempty"`
	Until     *time.Time   `json:"until,omitempty"`
	Note      string       `json:"note,omitempty"`
	By        string       `json:"by,omitempty"`
	Reason    string       `json:"reason,omitempty"`
}

// NetworkStanding is one of the networks around an address, or an account.
type NetworkStanding struct {
	Network string           `json:"network"`
	Charged bool             `json:"charged"` // an exception leaves the others out
	Signs   []string         `json:"signs,omitempty"`
	Budgets []BudgetStanding `json:"budgets,omitempty"`
}

// BudgetStanding is how one budget stands there.
type BudgetStanding struct {
	Name          string  `json:"name"`
	Left          int     `json:"left"`
	Of            int     `json:"of"`
	WindowSeconds float64 `json:"window_seconds"` // in which all of it comes back
	NextSeconds   float64 `json:"next_seconds"`   // until one is left; 0 if any is
	FullSeconds   float64 `json:"full_seconds"`
	Price         float64 `json:"price"`
	Pause         bool    `json:"pause"`
}

// Shares are the heaviest askers of about the last hour.
type Shares struct {
	Cost     float64 `json:"cost"` // of all, in questions
	Heaviest []Share `json:"heaviest"`
}

// Share is what one asker took of all.
type Share struct {
	Client       string  `json:"client"` // a network, or an account
	Organization string  `json:"organization,omitempty"`
	Cost         float64 `json:"cost"`
	Share        float64 `json:"share"` // of all, 0 to 1
}

// Cleared says whose budgets are full again.
type Cleared struct {
	Cleared []string `json:"cleared"`
}

func (s *Service) controlShow(w http.ResponseWriter, r *http.Request) {
	limits := s.limitsNow()
	client, err := clientOf(limits, r.FormValue("client"))
	if err != nil {
		controlError(w, http.StatusBadRequest, err)
		return
	}
	controlAnswer(w, http.StatusOK, standingOf(limits, s.limiter.Show(client)))
}

func (s *Service) controlClear(w http.ResponseWriter, r *http.Request) {
	client, err := clientOf(s.limitsNow(), r.FormValue("client"))
	if err != nil {
		controlError(w, http.StatusBadRequest, err)
		return
	}
	s.limiter.Clear(client)
	cleared := []string{client.Account}
	if client.Account == "" {
		cleared = nil
		for _, width := range s.limiter.Show(client).Widths {
			cleared = append(cleared, width.Prefix.String())
		}
	}
	// The log names no single address: the widest network says enough of what was done.
	who, _ := r.Context().Value(controllerKey{}).(*controller)
	if n := len(cleared); n > 0 {
		s.log.Info("budgets were cleared by hand", "of", cleared[n-1], "by", who.name())
	}
	controlAnswer(w, http.StatusOK, Cleared{cleared})
}

// MostShares is how many of the heaviest askers can be asked for.
const MostShares = 1000

func (s *Service) controlTop(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(r.FormValue("n"))
	if err != nil || n < 1 {
		n = 10
	}
	limits := s.limitsNow()
	top := s.limiter.Top(min(n, MostShares))
	out := Shares{Cost: top.Total, Heaviest: []Share{}}
	for _, share := range top.Of {
		shown := Share{Client: share.Account, Organization: limits.Named[share.Account], Cost: share.Cost, Share: share.Share}
		if share.Account == "" {
			shown.Client = share.Prefix.String()
		}
		out.Heaviest = append(out.Heaviest, shown)
	}
	controlAnswer(w, http.StatusOK, out)
}

func standingOf(p *config.PublishedLimits, r ratelimit.Report) Standing {
	out := Standing{
		Client: r.Client.Account, Organization: p.Named[r.Client.Account], Strikes: r.Strikes,
		Unlimited: p.Off, Networks: []NetworkStanding{},
	}
	if r.Client.Account == "" {
		out.Client = r.Client.Addr.String()
	}
	if n := r.Network; n != nil {
		out.Exception = &Exception{
			Network: n.Prefix, Times: n.Times, Unlimited: n.Free, Block: n.Block, Note: n.Note, By: n.By, Reason: n.Reason,
		}
		if !n.Until.IsZero() {
			out.Exception.Until = &n.Until
		}
		out.Unlimited = out.Unlimited || n.Free
	}
	for _, width := range r.Widths {
		shown := NetworkStanding{Network: out.Client, Charged: width.Charged, Signs: width.Signs}
		if width.Prefix.IsValid() {
			shown.Network = width.Prefix.String()
		}
		if width.Charged {
			for _, standing := range width.Standings {
				shown.Budgets = append(shown.Budgets, budgetOf(standing))
			}
		}
		out.Networks = append(out.Networks, shown)
	}
	return out
}

func budgetOf(s ratelimit.Standing) BudgetStanding {
	return BudgetStanding{
		Name: s.Class.String(), Left: s.Left, Of: s.Quota, WindowSeconds: s.Window.Seconds(),
		NextSeconds: s.More.Seconds(), FullSeconds: s.Full.Seconds(), Price: s.Price, Pause: s.Pause,
	}
}

// clientOf is whom budgets are looked up for: an account by its id, or an address. A
// network stands for its first address.
func clientOf(p *config.PublishedLimits, text string) (ratelimit.Client, error) {
	if _, known := p.Named[text]; known {
		return ratelimit.Client{Account: text}, nil
	}
	addr, err := parseAddress(text)
	if err != nil {
		return ratelimit.Client{}, fmt.Errorf("%q is no address, no network, and not the id of an account", text)
	}
	return ratelimit.Client{Addr: addr}, nil
}

// parseAddress reads an address, or the first one of a network.
func parseAddress(text string) (netip.Addr, error) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked().Addr().Unmap(), nil
	}
	addr, err := netip.ParseAddr(text)
	return addr.Unmap().WithZone(""), err
}
