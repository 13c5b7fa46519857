package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"

	"registerd/register"
	"registerd/store"
)

// tx is a transaction on one generation. It is a store.Tx.
type tx struct {
	c     *conn
	view  *view // of gen, with the version that is still published
	gen   int64
	state register.State
}

// touchedTable lists what a transaction put or deleted, each once, in order. It
// is of the connection alone, and in a file if it is long: one change may be
// as long as the register.
const touchedTable = `CREATE TEMP TABLE touched (
	place INTEGER PRIMARY KEY,
	kind  INTEGER NOT NULL,
	key   TEXT NOT NULL,
	there INTEGER NOT NULL,
	UNIQUE (kind, key)
) STRICT`

func newTx(c *conn, published *view, gen int64, state register.State) (*tx, error) {
	state.Zones = slices.Clone(state.Zones)
	v := &view{gen: gen, edition: store.Edition{Version: published.edition.Version}}
	_, err := c.exec("DELETE FROM temp.touched")
	return &tx{c: c, view: v, gen: gen, state: state}, err
}

// State implements store.Tx.
func (t *tx) State() register.State {
	s := t.state
	s.Zones = slices.Clone(s.Zones)
	return s
}

// SetState implements store.Tx.
func (t *tx) SetState(s register.State) {
	s.Counts = t.state.Counts
	s.Zones = slices.Clone(s.Zones)
	t.state = s
}

// Find implements store.Tx.
func (t *tx) Find(a store.Ask) (store.Found, error) {
	f, err := t.view.find(t.c, a)
	if err != nil {
		return f, fmt.Errorf("register: finding in a change: %w", err)
	}
	return f, nil
}

// touch notes that an object was put or deleted. Facts refer to nothing, and
// nothing refers to them.
func (t *tx) touch(ref store.Ref, there int64) error {
	if ref.Kind == store.Kept {
		return nil
	}
	_, err := t.c.exec(`INSERT INTO temp.touched (kind, key, there) VALUES (?, ?, ?)
		ON CONFLICT (kind, key) DO UPDATE SET there = excluded.there`, int64(ref.Kind), ref.Key, there)
	return err
}

// Put implements store.Tx.
func (t *tx) Put(o store.Object) error {
	err := check(&o)
	if err == nil {
		err = t.replace(&o)
	}
	if err == nil {
		err = t.touch(o.Ref, 1)
	}
	if err != nil {
		return fmt.Errorf("register: putting: %w", err)
	}
	return nil
}

func (t *tx) replace(o *store.Object) error {
	id, old, err := t.row(o.Ref)
	if err != nil {
		return err
	}
	if err := t.guard(o, old); err != nil {
		return err
	}
	isNew := id == 0
	if isNew {
		if id, err = t.newID(o.Kind); err != nil {
			return err
		}
	}
	if err := t.link(id, o.Kind, old.refs, o.Refs); err != nil {
		return err
	}
	r, err := t.compose(o)
	if err != nil {
		return err
	}
	if err := t.index(o.Ref, old.terms, r.terms); err != nil {
		return err
	}
	if err := t.write(id, isNew, o, r); err != nil {
		return err
	}
	t.count(o.Kind, old.bytes, -1)
	t.count(o.Kind, o.Bytes, +1)
	return t.spread(o.Ref, o.Bytes)
}

// row reads the row of an object: its id, or 0 if there is none.
func (t *tx) row(ref store.Ref) (int64, record, error) {
	var r record
	there, err := t.view.read(t.c, &ref, false, &r)
	if err != nil || !there {
		return 0, r, err
	}
	id, err := t.c.number("SELECT id FROM object WHERE gen = +?1 AND kind = +?2 AND key = ?3",
		generation(t.gen, ref.Kind), int64(ref.Kind), ref.Key)
	return id, r, err
}

// newID is the next id of the kind's generation: see generationIDs.
func (t *tx) newID(kind store.Kind) (int64, error) {
	first, end := generationIDs(generation(t.gen, kind))
	last, err := t.c.number("SELECT max(id) FROM object WHERE id >= ? AND id < ?", first, end)
	return max(last, first) + 1, err
}

// generationIDs is the range of a generation's ids, the first and the end excluded.
func generationIDs(gen int64) (first, end int64) { return gen << 32, (gen + 1) << 32 }

func (t *tx) write(id int64, isNew bool, o *store.Object, r *record) error {
	gen := generation(t.gen, o.Kind)
	_, mask := keyHash(o.Ref)
	m, body := mark(gen, mask, o.Tag()), t.c.sealer.encode(gen, o.Ref, r)
	var err error
	if isNew {
		_, err = t.c.exec(insertObject+"(?,?,?,?,?,?,?)", id, gen, int64(o.Kind), o.Key, orNull(o.Alias), m, body)
	} else {
		_, err = t.c.exec("UPDATE object SET alias = ?, mark = ?, record = ? WHERE id = ?", orNull(o.Alias), m, body, id)
	}
	return err
}

const insertObject = "INSERT INTO object (id, gen, kind, key, alias, mark, record) VALUES "

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// guard writes the hashes of key and alias, and refuses another's alias.
func (t *tx) guard(o *store.Object, old record) error {
	gen := generation(t.gen, o.Kind)
	if old.bytes == nil {
		hash, _ := keyHash(o.Ref)
		if err := t.addHash(gen, hash); err != nil {
			return err
		}
	}
	if o.Alias == old.alias {
		return nil
	}
	if o.Alias != "" {
		other := store.Ref{Kind: o.Kind, Key: o.Alias}
		var r record
		there, err := t.view.read(t.c, &other, true, &r)
		if err != nil {
			return err
		}
		if there {
			return fmt.Errorf("%s: its alias belongs to another", o.Kind)
		}
		if err := t.addHash(gen, aliasHash(o.Kind, o.Alias)); err != nil {
			return err
		}
	}
	if old.alias == "" {
		return nil
	}
	return t.dropHash(gen, aliasHash(o.Kind, old.alias))
}

func (t *tx) addHash(gen, hash int64) error {
	_, err := t.c.exec("INSERT OR IGNORE INTO key_hash (gen, hash) VALUES (?, ?)", gen, hash)
	return err
}

func (t *tx) dropHash(gen, hash int64) error {
	_, err := t.c.exec("DELETE FROM key_hash WHERE gen = ? AND hash = ?", gen, hash)
	return err
}

// count keeps the counts of the state.
func (t *tx) count(kind store.Kind, bytes []byte, by int) {
	if len(bytes) > 0 {
		addCount(&t.state.Counts, kind, register.Tag(bytes[0]), by)
	}
}

func addCount(c *register.Counts, kind store.Kind, tag register.Tag, by int) {
	switch {
	case kind == store.Names && tag == register.TagReserved:
		c.Reserved += by
	case kind == store.Names:
		c.Domains += by
	case kind == store.Contacts:
		c.Contacts += by
	case kind == store.Hosts:
		c.Hosts += by
	case kind == store.Registrars:
		c.Registrars += by
	}
}

// Delete implements store.Tx.
func (t *tx) Delete(ref store.Ref) (bool, error) {
	id, old, err := t.row(ref)
	if err == nil && id != 0 {
		err = errors.Join(t.remove(id, ref, old), t.touch(ref, 0))
	}
	if err != nil {
		return false, fmt.Errorf("register: deleting: %w", err)
	}
	return id != 0, nil
}

func (t *tx) remove(id int64, ref store.Ref, old record) error {
	gen := generation(t.gen, ref.Kind)
	hash, _ := keyHash(ref)
	if err := t.dropHash(gen, hash); err != nil {
		return err
	}
	if old.alias != "" {
		if err := t.dropHash(gen, aliasHash(ref.Kind, old.alias)); err != nil {
			return err
		}
	}
	if err := t.link(id, ref.Kind, old.refs, nil); err != nil {
		return err
	}
	if err := t.index(ref, old.terms, nil); err != nil {
		return err
	}
	if _, err := t.c.exec("DELETE FROM object WHERE id = ?", id); err != nil {
		return err
	}
	t.count(ref.Kind, old.bytes, -1)
	return t.spread(ref, nil)
}

// Dangling implements store.Tx. The references of objects put come first.
func (t *tx) Dangling(limit int) ([]store.Dangling, int, error) {
	var list []store.Dangling
	total := 0
	report := func(from, to store.Ref) {
		if total++; len(list) < limit {
			list = append(list, store.Dangling{From: from, To: to})
		}
	}
	err := t.c.each(func(d []driver.Value) error {
		kind, _ := d[0].(int64)
		ref := store.Ref{Kind: store.Kind(kind)}
		ref.Key, _ = d[1].(string)
		if d[2] == int64(1) {
			return t.danglingFrom(ref, report)
		}
		return t.danglingTo(ref, report)
	}, "SELECT kind, key, there FROM temp.touched ORDER BY place")
	if err != nil {
		return nil, 0, fmt.Errorf("register: checking references: %w", err)
	}
	return list, total, nil
}

// danglingFrom reports the references of an object put.
func (t *tx) danglingFrom(ref store.Ref, report func(from, to store.Ref)) error {
	var r record
	if _, err := t.view.read(t.c, &ref, false, &r); err != nil {
		return err
	}
	for i, to := range r.refs {
		if slices.Contains(r.refs[:i], to) {
			continue
		}
		b, err := t.view.bytes(t.c, to)
		if err != nil {
			return err
		}
		if b == nil {
			report(ref, to)
		}
	}
	return nil
}

// danglingTo reports the references to an object deleted, but of objects put:
// those are reported already.
func (t *tx) danglingTo(ref store.Ref, report func(from, to store.Ref)) error {
	hash, _ := keyHash(ref)
	return t.c.each(func(d []driver.Value) error {
		kind, _ := d[0].(int64)
		key, _ := d[1].(string)
		report(store.Ref{Kind: store.Kind(kind), Key: key}, ref)
		return nil
	}, `SELECT o.kind, o.key FROM uses u JOIN object o ON o.id = u.user WHERE u.gen = +?1 AND u.target = +?2
		AND NOT EXISTS (SELECT 1 FROM temp.touched t WHERE t.kind = o.kind AND t.key = o.key AND t.there = 1) ORDER BY u.user`,
		t.gen, hash)
}
