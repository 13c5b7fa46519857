package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/prometheus/client_golang/prometheus"
	sqlite3 "modernc.org/sqlite/lib"
)

// build is what the program was made from. Go writes it into every program: the
// version is the tag of its commit, or is made from the commit where there is none.
type build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`
	Modified bool   `json:"modified"` // there was more than the commit
	Date     string `json:"date"`     // of the commit, so that two builds are the same
	Go       string `json:"go"`
	Platform string `json:"platform"`
	SQLite   string `json:"sqlite"`
}

const unknownBuild = "unknown"

func thisBuild() build {
	b := build{
		Version: unknownBuild, Commit: unknownBuild, Date: unknownBuild,
		Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, SQLite: sqlite3.SQLITE_VERSION,
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	b.Version = cmp.Or(info.Main.Version, unknownBuild)
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Date = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// programVersion is the version in one word.
func programVersion() string { return thisBuild().Version }

type versionCommand struct {
	JSON bool `name:"json" help:"Print JSON, for programs."`
}

// Run prints what the program is.
func (v *versionCommand) Run(con console) error {
	b := thisBuild()
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

// builtAs is a number that is always 1: what is told stands beside it.
func builtAs(b build) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "registerd_build_info", Help: "What the program was made from.",
		ConstLabels: prometheus.Labels{"version": b.Version, "commit": b.Commit, "go": b.Go, "sqlite": b.SQLite},
	}, func() float64 { return 1 })
}
