package storetest

import (
	"time"

	"registerd/register"
	"registerd/store"
)

var changing = []sentence{
	{"a change that failed leaves nothing", func(d *desk) {
		d.put(name("a.example", ref(store.Contacts, "c1")), contact("c1", "Jana"))
		before := d.edition()
		err := d.w.Change(d.Context(), func(tx store.Tx) error {
			d.must(tx.Put(name("b.example")))
			d.must(tx.Put(contact("c1", "Eva")))
			_, err := tx.Delete(ref(store.Names, "a.example"))
			d.must(err)
			d.must(tx.Log(store.Entry{Serial: 9, Time: noon}))
			tx.SetState(register.State{Serial: 9})
			return errStop
		})
		d.fails(err, errStop)
		d.same(d.edition(), before)
		d.absent(store.Names, "b.example")
		d.with("a.example", "Jana")
		d.change(func(tx store.Tx) { d.must(tx.Log(store.Entry{Serial: 9, Time: noon})) })
	}},
	{"a change that panicked leaves nothing", func(d *desk) {
		d.put(name("a.example"))
		func() {
			defer func() {
				if recover() == nil {
					d.Error("the panic was lost")
				}
			}()
			_ = d.w.Change(d.Context(), func(tx store.Tx) error {
				d.must(tx.Put(name("b.example")))
				panic("stop")
			})
		}()
		d.absent(store.Names, "b.example")
		d.put(name("c.example"))
	}},
	{"a change sees its own doings", func(d *desk) {
		d.put(contact("c1", "Jana"))
		d.change(func(tx store.Tx) {
			d.must(tx.Put(aliased(contact("c2", "Eva"), "c2-ex")))
			d.must(tx.Put(name("a.example", ref(store.Contacts, "c1"), ref(store.Contacts, "c2"))))
			d.must(tx.Put(contact("c1", "Jana N.")))
			f, err := tx.Find(store.Ask{Ref: ref(store.Names, "a.example")})
			d.must(err)
			d.same(f.With, []store.Object{contact("c1", "Jana N."), contact("c2", "Eva")})
			f, err = tx.Find(store.Ask{Ref: ref(store.Contacts, "c2-ex"), ByAlias: true})
			d.must(err)
			d.same(f.Key, "c2")
			there, err := tx.Delete(ref(store.Contacts, "c2"))
			d.must(err)
			d.same(there, true)
			there, err = tx.Delete(ref(store.Contacts, "c2"))
			d.must(err)
			d.same(there, false)
			f, err = tx.Find(store.Ask{Ref: ref(store.Contacts, "c2")})
			d.must(err)
			d.same(f.There(), false)
			d.same(tx.State().Counts, register.Counts{Domains: 1, Contacts: 1})
		})
	}},
	{"putting replaces", func(d *desk) {
		d.put(aliased(contact("c1", "Jana"), "c1-ex"))
		d.put(aliased(contact("c1", "Eva"), "c1-new"))
		d.shows(store.Contacts, "c1", "Eva")
		found, _, err := d.r.Find(d.Context(),
			store.Ask{Ref: ref(store.Contacts, "c1-ex"), ByAlias: true}, store.Ask{Ref: ref(store.Contacts, "c1-new"), ByAlias: true})
		d.must(err)
		if found[0].There() || found[1].Key != "c1" {
			d.Errorf("the old alias finds %q, the new one %q", found[0].Key, found[1].Key)
		}
		d.same(d.edition().State.Counts, register.Counts{Contacts: 1})
	}},
	{"an alias belongs to one object", func(d *desk) {
		d.put(aliased(contact("c1", "Jana"), "x"))
		err := d.w.Change(d.Context(), func(tx store.Tx) error { return tx.Put(aliased(contact("c2", "Eva"), "x")) })
		d.refused(err, "another's alias")
		d.absent(store.Contacts, "c2")
		d.put(aliased(contact("c1", "Jana"), "x"), aliased(registrar("r", "One"), "x"))
		d.change(func(tx store.Tx) {
			_, err := tx.Delete(ref(store.Contacts, "c1"))
			d.must(err)
			d.must(tx.Put(aliased(contact("c2", "Eva"), "x")))
		})
		d.shows(store.Contacts, "c2", "Eva")
	}},
	{"an object without a kind, a key or bytes is refused", func(d *desk) {
		for _, o := range []store.Object{
			{Ref: ref(0, "a"), Bytes: []byte{1}}, {Ref: ref(99, "a"), Bytes: []byte{1}},
			{Ref: ref(store.Names, ""), Bytes: []byte{1}}, {Ref: ref(store.Names, "a")},
		} {
			d.refused(d.w.Change(d.Context(), func(tx store.Tx) error { return tx.Put(o) }), "putting it")
			l := d.load()
			d.refused(l.Put(o, 1), "loading it")
			d.must(l.Close())
		}
	}},
	{"counts are kept by tag, whatever state is set", func(d *desk) {
		d.put(name("a.example"), name("b.example"), object(store.Names, "r.example", register.TagReserved, ""),
			contact("c", ""), host("h", ""), registrar("r", ""), kept("k", ""), object(store.IDNTables, "t", register.TagIDNTable, ""))
		d.change(func(tx store.Tx) {
			tx.SetState(register.State{Serial: 3, Counts: register.Counts{Domains: 77}})
			d.must(tx.Put(object(store.Names, "b.example", register.TagReserved, "")))
		})
		d.same(*d.edition().State, register.State{Serial: 3,
			Counts: register.Counts{Domains: 1, Reserved: 2, Contacts: 1, Hosts: 1, Registrars: 1}})
	}},
	{"a state that was handed out is not the store's own", func(d *desk) {
		d.change(func(tx store.Tx) {
			mine := register.State{Zones: []register.Name{"example"}}
			tx.SetState(mine)
			mine.Zones[0] = "changed"
			tx.State().Zones[0] = "changed"
		})
		d.same(d.edition().State.Zones, []register.Name{"example"})
	}},
	{"kept changes come back in order, after a serial and after a time", func(d *desk) {
		entry := func(serial uint64, minutes int) store.Entry {
			return store.Entry{Serial: serial, Time: noon.Add(time.Duration(minutes) * time.Minute), Body: []byte{byte(serial)}}
		}
		all := []store.Entry{entry(2, 0), entry(3, 5), entry(10, 3), entry(11, 9)}
		logged := func(tx store.Tx, serial uint64, t time.Time) (got []store.Entry) {
			d.must(tx.Logged(serial, t, func(e store.Entry) error {
				got = append(got, e)
				return tx.Put(contact("c", "in between"))
			}))
			return got
		}
		d.change(func(tx store.Tx) {
			for _, e := range all {
				d.must(tx.Log(e))
			}
			d.same(logged(tx, 0, time.Time{}), all)
		})
		d.publish(name("a.example"))
		d.change(func(tx store.Tx) {
			d.same(logged(tx, 2, time.Time{}), all[1:])
			d.same(logged(tx, 0, noon), all[1:])
			d.same(logged(tx, 2, noon.Add(3*time.Minute)), []store.Entry{all[1], all[3]})
			d.same(logged(tx, 11, time.Time{}), []store.Entry(nil))
			d.fails(tx.Logged(0, time.Time{}, func(store.Entry) error { return errStop }), errStop)
		})
		d.change(func(tx store.Tx) {
			d.must(tx.Forget(noon.Add(5 * time.Minute)))
			d.same(logged(tx, 0, time.Time{}), []store.Entry{all[1], all[3]})
		})
		for _, serial := range []uint64{11, 5} {
			d.refused(d.w.Change(d.Context(), func(tx store.Tx) error { return tx.Log(entry(serial, 60)) }), "a serial that does not ascend")
		}
		d.change(func(tx store.Tx) {
			d.must(tx.Unlog(3))
			d.same(logged(tx, 0, time.Time{}), all[1:2])
			d.must(tx.Log(entry(5, 60)))
			d.same(logged(tx, 3, time.Time{}), []store.Entry{entry(5, 60)})
		})
	}},
}
