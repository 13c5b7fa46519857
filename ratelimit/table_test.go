package ratelimit

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestMemoryHoldsItsCeiling(t *testing.T) { memoryCeiling(t, 300_000, minMemory) }

// memoryCeiling asks from so many /64s until a table is full.
func memoryCeiling(t *testing.T, clients int, memory int64) {
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
				ticket, err := l.Admit(client(i), Lookup)
				if err == nil {
					_ = ticket.Charge(Cost{Personal: 1, About: "example.com"})
				}
			}
		})
	}
	wg.Wait()
	grown := heap() - before
	// The test is about a full table, or it is about nothing.
	if slots := l.table.slots(); l.Entries() < slots*95/100 {
		t.Fatalf("%d entries in %d slots: the table never filled", l.Entries(), slots)
	}
	// What does not lie on the heap is the sets' pages.
	sets := int64(l.table.slots()) * 16
	if grown+sets > memory+64<<10 || l.Memory() > memory {
		t.Errorf("heap grew by %d bytes beside %d of slots, the table says %d, configured are %d", grown, sets, l.Memory(), memory)
	}
	t.Logf("%d clients: a table of %d bytes and %d on the heap, %d entries", clients, l.Memory(), grown, l.Entries())
}

func TestAccountsHoldTheirCeiling(t *testing.T) {
	var clk clock
	clk.move(time.Minute)
	l := mustNew(t, clk.config(roomy()))
	before := heap()
	for i := range 20 * maxAccounts {
		if _, err := l.Admit(Client{Account: fmt.Sprintf("registrar-%06d", i)}, Lookup); err != nil {
			t.Fatal(err)
		}
	}
	if grown := heap() - before; grown > 8<<20 {
		t.Errorf("heap grew by %d bytes, want at most 8 MiB", grown)
	}
	// Those beyond the ceiling share a bucket: slower, not open.
	now, _ := l.clock.read()
	if a, b := l.accounts.of("late", now), l.accounts.of("later", now); a != b {
		t.Error("accounts beyond the ceiling have buckets of their own")
	}
	// Once those before them owe nothing they are forgotten.
	clk.move(time.Hour)
	now, _ = l.clock.read()
	if a, b := l.accounts.of("late", now), l.accounts.of("later", now); a == b || len(l.accounts.known) != 2 {
		t.Errorf("%d accounts are known of, and newcomers share one: %v", len(l.accounts.known), a == b)
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
	cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: 5}
	cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: 5}
	l := mustNew(t, cfg)
	small(t, l, 8)
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
	cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: burst}
	l := mustNew(t, cfg)
	small(t, l, 4)
	slots := l.table.slots()
	client := random64s(3)
	n := 0
	for i := range asked {
		ticket, err := l.Admit(client(i), Lookup)
		if err != nil {
			refusal(t, err)
			continue
		}
		n++
		if ticket.paid[forQuestion].shared == 0 {
			charge(t, &ticket, Cost{Work: 3})
		}
	}
	if most := slots + shards*burst; n > most || n < slots/2 {
		t.Errorf("%d of %d newcomers admitted, want at most a slot each and the shared buckets, %d", n, asked, most)
	}
	_, err := l.Admit(client(0), Lookup)
	if e := refusal(t, err); e.Budget != "IPv6 /64 network" || e.Whose != Newcomers || e.Pause || !strings.Contains(e.Error(), "IPv6 /64 network (shared, table full)") {
		t.Errorf("refused with %+v", *e)
	}
	// Nobody has paid off anything, but the shared buckets give their rate.
	hold := l.Entries()
	clk.move(2 * time.Second)
	if got := l.Entries(); got != hold || l.Fill() != float64(hold)/float64(slots) {
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
// and a ticket that a shared bucket paid, or not.
func crowded(t *testing.T, clk *clock, byShared bool) (*Limiter, Ticket) {
	t.Helper()
	cfg := clk.config(roomy())
	cfg.Budgets[Lookup] = Budget{Rate: 1, Burst: 5}
	l := mustNew(t, cfg)
	small(t, l, 4)
	client := random64s(4)
	for {
		ticket := admit(t, l, client(0), Lookup)
		if (ticket.paid[forQuestion].shared != 0) == byShared {
			return l, ticket
		}
	}
}

// shared is the bucket that a ticket's client shares when its set is full.
func shared(l *Limiter, ticket *Ticket) *int64 {
	return &l.table.shardOf(ticket.payer.home).overflow[ticket.payer.kind(0, uint8(ticket.class))]
}

func TestWhatWasTakenFromASharedBucketIsGivenBackToIt(t *testing.T) {
	var clk clock
	l, ticket := crowded(t, &clk, true)
	clk.move(10 * time.Second) // there is a slot for this client by now
	charge(t, &ticket, Cost{Work: 100})
	if got, want := *shared(l, &ticket), int64(110*time.Second); got != want {
		t.Errorf("the shared bucket will be full at %d ns after a charge, want %d", got, want)
	}
	ticket.Refund()
	if got, want := *shared(l, &ticket), int64(10*time.Second); got > want {
		t.Errorf("the shared bucket will be full at %d ns after the refund, want %d", got, want)
	}
}

func TestNothingIsGivenBackToASharedBucketForOneOfTheClientsOwn(t *testing.T) {
	var clk clock
	l, ticket := crowded(t, &clk, false)
	clk.move(time.Second) // the client's bucket is full and may be forgotten
	in := l.table.shardOf(ticket.payer.home).setOf(ticket.payer.keys[0])
	for i := range in {
		in[i] = slot{key: uint64(i), tat: int64(time.Hour)}
	}
	*shared(l, &ticket) = int64(time.Minute)
	ticket.Refund()
	if got := *shared(l, &ticket); got != int64(time.Minute) {
		t.Errorf("the shared bucket got %v", time.Minute-time.Duration(got))
	}
}

func TestRotatingWithinANetworkGetsTheNetworksBudget(t *testing.T) {
	scale := 1_000_000
	if raceEnabled || testing.Short() {
		scale = 100_000
	}
	for _, c := range []struct {
		name   string
		asked  int
		client func(i int) Client
		want   int
	}{
		{"65,536 /64s of a /48", 65_536, func(i int) Client { return v6(docPrefix | uint64(i)) }, 8 * 60},
		{"/48s of a /32", scale, func(i int) Client { return v6(docPrefix | uint64(i*7919%65536)<<16) }, 64 * 60},
		{"random /64s of a /32", scale / 10, func() func(int) Client {
			r := random64s(5)
			return func(i int) Client {
				a := r(i).Addr.As16()
				copy(a[:], []byte{0x20, 0x01, 0x0d, 0xb8})
				return v6(binary.BigEndian.Uint64(a[:8]))
			}
		}(), 64 * 60},
	} {
		l := mustNew(t, (&clock{}).config(Defaults()))
		if n := admitted(t, l, Lookup, c.asked, c.client); n != c.want {
			t.Errorf("%s: %d admitted, want the wide budget of %d", c.name, n, c.want)
		}
	}
}

func TestRotatingWithinANetworkIsToldOfAsManyPersonsAsTheNetworkMay(t *testing.T) {
	cfg := (&clock{}).config(Defaults())
	cfg.Budgets[Lookup], cfg.Server = Budget{Rate: 1e3, Burst: 1e6}, Budget{Rate: 1e6, Burst: 1 << 30}
	l := mustNew(t, cfg)
	told := 0
	for i := range 65_536 {
		ticket := admit(t, l, v6(docPrefix|uint64(i)), Lookup)
		if ticket.Charge(Cost{Personal: 1}) == nil {
			told++
		}
	}
	if want := 8 * 200; told != want {
		t.Errorf("65,536 /64s of a /48 were told of %d persons, want the /48's %d", told, want)
	}
}

func TestBucketsOfOneClientNeverShareASlot(t *testing.T) {
	// With one set in each shard all widths of a client meet in it.
	cfg := (&clock{}).config(Defaults())
	l := mustNew(t, cfg)
	small(t, l, 1)
	client := random64s(6)
	for i := range 40 {
		before := l.Entries()
		ticket := admit(t, l, client(i), Lookup)
		charge(t, &ticket, Cost{Missed: true})
		if got := l.Entries() - before; ticket.paid[forQuestion].shared|ticket.paid[forMiss].shared == 0 && got != 8 {
			t.Fatalf("a new client occupies %d slots, want 8", got)
		}
	}
}
