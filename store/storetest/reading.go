package storetest

import (
	"context"
	"slices"

	"registerd/register"
	"registerd/store"
)

var reading = []sentence{
	{"before the first publication every question fails", func(d *desk) {
		_, _, err := d.r.Find(d.Context(), store.Ask{Ref: ref(store.Names, "a.example")})
		d.fails(err, store.ErrEmpty)
		_, _, err = d.r.Find(d.Context())
		d.fails(err, store.ErrEmpty)
		_, _, err = d.r.Tags(d.Context(), store.Names, []string{"a.example"})
		d.fails(err, store.ErrEmpty)
		_, _, err = d.r.Tags(d.Context(), store.Names, nil)
		d.fails(err, store.ErrEmpty)
		_, _, err = d.r.Search(d.Context(), scan(""))
		d.fails(err, store.ErrEmpty)
		_, err = d.r.Edition(d.Context())
		d.fails(err, store.ErrEmpty)
		d.fails(d.r.Walk(d.Context(), store.Names, func(store.Object) error { return nil }), store.ErrEmpty)
	}},
	{"an object is found as it was put, by key and by alias", func(d *desk) {
		want := aliased(object(store.Contacts, "c1", register.TagContact, "Jana", ref(store.Registrars, "r1")), "c1-ex")
		d.put(want, registrar("r1", "One"))
		for _, ask := range []store.Ask{{Ref: want.Ref}, {Ref: ref(store.Contacts, "c1-ex"), ByAlias: true}} {
			found, _, err := d.r.Find(d.Context(), ask)
			d.must(err)
			d.same(found[0], store.Found{Object: want, With: []store.Object{registrar("r1", "One")}})
		}
	}},
	{"what is not there is not found, and that is no failure", func(d *desk) {
		d.put(name("a.example"), aliased(contact("c1", "Jana"), "c1-ex"))
		d.absent(store.Names, "b.example")
		d.absent(store.Contacts, "a.example")
		d.absent(store.Contacts, "c1-ex")
		found, _, err := d.r.Find(d.Context(), store.Ask{Ref: ref(store.Contacts, "c1"), ByAlias: true})
		d.must(err)
		d.same(found, []store.Found{{}})
	}},
	{"several questions are answered in order", func(d *desk) {
		d.put(name("a.example"), name("b.example"))
		found, _, err := d.r.Find(d.Context(),
			store.Ask{Ref: ref(store.Names, "b.example")},
			store.Ask{Ref: ref(store.Names, "c.example")},
			store.Ask{Ref: ref(store.Names, "a.example")})
		d.must(err)
		d.same(found, []store.Found{{Object: name("b.example")}, {}, {Object: name("a.example")}})
	}},
	{"keys compare by bytes", func(d *desk) {
		d.put(contact("a", "small"), contact("A", "great"), contact("á", "accent"), contact("a ", "space"))
		d.shows(store.Contacts, "a", "small")
		d.shows(store.Contacts, "A", "great")
		d.shows(store.Contacts, "á", "accent")
		d.shows(store.Contacts, "a ", "space")
		d.absent(store.Contacts, "a\u0301")
	}},
	{"tags say what many keys are", func(d *desk) {
		for _, n := range []int{1, 9, 10, 11, 99, 100, 101, 250} {
			var keys []string
			var want []register.Tag
			d.change(func(tx store.Tx) {
				for i := range n {
					keys = append(keys, nth(i))
					tag := []register.Tag{0, register.TagDomain, register.TagReserved}[i*7%3]
					if want = append(want, tag); tag != 0 {
						d.must(tx.Put(object(store.Names, nth(i), tag, "")))
					}
				}
			})
			tags, _, err := d.r.Tags(d.Context(), store.Names, keys)
			d.must(err)
			d.same(tags, want)
		}
		twice, _, err := d.r.Tags(d.Context(), store.Names, []string{nth(1), nth(0), nth(1)})
		d.must(err)
		if twice[0] == 0 || twice[0] != twice[2] || twice[1] != 0 {
			d.Errorf("a key asked twice: %v", twice)
		}
	}},
	{"the edition is that of the answer", func(d *desk) {
		d.change(func(tx store.Tx) {
			tx.SetState(register.State{Zones: []register.Name{"example"}, Serial: 7, Watermark: noon})
		})
		before := d.edition()
		d.same(*before.State, register.State{Zones: []register.Name{"example"}, Serial: 7, Watermark: noon})
		d.put(name("a.example"))
		_, edition, err := d.r.Find(d.Context(), store.Ask{Ref: ref(store.Names, "a.example")})
		d.must(err)
		d.same(edition.State.Counts, register.Counts{Domains: 1})
		_, again, err := d.r.Tags(d.Context(), store.Names, []string{"a.example"})
		d.must(err)
		if edition.Version <= before.Version || again.Version != edition.Version || d.edition().Version != edition.Version {
			d.Errorf("versions %d, then %d, %d and %d", before.Version, edition.Version, again.Version, d.edition().Version)
		}
	}},
	{"a walk goes over a kind by ascending key", func(d *desk) {
		d.put(name("b.example"), name("a.example"), name("aa.example"), contact("c", "Jana"), kept("k", "facts"))
		walked := func(kind store.Kind) (keys []string) {
			d.must(d.r.Walk(d.Context(), kind, func(o store.Object) error {
				keys = append(keys, o.Key+text(o))
				return nil
			}))
			return keys
		}
		d.same(walked(store.Names), []string{"a.exampleof a.example", "aa.exampleof aa.example", "b.exampleof b.example"})
		d.same(walked(store.Kept), []string{"kfacts"})
		d.same(walked(store.Hosts), []string(nil))
		err := d.r.Walk(d.Context(), store.Names, func(store.Object) error { return errStop })
		d.fails(err, errStop)
	}},
	{"a question whose context ended is not answered", func(d *desk) {
		d.put(name("a.example"))
		ctx, cancel := context.WithCancel(d.Context())
		cancel()
		_, _, err := d.r.Find(ctx, store.Ask{Ref: ref(store.Names, "a.example")})
		d.fails(err, context.Canceled)
		_, _, err = d.r.Tags(ctx, store.Names, []string{"a.example"})
		d.fails(err, context.Canceled)
	}},
	{"a reader opened later sees the same", func(d *desk) {
		d.put(name("a.example"))
		r := d.open()
		found, edition, err := r.Find(d.Context(), store.Ask{Ref: ref(store.Names, "a.example")})
		d.must(err)
		if !found[0].There() || edition.Version != d.edition().Version {
			d.Error("it sees another register")
		}
	}},
	{"equal histories give equal answers", func(d *desk) {
		for _, key := range []string{"a.example", "b.example"} {
			d.put(name(key, ref(store.Contacts, "c1"), ref(store.Hosts, "ns")))
		}
		d.put(contact("c1", "Jana"))
		a, b := d.find(store.Names, "a.example"), d.find(store.Names, "b.example")
		d.same(a.With, b.With)
		if !slices.EqualFunc(a.Refs, b.Refs, func(x, y store.Ref) bool { return x == y }) {
			d.Error("references differ")
		}
	}},
}
