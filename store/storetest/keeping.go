package storetest

import (
	"fmt"
	"time"

	"registerd/register"
	"registerd/store"
)

// served publishes a load whose objects tell which it is, and returns its generation.
func (d *desk) served(text string, more ...store.Object) store.Generation {
	d.Helper()
	l := d.load(append(whole(text), more...)...)
	d.seal(l)
	d.must(l.Publish(d.Context(), func(tx store.Tx) error {
		tx.SetState(register.State{Zones: []register.Name{"example"}, Deposit: text})
		return nil
	}))
	d.must(l.Close())
	return d.generations()[0]
}

// whole is a small register; the text is in every object, and in its alias and terms.
func whole(text string) []store.Object {
	c := aliased(contact("c", text), "roid-"+text)
	return []store.Object{
		searched(c, term(register.IndexName, "person "+text)),
		searched(object(store.Names, "a.example", register.TagDomain, text, ref(store.Contacts, "c")), term(register.IndexName, text)),
		name("only-" + text + ".example"),
	}
}

// tells checks that every way of reading gives the register of one text, and
// nothing of another.
func (d *desk) tells(text string, others ...string) {
	d.Helper()
	d.shows(store.Contacts, "c", text)
	d.with("a.example", text)
	d.shows(store.Names, "only-"+text+".example", "of only-"+text+".example")
	d.gives(scan(text), " a.example")
	d.same(len(d.walked(store.Names)), 2)
	d.same(len(d.walked(store.Contacts)), 1)
	users, _, err := d.r.Users(d.Context(), ref(store.Contacts, "c"), 10)
	d.must(err)
	d.same(len(users), 1)
	d.same(d.hasAlias("roid-"+text), true)
	for _, other := range others {
		key := "only-" + other + ".example"
		d.absent(store.Names, key)
		tags, _, err := d.r.Tags(d.Context(), store.Names, []string{key})
		d.must(err)
		d.same(tags[0], register.Tag(0))
		d.gives(scan(other))
		d.same(d.hasAlias("roid-"+other), false)
	}
}

func (d *desk) hasAlias(alias string) bool {
	d.Helper()
	found, _, err := d.r.Find(d.Context(), store.Ask{Ref: ref(store.Contacts, alias), ByAlias: true})
	d.must(err)
	return found[0].There()
}

func (d *desk) walked(kind store.Kind) (keys []string) {
	d.Helper()
	d.must(d.r.Walk(d.Context(), kind, func(o store.Object) error {
		keys = append(keys, o.Key)
		return nil
	}))
	return keys
}

func (d *desk) generations() []store.Generation {
	d.Helper()
	all, err := d.r.Generations(d.Context())
	d.must(err)
	return all
}

// keeps checks which generations are kept, by the deposit of their state.
func (d *desk) keeps(want ...string) {
	d.Helper()
	var got []string
	for _, g := range d.generations()[1:] {
		got = append(got, g.State.Deposit)
	}
	d.same(got, want)
}

// goBack publishes a kept generation, with a state of its own.
func (d *desk) goBack(to store.Generation) {
	d.Helper()
	l, err := d.w.Revive(d.Context(), to.ID)
	d.must(err)
	d.must(l.Publish(d.Context(), func(tx store.Tx) error {
		tx.SetState(to.State)
		return nil
	}))
	d.must(l.Close())
}

func (d *desk) purge(t time.Time) {
	d.Helper()
	d.must(d.w.Purge(d.Context(), t))
}

var keeping = []sentence{
	{"what a load takes the place of is kept, and nothing reads it", func(d *desk) {
		_, err := d.r.Generations(d.Context())
		d.fails(err, store.ErrEmpty)
		before := time.Now()
		one := d.served("one")
		d.keeps()
		if one.Published.Before(before.Add(-time.Second)) || !one.Replaced.IsZero() {
			d.Errorf("published %s, replaced %s", one.Published, one.Replaced)
		}
		d.put(aliased(contact("late", "of one"), "late-x"), name("late.example", ref(store.Contacts, "c")))
		d.served("two")
		d.keeps("one")
		d.tells("two", "one")
		d.absent(store.Contacts, "late")
		d.same(d.hasAlias("late-x"), false)
		kept := d.generations()[1]
		d.same(kept.ID, one.ID)
		d.same(kept.State.Counts, register.Counts{Domains: 3, Contacts: 2})
		if !kept.Published.Equal(one.Published) || kept.Replaced.Before(kept.Published) {
			d.Errorf("published %s, then %s, replaced %s", one.Published, kept.Published, kept.Replaced)
		}
	}},
	{"how many domains were removed is said by who changes the register, and stays with its generation", func(d *desk) {
		said := func(n int) func(store.Tx) error {
			return func(tx store.Tx) error {
				s := tx.State()
				s.Remove(n)
				tx.SetState(s)
				return nil
			}
		}
		removed := func() (all []int) {
			for _, g := range d.generations() {
				all = append(all, g.State.Removed)
			}
			return all
		}
		d.put(name("a.example"), name("b.example"))
		d.must(d.w.Change(d.Context(), said(3)))
		d.change(func(tx store.Tx) {
			_, err := tx.Delete(ref(store.Names, "a.example"))
			d.must(err)
		})
		l := d.load(name("a.example"))
		d.seal(l)
		d.must(l.Publish(d.Context(), said(4))) // a load begins with what was published
		d.must(l.Close())
		d.same(removed(), []int{7, 3})
		d.goBack(d.generations()[1])
		d.same(removed(), []int{3, 7})
	}},
	{"so many are kept, those replaced last", func(d *desk) {
		for _, text := range []string{"one", "two", "three", "four", "five", "six"} {
			d.served(text)
		}
		d.keeps("five", "four", "three")
		d.same(len(d.generations()), 1+store.MaxKept)
		d.tells("six", "one", "five")
	}},
	{"a kept generation can be published again, and the other one is kept", func(d *desk) {
		one := d.served("one")
		d.put(name("changed.example", ref(store.Contacts, "c")))
		two := d.served("two", name("more.example"))
		before := d.edition().Version
		d.goBack(d.generations()[1])
		d.tellsWith("one", "changed.example")
		d.same(d.edition().State.Counts, register.Counts{Domains: 3, Contacts: 1})
		if v := d.edition().Version; v <= before {
			d.Errorf("version %d follows %d", v, before)
		}
		d.keeps("two")
		d.same(d.generations()[0].ID, one.ID)
		d.same(d.generations()[0].Published, one.Published)

		// What changes now is of the one that was revived, and of it alone.
		d.put(searched(aliased(contact("c", "uno"), "roid-uno"), term(register.IndexName, "person uno")))
		d.with("a.example", "uno")
		d.goBack(d.generations()[1])
		d.same(d.generations()[0].ID, two.ID)
		d.shows(store.Names, "more.example", "of more.example")
		d.change(func(tx store.Tx) {
			_, err := tx.Delete(ref(store.Names, "more.example"))
			d.must(err)
		})
		d.tells("two", "one", "uno")
		d.goBack(d.generations()[1])
		d.with("a.example", "uno")
		d.same(d.hasAlias("roid-uno"), true)
		d.same(d.hasAlias("roid-one"), false)
	}},
	{"a load is compared with the published register, whatever else is kept", func(d *desk) {
		d.served("one")
		d.served("two", contact("more", ""))
		l := d.load(whole("one")...)
		d.seal(l)
		gone := 0
		d.must(l.Gone(d.Context(), store.Contacts, func(o store.Object) error {
			gone++
			d.same(o.Key, "more")
			return nil
		}))
		d.same(gone, 1)
		d.must(l.Close())
		d.keeps("one")

		// So is one that is revived.
		l, err := d.w.Revive(d.Context(), d.generations()[1].ID)
		d.must(err)
		d.must(l.Differing(d.Context(), store.Contacts, func(published, loaded store.Object) error {
			d.same([]string{text(published), text(loaded)}, []string{"two", "one"})
			return nil
		}))
		d.must(l.Close())
	}},
	{"a generation that was revived and not published stays kept", func(d *desk) {
		one := d.served("one")
		d.served("two")
		l, err := d.w.Revive(d.Context(), one.ID)
		d.must(err)
		d.refused(l.Put(name("b.example"), 1), "an object after reviving")
		_, err = d.w.Load(d.Context())
		d.fails(err, store.ErrHeld)
		_, err = d.w.Revive(d.Context(), one.ID)
		d.fails(err, store.ErrHeld)
		d.fails(l.Publish(d.Context(), func(tx store.Tx) error {
			d.must(tx.Put(name("b.example")))
			return errStop
		}), errStop)
		d.must(l.Close())
		d.keeps("one")
		d.tells("two", "one")
		d.goBack(d.generations()[1])
		d.tells("one", "two")
		d.absent(store.Names, "b.example")
	}},
	{"what is not kept cannot be revived", func(d *desk) {
		one := d.served("one")
		for _, id := range []uint64{one.ID, 0, 77} {
			_, err := d.w.Revive(d.Context(), id)
			d.fails(err, store.ErrNotKept)
		}
		d.served("two") // there is no load under way
	}},
	{"a purge removes what was replaced before, and that alone", func(d *desk) {
		one := d.served("one")
		d.served("two")
		d.served("three")
		all := d.generations()
		d.purge(all[1].Replaced.Add(-time.Hour))
		d.keeps("two", "one")
		d.purge(all[2].Replaced)
		d.keeps("two")
		d.purge(all[1].Replaced)
		d.keeps()
		_, err := d.w.Revive(d.Context(), one.ID)
		d.fails(err, store.ErrNotKept)
		d.tells("three", "one", "two")
		d.served("four")
		d.keeps("three")
		d.goBack(d.generations()[1])
		d.tells("three", "four")
	}},
	{"a purge goes on beside a load, and one that is being revived is gone then", func(d *desk) {
		one := d.served("one")
		d.served("two")
		l, err := d.w.Revive(d.Context(), one.ID)
		d.must(err)
		d.purge(time.Now().Add(time.Hour))
		d.keeps()
		d.fails(l.Publish(d.Context(), nothing), store.ErrNotKept)
		d.must(l.Close())
		d.tells("two", "one")
		l = d.load(whole("three")...)
		d.purge(time.Now().Add(time.Hour))
		d.seal(l)
		d.purge(time.Now().Add(time.Hour))
		d.must(l.Publish(d.Context(), nothing))
		d.must(l.Close())
		d.tells("three", "one", "two")
	}},
	{"one question is one generation while the register goes back and forth", func(d *desk) {
		d.served("one")
		d.served("two")
		d.whileReading(func() {
			for range 10 {
				d.goBack(d.generations()[1])
			}
		}, func(r store.Reader, last uint64) (uint64, error) {
			found, edition, err := r.Find(d.Context(), store.Ask{Ref: ref(store.Names, "a.example")}, store.Ask{Ref: ref(store.Contacts, "c")})
			if err != nil {
				return 0, err
			}
			want := edition.State.Deposit
			if text(found[0].Object) != want || text(found[0].With[0]) != want || text(found[1].Object) != want {
				return 0, fmt.Errorf("%q with %q and %q in the register %q", text(found[0].Object), text(found[0].With[0]), text(found[1].Object), want)
			}
			return edition.Version, ahead(edition.Version, last)
		})
	}},
	{"kept facts and changes belong to no generation", func(d *desk) {
		one := d.served("one")
		d.put(kept("k", "of one"))
		d.served("two")
		d.put(kept("k", "of two"))
		d.change(func(tx store.Tx) { d.must(tx.Log(store.Entry{Serial: 4, Time: noon})) })
		d.goBack(store.Generation{ID: one.ID, State: one.State})
		d.shows(store.Kept, "k", "of two")
		d.change(func(tx store.Tx) {
			n := 0
			d.must(tx.Logged(0, time.Time{}, func(store.Entry) error { n++; return nil }))
			d.same(n, 1)
		})
		d.purge(time.Now().Add(time.Hour))
		d.shows(store.Kept, "k", "of two")
	}},
}

// tellsWith is tells for a register with one more name.
func (d *desk) tellsWith(text, more string) {
	d.Helper()
	d.with("a.example", text)
	d.with(more, text)
	d.shows(store.Names, "only-"+text+".example", "of only-"+text+".example")
	d.gives(scan(text), " a.example")
}
