package storetest

import (
	"fmt"
	"slices"

	"registerd/register"
	"registerd/store"
)

// pages goes through three thousand objects, in both directions, with pages of
// several sizes. Between the pages objects are changed and removed, and others come.
func pages(d *desk) {
	const n = 3000
	var all []store.Object
	var want []string
	for i := range n {
		value := fmt.Sprintf("x%04d", i*7%n/5)
		all = append(all, searched(name(nth(i)), classed(register.Traits(i%5), value)))
		want = append(want, value[1:]+" "+nth(i))
	}
	slices.Sort(want)
	d.publish(all...)
	for _, size := range []int{1000, 170, 99} {
		for range 2 {
			s := scan("x")
			s.Limit, s.Descending = size, !slices.IsSorted(want)
			var got []string
			for round := 0; ; round++ {
				page := d.search(s)
				for _, m := range page {
					if len(m.Key) == len(nth(0)) { // those that come and go have shorter keys
						got = append(got, m.Rest+" "+m.Key)
					}
				}
				if len(page) < size {
					break
				}
				s.After = page[size-1].Place
				here := fmt.Sprintf("c%d", round%10)
				d.put(searched(name(here), classed(register.Traits(round), "x"+s.After.Rest), classed(register.Traits(round), "x0")),
					searched(name("k"), classed(2, fmt.Sprintf("x%04d", round*61%n))))
				d.change(func(tx store.Tx) {
					_, err := tx.Delete(ref(store.Names, fmt.Sprintf("c%d", (round+3)%10)))
					d.must(err)
				})
			}
			d.same(got, want)
			slices.Reverse(want)
		}
	}
}
