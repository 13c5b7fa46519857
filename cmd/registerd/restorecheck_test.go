package main

import (
	"errors"
	"testing"

	"registerd/backup"
)

// What it is refused for after it was put into place, nobody can take back.
func TestABackupWithAFolderInItsConfigurationIsRefusedBeforeAnythingIsInPlace(t *testing.T) {
	for _, name := range []string{"configuration", "configuration/folder/file"} {
		s := &staging{manifest: &backup.Manifest{Parts: []backup.Part{{Name: name}}}}
		if err := s.check(t.Context()); !errors.Is(err, backup.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
