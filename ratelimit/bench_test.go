package ratelimit

import "testing"

func TestAskingAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	l := mustNew(t, roomy())
	for name, c := range map[string]Client{"IPv4": from("192.0.2.1"), "IPv6": from("2001:db8::1"), "account": {Account: "a"}} {
		n := testing.AllocsPerRun(1000, func() {
			ticket, err := l.Admit(c, Lookup)
			if err != nil {
				t.Fatal(err)
			}
			ticket.Charge(3)
			ticket.Refund()
		})
		if n != 0 {
			t.Errorf("%s: %v allocations a question", name, n)
		}
	}
}

// BenchmarkAdmit asks with the default widths and budgets nobody reaches, as
// one client and as very many (whose slots are not in the processor's cache).
func BenchmarkAdmit(b *testing.B) {
	cfg := Defaults()
	plenty := Widths(Budget{Rate: 1e4, Burst: 1 << 24})
	cfg.Lookup, cfg.Server = plenty, Budget{Rate: 1e6, Burst: 1 << 30}
	one := always(from("2001:db8::1"))
	for _, bench := range []struct {
		name   string
		client func(i int) Client
	}{
		{"one-ipv4", always(from("192.0.2.1"))},
		{"one-ipv6", one},
		{"account", always(Client{Account: "registrar-7"})},
		{"many-ipv6", random64s(7)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			l := mustNew(b, cfg)
			clients := make([]Client, 1<<20)
			for i := range clients {
				clients[i] = bench.client(i)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := l.Admit(clients[i%len(clients)], Lookup); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("refused", func(b *testing.B) {
		cfg := (&clock{}).config(Defaults())
		l := mustNew(b, cfg)
		b.ReportAllocs()
		for b.Loop() {
			_, _ = l.Admit(one(0), Lookup)
		}
	})
	b.Run("parallel", func(b *testing.B) {
		l := mustNew(b, cfg)
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			client := random64s(8)
			for pb.Next() {
				if _, err := l.Admit(client(0), Lookup); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
}

func BenchmarkEntries(b *testing.B) {
	l := mustNew(b, Defaults())
	for b.Loop() {
		l.Entries()
	}
}
