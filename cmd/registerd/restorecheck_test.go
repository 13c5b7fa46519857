package main

import (
	"errors"
	"testing"

	"registerd/backup"
)

// The manifest tells of a register, and of how far a journal goes.
func TestABackupThatLacksWhatItsManifestTellsOfIsRefused(t *testing.T) {
	journal := new(backup.Journal)
	part := func(name string) backup.Part { return backup.Part{Name: name} }
	for what, m := range map[string]*backup.Manifest{
		"nothing at all":         {},
		"no register":            {Journal: journal, Parts: []backup.Part{part("journal/journal.jsonl")}},
		"no journal":             {Journal: journal, Parts: []backup.Part{part(registerPart)}},
		"a journal it is not of": {Parts: []backup.Part{part(registerPart), part("journal/journal.jsonl")}},
		"only its configuration": {Parts: []backup.Part{part("configuration/registerd.toml")}},
	} {
		s := &staging{manifest: m}
		if err := s.check(t.Context()); !errors.Is(err, backup.ErrDamaged) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// What it is refused for after it was put into place, nobody can take back.
func TestABackupWithAFolderInItsConfigurationIsRefusedBeforeAnythingIsInPlace(t *testing.T) {
	for _, name := range []string{"configuration", "configuration/folder/file"} {
		s := &staging{manifest: &backup.Manifest{Parts: []backup.Part{{Name: name}}}}
		if err := s.check(t.Context()); !errors.Is(err, backup.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
