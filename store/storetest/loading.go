package storetest

import (
	"context"

	"registerd/register"
	"registerd/store"
)

var loading = []sentence{
	{"a load shows nothing until it is published, and then everything", func(d *desk) {
		d.put(name("old.example", ref(store.Contacts, "c1")), contact("c1", "Jana"))
		before := d.edition()
		l := d.load(name("a.example", ref(store.Contacts, "c1"), ref(store.Registrars, "r")),
			aliased(contact("c1", "Eva"), "x"), registrar("r", "One"), object(store.Names, "r.example", register.TagReserved, ""),
			host("ns", "first"), object(store.IDNTables, "t", register.TagIDNTable, "table"))
		counts := register.Counts{Domains: 1, Reserved: 1, Contacts: 1, Hosts: 1, Registrars: 1}
		d.same(d.seal(l), store.Report{Counts: counts})
		d.same(d.edition(), before)
		d.with("old.example", "Jana")
		d.absent(store.Names, "a.example")
		d.must(l.Publish(d.Context(), func(tx store.Tx) error {
			d.same(tx.State().Counts, counts)
			tx.SetState(register.State{Serial: 5})
			return tx.Put(name("late.example", ref(store.Contacts, "c1")))
		}))
		d.must(l.Close())
		counts.Domains++
		d.same(*d.edition().State, register.State{Serial: 5, Counts: counts})
		d.absent(store.Names, "old.example")
		d.with("a.example", "Eva", "One")
		d.with("late.example", "Eva")
		d.shows(store.IDNTables, "t", "table")
		found, _, err := d.r.Find(d.Context(), store.Ask{Ref: ref(store.Contacts, "x"), ByAlias: true})
		d.must(err)
		d.same(text(found[0].Object), "Eva")
	}},
	{"a load that was closed, or left behind, leaves nothing", func(d *desk) {
		d.put(name("a.example"))
		l := d.load(name("b.example"))
		d.seal(l)
		d.must(l.Close())
		d.must(d.load(name("c.example")).Close())
		d.absent(store.Names, "b.example")
		d.publish(name("d.example"))
		d.absent(store.Names, "a.example")
		d.shows(store.Names, "d.example", "of d.example")
	}},
	{"publishing that failed changes nothing, and can be tried again", func(d *desk) {
		d.put(name("old.example"))
		before := d.edition()
		l := d.load(name("a.example"))
		d.seal(l)
		d.fails(l.Publish(d.Context(), func(tx store.Tx) error {
			d.must(tx.Put(name("b.example")))
			d.must(tx.Put(kept("k", "facts")))
			return errStop
		}), errStop)
		d.same(d.edition(), before)
		d.shows(store.Names, "old.example", "of old.example")
		d.absent(store.Kept, "k")
		d.must(l.Publish(d.Context(), nothing))
		d.refused(l.Publish(d.Context(), nothing), "publishing twice")
		d.must(l.Close())
		d.absent(store.Names, "b.example")
		d.same(d.edition().State.Counts, register.Counts{Domains: 1})
	}},
	{"keys and aliases put twice are told with their lines, and such a load is not published", func(d *desk) {
		l := d.load(aliased(contact("c1", "a"), "x"), name("a.example"), aliased(contact("c2", "b"), "x"),
			name("a.example"), aliased(contact("c3", "c"), "y"), aliased(contact("c3", "d"), "y"), registrar("a.example", ""))
		report := d.seal(l)
		d.same(report.Duplicates, []store.Duplicate{
			{Ref: ref(store.Contacts, "c3"), Line: 6, First: 5},
			{Ref: ref(store.Names, "a.example"), Line: 4, First: 2},
			{Ref: ref(store.Contacts, "x"), Alias: true, Line: 3, First: 1},
		})
		d.same(report.DuplicatesTotal, 3)
		d.refused(l.Publish(d.Context(), nothing), "a load with duplicates")
		d.must(l.Close())
		_, err := d.r.Edition(d.Context())
		d.fails(err, store.ErrEmpty)
	}},
	{"references that lead nowhere are told with their lines", func(d *desk) {
		l := d.load(name("b.example", ref(store.Contacts, "c1"), ref(store.Hosts, "ns"), ref(store.Hosts, "ns")),
			contact("c1", "Jana"), name("a.example", ref(store.Registrars, "r"), ref(store.Names, "b.example")))
		report := d.seal(l)
		d.same(report.Dangling, []store.Dangling{
			{From: ref(store.Names, "a.example"), To: ref(store.Registrars, "r"), Line: 3},
			{From: ref(store.Names, "b.example"), To: ref(store.Hosts, "ns"), Line: 1},
		})
		d.same(report.DanglingTotal, 2)
		d.must(l.Publish(d.Context(), nothing))
		d.with("a.example", "", "of b.example")
		d.put(registrar("r", "One"))
		d.put(host("ns", "first"))
		d.with("a.example", "One", "of b.example")
		d.with("b.example", "Jana", "first", "first")
		d.must(l.Close())
	}},
	{"of many problems the first are told, and how many there are", func(d *desk) {
		l := d.load()
		const n = store.MaxReported + 50
		for i := range 2 * n {
			d.must(l.Put(name(nth(i%n), ref(store.Contacts, "none")), int64(i)))
		}
		report := d.seal(l)
		d.same(len(report.Duplicates), store.MaxReported)
		d.same(report.DuplicatesTotal, n)
		d.same(len(report.Dangling), store.MaxReported)
		d.same(report.Duplicates[1], store.Duplicate{Ref: ref(store.Names, nth(1)), Line: n + 1, First: 1})
		d.must(l.Close())
	}},
	{"there is one load at a time", func(d *desk) {
		l := d.load(name("a.example"))
		_, err := d.w.Load(d.Context())
		d.fails(err, store.ErrHeld)
		d.seal(l)
		_, err = d.w.Load(d.Context())
		d.fails(err, store.ErrHeld)
		d.must(l.Close())
		d.publish(name("b.example"))
	}},
	{"a load takes nothing once it is sealed, and is not published before", func(d *desk) {
		l := d.load(name("a.example"))
		d.refused(l.Publish(d.Context(), nothing), "publishing an open load")
		d.seal(l)
		d.refused(l.Put(name("b.example"), 1), "an object after sealing")
		_, err := l.Seal(d.Context(), nil)
		d.refused(err, "sealing twice")
		d.must(l.Close())
	}},
	{"sealing that was cancelled can only be closed", func(d *desk) {
		d.put(name("old.example"))
		l := d.load(name("a.example"), contact("c", ""))
		ctx, cancel := context.WithCancel(d.Context())
		cancel()
		_, err := l.Seal(ctx, nil)
		d.fails(err, context.Canceled)
		d.refused(l.Publish(d.Context(), nothing), "publishing what was not sealed")
		d.must(l.Close())
		d.shows(store.Names, "old.example", "of old.example")
	}},
	{"sealing tells how far it is", func(d *desk) {
		l := d.load(name("a.example"), contact("c", ""))
		last := -1
		_, err := l.Seal(d.Context(), func(done, total int) {
			if done < last || total != 2 {
				d.Errorf("%d of %d after %d", done, total, last)
			}
			last = done
		})
		d.must(err)
		d.same(last, 2)
		d.must(l.Close())
	}},
	{"kept facts survive a load, and are not part of one", func(d *desk) {
		d.put(kept("c1", "facts"))
		l := d.load(contact("c2", "Eva"))
		d.refused(l.Put(kept("c2", "facts"), 9), "kept facts in a load")
		d.seal(l)
		d.put(kept("c2", "later"))
		d.must(l.Publish(d.Context(), func(tx store.Tx) error {
			f, err := tx.Find(store.Ask{Ref: ref(store.Kept, "c1")})
			d.must(err)
			d.same(text(f.Object), "facts")
			return tx.Put(kept("c3", "new"))
		}))
		d.must(l.Close())
		d.shows(store.Kept, "c1", "facts")
		d.shows(store.Kept, "c2", "later")
		d.shows(store.Kept, "c3", "new")
	}},
	{"changes made during a load stay until it is published", func(d *desk) {
		d.put(name("old.example"))
		l := d.load(name("a.example"))
		d.put(name("first.example"))
		d.seal(l)
		d.put(name("second.example"))
		d.shows(store.Names, "first.example", "of first.example")
		d.shows(store.Names, "second.example", "of second.example")
		before := d.edition().Version
		d.must(l.Publish(d.Context(), nothing))
		d.must(l.Close())
		d.absent(store.Names, "second.example")
		if v := d.edition().Version; v <= before {
			d.Errorf("version %d follows %d", v, before)
		}
	}},
	{"a load tells which published objects it does not hold", func(d *desk) {
		var old, want []store.Object
		for i := range 500 {
			old = append(old, contact(nth(i), "old"))
		}
		d.put(old...)
		d.put(name("other.example"))
		l := d.load(contact(nth(3), "new"), contact(nth(499), "new"), contact("other", ""))
		d.seal(l)
		want = append(append(want, old[:3]...), old[4:499]...)
		var got []store.Object
		note := func(o store.Object) error {
			got = append(got, o)
			return nil
		}
		d.must(l.Gone(d.Context(), store.Contacts, note))
		d.same(got, want)
		d.fails(l.Gone(d.Context(), store.Contacts, func(store.Object) error { return errStop }), errStop)
		got = nil
		d.must(l.Publish(d.Context(), func(tx store.Tx) error {
			return l.Gone(d.Context(), store.Contacts, func(o store.Object) error {
				got = append(got, o)
				if err := tx.Put(o); err != nil {
					return err
				}
				return tx.Put(kept(o.Key, "left"))
			})
		}))
		d.must(l.Close())
		d.same(got, want)
		d.shows(store.Kept, nth(0), "left")
		d.shows(store.Contacts, nth(0), "old")
	}},
	{"a load tells which published objects it holds otherwise", func(d *desk) {
		var all, changed []store.Object
		for i := range 450 {
			all = append(all, aliased(contact(nth(i), "old"), nth(i)+"-x"))
			now := all[i]
			switch i {
			case 0, 200, 399:
				now.Bytes = contact("", "new").Bytes
			case 7:
				now.Alias = "other"
			}
			changed = append(changed, now)
		}
		d.put(all...)
		d.put(contact("gone", ""), name("a.example", ref(store.Contacts, nth(0))))
		l := d.load(append(changed, contact("more", ""), name("a.example", ref(store.Contacts, nth(0))))...)
		d.seal(l)
		var got []store.Object
		note := func(published, loaded store.Object) error {
			got = append(got, published, loaded)
			return nil
		}
		want := []store.Object{all[0], changed[0], all[7], changed[7], all[200], changed[200], all[399], changed[399]}
		d.must(l.Differing(d.Context(), store.Contacts, note))
		d.same(got, want)
		d.fails(l.Differing(d.Context(), store.Contacts, func(_, _ store.Object) error { return errStop }), errStop)
		got = nil
		// What an object refers to is none of its own.
		d.must(l.Differing(d.Context(), store.Names, note))
		d.same(got, []store.Object(nil))
		d.must(l.Publish(d.Context(), func(tx store.Tx) error {
			d.must(tx.Put(all[7]))
			d.must(tx.Put(contact(nth(8), "newer")))
			return l.Differing(d.Context(), store.Contacts, note)
		}))
		d.must(l.Close())
		d.same(got, append(append(want[:2:2], all[8], contact(nth(8), "newer")), want[4:]...))
	}},
	{"the first load of all has nothing gone", func(d *desk) {
		l := d.load(name("a.example"))
		d.seal(l)
		d.must(l.Gone(d.Context(), store.Names, func(store.Object) error { return errStop }))
		d.must(l.Differing(d.Context(), store.Names, func(_, _ store.Object) error { return errStop }))
		d.must(l.Publish(d.Context(), func(store.Tx) error {
			return l.Gone(d.Context(), store.Names, func(store.Object) error { return errStop })
		}))
		d.must(l.Close())
	}},
	{"an empty load is a load", func(d *desk) {
		d.put(name("a.example"))
		d.publish()
		d.absent(store.Names, "a.example")
		d.same(d.edition().State.Counts, register.Counts{})
	}},
}
