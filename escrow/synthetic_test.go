package escrow

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"registerd/register"
	"registerd/store"
	"registerd/store/sqlite"
)

var small = Synthetic{Domains: 3000, Seed: 7, Zone: "example", At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}

// made is every object of a synthetic register.
func made(t *testing.T, s Synthetic) []store.Object {
	t.Helper()
	var all []store.Object
	g := newGenerator(&s, func(o store.Object, err error) error {
		all = append(all, o)
		return err
	})
	if err := g.shared(); err != nil {
		t.Fatal(err)
	}
	for i := range s.Domains {
		if err := g.domain(i); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func digestOf(t *testing.T, s Synthetic) string {
	h := sha256.New()
	for _, o := range made(t, s) {
		fmt.Fprintf(h, "%v %q %q %q %v\n", o.Kind, o.Key, o.Alias, o.Bytes, o.Refs)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

func TestOneSeedMakesOneRegister(t *testing.T) {
	const want = "69cfa4708a2b53e58d13fd491db4ffffbd6d9e3dbbcd347c12db4351da817993"
	if got := digestOf(t, small); got != want {
		t.Errorf("the register of seed 7 is %s; want %s: numbers measured with the old one do not compare", got, want)
	}
	other := small
	other.Seed++
	if digestOf(t, other) == want {
		t.Error("another seed makes the same register")
	}
}

func TestASyntheticRegisterIsALoadWithoutFault(t *testing.T) {
	small := small
	small.Domains = 500
	r := newFeedRegister(t)
	if err := small.Synthesize(t.Context(), r.Writer, nil); err != nil {
		t.Fatal(err)
	}
	s := r.state()
	if s.Counts.Domains != small.Domains || s.Counts.Registrars != syntheticRegistrars || !s.Watermark.Equal(small.At) || fmt.Sprint(s.Zones) != "[example]" {
		t.Errorf("the state is %+v", s)
	}
	for i := range small.Domains {
		if found := r.find(store.Names, string(small.Name(i))); found.Tag().Type() != register.TagDomain {
			t.Fatalf("domain %d, %s, is not there", i, small.Name(i))
		}
	}
	// It passes all that a snapshot is held to.
	other := newFeedRegister(t)
	if report, err := other.Snapshot(t.Context(), strings.NewReader(r.written())); err != nil {
		t.Error(err, report.Problems)
	}
	if err := small.Synthesize(t.Context(), r.Writer, nil); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("a register was replaced by a synthetic one: %v", err)
	}
}

func TestASyntheticRegisterHasTheShapeOfARealOne(t *testing.T) {
	var holders [6]int
	var idn, signed, glue, bytes, contactBytes int
	hosts, contacts, registrars := map[int]int{}, map[int]int{}, map[string]int{}
	sizes := map[string]int{}
	objects := made(t, small)
	for _, o := range objects {
		if o.Kind == store.Contacts {
			sizes[o.Key] = len(o.Bytes)
		}
	}
	for _, o := range objects {
		switch o.Tag().Type() {
		case register.TagContact:
			c, err := register.DecodeContact(o.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			holders[c.Facts.Holder]++
		case register.TagHost:
			if strings.HasSuffix(o.Key, ".example") {
				glue++
			}
		case register.TagDomain:
			d, err := register.DecodeDomain(o.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			if name, err := register.ParseName(string(d.Name)); err != nil || name != d.Name {
				t.Errorf("%s is not a canonical name: %v", d.Name, err)
			}
			idn += int(1 & register.Traits(len(d.IDNTable)/5))
			signed += len(d.DS)
			hosts[len(d.Hosts)]++
			distinct := map[string]bool{d.Registrant: true}
			contactBytes += sizes[strings.ToLower(d.Registrant)]
			for _, c := range d.Contacts {
				distinct[c.Handle] = true
				contactBytes += sizes[strings.ToLower(c.Handle)]
			}
			contacts[len(distinct)]++
			registrars[d.Sponsor]++
			bytes += len(o.Bytes)
		}
	}
	largest := 0
	for _, n := range registrars {
		largest = max(largest, n)
	}
	share := func(what string, n, of, low, high int) {
		if n*100 < low*of || n*100 > high*of {
			t.Errorf("%s: %d of %d; want %d to %d %%", what, n, of, low, high)
		}
	}
	n := small.Domains
	share("IDNs", idn, n, 2, 4)
	share("signed", signed, n, 30, 37)
	share("own hosts", glue/2, n, 6, 10)
	share("the largest registrar", largest, n, 15, 30)
	share("bytes of a domain with its contacts, of 1600", bytes/n+contactBytes/n, 1600, 50, 120)
	for count := 1; count <= 4; count++ {
		share(fmt.Sprint(count, " contacts"), contacts[count], n, 2, 60)
	}
	for count := 2; count <= 6; count++ {
		share(fmt.Sprint(count, " hosts"), hosts[count], n, 1, 85)
	}
	for holder, count := range holders {
		if count == 0 {
			t.Errorf("no holder is %s", register.HolderType(holder))
		}
	}
}

func TestASyntheticRegisterStaysInZonesForTests(t *testing.T) {
	for _, zone := range []register.Name{"", "com", "notexample"} {
		s := small
		s.Zone = zone
		if err := s.Synthesize(t.Context(), newFeedRegister(t).Writer, nil); err == nil {
			t.Errorf("zone %q is taken", zone)
		}
	}
}

func BenchmarkSynthesize(b *testing.B) {
	s := small
	s.Domains = 50_000
	for b.Loop() {
		w, err := sqlite.OpenWriter(filepath.Join(b.TempDir(), "register.db"), sqlite.Options{Create: true})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Synthesize(b.Context(), w, nil); err != nil {
			b.Fatal(err)
		}
		w.Close()
	}
	b.ReportMetric(float64(s.Domains*b.N)/b.Elapsed().Seconds(), "domains/s")
}

func BenchmarkGenerate(b *testing.B) {
	s := small
	s.Domains = 50_000
	for b.Loop() {
		g := newGenerator(&s, func(_ store.Object, err error) error { return err })
		for i := range s.Domains {
			if err := g.domain(i); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(s.Domains*b.N)/b.Elapsed().Seconds(), "domains/s")
}
