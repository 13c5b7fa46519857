package ratelimit

import "testing"

func TestAskingAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	alone, both := mustNew(t, roomy()), roomy()
	both.Shared = newMemory()
	l := map[string]*Limiter{"alone": alone, "with a shared table": mustNew(t, both)}
	for where, l := range l {
		for name, c := range map[string]Client{"IPv4": from("192.0.2.1"), "IPv6": from("2001:db8::1"), "account": {Account: "a"}} {
			n := testing.AllocsPerRun(1000, func() {
				ticket, err := l.Admit(c, Lookup)
				if err != nil {
					t.Fatal(err)
				}
				if err := ticket.Charge(Cost{Work: 3, Personal: 2, Missed: true, About: "example.com"}); err != nil {
					t.Fatal(err)
				}
				l.Standing(c, Personal)
				ticket.Refund()
			})
			if n != 0 {
				t.Errorf("%s, %s: %v allocations a question", where, name, n)
			}
		}
	}
}

// many64s are clients whose slots are not in the processor's cache.
func many64s() []Client {
	clients, draw := make([]Client, 1<<20), random64s(7)
	for i := range clients {
		clients[i] = draw(i)
	}
	return clients
}

// generous is the shipped configuration with budgets that nobody reaches.
func generous() Config {
	cfg := Defaults()
	for class := range cfg.Budgets {
		cfg.Budgets[class] = Budget{Rate: 1e4, Burst: 1 << 30}
	}
	cfg.Server, cfg.Everybody = Budget{Rate: 1e6, Burst: 1 << 30}, Budget{Rate: 1e6, Burst: 1 << 30}
	return cfg
}

// BenchmarkQuestion is the whole of a question: admitted, charged for a record
// of a person or a miss, and asked how the client stands.
func BenchmarkQuestion(b *testing.B) {
	for _, bench := range []struct {
		name    string
		clients []Client
		cost    Cost
	}{
		{"one-ipv4", []Client{from("192.0.2.1")}, Cost{About: "example.com"}},
		{"one-ipv6", []Client{from("2001:db8::1")}, Cost{About: "example.com"}},
		{"one-ipv6-personal", []Client{from("2001:db8::1")}, Cost{About: "example.com", Personal: 1}},
		{"one-ipv6-miss", []Client{from("2001:db8::1")}, Cost{About: "example.com", Missed: true}},
		{"account", []Client{{Account: "registrar-7"}}, Cost{About: "example.com", Personal: 1}},
		{"many-ipv6", many64s(), Cost{About: "example.com"}},
		{"many-ipv6-personal", many64s(), Cost{About: "example.com", Personal: 1}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			l := mustNew(b, generous())
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				c := bench.clients[i%len(bench.clients)]
				t, err := l.Admit(c, Lookup)
				if err != nil {
					b.Fatal(err)
				}
				if err := t.Charge(bench.cost); err != nil {
					b.Fatal(err)
				}
				l.Standing(c, Lookup)
			}
		})
	}
}

// BenchmarkPart is each part of a question, for one client and for very many.
func BenchmarkPart(b *testing.B) {
	for name, clients := range map[string][]Client{"one": {from("2001:db8::1")}, "many": many64s()} {
		for part, ask := range map[string]func(*Limiter, Client) error{
			"admit":    func(l *Limiter, c Client) error { _, err := l.Admit(c, Lookup); return err },
			"standing": func(l *Limiter, c Client) error { l.Standing(c, Lookup); return nil },
		} {
			b.Run(part+"-"+name, func(b *testing.B) {
				l := mustNew(b, generous())
				for i := 0; b.Loop(); i++ {
					if err := ask(l, clients[i%len(clients)]); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
	b.Run("refused", func(b *testing.B) {
		l, c := mustNew(b, (&clock{}).config(Defaults())), from("2001:db8::1")
		b.ReportAllocs()
		for b.Loop() {
			_, _ = l.Admit(c, Lookup)
		}
	})
	b.Run("parallel", func(b *testing.B) {
		l := mustNew(b, generous())
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
