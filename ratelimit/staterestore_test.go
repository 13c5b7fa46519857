package ratelimit

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// sealed is a state that says of itself that it is whole.
func sealed(whole []byte) []byte {
	digest := sha256.Sum256(whole)
	return append(bytes.Clone(whole), digest[:]...)
}

func unsealed(state []byte) []byte { return bytes.Clone(state[:len(state)-sha256.Size]) }

// example is a state with something in each of its parts.
func example(t testing.TB) (Config, []byte) {
	t.Helper()
	var clk clock
	cfg := daily(&clk)
	clk.move(time.Hour)
	l := tiny(t, cfg)
	clk.move(time.Hour)
	for i := range 3 {
		told(t, l, Client{Addr: netip.AddrFrom4([4]byte{192, 0, byte(i), 1})}, 20)
		told(t, l, Client{Account: fmt.Sprintf("registrar-%d", i)}, 20)
	}
	l.table.shards[7].overflow[3] = int64(4 * time.Hour)
	return cfg, saved(t, l)
}

// refuses checks that a state is refused and changes nothing of what was.
func refuses(t testing.TB, l *Limiter, was, state []byte, want string) {
	t.Helper()
	err := l.Restore(bytes.NewReader(state))
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %q", err, want)
	}
	if !bytes.Equal(saved(t, l), was) {
		t.Error("a state that was refused has changed something")
	}
}

func TestAStateOfWhichAnythingIsChangedIsRefusedWhole(t *testing.T) {
	cfg, state := example(t)
	l := tiny(t, cfg)
	told(t, l, Client{Addr: netip.MustParseAddr("203.0.113.1")}, 20)
	was := saved(t, l)
	for i := range state {
		flipped := bytes.Clone(state)
		flipped[i] ^= 1 << (i % 8)
		refuses(t, l, was, flipped, "")
	}
	for n := range state {
		refuses(t, l, was, state[:n], "")
	}
	refuses(t, l, was, append(bytes.Clone(state), 0), "changed or cut off")
	if err := l.Restore(bytes.NewReader(state)); err != nil {
		t.Errorf("unchanged: %v", err)
	}
}

func TestAStateThatIsWholeAndWrongIsRefusedWhole(t *testing.T) {
	cfg, state := example(t)
	l := tiny(t, cfg)
	body := unsealed(state)
	head := len(stateMagic) + len(stateVersion)
	with := func(word int, v uint64) []byte {
		b := bytes.Clone(body)
		binary.LittleEndian.PutUint64(b[head+8*word:], v)
		return sealed(b)
	}
	for name, c := range map[string]struct {
		state []byte
		want  string
	}{
		"nothing":               {nil, "not a state of budgets"},
		"another file":          {bytes.Repeat([]byte("SQLite format 3\x00"), 100), "not a state of budgets"},
		"a newer version":       {sealed([]byte(stateMagic + "2\nwhatever")), `version "2", this program reads "1"`},
		"cut off and sealed":    {sealed(body[:len(body)-1]), "changed or cut off"},
		"longer":                {sealed(append(bytes.Clone(body), 0)), "changed or cut off"},
		"a negative time":       {with(2, 1<<63), "changed or cut off"},
		"a day in 1700":         {with(3, 1<<63), "changed or cut off"},
		"another widest IPv4":   {with(4, 16), "IPv4: the widest network was /16 and is /24 now"},
		"another widest IPv6":   {with(5, 48), "IPv6: the widest network was /48 and is /32 now"},
		"very many slots":       {with(6, math.MaxUint64), "changed or cut off"},
		"no number of tokens":   {sealed(withEverybody(body, math.NaN())), "changed or cut off"},
		"beginning and an end":  {sealed([]byte(stateMagic + stateVersion)), "changed or cut off"},
		"beginning and no more": {[]byte(stateMagic + stateVersion), "not a state of budgets"},
	} {
		t.Run(name, func(t *testing.T) { refuses(t, l, saved(t, l), c.state, c.want) })
	}
	if err := l.Restore(io.MultiReader(bytes.NewReader(state), failing{})); !errors.Is(err, errFailing) {
		t.Errorf("a disk that fails: %v", err)
	}
}

func TestWhatNoLimiterSavesIsRefusedOrBounded(t *testing.T) {
	var clk clock
	cfg := daily(&clk)
	l := tiny(t, cfg)
	empty := unsealed(saved(t, l))
	head := len(stateMagic) + len(stateVersion)
	// spliced puts words in the place of the two that say that the first shard
	// is empty.
	spliced := func(words ...uint64) []byte {
		b := bytes.Clone(empty[:head+6*8])
		for _, v := range words {
			b = binary.LittleEndian.AppendUint64(b, v)
		}
		return sealed(append(b, empty[head+8*8:]...))
	}
	was := saved(t, l)
	refuses(t, l, was, spliced(1, 5, 1<<63, 0, 0), "changed or cut off")
	refuses(t, l, was, spliced(0, 1, uint64(kinds), 9), "changed or cut off")
	late := bytes.Clone(empty)
	binary.LittleEndian.PutUint64(late[head+2*8:], math.MaxInt64)
	refuses(t, l, was, sealed(late), "changed or cut off")

	l = restored(t, cfg, spliced(1, 5, math.MaxInt64, 0, 1, 7, math.MaxInt64))
	if got := l.table.shards[0].find(5, 0, nil).tat; got != int64(longest) {
		t.Errorf("a bucket owes %v, want %v", time.Duration(got), longest)
	}
	if got := l.table.shards[0].overflow[7]; got != int64(longest) {
		t.Errorf("a stand-in owes %v, want %v", time.Duration(got), longest)
	}
}

// withEverybody is a state's body with another number of tokens left to everybody.
func withEverybody(body []byte, tokens float64) []byte {
	b := bytes.Clone(body)
	d := stateDecoder{rest: b[len(stateMagic)+len(stateVersion)+6*8:]}
	d.shards(func(int, slot) {}, func(int, slot) {})
	binary.LittleEndian.PutUint64(d.rest, math.Float64bits(tokens))
	return b
}

func TestASmallerTableKeepsThoseThatOweMost(t *testing.T) {
	var clk clock
	l := tiny(t, daily(&clk))
	s := &l.table.shards[0]
	for i := range setSize + 4 {
		s.resume(slot{key: uint64(i), tat: int64(time.Hour) + int64(i)}, 0)
	}
	for i, e := range s.setOf(0) {
		if e.tat < int64(time.Hour)+4 {
			t.Errorf("slot %d is of one that owes %v", i, time.Duration(e.tat))
		}
	}
}

func FuzzRestore(f *testing.F) {
	cfg, state := example(f)
	f.Add(unsealed(state))
	f.Add([]byte(stateMagic + stateVersion))
	l := tiny(f, cfg)
	f.Fuzz(func(t *testing.T, whole []byte) {
		was := l.key
		if err := l.Restore(bytes.NewReader(sealed(whole))); err != nil {
			if l.key != was {
				t.Fatal("a state that was refused has changed the key")
			}
			return
		}
		restored(t, cfg, saved(t, l))
		_, err := l.Admit(Client{Addr: netip.MustParseAddr("192.0.2.1")}, Lookup)
		var e *Exceeded
		if err != nil && (!errors.As(err, &e) || e.RetryAfter > longest) {
			t.Fatalf("after that a question is answered %v", err)
		}
	})
}
