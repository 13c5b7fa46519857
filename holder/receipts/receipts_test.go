package receipts

import (
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"registerd/audit"
	"registerd/store"
)

var first = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// journal holds one disclosure a minute, each of an organisation of its own.
func journal(t *testing.T, organisations ...string) (dir string) {
	t.Helper()
	at := first
	dir = filepath.Join(t.TempDir(), "audit")
	j, err := audit.OpenJournal(audit.JournalConfig{Dir: dir, Now: func() time.Time { return at }, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range organisations {
		err = errors.Join(err, j.Record(t.Context(), audit.Disclosure{
			Caller: "police", Organisation: o, Audience: "authority", Window: "rdap", Question: "shop.example", Kind: store.Names.String(),
			Key: "shop.example", Fields: []string{"contact name"}, Contacts: []string{"P1-EX"}, Rules: "gdpr-1", Client: netip.MustParseAddr("192.0.2.7"),
		}))
		at = at.Add(time.Minute)
	}
	if err := errors.Join(err, j.Close()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestReceiptsAreOfTheSpanAndOfTheContact(t *testing.T) {
	dir := journal(t, "A", "B", "C")
	minute := func(n int) time.Time { return first.Add(time.Duration(n) * time.Minute) }
	for _, tt := range []struct {
		roid string
		in   audit.Span
		want string
	}{
		{"P1-EX", audit.Span{}, "ABC"},
		{"p1-ex", audit.Span{Since: minute(1)}, "BC"},
		{"P1-EX", audit.Span{Until: minute(1)}, "A"},
		{"P1-EX", audit.Span{Since: minute(1), Until: minute(2)}, "B"},
		{"P1-EX", audit.Span{Since: minute(3)}, ""},
		{"P1", audit.Span{}, ""},
	} {
		list, err := Read(t.Context(), dir, tt.roid, tt.in, minute(60))
		got := ""
		for _, r := range list {
			got += r.Organisation
		}
		if err != nil || got != tt.want || list == nil {
			t.Errorf("%s in %v: %q, %v, want %q", tt.roid, tt.in, got, err, tt.want)
		}
	}
}

func TestAfterAnUnfinishedLineAllThatIsWholeIsRead(t *testing.T) {
	dir := journal(t, "A", "B")
	f, err := os.OpenFile(filepath.Join(dir, "journal.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"seq":3`); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if list, err := Read(t.Context(), dir, "P1-EX", audit.Span{}, first); !errors.Is(err, audit.ErrTorn) || len(list) != 2 {
		t.Errorf("%d receipts, %v", len(list), err)
	}
}

func TestWhatIsNoROIDIsRefused(t *testing.T) {
	if _, err := Read(t.Context(), journal(t), "", audit.Span{}, first); err == nil {
		t.Error("the data of nobody is told of")
	}
}
