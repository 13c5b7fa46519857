package audit

import (
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkNote is what a question costs the one who answers it.
func BenchmarkNote(b *testing.B) {
	room := newBatch(DefaultBuffer)
	l := &AccessLog{now: time.Now, files: new(daily), wake: make(chan struct{}, 1), filling: room} // and no writer
	q := question("shop.example")
	for b.Loop() {
		if len(room.entries) == cap(room.entries) {
			room.entries, room.text = room.entries[:0], room.text[:0]
		}
		l.Note(q)
	}
	if l.Dropped() != 0 {
		b.Errorf("dropped %d", l.Dropped())
	}
}

// BenchmarkNoteFlood asks more than the disk can take, from all sides.
func BenchmarkNoteFlood(b *testing.B) {
	l := benchAccess(b)
	q := question("shop.example")
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			l.Note(q)
		}
	})
	b.ReportMetric(float64(l.Dropped())/float64(b.N), "dropped/op")
}

// BenchmarkLine is the writer's work for one note, but for the disk.
func BenchmarkLine(b *testing.B) {
	e := entry{micros: noon.UnixMicro(), client: netip.MustParsePrefix("192.0.2.0/24"), window: "whois", kind: "domain", audience: "public"}
	text := []byte("shop.example")
	var buf []byte
	for b.Loop() {
		buf = e.appendLine(buf[:0], text)
	}
}

func benchAccess(b *testing.B) *AccessLog {
	l, err := OpenAccessLog(AccessConfig{
		Dir: filepath.Join(b.TempDir(), "audit"), Now: time.Now, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	return l
}

func BenchmarkRecordAlone(b *testing.B) {
	j := benchJournal(b)
	for b.Loop() {
		if err := j.Record(b.Context(), disclosure("shop.example")); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRecordGrouped(b *testing.B) {
	j := benchJournal(b)
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := j.Record(b.Context(), disclosure("shop.example")); err != nil {
				b.Error(err)
			}
		}
	})
}

func BenchmarkOpenJournal(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "audit")
	if err := os.MkdirAll(filepath.Join(dir, keysName), dirMode); err != nil {
		b.Fatal(err)
	}
	d := disclosure("shop.example")
	body, err := d.body()
	if err != nil {
		b.Fatal(err)
	}
	key, err := makeKey(dir, folder(dir), noon)
	if err != nil {
		b.Fatal(err)
	}
	var text []byte
	for i := range 100_000 {
		text = body.appendLine(text, uint64(i)+1, noon, key)
	}
	if err := os.WriteFile(filepath.Join(dir, journalName), text, fileMode); err != nil {
		b.Fatal(err)
	}
	var log words
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		j, err := OpenJournal(JournalConfig{Dir: dir, Now: atNoon, Logger: log.logger()})
		if err != nil {
			b.Fatal(err)
		}
		if err := j.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func benchJournal(b *testing.B) *Journal {
	var log words
	j, err := OpenJournal(JournalConfig{Dir: filepath.Join(b.TempDir(), "audit"), Now: atNoon, Logger: log.logger()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = j.Close() })
	return j
}
