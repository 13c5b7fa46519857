package ratelimit

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"
)

func TestMemoryHoldsItsCeiling(t *testing.T) {
	clients, memory := 10_000_000, int64(64<<20)
	if raceEnabled || testing.Short() {
		clients, memory = 200_000, 1<<20
	}
	cfg := (&clock{}).config(Defaults())
	cfg.Memory, cfg.Server = memory, Budget{Rate: 1e6, Burst: 1 << 30}
	before := heap()
	l := mustNew(t, cfg)
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for w := range workers {
		wg.Go(func() {
			client := random64s(uint64(w))
			for i := range clients / workers {
				_, _ = l.Admit(client(i), Lookup)
			}
		})
	}
	wg.Wait()
	grown := heap() - before
	// The test is about a full table, or it is about nothing.
	if slots := l.Memory() / 16; int64(l.Entries()) < slots*95/100 {
		t.Fatalf("%d entries in %d slots: the table never filled", l.Entries(), slots)
	}
	const little = 64 << 10
	// The table lies beside the heap; nothing else may grow with the clients.
	if grown > little || l.Memory() > memory {
		t.Errorf("heap grew by %d bytes, the table says %d, configured are %d", grown, l.Memory(), memory)
	}
	t.Logf("%d clients: a table of %d bytes and %d on the heap, %d entries", clients, l.Memory(), grown, l.Entries())
}

func TestAccountsHoldTheirCeiling(t *testing.T) {
	l := mustNew(t, (&clock{}).config(roomy()))
	before := heap()
	for i := range 20 * maxAccounts {
		if _, err := l.Admit(Client{Account: fmt.Sprintf("registrar-%06d", i)}, Lookup); err != nil {
			t.Fatal(err)
		}
	}
	if grown := heap() - before; grown > 4<<20 {
		t.Errorf("heap grew by %d bytes, want at most 4 MiB", grown)
	}
	// Those beyond the ceiling share a bucket: slower, not open.
	if a, b := l.accounts.bucket("late", Lookup), l.accounts.bucket("later", Lookup); a != b {
		t.Error("accounts beyond the ceiling have buckets of their own")
	}
	runtime.KeepAlive(l)
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func TestAFloodOfOthersResetsNobodysBucket(t *testing.T) {
	var clk clock
	cfg := clk.config(roomy())
	cfg.Memory = minMemory
	cfg.Lookup.IPv4 = []Level{{32, Budget{Rate: 1, Burst: 5}}}
	cfg.Lookup.IPv6 = []Level{{64, Budget{Rate: 1, Burst: 5}}}
	l := mustNew(t, cfg)
	victim, other := always(from("192.0.2.1")), random64s(2)
	total := admitted(t, l, Lookup, 5, victim)
	for range 20 {
		admitted(t, l, Lookup, 5_000, other)
		total += admitted(t, l, Lookup, 1, victim)
		clk.move(100 * time.Millisecond)
	}
	if total > 5+2 {
		t.Errorf("%d admitted in two seconds, want at most burst + rate × time = 7", total)
	}
}

func TestAFullTableIsSlowerForNewcomersNeverOpenAndNeverShut(t *testing.T) {
	const burst, asked = 5, 200_000
	var clk clock
	cfg := clk.config(roomy())
	cfg.Memory = minMemory
	cfg.Lookup.IPv6 = []Level{{64, Budget{Rate: 1, Burst: burst}}}
	l := mustNew(t, cfg)
	slots := int(l.Memory() / 16)
	client := random64s(3)
	n := 0
	for i := range asked {
		ticket, err := l.Admit(client(i), Lookup)
		if err != nil {
			refusal(t, err)
			continue
		}
		n++
		if ticket.overflow == 0 {
			ticket.Charge(3)
		}
	}
	if most := slots + shards*burst; n > most || n < slots/2 {
		t.Errorf("%d of %d newcomers admitted, want at most a slot each and the shared buckets, %d", n, asked, most)
	}
	_, err := l.Admit(client(0), Lookup)
	if e := refusal(t, err); e.Budget != "IPv6 /64 network (shared, table full)" {
		t.Errorf("refused by %q", e.Budget)
	}
	// Nobody has paid off anything, but the shared buckets give their rate.
	hold := l.Entries()
	clk.move(2 * time.Second)
	if got := l.Entries(); got != hold {
		t.Fatalf("%d entries, had %d: the test's table did not stay full", got, hold)
	}
	if n := admitted(t, l, Lookup, asked, client); n == 0 || n > shards*2 {
		t.Errorf("%d newcomers admitted to the full table, want 1 to %d", n, shards*2)
	}
	// And when the debts are paid, the table is as new.
	clk.move(time.Hour)
	if got := l.Entries(); got != 0 {
		t.Errorf("%d entries after an hour of silence", got)
	}
	if n := admitted(t, l, Lookup, slots/10, client); n != slots/10 {
		t.Errorf("%d of %d admitted after an hour of silence", n, slots/10)
	}
}

// crowded is a limiter whose newcomers find slots in a full table only by luck,
// and a ticket for which ok holds.
func crowded(t *testing.T, clk *clock, ok func(Ticket) bool) (*Limiter, Ticket) {
	t.Helper()
	cfg := clk.config(roomy())
	cfg.Memory = minMemory
	cfg.Lookup.IPv6 = []Level{{64, Budget{Rate: 1, Burst: 5}}}
	l := mustNew(t, cfg)
	client := random64s(4)
	for {
		ticket, err := l.Admit(client(0), Lookup)
		if err != nil {
			t.Fatal(err)
		}
		if ok(ticket) {
			return l, ticket
		}
	}
}

// shared is the bucket that a ticket's client shares when its set is full.
func shared(l *Limiter, ticket Ticket) *slot {
	levels, keys := l.keys(ticket.from, ticket.class)
	return &l.shardOf(keys, len(levels)).overflow[levels[0].index]
}

func TestWhatWasTakenFromASharedBucketIsGivenBackToIt(t *testing.T) {
	var clk clock
	l, ticket := crowded(t, &clk, func(t Ticket) bool { return t.overflow != 0 })
	clk.move(10 * time.Second) // there is a slot for this client by now
	ticket.Charge(100)
	if got, want := shared(l, ticket).tat, int64(110*time.Second); got != want {
		t.Errorf("the shared bucket will be full at %d ns after a charge, want %d", got, want)
	}
	ticket.Refund()
	if got, want := shared(l, ticket).tat, int64(10*time.Second); got > want {
		t.Errorf("the shared bucket will be full at %d ns after the refund, want %d", got, want)
	}
}

func TestNothingIsGivenBackToASharedBucketForOneOfTheClientsOwn(t *testing.T) {
	var clk clock
	l, ticket := crowded(t, &clk, func(t Ticket) bool { return t.overflow == 0 })
	clk.move(time.Second) // the client's bucket is full and may be forgotten
	levels, keys := l.keys(ticket.from, ticket.class)
	set := l.shardOf(keys, len(levels)).setOf(keys[0])
	for i := range set {
		set[i] = slot{key: uint64(i), tat: int64(time.Hour)}
	}
	shared(l, ticket).tat = int64(time.Minute)
	ticket.Refund()
	if got := shared(l, ticket).tat; got != int64(time.Minute) {
		t.Errorf("the shared bucket got %v", time.Minute-time.Duration(got))
	}
}

func TestRotatingWithinANetworkGetsTheNetworksBudget(t *testing.T) {
	scale := 1_000_000
	if raceEnabled {
		scale = 100_000
	}
	wide := Defaults().Lookup.IPv6
	for _, c := range []struct {
		name   string
		asked  int
		client func(i int) Client
		want   int
	}{
		{"65,536 /64s of a /48", 65_536, func(i int) Client { return v6(docPrefix | uint64(i)) }, wide[2].Budget.Burst},
		{"/48s of a /32", scale, func(i int) Client { return v6(docPrefix | uint64(i*7919%65536)<<16) }, wide[3].Budget.Burst},
		{"random /64s of a /32", scale, func() func(int) Client {
			r := random64s(5)
			return func(i int) Client {
				a := r(i).Addr.As16()
				copy(a[:], []byte{0x20, 0x01, 0x0d, 0xb8})
				return v6(bigEndian(a[:8]))
			}
		}(), wide[3].Budget.Burst},
	} {
		l := mustNew(t, (&clock{}).config(Defaults()))
		if n := admitted(t, l, Lookup, c.asked, c.client); n != c.want {
			t.Errorf("%s: %d admitted, want the wide budget of %d", c.name, n, c.want)
		}
	}
}

func TestLevelsOfOneClientNeverShareASlot(t *testing.T) {
	// With one set in each shard all levels of a client meet in it.
	cfg := (&clock{}).config(Defaults())
	cfg.Memory = minMemory
	l := mustNew(t, cfg)
	for i := range l.shards {
		l.shards[i].sets = l.shards[i].sets[:1]
	}
	client := random64s(6)
	for i := range 40 {
		before := l.Entries()
		ticket, err := l.Admit(client(i), Lookup)
		if err != nil {
			t.Fatal(err)
		}
		if got := l.Entries() - before; ticket.overflow == 0 && got != 4 {
			t.Fatalf("a new client occupies %d slots, want 4", got)
		}
	}
}
