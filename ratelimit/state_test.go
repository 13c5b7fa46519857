package ratelimit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net/netip"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// daily has day's budgets of 20 records, and accounts of 40.
func daily(clk *clock) Config {
	cfg := clk.config(Defaults())
	cfg.Memory = minMemory
	cfg.Budgets[Personal] = Budget{Rate: 20. / (24 * 60 * 60), Burst: 20}
	cfg.Account = 2
	return cfg
}

// tiny is a limiter with 4,096 slots.
func tiny(t rapid.TB, cfg Config) *Limiter {
	t.Helper()
	l, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if l.table, err = tableOf(4); err != nil {
		t.Fatal(err)
	}
	return l
}

// told is how many records of persons a client is told before it is refused.
func told(t testing.TB, l *Limiter, c Client, most int) int {
	t.Helper()
	for n := range most {
		ticket, err := l.Admit(c, Availability)
		if err != nil {
			t.Fatal(err)
		}
		if err := ticket.Charge(Cost{Personal: 1}); err != nil {
			return n
		}
	}
	return most
}

func saved(t testing.TB, l *Limiter) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := l.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func restored(t testing.TB, cfg Config, from []byte) *Limiter {
	t.Helper()
	l := tiny(t, cfg)
	if err := l.Restore(bytes.NewReader(from)); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestTheBudgetsOfTheDaySurviveARestart(t *testing.T) {
	for name, c := range map[string]Client{
		"IPv4":    {Addr: netip.MustParseAddr("192.0.2.1")},
		"IPv6":    {Addr: netip.MustParseAddr("2001:db8::1")},
		"account": {Account: "registrar-7"},
	} {
		var clk clock
		l := tiny(t, daily(&clk))
		whole := 20
		if c.Account != "" {
			whole = 40
		}
		told(t, l, c, whole-5)
		before := saved(t, l)
		clk.move(10 * time.Second)
		l = restored(t, daily(&clk), before)
		if n := told(t, l, c, 100); n != 5 {
			t.Errorf("%s: told %d after the restart, 5 were left", name, n)
		}
		// And again, from the state of one that was restored itself.
		l = restored(t, daily(&clk), saved(t, l))
		if n := told(t, l, c, 100); n != 0 {
			t.Errorf("%s: told %d after the second restart, none was left", name, n)
		}
	}
}

func TestWhatEverybodyWasToldSurvivesARestart(t *testing.T) {
	var clk clock
	cfg := daily(&clk)
	cfg.Everybody, cfg.Pressed = Budget{Rate: 0.001, Burst: 10}, 5
	l := tiny(t, cfg)
	told(t, l, Client{Addr: netip.MustParseAddr("192.0.2.1")}, 10)
	l = restored(t, cfg, saved(t, l))
	if n := told(t, l, Client{Addr: netip.MustParseAddr("198.51.100.1")}, 100); n != 4 {
		t.Errorf("a stranger was told %d, want 4 of 20 at five times the price", n)
	}
}

func TestAClockThatIsWrongAtTheRestartNeitherOpensNorLocks(t *testing.T) {
	c := Client{Addr: netip.MustParseAddr("192.0.2.1")}
	for name, test := range map[string]struct {
		moved time.Duration
		want  int
	}{
		"stands":               {0, 5},
		"half a day later":     {12 * time.Hour, 15},
		"set back a day":       {-24 * time.Hour, 5},
		"set back to 1970":     {-base.Sub(time.Unix(0, 0)), 5},
		"set forward a decade": {10 * 365 * 24 * time.Hour, 20},
	} {
		var clk clock
		l := tiny(t, daily(&clk))
		told(t, l, c, 15)
		before := saved(t, l)
		clk.move(test.moved)
		l = restored(t, daily(&clk), before)
		if n := told(t, l, c, 100); n != test.want {
			t.Errorf("%s: told %d, want %d", name, n, test.want)
		}
		clk.move(24 * time.Hour)
		if n := told(t, l, c, 100); n != 20 {
			t.Errorf("%s: told %d a day after, want 20", name, n)
		}
	}
}

func TestShortDebtsAreNotSaved(t *testing.T) {
	var clk clock
	l := tiny(t, daily(&clk))
	empty := len(saved(t, l))
	if _, err := l.Admit(Client{Addr: netip.MustParseAddr("192.0.2.1")}, Lookup); err != nil {
		t.Fatal(err)
	}
	if n := len(saved(t, l)); n != empty {
		t.Errorf("one question takes %d bytes", n-empty)
	}
}

var errFailing = errors.New("input/output error")

type failing struct{}

func (failing) Read([]byte) (int, error)  { return 0, errFailing }
func (failing) Write([]byte) (int, error) { return 0, errFailing }

func TestSavingSaysThatItFailed(t *testing.T) {
	if err := tiny(t, daily(new(clock))).Save(failing{}); !errors.Is(err, errFailing) {
		t.Errorf("%v", err)
	}
}

func TestTheUnlimitedSavesAndRestoresNothing(t *testing.T) {
	l := Unlimited()
	if n := len(saved(t, l)); n != 0 {
		t.Errorf("%d bytes", n)
	}
	if err := l.Restore(failing{}); err != nil {
		t.Error(err)
	}
}

const standIn = 1 << 63

// slotsOf is every slot and stand-in of a state, by its shard.
func slotsOf(t rapid.TB, state []byte) map[[2]uint64]int64 {
	body, err := stateBody(state)
	if err != nil {
		t.Fatal(err)
	}
	st, err := readState(body)
	if err != nil {
		t.Fatal(err)
	}
	all := map[[2]uint64]int64{}
	d := stateDecoder{rest: st.shards}
	d.shards(func(shard int, e slot) { all[[2]uint64{uint64(shard), e.key}] = e.tat },
		func(shard int, e slot) { all[[2]uint64{uint64(shard), standIn | e.key}] = e.tat })
	return all
}

func TestWhatIsRestoredIsWhatWasSaved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var clk clock
		cfg := daily(&clk)
		l := tiny(t, cfg)
		clk.move(time.Duration(rapid.Int64Range(0, int64(longest)).Draw(t, "time")))
		now, _ := l.clock.read()
		want := map[[2]uint64]int64{}
		for range rapid.IntRange(0, 500).Draw(t, "slots") {
			shard, key := rapid.IntRange(0, shards-1).Draw(t, "shard"), rapid.Uint64Max(standIn-1).Draw(t, "key")
			debt := rapid.OneOf(
				rapid.Int64Range(0, int64(longest)),
				rapid.Int64Range(int64(stateShortest), int64(stateShortest)+1),
			).Draw(t, "debt")
			if rapid.IntRange(0, 9).Draw(t, "stand-in") == 0 {
				kind := key % uint64(kinds)
				l.table.shards[shard].overflow[kind] = now + debt
				key = standIn | kind
			} else if !l.table.shards[shard].put(key, now+debt, now) {
				t.Skip("a set is full")
			}
			delete(want, [2]uint64{uint64(shard), key})
			if debt > int64(stateShortest) {
				want[[2]uint64{uint64(shard), key}] = now + debt
			}
		}
		var state bytes.Buffer
		if err := l.Save(&state); err != nil {
			t.Fatal(err)
		}
		again := tiny(t, cfg)
		if err := again.Restore(bytes.NewReader(state.Bytes())); err != nil {
			t.Fatal(err)
		}
		if again.key != l.key {
			t.Fatal("the key is another")
		}
		if since, _ := again.clock.read(); since != now {
			t.Fatalf("the time is %d, was %d", since, now)
		}
		var second bytes.Buffer
		if err := again.Save(&second); err != nil {
			t.Fatal(err)
		}
		for _, got := range []map[[2]uint64]int64{slotsOf(t, state.Bytes()), slotsOf(t, second.Bytes())} {
			if len(got) != len(want) {
				t.Fatalf("%d slots, want %d", len(got), len(want))
			}
			for at, tat := range want {
				if got[at] != tat {
					t.Fatalf("slot %x is full at %d, want %d", at, got[at], tat)
				}
			}
		}
	})
}

func TestAStateIsSavedWhileQuestionsAreAsked(t *testing.T) {
	cfg := Defaults()
	cfg.Memory = minMemory
	l := tiny(t, cfg)
	var wg sync.WaitGroup
	done := make(chan struct{})
	for w := range 4 {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				c := Client{Addr: netip.AddrFrom4([4]byte{byte(w + 1), byte(i >> 16), byte(i >> 8), byte(i)})}
				if i%16 == 0 {
					c.Account = fmt.Sprintf("registrar-%d", i%64)
				}
				if ticket, err := l.Admit(c, Availability); err == nil {
					_ = ticket.Charge(Cost{Personal: 1, About: "a.example"})
				}
				l.Top(0)
			}
		})
	}
	for range 20 {
		restored(t, cfg, saved(t, l))
	}
	close(done)
	wg.Wait()
}

func BenchmarkTheState(b *testing.B) {
	cfg := Defaults()
	l := mustNew(b, cfg)
	now, _ := l.clock.read()
	n := 0
	for i := range l.table.shards {
		s := &l.table.shards[i]
		for k := range s.sets {
			for j := range s.sets[k] {
				// Keys of this very set.
				key := uint64(k)*(math.MaxUint64/uint64(len(s.sets))) + math.MaxUint64/uint64(2*len(s.sets)) + uint64(j)
				s.sets[k][j] = slot{key: key, tat: now + int64(time.Hour)}
				n++
			}
		}
	}
	state := saved(b, l)
	b.Run(fmt.Sprintf("save/slots=%d", n), func(b *testing.B) {
		b.SetBytes(int64(len(state)))
		for b.Loop() {
			if err := l.Save(io.Discard); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("restore", func(b *testing.B) {
		b.SetBytes(int64(len(state)))
		for b.Loop() {
			if err := mustNew(b, cfg).Restore(bytes.NewReader(state)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
