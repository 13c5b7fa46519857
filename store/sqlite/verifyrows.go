package sqlite

import (
	"database/sql/driver"
	"encoding/binary"
	"hash/maphash"
	"slices"

	"registerd/register"
)

// The rows that objects account for in other tables are compared with those that are
// there as two sets, by a number of each: looking every row up costs twice as much as
// all the rest. Only if the sets differ are they looked up, to say where.

// rows stands for a set of rows: how many, and a sum of their hashes.
type rows struct {
	n   int64
	sum uint64
}

// add puts a row into a set. Hashes are by a seed of this verification, so that nobody
// can make two sets alike.
func (x *verifier) add(to *rows, row []byte) {
	to.n++
	to.sum += maphash.Bytes(x.seed, row)
}

// tally is what the objects of one generation account for.
type tally struct {
	counts  register.Counts
	objects int64
	hashes  rows // that must be in key_hash
	links   rows // that must be in uses
	terms   rows // that must be in term
}

// rowOf writes a row of numbers.
func (x *verifier) rowOf(numbers ...int64) []byte {
	x.row = x.row[:0]
	for _, n := range numbers {
		x.row = binary.BigEndian.AppendUint64(x.row, uint64(n))
	}
	return x.row
}

func (x *verifier) termRow(kind, index, class int64, value []byte, key string) []byte {
	x.row = appendBytes(x.rowOf(kind, index, class), value)
	x.row = append(x.row, key...)
	return x.row
}

// generation reads all objects of one; the facts kept of contacts are in 0. It reads
// them once more if there is not what they account for.
func (x *verifier) generation(gen int64) error {
	before := x.found
	x.one = false
	even, err := x.compare(gen)
	if err != nil || even {
		return err
	}
	x.found, x.one = before, true
	x.found.Problems = slices.Clip(before.Problems)
	_, err = x.compare(gen)
	return err
}

// compare reports whether the tables hold what the objects account for, and nothing
// else. Problems are told only one by one.
func (x *verifier) compare(gen int64) (even bool, err error) {
	x.tally = tally{}
	if err := x.readAll(gen); err != nil {
		return false, err
	}
	if want := x.view.edition.State.Counts; gen != 0 && x.counts != want {
		x.problem("counts: the state says %+v, there are %+v", want, x.counts)
	}
	n, err := x.c.number("SELECT count(*) FROM object WHERE gen = ?", gen)
	if err != nil {
		return false, err
	}
	even = n == x.objects
	if !even {
		x.problem("generation %d: object has %d rows, expected %d", gen, n, x.objects)
	}
	for _, table := range []struct {
		name, columns string
		want          rows
	}{{"key_hash", "hash", x.hashes}, {"uses", "target, user", x.links}, {"term", "kind, idx, class, value, key", x.terms}} {
		there, err := x.rowsOf(gen, table.name, table.columns)
		if err != nil {
			return false, err
		}
		if there != table.want {
			even = false
			x.problem("generation %d: %s has %d rows, expected %d", gen, table.name, there.n, table.want.n)
		}
	}
	return even, nil
}

// rowsOf reads all rows of a table that a generation has there.
func (x *verifier) rowsOf(gen int64, table, columns string) (there rows, err error) {
	var numbers [3]int64
	err = x.c.each(func(d []driver.Value) error {
		for i := range min(len(d), len(numbers)) {
			numbers[i], _ = d[i].(int64)
		}
		if len(d) > len(numbers) {
			value, _ := d[3].([]byte)
			key, _ := d[4].(string)
			x.add(&there, x.termRow(numbers[0], numbers[1], numbers[2], value, key))
			return nil
		}
		x.add(&there, x.rowOf(numbers[:len(d)]...))
		return nil
	}, "SELECT "+columns+" FROM "+table+" WHERE gen = ?", gen)
	return there, err
}
