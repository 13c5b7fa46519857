package sqlite

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"registerd/store"
)

// load is a full load. It is a store.Load, for one goroutine at a time.
//
// Objects are sorted before they are written (a shuffled load takes three
// times as long), and the hashes of keys and references with them, so that
// dangling references are found by merging two sorted lists.
type load struct {
	w    *Writer
	gen  int64
	lock *os.File
	dir  string // for what does not fit into memory

	objects sorter // kind and key; line, alias, bytes, references and terms
	aliases sorter // kind and alias; line and key
	hashes  sorter // of keys and aliases
	targets sorter // the hash of the key that a reference leads to, once for each object that refers

	buf       []byte
	total     int
	report    store.Report
	sealed    bool // no more is taken
	ready     bool // Seal succeeded
	published bool
	revived   bool
	tx        *tx // while Publish's f runs
}

const (
	sortBytes   = 16 << 20 // memory for sorting objects
	sortRecords = 1 << 17  // at most so many are sorted at once, here and in the lists of hashes
)

// Load implements store.Writer.
func (w *Writer) Load(ctx context.Context) (store.Load, error) {
	l, err := w.beginLoad(ctx)
	if err != nil {
		return nil, fmt.Errorf("register: beginning a load: %w", err)
	}
	return l, nil
}

// lockLoads keeps all others from loading and reviving. It locks a file of its own, never the database: see the package comment.
func lockLoads(path string) (*os.File, error) {
	lock, err := os.OpenFile(path+".load", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		lock.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, store.ErrHeld
		}
		return nil, err
	}
	return lock, nil
}

func loadDir(path string) string { return path + ".load.d" }

// beginLoad begins a load, or nothing.
func (w *Writer) beginLoad(ctx context.Context) (*load, error) {
	lock, err := lockLoads(w.path)
	if err != nil {
		return nil, err
	}
	l := &load{w: w, lock: lock, dir: loadDir(w.path)}
	l.objects = sorter{dir: l.dir, bytes: sortBytes, records: sortRecords}
	l.aliases = sorter{dir: l.dir, bytes: 32 * sortRecords, records: sortRecords}
	l.hashes = sorter{dir: l.dir, bytes: 8 * sortRecords, records: sortRecords}
	l.targets = l.hashes
	if err := l.prepare(ctx); err != nil {
		return nil, errors.Join(err, l.release())
	}
	return l, nil
}

// prepare removes what earlier loads left behind and takes a generation.
func (l *load) prepare(ctx context.Context) error {
	if err := l.w.sweep(ctx); err != nil {
		return err
	}
	if err := os.RemoveAll(l.dir); err != nil {
		return err
	}
	if err := os.Mkdir(l.dir, 0o700); err != nil {
		return err
	}
	return l.w.transact(ctx, func(c *conn) (err error) {
		l.gen, err = newGeneration(c)
		return err
	})
}

// release gives back all but the generation.
func (l *load) release() error {
	return errors.Join(l.objects.close(), l.aliases.close(), l.hashes.close(), l.targets.close(),
		os.RemoveAll(l.dir), l.lock.Close())
}

// Put implements store.Load.
func (l *load) Put(o store.Object, line int64) error {
	err := check(&o)
	switch {
	case err != nil:
	case l.sealed:
		err = errors.New("the load is sealed")
	case o.Kind == store.Kept:
		err = fmt.Errorf("%s: they belong to no generation", o.Kind)
	default:
		err = l.collect(&o, line)
	}
	if err != nil {
		return fmt.Errorf("register: loading: %w", err)
	}
	l.total++
	return nil
}

func (l *load) collect(o *store.Object, line int64) error {
	hash, _ := keyHash(o.Ref)
	if err := addNumber(&l.hashes, hash); err != nil {
		return err
	}
	var key [256]byte
	if o.Alias != "" {
		if err := addNumber(&l.hashes, aliasHash(o.Kind, o.Alias)); err != nil {
			return err
		}
		payload := append(binary.AppendVarint(l.buf[:0], line), o.Key...)
		if err := l.aliases.add(append(append(key[:0], byte(o.Kind)), o.Alias...), payload); err != nil {
			return err
		}
	}
	for i, to := range o.Refs {
		if slices.Contains(o.Refs[:i], to) || to.Kind == store.Kept {
			continue
		}
		target, _ := keyHash(to)
		if err := addNumber(&l.targets, target); err != nil {
			return err
		}
	}
	l.buf = appendObject(l.buf[:0], o, line)
	return l.objects.add(append(append(key[:0], loadOrder(o.Kind)), o.Key...), l.buf)
}

func addNumber(s *sorter, n int64) error {
	return s.add(binary.BigEndian.AppendUint64(nil, uint64(n)), nil)
}

// loadOrder puts names last: their rows hold copies of the others. It is its
// own inverse.
func loadOrder(k store.Kind) byte { return ^byte(k) }

func appendObject(b []byte, o *store.Object, line int64) []byte {
	b = binary.AppendVarint(b, line)
	b = appendBytes(b, o.Alias)
	b = appendBytes(b, o.Bytes)
	b = binary.AppendUvarint(b, uint64(len(o.Refs)))
	for _, to := range o.Refs {
		b = appendBytes(append(b, byte(to.Kind)), to.Key)
	}
	return appendTerms(b, o.Terms)
}

func appendBytes[T string | []byte](b []byte, s T) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// readObject reads what appendObject wrote; it copies. The terms stay as they
// are written in records.
func readObject(key, payload []byte) (o store.Object, terms []byte, line int64) {
	line, used := binary.Varint(payload)
	p := parser{b: payload[used:]}
	o = store.Object{Ref: store.Ref{Kind: store.Kind(loadOrder(store.Kind(key[0]))), Key: string(key[1:])}}
	o.Alias = string(p.take(p.number()))
	o.Bytes = append([]byte{}, p.take(p.number())...)
	if n := p.number(); n > 0 {
		o.Refs = make([]store.Ref, n)
	}
	for i := range o.Refs {
		o.Refs[i].Kind = store.Kind(p.take(1)[0])
		o.Refs[i].Key = string(p.take(p.number()))
	}
	return o, bytes.Clone(p.b), line
}

// Publish implements store.Load.
func (l *load) Publish(ctx context.Context, f func(store.Tx) error) error {
	if err := l.publish(ctx, f); err != nil {
		return fmt.Errorf("register: publishing a load: %w", err)
	}
	// The load is published whether or not one that is not kept any more could be
	// removed now: the next load tries again.
	_ = l.w.sweep(ctx)
	return nil
}

func (l *load) publish(ctx context.Context, f func(store.Tx) error) error {
	switch {
	case !l.ready:
		return errors.New("it is not sealed")
	case l.published:
		return errors.New("it was published already")
	case l.report.DuplicatesTotal > 0:
		return fmt.Errorf("it holds %d duplicates", l.report.DuplicatesTotal)
	}
	err := l.w.transact(ctx, func(c *conn) error {
		v, err := readView(c)
		if errors.Is(err, store.ErrEmpty) {
			v, err = placeholder(c, l.gen)
		}
		if err != nil {
			return err
		}
		if err := l.stillKept(c); err != nil {
			return err
		}
		state := *v.edition.State
		state.Counts = l.report.Counts
		return l.w.publish(c, v, l.gen, state, func(t store.Tx) error {
			l.tx = t.(*tx)
			defer func() { l.tx = nil }()
			return f(t)
		})
	})
	l.published = err == nil
	return err
}

// Close implements store.Load.
func (l *load) Close() error {
	var err error
	if !l.published {
		err = l.w.sweep(context.Background())
	}
	return errors.Join(err, l.release())
}
