package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"slices"

	"registerd/store"
)

// row is an object as Seal writes it.
type row struct {
	id     int64
	kind   store.Kind
	key    string
	alias  any
	mark   int64
	record []byte
}

// chunk is what the composer hands over at a time. If written is not nil it
// is closed once all rows so far can be read.
type chunk struct {
	rows    []row
	written chan struct{}
}

const chunkRows = 256

// writeObjects writes the rows that a composer makes in another goroutine:
// each keeps a core busy.
func (s *sealing) writeObjects() error {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	c := &composer{sealing: s, ctx: ctx, out: make(chan chunk, 8), hosts: make(map[string][]byte), seals: newSealer()}
	var composing error
	go func() {
		defer close(c.out)
		composing = c.run()
	}()
	err := s.writeRows(c.out)
	cancel()
	for range c.out { // until the composer has stopped
	}
	if err == nil {
		err = composing
	}
	return err
}

func (s *sealing) writeRows(in <-chan chunk) error {
	done := 0
	for open := true; open; {
		var written chan struct{}
		err := s.w.transact(s.ctx, func(c *conn) error {
			b := newBulk(c, insertObject, 7)
			for n, size := 0, 0; n < batchRows && size < batchBytes && written == nil; {
				var next chunk
				if next, open = <-in; !open {
					break
				}
				for _, r := range next.rows {
					if err := b.add(r.id, s.gen, int64(r.kind), r.key, r.alias, r.mark, r.record); err != nil {
						return err
					}
					size += len(r.record)
				}
				n += len(next.rows)
				written = next.written
				done += len(next.rows)
			}
			return b.flush()
		})
		if err != nil {
			return err
		}
		if written != nil {
			close(written)
		}
		if s.progress != nil {
			s.progress(done, s.total)
		}
	}
	return nil
}

// composer makes rows of sorted objects.
type composer struct {
	*sealing
	ctx   context.Context
	out   chan chunk
	rows  []row
	read  *conn             // once names begin
	hosts map[string][]byte // some, by key: many names have the same
	size  int               // bytes of hosts

	seals    sealer
	last     store.Ref
	lastLine int64
	ordinal  int64
	key      [16]byte
	termRow  []byte
}

const maxHosts = 8 << 20

func (c *composer) run() error {
	m, err := c.objects.merged()
	if err != nil {
		return err
	}
	defer func() {
		if c.read != nil {
			c.read.close()
		}
	}()
	for {
		key, payload, ok, err := m.next()
		if err != nil {
			return err
		}
		if !ok {
			return c.hand(nil)
		}
		o, terms, line := readObject(key, payload)
		if err := c.take(&o, terms, line); err != nil {
			return err
		}
	}
}

func (c *composer) take(o *store.Object, terms []byte, line int64) error {
	if o.Ref == c.last {
		c.duplicate(store.Duplicate{Ref: o.Ref, Line: line, First: c.lastLine})
		return nil
	}
	if o.Kind == store.Names && c.read == nil {
		if err := c.beginNames(); err != nil {
			return err
		}
	}
	c.last, c.lastLine = o.Ref, line
	c.ordinal++
	addCount(&c.report.Counts, o.Kind, o.Tag(), 1)
	r, err := c.compose(o, terms, line)
	if err == nil {
		err = c.index(o.Ref, terms)
	}
	if err != nil {
		return err
	}
	c.rows = append(c.rows, r)
	if len(c.rows) < chunkRows {
		return nil
	}
	if err := c.hand(nil); err != nil || c.read == nil {
		return err
	}
	return c.refresh()
}

// hand gives the rows to the writer.
func (c *composer) hand(written chan struct{}) error {
	select {
	case c.out <- chunk{c.rows, written}:
		c.rows = nil
		return nil
	case <-c.ctx.Done():
		return c.ctx.Err()
	}
}

// beginNames waits until all contacts and hosts can be read.
func (c *composer) beginNames() error {
	written := make(chan struct{})
	if err := c.hand(written); err != nil {
		return err
	}
	select {
	case <-written:
	case <-c.ctx.Done():
		return c.ctx.Err()
	}
	var err error
	if c.read, err = open(readerDSN(c.w.path, c.w.options)); err != nil {
		return err
	}
	_, err = c.read.exec(beginRead)
	return err
}

// refresh begins another read transaction: in one, reads cost less, but one
// that is kept keeps the log from being written back.
func (c *composer) refresh() error {
	if _, err := c.read.exec("COMMIT"); err != nil {
		return err
	}
	_, err := c.read.exec(beginRead)
	return err
}

func (c *composer) compose(o *store.Object, terms []byte, line int64) (row, error) {
	r := record{alias: o.Alias, bytes: o.Bytes, refs: o.Refs, copies: make([][]byte, len(o.Refs)), terms: terms}
	_, mask := keyHash(o.Ref)
	id := c.gen<<32 + c.ordinal
	for i, to := range o.Refs {
		if j := slices.Index(o.Refs[:i], to); j >= 0 {
			r.copies[i] = r.copies[j]
			continue
		}
		target, _ := keyHash(to)
		binary.BigEndian.PutUint64(c.key[:], uint64(target))
		binary.BigEndian.PutUint64(c.key[8:], uint64(id))
		if err := c.uses.add(c.key[:], nil); err != nil {
			return row{}, err
		}
		if _, missing := c.missing[target]; missing {
			c.dangling(store.Dangling{From: o.Ref, To: to, Line: line})
			continue
		}
		if _, many := c.many[target]; many || !copied(o.Kind, to.Kind) {
			continue
		}
		var err error
		if r.copies[i], err = c.bytes(to); err != nil {
			return row{}, err
		}
	}
	return row{
		id: id, kind: o.Kind, key: o.Key, alias: orNull(o.Alias),
		mark: mark(c.gen, mask, o.Tag()), record: c.seals.encode(c.gen, o.Ref, &r),
	}, nil
}

// bytes reads a contact or a host of the load.
func (c *composer) bytes(ref store.Ref) ([]byte, error) {
	if b, ok := c.hosts[ref.Key]; ok && ref.Kind == store.Hosts {
		return b, nil
	}
	var d [1]driver.Value
	there, err := c.read.row(d[:], "SELECT record FROM object INDEXED BY object_key WHERE gen = +?1 AND kind = +?2 AND key = ?3",
		c.gen, int64(ref.Kind), ref.Key)
	if err != nil || !there {
		return nil, err
	}
	var r record
	body, _ := d[0].([]byte)
	if err := c.read.sealer.decode(c.gen, ref, body, &r); err != nil {
		return nil, err
	}
	if ref.Kind == store.Hosts {
		if c.size > maxHosts {
			clear(c.hosts)
			c.size = 0
		}
		c.hosts[ref.Key] = r.bytes
		c.size += cap(r.bytes) + len(ref.Key) + 64
	}
	return r.bytes, nil
}
