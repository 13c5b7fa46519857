package escrow

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
	"strconv"
	"time"

	"registerd/register"
	"registerd/store"
)

// Synthetic is a made-up register of any size, for benchmarks and trials. Its
// shape is that of a country's: holders of all types, some of them with many
// names, a few large registrars, shared and own name servers, IDNs, DNSSEC on
// a third. Two with the same fields are the same byte for byte. Its names,
// telephone numbers and addresses are reserved for documentation.
type Synthetic struct {
	Domains int
	Seed    uint64
	Zone    register.Name // "example", "test", or below one of them
	At      time.Time     // the data is as of then; dates lie before and after it
}

// ErrNotEmpty says that there is a register that a synthetic one would replace.
var ErrNotEmpty = errors.New("there is a register already")

// Synthesize writes the register to an empty store. progress may be nil.
func (s Synthetic) Synthesize(ctx context.Context, w store.Writer, progress func(stage string, done, total int)) error {
	if progress == nil {
		progress = func(string, int, int) {}
	}
	if err := s.check(); err != nil {
		return err
	}
	if err := empty(ctx, w); err != nil {
		return fmt.Errorf("synthetic register: %w", err)
	}
	load, err := w.Load(ctx)
	if err != nil {
		return fmt.Errorf("synthetic register: beginning a load: %w", err)
	}
	err = s.fill(ctx, load, progress)
	if err := errors.Join(err, load.Close()); err != nil {
		return fmt.Errorf("synthetic register: %w", err)
	}
	return nil
}

// check keeps made-up data out of zones where somebody could believe it.
func (s *Synthetic) check() error {
	switch {
	case !s.Zone.In("example") && !s.Zone.In("test"):
		return errors.New("synthetic register: its zone must lie in .example or .test")
	case s.Domains < 0 || s.Domains > math.MaxInt32:
		return errors.New("synthetic register: the number of domains is out of range")
	case s.At.IsZero():
		return errors.New("synthetic register: the time it is as of is missing")
	}
	return nil
}

func empty(ctx context.Context, w store.Writer) error {
	err := w.Change(ctx, func(tx store.Tx) error {
		if len(tx.State().Zones) > 0 {
			return ErrNotEmpty
		}
		return errNothing
	})
	if errors.Is(err, errNothing) {
		return nil
	}
	return err
}

func (s *Synthetic) fill(ctx context.Context, load store.Load, progress func(string, int, int)) error {
	g := newGenerator(s, func(o store.Object, err error) error {
		if err != nil {
			return err
		}
		return load.Put(o, 0)
	})
	if err := g.shared(); err != nil {
		return err
	}
	for i := range s.Domains {
		if i%progressStep == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			progress("making domains", i, s.Domains)
		}
		if err := g.domain(i); err != nil {
			return err
		}
	}
	sealed, err := load.Seal(ctx, func(done, total int) { progress("writing", done, total) })
	if err != nil {
		return err
	}
	if sealed.DanglingTotal > 0 {
		return fmt.Errorf("%d references lead nowhere", sealed.DanglingTotal)
	}
	return load.Publish(ctx, func(tx store.Tx) error {
		tx.SetState(register.State{Zones: []register.Name{s.Zone}, Watermark: s.At})
		return nil
	})
}

// Name is the name of the i-th domain, from 0.
func (s *Synthetic) Name(i int) register.Name {
	d := s.dice(diceName, i)
	if d.chance(3) {
		word := idnWords[d.n(len(idnWords))]
		// A decimal number is at home in every script.
		name, err := register.ParseName(word + "-" + strconv.Itoa(i) + "." + string(s.Zone))
		if err == nil {
			return name
		}
	}
	label := make([]byte, 0, 48)
	label = append(label, firstWords[d.n(len(firstWords))]...)
	label = append(label, lastWords[d.n(len(lastWords))]...)
	label = strconv.AppendInt(append(label, '-'), int64(i), 36)
	return register.Name(append(append(label, '.'), s.Zone...))
}

// dice are random numbers that depend on the seed, a purpose and an index
// only, so that each object can be made without those before it.
type dice struct{ rand.PCG }

// The purposes.
const (
	diceName = iota
	diceRegistrar
	diceContact
	diceHolder
	diceDomain
	diceProvider
	diceReserved
)

func (s *Synthetic) dice(purpose, i int) *dice {
	d := new(dice)
	d.Seed(s.Seed, uint64(purpose)<<56^uint64(i))
	return d
}

// n is a number from 0 to below n.
func (d *dice) n(n int) int { return int(d.Uint64() >> 33 * uint64(n) >> 31) }

// chance is true in so many of a hundred cases.
func (d *dice) chance(percent int) bool { return d.n(100) < percent }

// pick chooses an index by weights.
func (d *dice) pick(weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	at := d.n(sum)
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}

const syntheticRegistrars = 200

// zipf is the distribution of the domains over the registrars: the largest has
// about a fifth of them.
type zipf []float64

func newZipf(n int) zipf {
	z := make(zipf, n)
	sum := 0.0
	for i := range z {
		sum += math.Pow(float64(i+1), -1.1)
		z[i] = sum
	}
	return z
}

func (z zipf) pick(d *dice) int {
	at := float64(d.Uint64()>>11) / (1 << 53) * z[len(z)-1]
	return min(sort.SearchFloat64s(z, at), len(z)-1)
}
