package backup_test

import (
	"os"
	"path/filepath"
	"testing"

	"registerd/backup"
)

func TestABackupIsNotedBesideItsRegister(t *testing.T) {
	db := filepath.Join(t.TempDir(), "register.db")
	if at := backup.Noted(db); !at.IsZero() {
		t.Errorf("there is none yet: %v", at)
	}
	note := func() {
		t.Helper()
		if err := backup.Note(db); err != nil {
			t.Fatal(err)
		}
	}
	note()
	first := backup.Noted(db)
	if err := os.Chtimes(db+".backup", first.AddDate(-1, 0, 0), first.AddDate(-1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	note()
	if again := backup.Noted(db); again.Before(first) {
		t.Errorf("the second backup is of %v, the first of %v", again, first)
	}
}
