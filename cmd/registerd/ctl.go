package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"registerd/service"
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
	var done service.Reloaded
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
