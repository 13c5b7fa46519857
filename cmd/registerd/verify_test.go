package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"registerd/register"
	"registerd/store"
	"registerd/store/sqlite"
)

// A record may be whole and yet be of a format that this program cannot read,
// such as a later one's.
func TestVerifySeesARecordThatIsWholeAndCannotBeRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "register.db")
	w, err := sqlite.OpenWriter(path, sqlite.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	good := (&register.Host{Name: "ns1.example"}).Append(nil)
	later := bytes.Clone(good)
	later[1] = 99
	for key, record := range map[string][]byte{"ns1.example": good, "ns2.example": later} {
		err := w.Change(t.Context(), func(tx store.Tx) error {
			return tx.Put(store.Object{Ref: store.Ref{Kind: store.Hosts, Key: key}, Bytes: record})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err = (&verifyCommand{DB: path}).Run(t.Context(), console{out: &out, err: &out})
	if err == nil || !strings.Contains(err.Error(), "1 records of kind host cannot be read by this program") {
		t.Errorf("%v, %s", err, out.String())
	}
}
