package audit

import (
	"bytes"
	"errors"
	"testing"
)

func TestWalkStopsWhereItIsToldTo(t *testing.T) {
	cfg, _ := oldJournal(t)
	mustRecord(t, mustOpenJournal(t, cfg), "three.example")
	for stop := 1; stop <= 4; stop++ {
		n := 0
		err := Walk(cfg.Dir, func(Record) error {
			if n++; n == stop {
				return errDisk
			}
			return nil
		})
		if err != errDisk || n != stop {
			t.Errorf("stopped after %d, want %d: %v", n, stop, err)
		}
	}
}

// FuzzWalk reads what an enemy or a broken disk left: nothing makes it fall, and
// what it gives is in order.
func FuzzWalk(f *testing.F) {
	key, err := newDayKey(make([]byte, keySize))
	if err != nil {
		f.Fatal(err)
	}
	d := disclosure("shop.example")
	b, err := d.body()
	if err != nil {
		f.Fatal(err)
	}
	line := b.appendLine(nil, 1, noon, key)
	b2 := own(EntryKeyErased, "2024-03-01")
	f.Add(line)
	f.Add(b2.appendLine(bytes.Clone(line), 2, noon, key))
	f.Add(line[:len(line)-1])
	f.Add([]byte(oldLine(1, oldTime, "one.example")))
	f.Add(bytes.Replace(line, []byte(`"sealed":"`), []byte(`"sealed":"A`), 1))
	f.Add([]byte(`{"seq":1,"time":"2026-03-01T00:00:00Z","entry":"x","sealed":"AAAA"}` + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		keys := &keyring{"testdata/none", map[string]*dayKey{noon.Format(dateLayout): key}}
		var last uint64
		err := readRecords(bytes.NewReader(text), int64(len(text)), func(r Record, line []byte, sealed string) error {
			if r.Seq != last+1 || r.Entry == "" {
				t.Errorf("record %d, %q, follows %d", r.Seq, r.Entry, last)
			}
			last = r.Seq
			if sealed == "" {
				return nil
			}
			return keys.unseal(&r, line, sealed)
		})
		if whole := bytes.HasSuffix(text, []byte("\n")) || len(text) == 0; err == nil && !whole || errors.Is(err, ErrTorn) && whole {
			t.Errorf("%v of a text that is whole: %v", err, whole)
		}
		_ = readOld(bytes.NewReader(text), "journal-old-1.jsonl", func(Record) error { return nil })
	})
}

// FuzzNotes reads checkpoints from anywhere.
func FuzzNotes(f *testing.F) {
	f.Add([]byte("o\n1\nh\n\n\u2014 o AAAA\n"))
	f.Add([]byte("o\n1\nh\n\n\u2014 o AAAA\n\no\n2\nh\n\n\u2014 o AAAA\n\u2014 p AAAA\n\nhalf"))
	f.Add([]byte("Nov 22 host registerd: " + syslogWord + `"o\n1\nh\n\n\u2014 o AAAA\n"` + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		found, whole := notes(text)
		if whole > len(text) {
			t.Fatalf("%d of %d bytes", whole, len(text))
		}
		for _, n := range found {
			if !bytes.Contains(text[:whole], n) || !bytes.Contains(n, []byte(signature)) || n[len(n)-1] != '\n' {
				t.Errorf("%q is no note of %q", n, text)
			}
		}
		keptNotes(text)
	})
}
