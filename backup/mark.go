package backup

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

// markOf is an empty file beside the register: it was written when the last
// backup was made.
func markOf(db string) string { return db + ".backup" }

// Note notes beside a register that a backup of it was made now. A running server
// measures by it how old the last one is.
func Note(db string) error {
	mark := markOf(db)
	if err := os.Remove(mark); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(mark, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // its time is that of now
	if err != nil {
		return err
	}
	return f.Close()
}

// Noted is when the last backup was made; zero if none is known.
func Noted(db string) time.Time {
	info, err := os.Stat(markOf(db))
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}

// PlanOf is the file beside a register that says what a restore is putting into place.
func PlanOf(db string) string { return db + ".restore" }
