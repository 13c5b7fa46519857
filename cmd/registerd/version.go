package main

import (
	"fmt"

	"registerd/internal/build"
)

type versionCommand struct {
	JSON bool `name:"json" help:"Print JSON, for programs."`
}

// Run prints what the program is.
func (v *versionCommand) Run(con console) error {
	b := build.This()
	if v.JSON {
		return printJSON(con.out, b)
	}
	commit := b.Commit
	if b.Modified {
		commit += ", and changes to it"
	}
	_, err := fmt.Fprintf(con.out, "registerd %s\ncommit    %s\ndate      %s\nGo        %s, %s\nSQLite    %s\n",
		b.Version, commit, b.Date, b.Go, b.Platform, b.SQLite)
	return err
}
