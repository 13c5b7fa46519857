package storetest

import (
	"fmt"
	"sync"

	"registerd/register"
	"registerd/store"
)

var together = []sentence{
	{"one question is one snapshot while changes are published", func(d *desk) {
		// The text of every object, and the serial of the state, is the same
		// number in every published version.
		write := func(tx store.Tx, n int) error {
			tx.SetState(register.State{Serial: uint64(n)})
			for _, key := range []string{"c1", "c2"} {
				if err := tx.Put(contact(key, fmt.Sprint(n))); err != nil {
					return err
				}
			}
			if err := tx.Put(registrar("r", fmt.Sprint(n))); err != nil {
				return err
			}
			return tx.Put(object(store.Names, "b.example", register.TagDomain, fmt.Sprint(n), ref(store.Registrars, "r")))
		}
		d.change(func(tx store.Tx) {
			d.must(write(tx, 0))
			d.must(tx.Put(name("a.example", ref(store.Contacts, "c1"), ref(store.Registrars, "r"), ref(store.Contacts, "c2"))))
		})
		d.whileReading(func() {
			for n := 1; n <= 60; n++ {
				d.must(d.w.Change(d.Context(), func(tx store.Tx) error { return write(tx, n) }))
			}
		}, func(r store.Reader, last uint64) (uint64, error) {
			found, edition, err := r.Find(d.Context(), store.Ask{Ref: ref(store.Names, "a.example")}, store.Ask{Ref: ref(store.Names, "b.example")})
			if err != nil {
				return 0, err
			}
			want := fmt.Sprint(edition.State.Serial)
			seen := append(append([]store.Object{found[1].Object}, found[0].With...), found[1].With...)
			for _, o := range seen {
				if text(o) != want {
					return 0, fmt.Errorf("%s is of version %s beside version %s", o.Kind, text(o), want)
				}
			}
			return edition.Version, ahead(edition.Version, last)
		})
	}},
	{"one question is one generation while loads are published", func(d *desk) {
		const n = 150
		generation := func(g int) (all []store.Object) {
			for i := range n {
				all = append(all, object(store.Names, nth(i), register.TagDomain, fmt.Sprint(g), ref(store.Contacts, "c")))
			}
			return append(all, contact("c", fmt.Sprint(g)), name(fmt.Sprintf("only-%d.example", g)))
		}
		d.publish(generation(0)...)
		var asks []store.Ask
		keys := []string{"only-0.example", "only-1.example", "only-2.example", "only-3.example", "only-4.example", "only-5.example"}
		for i := range n {
			asks = append(asks, store.Ask{Ref: ref(store.Names, nth(i))})
		}
		d.whileReading(func() {
			for g := 1; g <= 5; g++ {
				d.publish(generation(g)...)
			}
		}, func(r store.Reader, last uint64) (uint64, error) {
			found, edition, err := r.Find(d.Context(), asks...)
			if err != nil {
				return 0, err
			}
			for _, f := range found {
				if !f.There() || text(f.Object) != text(found[0].Object) || text(f.With[0]) != text(f.Object) {
					return 0, fmt.Errorf("%q is of generation %q with a contact of %q, beside %q", f.Key, text(f.Object), text(f.With[0]), text(found[0].Object))
				}
			}
			tags, _, err := r.Tags(d.Context(), store.Names, keys)
			if err != nil {
				return 0, err
			}
			there := 0
			for _, tag := range tags {
				if tag != 0 {
					there++
				}
			}
			if there != 1 {
				return 0, fmt.Errorf("names of %d generations are there", there)
			}
			return edition.Version, ahead(edition.Version, last)
		})
	}},
	{"what was published is seen by every question that begins after", func(d *desk) {
		other := d.open()
		for n := range 30 {
			d.put(contact("c", fmt.Sprint(n)), name("a.example", ref(store.Contacts, "c")))
			for _, r := range []store.Reader{d.r, other} {
				found, _, err := r.Find(d.Context(), store.Ask{Ref: ref(store.Names, "a.example")})
				d.must(err)
				d.same(text(found[0].With[0]), fmt.Sprint(n))
			}
		}
	}},
	{"reading does not wait for a change under way", func(d *desk) {
		d.put(searched(name("a.example"), term(register.IndexName, "a")))
		d.change(func(tx store.Tx) {
			d.must(tx.Put(name("b.example")))
			_, err := tx.Delete(ref(store.Names, "a.example"))
			d.must(err)
			// This would hang, or fail as busy, if the reader waited for the change.
			d.shows(store.Names, "a.example", "of a.example")
			d.absent(store.Names, "b.example")
			d.gives(scan(""), "a a.example")
			d.must(d.r.Walk(d.Context(), store.Names, func(store.Object) error { return nil }))
		})
		d.absent(store.Names, "a.example")
	}},
	{"changes of several callers all take place", func(d *desk) {
		d.change(func(store.Tx) {})
		var all sync.WaitGroup
		for i := range 4 {
			all.Go(func() {
				for j := range 10 {
					err := d.w.Change(d.Context(), func(tx store.Tx) error {
						s := tx.State()
						s.Serial++
						tx.SetState(s)
						return tx.Put(name(nth(10*i + j)))
					})
					if err != nil {
						d.Error(err)
					}
				}
			})
		}
		all.Wait()
		d.same(*d.edition().State, register.State{Serial: 40, Counts: register.Counts{Domains: 40}})
	}},
}

func ahead(version, last uint64) error {
	if version < last {
		return fmt.Errorf("version %d after version %d", version, last)
	}
	return nil
}

// whileReading runs write, and meanwhile read over and over: with a reader of
// its own and with one that is shared. read gets what it returned last.
func (d *desk) whileReading(write func(), read func(r store.Reader, last uint64) (uint64, error)) {
	d.Helper()
	done := make(chan struct{})
	var all sync.WaitGroup
	for _, r := range []store.Reader{d.r, d.r, d.open()} {
		all.Go(func() {
			var last uint64
			for rounds := 0; ; rounds++ {
				var err error
				if last, err = read(r, last); err != nil {
					d.Errorf("after %d rounds: %v", rounds, err)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	write()
	close(done)
	all.Wait()
}
