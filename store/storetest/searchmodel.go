package storetest

import (
	"cmp"
	"slices"
	"strings"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"registerd/register"
	"registerd/store"
)

// model is a register as a map, searched by looking at everything.
type model map[store.Ref]store.Object

func comparePlaces(a, b store.Place) int {
	return cmp.Or(cmp.Compare(a.Rest, b.Rest), cmp.Compare(a.Key, b.Key))
}

// search gives matches without Found but for its bytes.
func (m model) search(s store.Scan) (found []store.Match) {
	at := make(map[store.Place]bool)
	for ref, o := range m {
		for _, t := range o.Terms {
			for _, p := range s.Prefixes {
				rest, begins := strings.CutPrefix(t.Value, p.Value)
				place := store.Place{Rest: rest, Key: ref.Key}
				if ref.Kind != s.Kind || t.Index != p.Index || !begins || !s.Sees(t.Index, t.Class) || at[place] {
					continue
				}
				at[place] = true
				match := store.Match{Place: place, Class: t.Class}
				if !s.KeysOnly {
					match.Found.Bytes = o.Bytes
				}
				found = append(found, match)
			}
		}
	}
	order := func(a, b store.Place) int { return comparePlaces(a, b) }
	if s.Descending {
		order = func(a, b store.Place) int { return comparePlaces(b, a) }
	}
	slices.SortFunc(found, func(a, b store.Match) int { return order(a.Place, b.Place) })
	if s.After != (store.Place{}) {
		found = slices.DeleteFunc(found, func(m store.Match) bool { return order(m.Place, s.After) <= 0 })
	}
	return found[:min(len(found), s.Limit)]
}

// What is drawn: few enough of each that it meets again.
var (
	drawnKeys    = rapid.SampledFrom([]string{"a", "b", "c", "d", "e"})
	drawnKinds   = rapid.SampledFrom([]store.Kind{store.Names, store.Contacts})
	drawnIndexes = rapid.SampledFrom([]register.Index{register.IndexName, register.IndexServer})
	drawnClasses = rapid.SampledFrom([]register.Traits{0, 1, 1 << 20, 1<<32 - 1})
	drawnValues  = rapid.StringOfN(rapid.SampledFrom([]rune("ab\x00é")), 0, 3, -1)
	drawnTerms   = rapid.Custom(func(t *rapid.T) register.Term {
		return register.Term{Index: drawnIndexes.Draw(t, "index"), Value: drawnValues.Draw(t, "value")}
	})
)

// drawObject draws an object; all its terms are in one class, as in a register.
func drawObject(t *rapid.T) store.Object {
	o := object(drawnKinds.Draw(t, "kind"), drawnKeys.Draw(t, "key"), register.TagDomain, drawnValues.Draw(t, "text"))
	class := drawnClasses.Draw(t, "class")
	o.Terms = rapid.SliceOfNDistinct(drawnTerms, 0, 5, rapid.ID[register.Term]).Draw(t, "terms")
	for i := range o.Terms {
		o.Terms[i].Class = class
	}
	return o
}

func drawScan(t *rapid.T) store.Scan {
	unseen := drawnClasses.Draw(t, "unseen")
	s := store.Scan{
		Kind: drawnKinds.Draw(t, "scanned"),
		Sees: func(index register.Index, class register.Traits) bool {
			return index == register.IndexName || class != unseen
		},
		Descending: rapid.Bool().Draw(t, "descending"),
		Limit:      rapid.IntRange(1, 12).Draw(t, "limit"),
		KeysOnly:   rapid.Bool().Draw(t, "keys only"),
	}
	for range rapid.IntRange(0, 3).Draw(t, "prefixes") {
		s.Prefixes = append(s.Prefixes, store.Prefix{Index: drawnIndexes.Draw(t, "index"), Value: drawnValues.Draw(t, "prefix")})
	}
	if rapid.Bool().Draw(t, "further") {
		s.After = store.Place{Rest: drawnValues.Draw(t, "after"), Key: drawnKeys.Draw(t, "after key")}
	}
	return s
}

func modelSearch(d *desk) {
	rapid.Check(d.T, func(t *rapid.T) {
		m := make(model)
		for _, o := range rapid.SliceOfNDistinct(rapid.Custom(drawObject), 0, 8, func(o store.Object) store.Ref { return o.Ref }).Draw(t, "load") {
			m[o.Ref] = o
		}
		d.publish(m.objects()...)
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			d.change(func(tx store.Tx) {
				for range rapid.IntRange(1, 3).Draw(t, "objects") {
					o := drawObject(t)
					if rapid.Bool().Draw(t, "delete") {
						_, err := tx.Delete(o.Ref)
						d.must(err)
						delete(m, o.Ref)
						continue
					}
					d.must(tx.Put(o))
					m[o.Ref] = o
				}
			})
			for range 4 {
				s := drawScan(t)
				found := d.search(s)
				for i := range found {
					found[i].Found = store.Found{Object: store.Object{Bytes: found[i].Found.Bytes}}
				}
				if diff := gocmp.Diff(m.search(s), found, cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("%+v gives what was not wanted (-want +got):\n%s", s, diff)
				}
			}
		}
	})
}

func (m model) objects() (all []store.Object) {
	for _, o := range m {
		all = append(all, o)
	}
	return all
}
