// Package backup is the one file that a register is restored from: a tar, so that
// people can look into it, whose first entry says what the others are.
//
// The file begins with the manifest: what was copied, when, by which program, and
// the size and SHA-256 of every part. It is a signed note (C2SP signed-note), by the
// key that signs for the journal; without a journal nobody signs. The parts follow in
// the order of the manifest. So who reads knows at once whether a file is the one
// that is wanted, and of each part, when it ends, whether it is what was written.
//
// The package knows parts as names and bytes. What they are, what belongs into a
// backup and where it goes is for the program to say.
package backup

import (
	"errors"
	"io/fs"
	"math"
	"path"
	"time"
)

// Format is the number of the form that this program writes, and the newest that
// it reads.
const Format = 1

// ManifestName is the name of the first entry.
const ManifestName = "manifest"

var (
	// ErrDamaged is wrapped by the error for a file that is not what was written:
	// it is cut short, changed, or no backup at all.
	ErrDamaged = errors.New("the backup is damaged")
	// ErrNewer is wrapped by the error for a file that a newer program wrote.
	ErrNewer = errors.New("a newer program wrote the backup")
	// ErrForeign is wrapped by the error for a file that another key signed than
	// those that are trusted, or none.
	ErrForeign = errors.New("the backup is not one of this register")
)

// Manifest says what a backup is of.
type Manifest struct {
	Format   int       `json:"format"`
	Made     time.Time `json:"made"`
	Program  string    `json:"program"` // version of the program that made it
	Register Register  `json:"register"`
	Journal  *Journal  `json:"journal,omitempty"` // nil: none is kept
	Parts    []Part    `json:"parts"`
}

// Register says which state of which register it is.
type Register struct {
	Zones     []string  `json:"zones"`
	Edition   uint64    `json:"edition"`
	Serial    uint64    `json:"serial"`    // of the last change of a feed or snapshot; 0 when none was taken
	Watermark time.Time `json:"watermark"` // the data is as of this time
	Objects   int       `json:"objects"`   // kept facts included
	Counts    Counts    `json:"counts"`
}

// Counts is how many objects of each kind there are.
type Counts struct {
	Domains    int `json:"domains"`
	Reserved   int `json:"reserved"`
	Contacts   int `json:"contacts"`
	Hosts      int `json:"hosts"`
	Registrars int `json:"registrars"`
}

// Journal says how far the journal of disclosures was. The signature of the manifest
// covers it as a checkpoint would.
type Journal struct {
	Records int64  `json:"records"`
	Bytes   int64  `json:"bytes"`
	Root    string `json:"root"` // of the Merkle tree of all records
	Key     string `json:"key"`  // that the manifest is verified by; it is only as good as the file that it stands in
	// Findings are what verifying the journal found when it was copied, such as the
	// lost key of a day: nothing of the copy's making.
	Findings []string `json:"findings,omitempty"`
}

// Part is an entry of the file.
type Part struct {
	Name   string `json:"name"` // a path with slashes
	Size   int64  `json:"size"` // in bytes
	SHA256 string `json:"sha256"`
}

// Size is that of all parts, in bytes.
func (m *Manifest) Size() int64 {
	var sum int64
	for _, p := range m.Parts {
		sum += p.Size
	}
	return sum
}

// check refuses a manifest by which something could be written elsewhere than meant.
func (m *Manifest) check() error {
	seen := map[string]bool{ManifestName: true}
	var sum int64
	for _, p := range m.Parts {
		switch {
		case !fs.ValidPath(p.Name) || p.Name == "." || path.Clean(p.Name) != p.Name:
			return errors.New("a part has a name that is none")
		case seen[p.Name]:
			return errors.New("two parts have one name")
		case p.Size < 0, p.Size > math.MaxInt64-sum: // what does not fit has to be seen before
			return errors.New("a part has a size that is none")
		case len(p.SHA256) != 64:
			return errors.New("a part has a digest that is none")
		}
		seen[p.Name] = true
		sum += p.Size
	}
	for _, p := range m.Parts {
		for folder := path.Dir(p.Name); folder != "."; folder = path.Dir(folder) {
			if seen[folder] {
				return errors.New("a part is in another")
			}
		}
	}
	return nil
}
