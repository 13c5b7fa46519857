package sqlite

import (
	"crypto/sha256"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"time"

	"registerd/store"
)

func entryDigest(serial, nanos int64, body []byte) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(serial))
	b = binary.BigEndian.AppendUint64(b, uint64(nanos))
	sum := sha256.Sum256(append(b, body...))
	return sum[:digestSize]
}

// Log implements store.Tx.
func (t *tx) Log(e store.Entry) error {
	serial, nanos := int64(e.Serial), e.Time.UnixNano()
	last, err := t.c.number("SELECT max(serial) FROM change")
	if err == nil && serial <= last {
		err = fmt.Errorf("serial %d does not follow %d", e.Serial, last)
	}
	if err == nil {
		_, err = t.c.exec("INSERT INTO change (serial, time, body, digest) VALUES (?, ?, ?, ?)",
			serial, nanos, append([]byte{}, e.Body...), entryDigest(serial, nanos, e.Body))
	}
	if err != nil {
		return fmt.Errorf("register: keeping a change: %w", err)
	}
	return nil
}

// Logged implements store.Tx. f may use the transaction.
func (t *tx) Logged(serial uint64, after time.Time, f func(store.Entry) error) error {
	if err := t.logged(int64(serial), after, f); err != nil {
		return fmt.Errorf("register: reading kept changes: %w", err)
	}
	return nil
}

// Forget implements store.Tx.
func (t *tx) Forget(before time.Time) error {
	if _, err := t.c.exec("DELETE FROM change WHERE time < ?", before.UnixNano()); err != nil {
		return fmt.Errorf("register: forgetting kept changes: %w", err)
	}
	return nil
}

// Unlog implements store.Tx.
func (t *tx) Unlog(serial uint64) error {
	if _, err := t.c.exec("DELETE FROM change WHERE serial > ?", int64(serial)); err != nil {
		return fmt.Errorf("register: giving up kept changes: %w", err)
	}
	return nil
}

// logged reads the entries one by one, so that no statement is open while f runs.
func (t *tx) logged(serial int64, after time.Time, f func(store.Entry) error) error {
	nanos := int64(-1 << 63)
	if !after.IsZero() {
		nanos = after.UnixNano()
	}
	for {
		var d [4]driver.Value
		there, err := t.c.row(d[:], "SELECT serial, time, body, digest FROM change WHERE serial > ? AND time > ? ORDER BY serial LIMIT 1", serial, nanos)
		if err != nil || !there {
			return err
		}
		e, ok := readEntry(d[:])
		if !ok {
			return damaged(0, "kept change")
		}
		serial = int64(e.Serial)
		if err := f(e); err != nil {
			return err
		}
	}
}

// readEntry reads a row of serial, time, body and digest.
func readEntry(d []driver.Value) (store.Entry, bool) {
	serial, _ := d[0].(int64)
	nanos, _ := d[1].(int64)
	body, _ := d[2].([]byte)
	digest, _ := d[3].([]byte)
	e := store.Entry{Serial: uint64(serial), Time: time.Unix(0, nanos).UTC(), Body: body}
	return e, string(digest) == string(entryDigest(serial, nanos, body))
}
