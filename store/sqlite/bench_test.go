package sqlite

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"registerd/register"
	"registerd/store"
)

// benchNames is how many names the benchmarks' register holds.
func benchNames(b *testing.B) int {
	if n, err := strconv.Atoi(os.Getenv("REGISTERD_BENCH_NAMES")); err == nil {
		return n
	}
	return 200_000
}

func nthName(i int) string    { return fmt.Sprintf("name-%d.example", i) }
func nthHost(i int) string    { return fmt.Sprintf("ns%d.hosting-%d.test", i%2+1, i/2) }
func nthContact(i int) string { return fmt.Sprintf("c%07d", i) }

// fill puts a register of n names with three contacts of their own and two
// hosts shared by four names each, in a shuffled order.
func fill(tb testing.TB, put func(o store.Object, line int64) error, n int) (objects int) {
	tb.Helper()
	at := time.Date(2024, 5, 17, 8, 30, 0, 0, time.UTC)
	line := int64(0)
	add := func(o store.Object) {
		line++
		if err := put(o, line); err != nil {
			tb.Fatal(err)
		}
	}
	for i := range min(n, 50) {
		r := register.Registrar{ID: fmt.Sprintf("r%d", i), Name: "Registrar", IANA: 1000 + i, Email: "info@registrar.example", Created: at}
		add(store.Object{Ref: store.Ref{Kind: store.Registrars, Key: r.ID}, Alias: strconv.Itoa(r.IANA), Bytes: r.Append(nil), Terms: r.Terms()})
	}
	order := rand.New(rand.NewPCG(1, 2)).Perm(n)
	for _, i := range order {
		if i%2 == 0 {
			h := register.Host{Name: register.Name(nthHost(i / 2)), ROID: fmt.Sprintf("H%d-EX", i/2), Created: at,
				Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")}}
			add(store.Object{Ref: store.Ref{Kind: store.Hosts, Key: string(h.Name)}, Alias: h.ROID, Bytes: h.Append(nil), Terms: h.Terms()})
		}
		d := register.Domain{Name: register.Name(nthName(i)), ROID: fmt.Sprintf("D%d-EX", i), Statuses: []string{"clientTransferProhibited"},
			Sponsor: "r1", Creator: "r1", Created: at, Expires: at.AddDate(2, 0, 0),
			DS: []register.DS{{KeyTag: 12345, Algorithm: 13, DigestType: 2, Digest: fmt.Sprintf("%064x", i)}}}
		o := store.Object{Ref: store.Ref{Kind: store.Names, Key: string(d.Name)}}
		for j := range 3 {
			handle := nthContact(3*i + j)
			c := register.Contact{Handle: handle, ROID: handle + "-EX", Voice: register.Phone{Number: "+999.12345678"},
				International: register.Postal{Name: "Jana Nováková", Organization: "Example Works Ltd", Address: register.Address{
					Street: []string{"12 Long Street", "Building 4"}, City: "Exampleton", Province: "North", Code: "12345", Country: "XX"}},
				Email: handle + "@name.example", Sponsor: "r1", Creator: "r1", Created: at, Updated: at}
			add(store.Object{Ref: store.Ref{Kind: store.Contacts, Key: handle}, Alias: c.ROID, Bytes: c.Append(nil), Terms: c.Terms()})
			o.Refs = append(o.Refs, store.Ref{Kind: store.Contacts, Key: handle})
		}
		d.Registrant = nthContact(3 * i)
		for j := range 2 {
			host := nthHost((i/4*2 + j) % ((n + 1) / 2))
			d.Hosts = append(d.Hosts, register.NameServer{Name: register.Name(host)})
			o.Refs = append(o.Refs, store.Ref{Kind: store.Hosts, Key: host})
		}
		o.Refs = append(o.Refs, store.Ref{Kind: store.Registrars, Key: fmt.Sprintf("r%d", i%min(n, 50))})
		o.Bytes, o.Terms = d.Append(nil), d.Terms()
		add(o)
	}
	return int(line)
}

// loaded makes a register of n names at path, and reports what the load held.
func loaded(tb testing.TB, path string, n int) store.Report {
	tb.Helper()
	w, err := OpenWriter(path, Options{Create: true})
	if err != nil {
		tb.Fatal(err)
	}
	defer w.Close()
	l, err := w.Load(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	start := time.Now()
	objects := fill(tb, l.Put, n)
	put := time.Since(start)
	report, err := l.Seal(tb.Context(), nil)
	if err != nil {
		tb.Fatal(err)
	}
	sealed := time.Since(start)
	err = l.Publish(tb.Context(), func(t store.Tx) error {
		t.SetState(register.State{Zones: []register.Name{"example"}, Watermark: time.Unix(1, 0).UTC()})
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	if err := l.Close(); err != nil {
		tb.Fatal(err)
	}
	tb.Logf("%d objects of %d names: put %v, sealed %v, published %v: %.0f names/s, %.0f objects/s",
		objects, n, put, sealed, time.Since(start), float64(n)/sealed.Seconds(), float64(objects)/sealed.Seconds())
	return report
}

func benchReader(b *testing.B, o Options) (*Reader, int) {
	n := benchNames(b)
	path := os.Getenv("REGISTERD_BENCH_FILE")
	if path == "" {
		path = filepath.Join(b.TempDir(), "register.db")
		loaded(b, path, n)
	}
	r, err := OpenReader(path, o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { r.Close() })
	return r, n
}

func BenchmarkFind(b *testing.B) {
	for _, mmap := range []int64{0, 2 << 30} {
		b.Run(fmt.Sprintf("mmap=%d", mmap), func(b *testing.B) {
			r, n := benchReader(b, Options{MMapSize: mmap})
			b.ReportAllocs()
			b.ResetTimer()
			var seed atomic.Uint64
			b.RunParallel(func(pb *testing.PB) {
				rnd := rand.New(rand.NewPCG(3, seed.Add(1)))
				for pb.Next() {
					f, _, err := r.Find(b.Context(), store.Ask{Ref: store.Ref{Kind: store.Names, Key: nthName(rnd.IntN(n))}})
					if err != nil || len(f[0].With) != 6 || f[0].With[5].Bytes == nil {
						b.Error(err, f[0].With)
						return
					}
				}
			})
		})
	}
}

func BenchmarkTags100(b *testing.B) {
	for _, mmap := range []int64{0, 2 << 30} {
		b.Run(fmt.Sprintf("mmap=%d", mmap), func(b *testing.B) {
			r, n := benchReader(b, Options{MMapSize: mmap})
			b.ReportAllocs()
			b.ResetTimer()
			var seed atomic.Uint64
			b.RunParallel(func(pb *testing.PB) {
				rnd := rand.New(rand.NewPCG(3, seed.Add(1)))
				keys := make([]string, 100)
				for pb.Next() {
					for i := range keys {
						keys[i] = nthName(rnd.IntN(2 * n)) // half of them are not there
					}
					if _, _, err := r.Tags(b.Context(), store.Names, keys); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)*100/b.Elapsed().Seconds(), "names/s")
		})
	}
}

// BenchmarkSearch asks for a page of a hundred names, or of contacts, that
// begin alike, and for how many there are.
func BenchmarkSearch(b *testing.B) {
	names := store.Prefix{Index: register.IndexName, Value: register.TermOfZone("example") + "name-"}
	handles := store.Prefix{Index: register.IndexHandle, Value: "c"}
	all := func(register.Index, register.Traits) bool { return true }
	for _, c := range []struct {
		what string
		rest string // of a place, of a number
		scan store.Scan
	}{
		{"names", "%d", store.Scan{Kind: store.Names, Prefixes: []store.Prefix{names}, Limit: 100, Sees: all}},
		{"contacts", "%07d", store.Scan{Kind: store.Contacts, Prefixes: []store.Prefix{handles}, Limit: 100, Sees: all}},
		{"count of 10000", "%d", store.Scan{Kind: store.Names, Prefixes: []store.Prefix{names}, Limit: 10_000, KeysOnly: true, Sees: all}},
	} {
		b.Run(c.what, func(b *testing.B) {
			r, n := benchReader(b, Options{})
			b.ReportAllocs()
			rnd := rand.New(rand.NewPCG(3, 3))
			matches := 0
			for b.Loop() {
				s := c.scan
				s.After = store.Place{Rest: fmt.Sprintf(c.rest, rnd.IntN(n))}
				found, _, err := r.Search(b.Context(), s)
				if err != nil {
					b.Fatal(err)
				}
				matches += len(found)
			}
			b.ReportMetric(float64(matches)/float64(b.N), "matches/op")
		})
	}
}

func BenchmarkEdition(b *testing.B) {
	r, _ := benchReader(b, Options{})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Edition(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		loaded(b, filepath.Join(b.TempDir(), "register.db"), benchNames(b))
	}
}
