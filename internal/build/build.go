// Package build says what the program was made from.
package build

import (
	"cmp"
	"runtime"
	"runtime/debug"

	sqlite3 "modernc.org/sqlite/lib"
)

// Info is what the program was made from. Go writes it into every program: the
// version is the tag of its commit, or is made from the commit where there is none.
type Info struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`
	Modified bool   `json:"modified"` // there was more than the commit
	Date     string `json:"date"`     // of the commit, so that two builds are the same
	Go       string `json:"go"`
	Platform string `json:"platform"`
	SQLite   string `json:"sqlite"`
}

const unknownBuild = "unknown"

// This is of the program that runs.
func This() Info {
	b := Info{
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

// Version is the version in one word.
func Version() string { return This().Version }
