package referral_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"registerd/referral"
)

// own is where the tests answer.
const own = "https://rdap.nic.example/"

// service is entries that share bases.
type service struct{ entries, bases []string }

// text writes a file as the IANA does: object tags have the registrants' contacts first.
func text(t testing.TB, f referral.File, services ...service) []byte {
	t.Helper()
	all := [][][]string{}
	for _, s := range services {
		one := [][]string{s.entries, s.bases}
		if f == referral.Tags {
			one = append([][]string{{"office@nic.example"}}, one...)
		}
		all = append(all, one)
	}
	out, err := json.Marshal(map[string]any{
		"version": "1.0", "publication": "2026-11-01T00:00:00Z", "description": "test", "services": all,
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func write(t testing.TB, dir string, f referral.File, content []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, f.String()), content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, c referral.Config) *referral.Directory {
	t.Helper()
	if c.Own == nil {
		c.Own = []string{own}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	d, err := referral.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// holding is a directory of one file.
func holding(t testing.TB, f referral.File, services ...service) *referral.Directory {
	t.Helper()
	dir := t.TempDir()
	write(t, dir, f, text(t, f, services...))
	return open(t, referral.Config{Dir: dir})
}

func logTo(b *bytes.Buffer) *slog.Logger { return slog.New(slog.NewTextHandler(b, nil)) }
