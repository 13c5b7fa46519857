package escrow

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"registerd/internal/newregister"
	"registerd/register"
	"registerd/store"
)

var feedNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// feedRegister is a register in a file, with an importer for it.
type feedRegister struct {
	*testing.T
	*Importer
}

func newFeedRegister(t *testing.T) *feedRegister {
	t.Helper()
	return openFeedRegister(t, filepath.Join(t.TempDir(), "register.db"))
}

func openFeedRegister(t *testing.T, path string) *feedRegister {
	t.Helper()
	w, r := newregister.At(t, path)
	im, err := New(Config{
		Writer: w, Reader: r, Now: func() time.Time { return feedNow },
		Wider: func(old, now register.Traits) bool { return old.Protected() && !now.Protected() },
	})
	if err != nil {
		t.Fatal(err)
	}
	return &feedRegister{t, im}
}

// smallRegister holds one object of each kind, and stands at serial 100. It is
// loaded once, and copied: a load waits for the disk many times.
func smallRegister(t *testing.T) *feedRegister {
	t.Helper()
	smallOnce.Do(func() {
		path := filepath.Join(t.TempDir(), "register.db")
		t.Run("load", func(t *testing.T) {
			r := openFeedRegister(t, path)
			if report, err := r.Snapshot(t.Context(), strings.NewReader(snapshotText(smallHead, smallObjects...))); err != nil {
				t.Fatalf("%v: %v", err, report.Problems)
			}
		})
		// It is closed now, and so in one file.
		var err error
		if smallFile, err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	})
	path := filepath.Join(t.TempDir(), "register.db")
	if err := os.WriteFile(path, smallFile, 0o600); err != nil {
		t.Fatal(err)
	}
	return openFeedRegister(t, path)
}

var (
	smallOnce sync.Once
	smallFile []byte
)

const smallHead = `{"snapshot":1,"zones":["example"],"serial":100,"watermark":"2026-03-01T10:00:00Z",` +
	`"counts":{"domains":1,"reserved":1,"contacts":1,"hosts":1,"registrars":1}}`

var smallObjects = []string{
	`{"registrar":{"id":"r1","name":"Registrar One","iana":9001}}`,
	`{"idnTable":{"id":"latn"}}`,
	`{"contact":{"handle":"c1","roid":"C1-EX","email":"a@one.example","sponsor":"r1","facts":{"holder":"legal","protection":"protected"}}}`,
	`{"host":{"name":"ns1.one.example","addrs":["192.0.2.1"],"sponsor":"r1"}}`,
	`{"reserved":{"name":"city.example","state":"withheld"}}`,
	`{"domain":{"name":"one.example","registrant":"c1","hosts":[{"name":"ns1.one.example"}],"sponsor":"r1"}}`,
}

// snapshotText is a snapshot with the right digest.
func snapshotText(head string, objects ...string) string {
	body := head + "\n" + strings.Join(objects, "\n") + "\n"
	sum := sha256.Sum256([]byte(body))
	return body + `{"end":true,"digest":"sha256:` + hex.EncodeToString(sum[:]) + `"}` + "\n"
}

// feed applies lines, and must be free of failures: refusals are the test's.
func (r *feedRegister) feed(lines ...string) (*Report, error) {
	r.Helper()
	return r.Changes(r.Context(), strings.NewReader(strings.Join(lines, "\n")), FeedOptions{})
}

func (r *feedRegister) mustFeed(lines ...string) *Report {
	r.Helper()
	report, err := r.feed(lines...)
	if err != nil {
		r.Fatal(err)
	}
	return report
}

// line is a change of the serial after prev, at a minute of the hour after ten.
func line(serial int, members string) string {
	return fmt.Sprintf(`{"serial":%d,"prev":%d,"time":"2026-03-01T10:%02d:00Z",%s}`, serial, serial-1, serial%60, members)
}

func (r *feedRegister) state() register.State {
	r.Helper()
	e, err := r.Reader.Edition(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	return *e.State
}

func (r *feedRegister) find(kind store.Kind, key string) *store.Found {
	r.Helper()
	found, _, err := r.Reader.Find(r.Context(), store.Ask{Ref: store.Ref{Kind: kind, Key: key}})
	if err != nil {
		r.Fatal(err)
	}
	return &found[0]
}

func (r *feedRegister) contact(key string) *register.Contact {
	r.Helper()
	found := r.find(store.Contacts, key)
	if !found.There() {
		r.Fatalf("contact %s is not there", key)
	}
	c, err := register.DecodeContact(found.Bytes)
	if err != nil {
		r.Fatal(err)
	}
	return c
}

// kept is what is kept of a contact that is gone, or nil.
func (r *feedRegister) kept(key string) *register.Kept {
	r.Helper()
	found := r.find(store.Kept, key)
	if !found.There() {
		return nil
	}
	k, err := register.DecodeKept(found.Bytes)
	if err != nil {
		r.Fatal(err)
	}
	return k
}
