package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"registerd/register"
	"registerd/store"
)

// searched gives an object terms.
func searched(o store.Object, terms ...register.Term) store.Object {
	o.Terms = terms
	return o
}

// term is a term of class 0.
func term(index register.Index, value string) register.Term {
	return register.Term{Index: index, Value: value}
}

func classed(class register.Traits, value string) register.Term {
	return register.Term{Index: register.IndexName, Class: class, Value: value}
}

func everything(register.Index, register.Traits) bool { return true }

// scan looks for one prefix among names.
func scan(prefix string) store.Scan {
	return store.Scan{
		Kind: store.Names, Prefixes: []store.Prefix{{Index: register.IndexName, Value: prefix}},
		Sees: everything, Limit: 10_000,
	}
}

func (d *desk) search(s store.Scan) []store.Match {
	d.Helper()
	found, _, err := d.r.Search(d.Context(), s)
	d.must(err)
	return found
}

// places are the places of matches as "rest key".
func places(found []store.Match) (out []string) {
	for _, m := range found {
		out = append(out, m.Rest+" "+m.Key)
	}
	return out
}

func (d *desk) gives(s store.Scan, want ...string) {
	d.Helper()
	d.same(places(d.search(s)), want)
}

// descending is the scan in the other direction.
func descending(s store.Scan) store.Scan {
	s.Descending = true
	return s
}

var searching = []sentence{
	{"a search gives what begins with a prefix, by what stands behind it and then by key", func(d *desk) {
		d.put(searched(name("k3"), term(register.IndexName, "ab")),
			searched(name("k2"), term(register.IndexName, "abc"), term(register.IndexName, "abd")),
			searched(name("k1"), term(register.IndexName, "abc")),
			searched(name("k4"), term(register.IndexName, "a")),
			searched(name("k5"), term(register.IndexName, "ac")),
			searched(name("k6"), term(register.IndexServer, "abc")),
			searched(host("k7", ""), term(register.IndexName, "abc")), name("ab"))
		d.gives(scan("ab"), " k3", "c k1", "c k2", "d k2")
		d.gives(descending(scan("ab")), "d k2", "c k2", "c k1", " k3")
		d.gives(scan("abc"), " k1", " k2")
		d.gives(scan(""), "a k4", "ab k3", "abc k1", "abc k2", "abd k2", "ac k5")
		d.gives(scan("b"))
	}},
	{"terms compare by bytes", func(d *desk) {
		values := []string{"", "\x00", "A", "a", "a\x00", "a\x00z", "a ", "a\x7f", "aá", "a\xff", "a\xff\xff", "b", "\xff", "\xff\x00", "\xff\xff"}
		var terms []register.Term
		for _, v := range values {
			terms = append(terms, term(register.IndexName, v))
		}
		for _, put := range []func(...store.Object){d.put, d.publish} {
			put(searched(name("k"), terms...))
			d.gives(scan("a\xff"), " k", "\xff k")
			d.gives(scan("\xff"), " k", "\x00 k", "\xff k")
			d.gives(scan("a\x00"), " k", "z k")
			all := slices.Clone(values)
			slices.Sort(all)
			for i, v := range all {
				all[i] = v + " k"
			}
			d.gives(scan(""), all...)
			slices.Reverse(all)
			d.gives(descending(scan("")), all...)
		}
	}},
	{"several prefixes, of several indexes, are searched in one order", func(d *desk) {
		d.put(searched(name("k1"), term(register.IndexName, "x/b")), searched(name("k2"), term(register.IndexName, "y/a")),
			searched(name("k3"), term(register.IndexServer, "z/ab"), term(register.IndexName, "z/c")))
		s := scan("x/")
		s.Prefixes = append(s.Prefixes, store.Prefix{Index: register.IndexName, Value: "y/"},
			store.Prefix{Index: register.IndexServer, Value: "z/"}, store.Prefix{Index: register.IndexServer, Value: "none"})
		d.gives(s, "a k2", "ab k3", "b k1")
		d.gives(descending(s), "b k1", "ab k3", "a k2")
		s.Prefixes = nil
		d.gives(s)
	}},
	{"an object that matches in the same place twice is given once", func(d *desk) {
		d.put(searched(name("k1"), term(register.IndexName, "x/a"), term(register.IndexName, "y/a"), term(register.IndexServer, "x/a")),
			searched(name("k2"), term(register.IndexName, "x/a"), term(register.IndexName, "y/b")))
		s := scan("x/")
		s.Prefixes = append(s.Prefixes, store.Prefix{Index: register.IndexName, Value: "y/"},
			store.Prefix{Index: register.IndexServer, Value: "x/"}, store.Prefix{Index: register.IndexName, Value: "x/"})
		d.gives(s, "a k1", "a k2", "b k2")
		s.Limit = 2
		d.gives(s, "a k1", "a k2")
		d.gives(descending(s), "b k2", "a k2")
	}},
	{"classes that are not seen are not given", func(d *desk) {
		const many = 300
		var all []store.Object
		for i := range many {
			c := register.Traits(1) << (i % 32)
			all = append(all, searched(contact(nth(i), ""), classed(c, fmt.Sprintf("x%d", i%7)),
				register.Term{Index: register.IndexHandle, Class: c, Value: nth(i)}))
		}
		d.publish(all...)
		s := scan("x")
		s.Kind = store.Contacts
		s.Prefixes = append(s.Prefixes, store.Prefix{Index: register.IndexHandle, Value: "n"})
		for _, seen := range []func(i int) bool{
			func(int) bool { return false }, func(i int) bool { return i == 31 }, func(i int) bool { return i%3 == 0 }, func(int) bool { return true },
		} {
			s.Sees = func(index register.Index, class register.Traits) bool {
				return index == register.IndexName && slices.ContainsFunc([]int{0, 1, 2, 9, 30, 31}, func(i int) bool { return seen(i) && class == 1<<i })
			}
			var want []string
			for i := range many {
				if s.Sees(register.IndexName, 1<<(i%32)) {
					want = append(want, fmt.Sprintf("%d %s", i%7, nth(i)))
				}
			}
			slices.Sort(want)
			found := d.search(s)
			d.same(places(found), want)
			for _, m := range found {
				if !s.Sees(register.IndexName, m.Class) {
					d.Errorf("%s was found in class %x", m.Key, m.Class)
				}
			}
		}
	}},
	{"a search shows what a look-up shows", func(d *desk) {
		d.put(contact("c1", "Jana"), registrar("r", "One"),
			searched(name("a.example", ref(store.Contacts, "c1"), ref(store.Hosts, "none"), ref(store.Registrars, "r")), term(register.IndexName, "a")),
			searched(aliased(contact("c2", "Eva"), "c2-ex"), classed(5, "eva")))
		found, edition, err := d.r.Search(d.Context(), scan("a"))
		d.must(err)
		d.same(edition, d.edition())
		d.same(found, []store.Match{{Place: store.Place{Key: "a.example"}, Found: d.find(store.Names, "a.example")}})
		s := scan("e")
		s.Kind = store.Contacts
		d.same(d.search(s), []store.Match{{Place: store.Place{Rest: "va", Key: "c2"}, Class: 5, Found: d.find(store.Contacts, "c2")}})
		s.KeysOnly = true
		d.same(d.search(s), []store.Match{{Place: store.Place{Rest: "va", Key: "c2"}, Class: 5}})
	}},
	{"an object is found by its terms of now, and by none once it is gone", func(d *desk) {
		domain := func(terms ...register.Term) store.Object {
			return searched(name("k", ref(store.Contacts, "c")), terms...)
		}
		for _, begin := range []func(...store.Object){d.put, d.publish} {
			begin(domain(term(register.IndexName, "old"), term(register.IndexName, "stays")), searched(contact("c", "Jana"), classed(1, "jana")))
			d.gives(scan(""), "old k", "stays k")
			d.put(domain(term(register.IndexName, "stays"), term(register.IndexServer, "old"), term(register.IndexName, "new")))
			d.gives(scan(""), "new k", "stays k")
			d.put(searched(contact("c", "Eva"), classed(2, "jana"))) // its copy in the name is written anew
			s := scan("")
			s.Kind = store.Contacts
			s.Sees = func(_ register.Index, class register.Traits) bool { return class == 1 }
			d.gives(s)
			s.Sees = everything
			d.gives(s, "jana c")
			d.put(domain(term(register.IndexName, "stays")))
			d.gives(scan(""), "stays k")
			d.put(domain())
			d.gives(scan(""))
			d.put(domain(term(register.IndexName, "back")))
			d.change(func(tx store.Tx) {
				_, err := tx.Delete(ref(store.Names, "k"))
				d.must(err)
			})
			d.gives(scan(""))
			d.must(d.w.Change(d.Context(), func(tx store.Tx) error { return tx.Put(domain(term(register.IndexName, "again"))) }))
			d.gives(scan(""), "again k")
		}
	}},
	{"a change that failed leaves the search as it was", func(d *desk) {
		d.put(searched(name("k"), term(register.IndexName, "a")))
		d.fails(d.w.Change(d.Context(), func(tx store.Tx) error {
			d.must(tx.Put(searched(name("k"), term(register.IndexName, "b"))))
			d.must(tx.Put(searched(name("l"), term(register.IndexName, "a"))))
			return errStop
		}), errStop)
		d.gives(scan(""), "a k")
	}},
	{"the terms of a load appear with its publication and not before, and those of the last go", func(d *desk) {
		d.put(searched(name("old"), term(register.IndexName, "a")))
		l := d.load(searched(name("new"), term(register.IndexName, "a"), term(register.IndexName, "b")), name("unsearched"))
		d.gives(scan(""), "a old")
		d.seal(l)
		d.gives(scan(""), "a old")
		d.must(l.Publish(d.Context(), func(tx store.Tx) error {
			return tx.Put(searched(name("late"), term(register.IndexName, "a")))
		}))
		d.gives(scan(""), "a late", "a new", "b new")
		d.must(l.Close())
		d.gives(scan(""), "a late", "a new", "b new")
		d.publish()
		d.gives(scan(""))
	}},
	{"terms put twice in a load that is refused are no failure", func(d *desk) {
		o := searched(name("k"), term(register.IndexName, "a"))
		l := d.load(o, o)
		d.same(d.seal(l).DuplicatesTotal, 1)
		d.must(l.Close())
	}},
	{"pages follow each other with no gap and no repeat, while other objects change", pages},
	{"a place need not be that of a term", func(d *desk) {
		d.put(searched(name("k1"), term(register.IndexName, "a")), searched(name("k2"), term(register.IndexName, "c")))
		s := scan("")
		s.After = store.Place{Rest: "b", Key: "k"}
		d.gives(s, "c k2")
		d.gives(descending(s), "a k1")
		s.After = store.Place{Rest: "c", Key: "k2"}
		d.gives(s)
		d.gives(descending(s), "a k1")
		s.After = store.Place{Rest: "a"}
		d.gives(s, "a k1", "c k2")
		d.gives(descending(s))
	}},
	{"a scan that asks for nothing is refused, and so are terms that are wrong", func(d *desk) {
		d.put(name("k"))
		for _, spoil := range []func(*store.Scan){
			func(s *store.Scan) { s.Limit = 0 }, func(s *store.Scan) { s.Sees = nil },
		} {
			s := scan("")
			spoil(&s)
			_, _, err := d.r.Search(d.Context(), s)
			d.refused(err, "the scan")
		}
		for _, o := range []store.Object{
			searched(name("k"), term(register.IndexName, "a"), term(register.IndexName, "a")),
			searched(kept("k", ""), term(register.IndexName, "a")),
		} {
			d.refused(d.w.Change(d.Context(), func(tx store.Tx) error { return tx.Put(o) }), "putting it")
		}
		ctx, cancel := context.WithCancel(d.Context())
		cancel()
		_, _, err := d.r.Search(ctx, scan(""))
		d.fails(err, context.Canceled)
	}},
	{"one search is one snapshot while changes and loads are published", func(d *desk) {
		// In every version each object has the version's number as its text, as
		// that of its contact, and as the end of its term.
		version := func(n int) (all []store.Object) {
			for i := range 40 {
				all = append(all, searched(object(store.Names, nth(i), register.TagDomain, fmt.Sprint(n), ref(store.Contacts, "c")),
					classed(register.Traits(i%8), fmt.Sprintf("%s/%d", nth((i*7+n)%40), n))))
			}
			return append(all, contact("c", fmt.Sprint(n)))
		}
		d.put(version(0)...)
		d.whileReading(func() {
			for n := 1; n <= 40; n++ {
				if n%8 == 0 {
					d.publish(version(n)...)
				} else {
					d.put(version(n)...)
				}
			}
		}, func(r store.Reader, last uint64) (uint64, error) {
			s := scan("n")
			s.Descending, s.KeysOnly = last%2 == 0, last%3 == 0
			found, edition, err := r.Search(d.Context(), s)
			if err != nil {
				return 0, err
			}
			if len(found) != 40 {
				return 0, fmt.Errorf("%d of 40 were found", len(found))
			}
			_, want, _ := strings.Cut(found[0].Rest, "/")
			for _, m := range found {
				if _, got, _ := strings.Cut(m.Rest, "/"); got != want {
					return 0, fmt.Errorf("version %s beside version %s", got, want)
				}
				if !s.KeysOnly && (text(m.Found.Object) != want || text(m.Found.With[0]) != want) {
					return 0, fmt.Errorf("%q with %q beside version %s", text(m.Found.Object), text(m.Found.With[0]), want)
				}
			}
			return edition.Version, ahead(edition.Version, last)
		})
	}},
	{"searches find what a naive search finds", modelSearch},
}
