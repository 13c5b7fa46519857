package audit

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"golang.org/x/sys/unix"
)

// VerifyConfig is what a journal is verified by.
type VerifyConfig struct {
	Dir string
	// Keys are those that may have signed checkpoints, in the form of the file
	// checkpoint.pub. Default: that file, which is no better kept than the journal.
	Keys []string
	// Kept are texts with checkpoints that were kept elsewhere: notes, or lines
	// of the system's log. Whatever was done to the journal is found if one of them
	// is from before.
	Kept [][]byte
}

// Verdict is what was found.
type Verdict struct {
	Records     int64
	Root        tlog.Hash
	Last        time.Time // of the last record
	Checkpoints int       // that were held against the journal
	Covered     int64     // by them: so many records are what they were
	Sealed      int       // days whose records can be read in full
	Erased      int       // days whose key is erased, as the journal says
	Findings    []string  // none, and the journal is what it was
}

func (v *Verdict) find(format string, args ...any) {
	v.Findings = append(v.Findings, fmt.Sprintf(format, args...))
}

// Verify reads the whole journal and holds it against its hashes, against every
// checkpoint, and against what it says of keys and old journals. An error is
// one of reading; what is wrong with the journal is in the findings.
func Verify(cfg VerifyConfig) (*Verdict, error) {
	v := &verifying{
		dir: cfg.Dir, days: map[string]bool{}, unopened: map[string]int{}, erased: map[string]bool{}, closed: map[string]string{},
	}
	if err := v.open(); err != nil {
		return nil, fmt.Errorf("audit journal: verifying: %w", err)
	}
	defer v.close()
	err := v.readCheckpoints(cfg)
	if err == nil {
		err = v.readJournal()
	}
	if err == nil {
		err = v.readOlds()
	}
	if err != nil {
		return nil, fmt.Errorf("audit journal: verifying: %w", err)
	}
	v.judgeKeys()
	return &v.Verdict, nil
}

// verifying is one reading of a journal.
type verifying struct {
	Verdict
	dir         string
	journal     *os.File
	size        int64         // of the journal
	hashes      *bufio.Reader // until one differs or is missing
	signed      []byte        // the file of checkpoints
	checkpoints []Checkpoint  // the smallest first

	edge     edge
	days     map[string]bool   // that have sealed records; whether the key is there
	unopened map[string]int    // records of a day that its key does not open
	erased   map[string]bool   // keys and old journals, as the journal says
	closed   map[string]string // old journals, and what the journal says of them
}

// open takes all files as they are at one moment when nobody writes.
func (v *verifying) open() (err error) {
	if lock, err := os.Open(filepath.Join(v.dir, lockName)); err == nil {
		defer lock.Close()
		if err := lockFile(lock, unix.LOCK_SH); err != nil {
			return err
		}
	}
	if v.journal, err = os.Open(filepath.Join(v.dir, journalName)); err != nil {
		return err
	}
	info, err := v.journal.Stat()
	if err != nil {
		return err
	}
	v.size = info.Size()
	stored, err := os.ReadFile(filepath.Join(v.dir, hashesName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	v.hashes = bufio.NewReader(bytes.NewReader(stored))
	v.signed, err = os.ReadFile(filepath.Join(v.dir, checkpointsName))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return err
}

func (v *verifying) close() { _ = v.journal.Close() }

func (v *verifying) readCheckpoints(cfg VerifyConfig) error {
	lines := cfg.Keys
	if len(lines) == 0 {
		var err error
		if lines, err = readVerifying(v.dir); err != nil {
			return err
		}
	}
	keys, err := verifierList(lines)
	if err != nil {
		return err
	}
	found, whole := notes(v.signed)
	if whole < len(v.signed) {
		v.find("%s ends in %d bytes that are no checkpoint", checkpointsName, len(v.signed)-whole)
	}
	v.take(found, checkpointsName, keys)
	for i, text := range cfg.Kept {
		kept := keptNotes(text)
		if len(kept) == 0 {
			v.find("kept checkpoints %d: there is none in it", i+1)
		}
		v.take(kept, "what was kept", keys)
	}
	slices.SortFunc(v.checkpoints, func(a, b Checkpoint) int { return int(a.Size - b.Size) })
	v.Checkpoints = len(v.checkpoints)
	return nil
}

func (v *verifying) take(found [][]byte, where string, keys note.Verifiers) {
	for _, text := range found {
		c, err := readCheckpoint(text, keys)
		if err != nil {
			v.find("%s: %v", where, err)
			continue
		}
		v.checkpoints = append(v.checkpoints, c)
	}
}

func (v *verifying) readJournal() error {
	v.meet()
	seals := newKeyring(v.dir)
	var seen int64
	err := eachLine(io.NewSectionReader(v.journal, 0, v.size), func(line []byte) error {
		seen += int64(len(line))
		v.compare(v.edge.add(line))
		v.read(line, seals)
		v.meet()
		return nil
	})
	if err != nil {
		v.find("after record %d: %v", v.edge.n, err)
	} else if seen < v.size {
		v.find("it ends in an unfinished line of %d bytes", v.size-seen)
	}
	v.Records, v.Root = v.edge.n, v.edge.hash()
	if v.hashes != nil {
		rest, err := io.ReadAll(v.hashes)
		if err != nil || len(bytes.Trim(rest, "\x00")) > 0 {
			v.find("%s has hashes of records that are gone", hashesName)
		}
	}
	for _, c := range v.checkpoints {
		v.find("%d records were signed for by %s, %d are there", c.Size, c.Origin, v.edge.n)
	}
	return nil
}

// meet holds the tree against the checkpoints of its size.
func (v *verifying) meet() {
	for len(v.checkpoints) > 0 && v.checkpoints[0].Size == v.edge.n {
		if c := v.checkpoints[0]; c.Root != v.edge.hash() {
			v.find("the first %d records are not those that %s signed for", c.Size, c.Origin)
		} else {
			v.Covered = c.Size
		}
		v.checkpoints = v.checkpoints[1:]
	}
}

// compare holds new hashes against the file's. Fewer may be there than records, and
// zeros after a loss of power: they are written last, never synced, and made again.
func (v *verifying) compare(hashes []tlog.Hash) {
	for _, ours := range hashes {
		var theirs tlog.Hash
		if v.hashes == nil {
			return
		}
		if _, err := io.ReadFull(v.hashes, theirs[:]); err != nil || theirs == (tlog.Hash{}) {
			v.hashes = nil
			return
		}
		if ours != theirs {
			v.find("record %d is not the one whose hash is in %s", v.edge.n, hashesName)
			v.hashes = nil
		}
	}
}

// read looks at what one record says.
func (v *verifying) read(line []byte, seals *keyring) {
	r, sealed, err := parse(line)
	switch {
	case err != nil:
		v.find("after record %d: %v", v.edge.n-1, err)
		return
	case r.Seq != uint64(v.edge.n):
		v.find("record %d is followed by %d", v.edge.n-1, r.Seq)
	}
	v.Last = r.Time
	switch r.Entry {
	case EntryKeyErased, EntryOldErased:
		v.erased[r.Reference] = true
	case EntryOldJournal:
		var name string
		_, _ = fmt.Sscan(r.Reference, &name)
		v.closed[name] = r.Reference
	}
	if sealed == "" {
		return
	}
	day := r.Time.UTC().Format(dateLayout)
	switch err := seals.unseal(&r, line, sealed); {
	case errors.Is(err, errUnopened):
		v.unopened[day]++
		v.days[day] = true
	case err != nil:
		v.find("record %d: %v", r.Seq, err)
	default:
		v.days[day] = !r.Gone
	}
}

// judgeKeys holds the keys that are there against what the journal says.
func (v *verifying) judgeKeys() {
	days := make([]string, 0, len(v.days))
	for day := range v.days {
		days = append(days, day)
	}
	slices.Sort(days)
	for _, day := range days {
		switch there, erased := v.days[day], v.erased[day]; {
		case there && erased:
			v.find("the key of %s is there, though the journal says that it was erased", day)
		case v.unopened[day] > 0:
			v.find("the key of %s does not open %d of its records: it was lost and another made, or they were altered", day, v.unopened[day])
		case there:
			v.Sealed++
		case erased:
			v.Erased++
		default:
			v.find("the key of %s is gone, and the journal does not say that it was erased", day)
		}
	}
}

// readOlds holds the old journals against what the journal says of them.
func (v *verifying) readOlds() error {
	names, err := oldNames(v.dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		is, err := describeOld(v.dir, name)
		switch said, ok := v.closed[name]; {
		case err != nil:
			v.find("%s: %v", name, err)
		case !ok:
			v.find("%s: the journal does not know it", name)
		case v.erased[name]:
			v.find("%s is there, though the journal says that it was erased", name)
		case said != is:
			v.find("%s is not the file that was closed", name)
		}
		delete(v.closed, name)
	}
	for name := range v.closed {
		if !v.erased[name] {
			v.find("%s is gone, and the journal does not say that it was erased", name)
		}
	}
	return nil
}
