package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	oldName   = "journal-old-"
	oldSuffix = ".jsonl"
	// ownCaller is who records what the journal does by itself.
	ownCaller = "registerd"
)

// own is a record of what the journal does by itself; nothing of it is sealed.
func own(entry Entry, reference string) body {
	d := Disclosure{Caller: ownCaller, Requester: "operator", Audience: "operator", Window: "journal", Reference: reference}
	return body{clear: d.appendClear(nil, entry)}
}

// oldRecord is a line of a journal of the old form: a chain of numbers, nothing
// of it sealed.
type oldRecord struct {
	Seq          uint64       `json:"seq"`
	Time         time.Time    `json:"time"`
	Caller       string       `json:"caller"`
	Organisation string       `json:"organisation"`
	Audience     string       `json:"audience"`
	Purpose      string       `json:"purpose"`
	Case         string       `json:"case"`
	Window       string       `json:"window"`
	Question     string       `json:"question"`
	Kind         string       `json:"kind"`
	Key          string       `json:"key"`
	Fields       []string     `json:"fields"`
	Contacts     []string     `json:"contacts"`
	Rules        string       `json:"rules"`
	Serial       uint64       `json:"serial"`
	Client       netip.Prefix `json:"client"`
}

func parseOld(line []byte) (Record, error) {
	var o oldRecord
	if err := json.Unmarshal(line, &o); err != nil {
		return Record{}, err
	}
	r := Record{Seq: o.Seq, Time: o.Time, Told: len(o.Fields), Client: o.Client, Disclosure: Disclosure{
		Entry: EntryDisclosure, Caller: o.Caller, Audience: o.Audience, Purpose: o.Purpose, Window: o.Window, Kind: o.Kind,
		Rules: o.Rules, Serial: o.Serial, Organisation: o.Organisation, Case: o.Case, Question: o.Question, Key: o.Key,
		Fields: o.Fields, Contacts: o.Contacts,
	}}
	if o.Kind == "rules" {
		r.Entry = EntryRules
	}
	return r, nil
}

// isOld reports whether a journal that begins with line is of the old form.
func isOld(line []byte) bool {
	after := len(seqMember+"1"+timeMember+timeLayout) + 1
	return len(line) > after && bytes.HasPrefix(line, []byte(seqMember+"1"+timeMember)) &&
		!bytes.HasPrefix(line[after:], []byte(entryMember))
}

// errStop ends a reading early.
var errStop = errors.New("enough")

// setOldAside gives a journal of the old form another name. It needs the lock.
func (c *chain) setOldAside() error {
	f, err := os.Open(filepath.Join(c.dir, journalName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	old, seq := false, uint64(0)
	err = eachLine(f, func(line []byte) error {
		if seq == 0 {
			if old = isOld(line); !old {
				return errStop
			}
		}
		n, ok := lineSeq(line)
		if seq++; !ok || n != seq {
			return fmt.Errorf("what follows record %d is not the next", seq-1)
		}
		return nil
	})
	switch {
	case errors.Is(err, errStop), err == nil && !old:
		return nil
	case err != nil:
		return err
	}
	for _, name := range []string{hashesName, checkpointsName} {
		if info, err := os.Stat(filepath.Join(c.dir, name)); err == nil && info.Size() > 0 {
			return fmt.Errorf("%w: a journal of the old form stands beside %s", ErrFork, name)
		}
	}
	name, err := c.free(oldName, oldSuffix)
	if err == nil {
		err = c.disk.rename(journalName, name)
	}
	if err == nil {
		err = c.disk.sync(".")
	}
	if err == nil {
		c.log.Info("journal: one of the old form was closed, and a new one begun", "path", name, "records", seq)
	}
	return err
}

// closeOld begins a journal with the hashes of those before it, so that they are
// covered by whatever is signed from now on. It needs the lock.
func (c *chain) closeOld(now time.Time) error {
	if c.tree.n > 0 {
		return nil
	}
	names, err := oldNames(c.dir)
	if err != nil || len(names) == 0 {
		return err
	}
	var group []body
	for _, name := range names {
		reference, err := describeOld(c.dir, name)
		if err != nil {
			return err
		}
		group = append(group, own(EntryOldJournal, reference))
	}
	return c.write(now, group)
}

// oldNames are the journals of the old form, the first one first.
func oldNames(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if oldNumber(e.Name()) > 0 {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int { return oldNumber(a) - oldNumber(b) })
	return names, nil
}

// oldNumber is the number in the name of an old journal; 0 for another file.
func oldNumber(name string) int {
	digits, before := strings.CutPrefix(name, oldName)
	digits, after := strings.CutSuffix(digits, oldSuffix)
	n, err := strconv.Atoi(digits)
	if !before || !after || err != nil || n < 1 || strconv.Itoa(n) != digits {
		return 0
	}
	return n
}

// describeOld is what a record says of an old journal, from which anybody can
// tell whether it is still that file.
func describeOld(dir, name string) (string, error) {
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum, records := sha256.New(), 0
	err = eachLine(io.TeeReader(f, sum), func([]byte) error { records++; return nil })
	return fmt.Sprintf("%s %d sha256:%s", name, records, hex.EncodeToString(sum.Sum(nil))), err
}

// eachOld gives f the records of an old journal.
func eachOld(dir, name string, f func(Record) error) error {
	file, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		return err
	}
	defer file.Close()
	return readOld(file, name, f)
}

func readOld(journal io.Reader, name string, f func(Record) error) error {
	seq := uint64(0)
	return eachLine(journal, func(line []byte) error {
		r, err := parseOld(line)
		if err != nil {
			return fmt.Errorf("audit journal: %s: after record %d: %w", name, seq, err)
		}
		if seq++; r.Seq != seq {
			return fmt.Errorf("audit journal: %s: record %d is followed by %d", name, seq-1, r.Seq)
		}
		r.Old = oldNumber(name)
		return f(r)
	})
}
