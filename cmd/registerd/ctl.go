package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

type ctlCommand struct {
	Reload ctlReloadCommand `cmd:"" help:"Have the server read its configuration again, as with SIGHUP, and say what became of it."`
}

type ctlReloadCommand struct {
	controlled
	JSON bool `name:"json" help:"Print JSON, for programs."`
}

// Run fails when the configuration was not taken: then nothing has changed.
func (c *ctlReloadCommand) Run(ctx context.Context, con console) error {
	var done reloaded
	err := c.call(ctx, http.MethodPost, "/reload", nil, &done)
	switch {
	case err != nil:
		return fmt.Errorf("reload: %w", err)
	case c.JSON:
		return printJSON(con.out, done)
	}
	fmt.Fprintln(con.out, "the configuration is in force, with the rules", done.Rules)
	if len(done.Restart) > 0 {
		fmt.Fprintln(con.out, "needs a restart:", strings.Join(done.Restart, ", "))
	}
	for _, note := range done.Notes {
		fmt.Fprintln(con.out, "not taken:", note)
	}
	return nil
}

// controlReload answers once it is done.
func (s *service) controlReload(w http.ResponseWriter, r *http.Request) {
	who, _ := r.Context().Value(controllerKey{}).(*controller)
	// Whoever asked may go away: what is in force is not left to that.
	done, err := s.again(context.WithoutCancel(r.Context()), who.name())
	if err != nil {
		controlError(w, http.StatusUnprocessableEntity, fmt.Errorf("the old configuration stays in force: %w", err))
		return
	}
	controlAnswer(w, http.StatusOK, done)
}
