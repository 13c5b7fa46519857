package storetest

import (
	"fmt"

	"registerd/register"
	"registerd/store"
)

var referring = []sentence{
	{"those an object refers to come in the order of its references", func(d *desk) {
		d.put(registrar("r", "One"), host("ns2", "second"), host("ns1", "first"), contact("c1", "Jana"))
		refs := []store.Ref{ref(store.Contacts, "c1"), ref(store.Hosts, "ns2"), ref(store.Contacts, "c1"),
			ref(store.Registrars, "r"), ref(store.Hosts, "ns3"), ref(store.Hosts, "ns1"), ref(store.Registrars, "r2")}
		d.put(name("a.example", refs...))
		d.with("a.example", "Jana", "second", "Jana", "One", "", "first", "")
		for i, o := range d.find(store.Names, "a.example").With {
			d.same(o.Ref, refs[i])
		}
	}},
	{"those that refer to an object are found by it, as they are now", func(d *desk) {
		c, reg := ref(store.Contacts, "c"), ref(store.Registrars, "r")
		d.publish(registrar("r", "One"), contact("c", "Jana"), name("b.example", c, reg, c), name("a.example", reg, c), name("other.example", reg))
		d.uses(c, 10, "a.example", "b.example")
		d.put(name("b.example", reg), name("d.example", c))
		d.uses(c, 10, "a.example", "d.example")
		d.change(func(tx store.Tx) {
			_, err := tx.Delete(ref(store.Names, "a.example"))
			d.must(err)
			_, err = tx.Delete(c)
			d.must(err)
		})
		d.uses(c, 10, "d.example")
		d.uses(reg, 10, "b.example", "other.example")
		d.uses(ref(store.Hosts, "c"), 10)
		found, _, err := d.r.Users(d.Context(), reg, 1)
		d.must(err)
		d.same(len(found), 1)
		d.same(string(found[0].With[0].Bytes[1:]), "One")
		d.publish(name("new.example", c))
		d.uses(c, 10, "new.example")
	}},
	{"a changed contact shows in every name at once", func(d *desk) {
		for _, users := range []int{1, 2, 63, 64, 65, 66, 200} {
			key := fmt.Sprintf("c%d", users)
			var names []string
			d.change(func(tx store.Tx) {
				d.must(tx.Put(contact(key, "Jana")))
				for i := range users {
					names = append(names, fmt.Sprintf("n%d-%d.example", users, i))
					d.must(tx.Put(name(names[i], ref(store.Hosts, "none"), ref(store.Contacts, key))))
				}
			})
			d.everywhere(names, "", "Jana")
			d.put(contact(key, "Eva"))
			d.everywhere(names, "", "Eva")
			d.change(func(tx store.Tx) {
				_, err := tx.Delete(ref(store.Contacts, key))
				d.must(err)
			})
			d.everywhere(names, "", "")
			d.put(contact(key, "Ida"))
			d.everywhere(names, "", "Ida")
		}
	}},
	{"a changed contact shows in every name of a load at once", func(d *desk) {
		var all []store.Object
		names := make(map[string][]string)
		for _, users := range []int{1, 64, 65, 300} {
			key := fmt.Sprintf("c%d", users)
			all = append(all, contact(key, "Jana"))
			for i := range users {
				n := fmt.Sprintf("n%d-%d.example", users, i)
				names[key] = append(names[key], n)
				all = append(all, name(n, ref(store.Contacts, key), ref(store.Contacts, key)))
			}
		}
		d.publish(all...)
		for key, users := range names {
			d.everywhere(users, "Jana", "Jana")
			d.put(contact(key, "Eva"))
			d.everywhere(users, "Eva", "Eva")
		}
	}},
	{"a contact may gain and lose users and still shows its change in all", func(d *desk) {
		var names []string
		d.put(contact("c", "0"))
		now := 0
		check := func() {
			d.everywhere(names, fmt.Sprint(now))
			now++
			d.put(contact("c", fmt.Sprint(now)))
			d.everywhere(names, fmt.Sprint(now))
		}
		grow := func(to int) {
			for len(names) < to {
				names = append(names, nth(len(names)))
				d.put(name(names[len(names)-1], ref(store.Contacts, "c")))
			}
			check()
		}
		shrink := func(to int, drop func(tx store.Tx, key string) error) {
			d.change(func(tx store.Tx) {
				for ; len(names) > to; names = names[:len(names)-1] {
					d.must(drop(tx, names[len(names)-1]))
				}
			})
			check()
		}
		unlink := func(tx store.Tx, key string) error { return tx.Put(name(key)) }
		remove := func(tx store.Tx, key string) error {
			_, err := tx.Delete(ref(store.Names, key))
			return err
		}
		grow(64)
		grow(66)
		shrink(63, remove)
		grow(65)
		shrink(60, unlink)
		grow(70)
		shrink(1, remove)
		grow(3)
	}},
	{"a missing host shows as soon as it arrives", func(d *desk) {
		d.put(name("a.example", ref(store.Hosts, "ns1"), ref(store.Registrars, "r")))
		d.with("a.example", "", "")
		d.put(host("ns1", "first"))
		d.with("a.example", "first", "")
		d.put(registrar("r", "One"))
		d.with("a.example", "first", "One")
	}},
	{"names, too, can be referred to", func(d *desk) {
		d.put(name("variant.example", ref(store.Names, "a.example"), ref(store.Kept, "k")))
		d.with("variant.example", "", "")
		d.put(name("a.example"), kept("k", "facts"))
		d.with("variant.example", "of a.example", "facts")
		d.publish(name("b.example", ref(store.Names, "c.example")), name("c.example", ref(store.Names, "b.example")))
		d.with("b.example", "of c.example")
		d.with("c.example", "of b.example")
	}},
	{"references that lead nowhere are told, of what was put and to what was deleted", func(d *desk) {
		d.put(registrar("r", "One"), contact("c1", "Jana"), host("ns1", "first"),
			name("a.example", ref(store.Registrars, "r"), ref(store.Contacts, "c1")),
			name("b.example", ref(store.Registrars, "r"), ref(store.Hosts, "old")))
		d.change(func(tx store.Tx) {
			d.must(tx.Put(name("c.example", ref(store.Contacts, "c1"), ref(store.Contacts, "c2"), ref(store.Contacts, "c2"), ref(store.Hosts, "ns2"))))
			d.must(tx.Put(host("ns2", "second")))
			for _, gone := range []store.Ref{ref(store.Registrars, "r"), ref(store.Hosts, "ns1"), ref(store.Contacts, "c1")} {
				_, err := tx.Delete(gone)
				d.must(err)
			}
			d.must(tx.Put(contact("c1", "again")))
			all := []store.Dangling{
				{From: ref(store.Names, "c.example"), To: ref(store.Contacts, "c2")},
				{From: ref(store.Names, "a.example"), To: ref(store.Registrars, "r")},
				{From: ref(store.Names, "b.example"), To: ref(store.Registrars, "r")},
			}
			got, total, err := tx.Dangling(10)
			d.must(err)
			d.same(got, all)
			d.same(total, 3)
			got, total, err = tx.Dangling(1)
			d.must(err)
			d.same(got, all[:1])
			d.same(total, 3)
		})
		d.change(func(tx store.Tx) {
			_, total, err := tx.Dangling(10)
			d.must(err)
			d.same(total, 0)
		})
	}},
	{"kept facts refer to nothing", func(d *desk) {
		err := d.w.Change(d.Context(), func(tx store.Tx) error {
			return tx.Put(object(store.Kept, "k", register.TagFacts, "", ref(store.Contacts, "c")))
		})
		d.refused(err, "a reference of kept facts")
	}},
}

// uses checks which objects refer to one.
func (d *desk) uses(of store.Ref, limit int, want ...string) {
	d.Helper()
	found, edition, err := d.r.Users(d.Context(), of, limit)
	d.must(err)
	var got []string
	for _, f := range found {
		got = append(got, f.Key)
	}
	d.same(got, want)
	d.same(edition.Version, d.edition().Version)
}

// everywhere checks what all names show of those they refer to.
func (d *desk) everywhere(names []string, want ...string) {
	d.Helper()
	asks := make([]store.Ask, len(names))
	for i, n := range names {
		asks[i].Ref = ref(store.Names, n)
	}
	found, _, err := d.r.Find(d.Context(), asks...)
	d.must(err)
	for i, f := range found {
		if len(f.With) != len(want) {
			d.Fatalf("%s of %d names refers to %d objects, want %d", names[i], len(names), len(f.With), len(want))
		}
		for j, o := range f.With {
			if text(o) != want[j] {
				d.Fatalf("%s of %d names shows %q, want %q", names[i], len(names), text(o), want[j])
			}
		}
	}
}
