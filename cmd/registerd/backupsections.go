package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"registerd/config"
)

// section is what is copied and restored as one: a file, or a folder with all in it.
type section struct {
	name   string // for people, and for --only
	part   string // name of its part, or of the folder that its parts are in
	at     string // where it is; "" if the configuration has none
	folder bool
}

// The parts of a backup, as a tar shows them.
const (
	registerPart      = "register.db"
	accountsPart      = "accounts.db"
	requestsPart      = "requests"
	linksPart         = "holder-links.db"
	statisticsPart    = "statistics.db"
	journalPart       = "journal"
	configurationPart = "configuration"
)

// sectionsOf are all that a backup can hold, the journal last: what the others say to
// have been done is in it then.
func sectionsOf(c *config.Config) []section {
	return []section{
		{name: "register", part: registerPart, at: c.DB},
		{name: "accounts", part: accountsPart, at: c.Accounts},
		{name: "requests", part: requestsPart, at: c.Requests.Dir, folder: true},
		{name: "holder-links", part: linksPart, at: c.HolderLinks},
		{name: "statistics", part: statisticsPart, at: c.StatisticsPath()},
		{name: "journal", part: journalPart, at: c.Audit.Dir, folder: true},
	}
}

// owns reports whether what stands under a name in the section's folder is of the
// section. The access log is neither copied nor restored: it forgets by itself.
func (s section) owns(name string) bool {
	return !strings.HasPrefix(name, "access-") && name != "journal.lock" && name != restoring && !strings.HasPrefix(name, asideName)
}

// size is in bytes, and at most so much goes into a copy.
func (s section) size() (sum int64) {
	add := func(path string, info os.FileInfo) {
		if first, _, _ := strings.Cut(strings.TrimPrefix(path, s.at+"/"), "/"); !s.folder || s.owns(first) {
			sum += info.Size()
		}
	}
	for _, path := range []string{s.at, s.at + "-wal"} {
		_ = filepath.Walk(path, func(path string, info os.FileInfo, err error) error {
			if err == nil && info.Mode().IsRegular() { // else it is gone, and needs no room
				add(path, info)
			}
			return nil
		})
	}
	return sum
}

// sectionOf is the section that a part belongs to.
func sectionOf(sections []section, part string) (section, bool) {
	first, _, _ := strings.Cut(part, "/")
	for _, s := range sections {
		if s.part == first {
			return s, true
		}
	}
	return section{}, false
}

// operatorsFiles are the configuration and the files of rules and profiles that it
// names, by the names of their parts. Keys and secrets that it names are not there.
func operatorsFiles(c *config.Config, path string) map[string]string {
	files := map[string]string{}
	paths := []string{path}
	if config.IsRuleFile(c.Rules) {
		paths = append(paths, c.Rules)
	}
	for _, p := range c.ProfileFiles() {
		paths = append(paths, *p)
	}
	for _, path := range paths {
		name := configurationPart + "/" + filepath.Base(path)
		for n := 2; files[name] != "" && files[name] != path; n++ {
			name = fmt.Sprintf("%s/%d-%s", configurationPart, n, filepath.Base(path))
		}
		files[name] = path
	}
	return files
}

// ownersOnly refuses to go on as another user than the one whose files these are:
// what is made beside them would be that user's, and the server could not read it.
func ownersOnly(paths ...string) error {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			continue // who opens it says so
		}
		if s, ok := info.Sys().(*syscall.Stat_t); ok && int(s.Uid) != os.Geteuid() {
			return fmt.Errorf("%s belongs to user %d: run this as that user, as with runuser -u or sudo -u", path, s.Uid)
		}
	}
	return nil
}

// pathsOf are all places of sections.
func pathsOf(sections []section) (paths []string) {
	for _, s := range sections {
		if s.at != "" {
			paths = append(paths, s.at)
		}
	}
	return paths
}
