package sqlite

import (
	"crypto/sha256"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"sync"

	"registerd/register"
	"registerd/store"
)

// errMoved says that another version was published since the view was made.
var errMoved = errors.New("another version was published")

// view is one version of the register and what is remembered of it. Every
// statement returns the version it saw: as long as that is the view's, all
// statements together are one snapshot, without a transaction.
type view struct {
	edition store.Edition
	gen     int64
	indexed int64 // which terms of all objects are there

	mu      sync.RWMutex
	common  map[store.Ref][]byte // objects used by many, nil if not there; nil map: nothing is remembered
	size    int
	classes map[scanned][]register.Traits // that have terms
}

// maxCommon bounds the memory for the objects that are remembered, in bytes.
const maxCommon = 16 << 20

// These all answer (version, record, whether the hash is there [, key]). The
// plus signs keep SQLite from planning a statement anew whenever a value
// changes from or to 1.
const (
	findByKey = `SELECT e.version, o.record,
	CASE WHEN o.id IS NULL THEN EXISTS (SELECT 1 FROM key_hash WHERE gen = +?1 AND hash = +?4) END
	FROM edition e LEFT JOIN object o INDEXED BY object_key
	ON o.gen = +?1 AND o.kind = +?2 AND o.key = ?3 WHERE e.one = 1`

	findByAlias = `SELECT e.version, o.record,
	CASE WHEN o.id IS NULL THEN EXISTS (SELECT 1 FROM key_hash WHERE gen = +?1 AND hash = +?4) END, o.key
	FROM edition e LEFT JOIN object o INDEXED BY object_alias
	ON o.gen = +?1 AND o.kind = +?2 AND o.alias = ?3 WHERE e.one = 1`
)

// editionDigest seals the published edition's row.
func editionDigest(gen, version int64, state []byte) []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(gen))
	b = binary.BigEndian.AppendUint64(b, uint64(version))
	sum := sha256.Sum256(append(b, state...))
	return sum[:digestSize]
}

// readView reads the published edition. It returns store.ErrEmpty if there is none.
func readView(c *conn) (*view, error) {
	var d [5]driver.Value
	there, err := c.row(d[:], `SELECT generation, version, state, digest,
		(SELECT indexed FROM generation WHERE gen = edition.generation) FROM edition WHERE one = 1`)
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, store.ErrEmpty
	}
	gen, _ := d[0].(int64)
	version, _ := d[1].(int64)
	bytes, _ := d[2].([]byte)
	digest, _ := d[3].([]byte)
	indexed, _ := d[4].(int64)
	if string(digest) != string(editionDigest(gen, version, bytes)) {
		return nil, damaged(0, "edition")
	}
	state, err := register.DecodeState(bytes)
	if err != nil {
		return nil, err
	}
	return &view{
		edition: store.Edition{Version: uint64(version), State: state},
		gen:     gen,
		indexed: indexed,
		common:  make(map[store.Ref][]byte),
		classes: make(map[scanned][]register.Traits),
	}, nil
}

// find reads an object with those it refers to.
func (v *view) find(c *conn, a store.Ask) (store.Found, error) {
	var r record
	ref := a.Ref
	there, err := v.read(c, &ref, a.ByAlias, &r)
	if err != nil || !there {
		return store.Found{}, err
	}
	return v.whole(c, ref, &r)
}

// whole is an object with those it refers to.
func (v *view) whole(c *conn, ref store.Ref, r *record) (store.Found, error) {
	f := store.Found{Object: store.Object{Ref: ref, Alias: r.alias, Bytes: r.bytes, Refs: r.refs}}
	if len(r.refs) > 0 {
		f.With = make([]store.Object, len(r.refs))
	}
	for i, to := range r.refs {
		f.With[i] = store.Object{Ref: to, Bytes: r.copies[i]}
		if r.copies[i] != nil {
			continue
		}
		var err error
		if f.With[i].Bytes, err = v.bytes(c, to); err != nil {
			return store.Found{}, err
		}
	}
	return f, nil
}

// read reads one row. By alias, ref.Key is the alias before and the key after.
func (v *view) read(c *conn, ref *store.Ref, byAlias bool, r *record) (bool, error) {
	var d [4]driver.Value
	var hash int64
	row, sql := d[:3], findByKey
	if byAlias {
		row, sql, hash = d[:4], findByAlias, aliasHash(ref.Kind, ref.Key)
	} else {
		hash, _ = keyHash(*ref)
	}
	gen := generation(v.gen, ref.Kind)
	there, err := c.row(row, sql, gen, int64(ref.Kind), ref.Key, hash)
	switch {
	case err != nil:
		return false, err
	case !there:
		return false, store.ErrEmpty
	case d[0] != int64(v.edition.Version):
		return false, errMoved
	}
	bytes, ok := d[1].([]byte)
	if !ok || len(bytes) == 0 {
		if hashed, ok := d[2].(int64); !ok || hashed != 0 {
			return false, damaged(ref.Kind, "no record of a known key")
		}
		return false, nil
	}
	asked := ref.Key
	if byAlias {
		ref.Key, _ = d[3].(string)
	}
	if err := c.sealer.decode(gen, *ref, bytes, r); err != nil {
		return false, err
	}
	if byAlias && r.alias != asked {
		return false, damaged(ref.Kind, "another alias")
	}
	return true, nil
}

// bytes are the bytes of an object, nil if there is none. They are remembered,
// if the view remembers.
func (v *view) bytes(c *conn, ref store.Ref) ([]byte, error) {
	v.mu.RLock()
	b, known := v.common[ref]
	v.mu.RUnlock()
	if known {
		return b, nil
	}
	var r record
	if _, err := v.read(c, &ref, false, &r); err != nil {
		return nil, err
	}
	if v.common == nil {
		return r.bytes, nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.size > maxCommon {
		clear(v.common)
		v.size = 0
	}
	v.common[ref] = r.bytes
	v.size += len(ref.Key) + cap(r.bytes) + 64
	return r.bytes, nil
}
