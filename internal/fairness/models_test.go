package fairness

import (
	"cmp"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"registerd/ratelimit"
)

// models drew the recordings, each from its own seed. They are guesses, on the
// busy side, of how honest clients ask; what was recorded of a real server in
// the same form can lie beside them.
var models = []struct {
	name string
	draw func(d *drawer) *recording
}{
	{"browser", browser},
	{"household", household},
	{"office", office},
	{"university", university},
	{"carrier", carrier},
	{"monitor", monitor},
	{"shop", shop},
	{"researcher", researcher},
	{"script", script},
	{"registrar", registrar},
}

func TestTheRecordingsAreWhatTheirModelsDraw(t *testing.T) {
	for i, m := range models {
		r := m.draw(&drawer{rand.New(rand.NewPCG(2026, uint64(i)))})
		r.sort()
		agree(t, filepath.Join(recordings, m.name+".txt"), r.write())
	}
}

func (r *recording) sort() {
	slices.SortStableFunc(r.questions, func(a, b question) int { return cmp.Compare(a.at, b.at) })
}

// agree compares a file with what it has to hold, or writes it.
func agree(t *testing.T, path, want string) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is not what the tests make of it; UPDATE=1 go test ./internal/fairness writes it", filepath.Base(path))
	}
}

func browser(d *drawer) *recording {
	r := &recording{about: []string{
		"Somebody who opens every link of a page: 30 domain names within five seconds,",
		"in the morning, after noon and in the evening, all week. One IPv4 address.",
	}}
	from := netip.MustParseAddr("198.51.100.23")
	for date := range 7 {
		for _, hour := range []int{9, 13, 20} {
			at := d.between(date, hour, hour+1)
			for range 30 {
				r.questions = append(r.questions, d.look(at+d.seconds(4), from, 100_000))
			}
		}
	}
	return r
}

func household(d *drawer) *recording {
	r := &recording{about: []string{
		"A household with an IPv6 /56: five devices, of which each has another /64 every",
		"day and another address every few questions. Some 40 look-ups a day, in the",
		"evening mostly, a few at a time.",
	}}
	for date := range 7 {
		for range 12 {
			at := d.between(date, 15, 23)
			subnet := byte(date*5 + d.IntN(5))
			for range 1 + d.IntN(6) {
				addr := netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 0x77, 0x01, 0x0a, subnet, 8: byte(d.IntN(256)), 15: byte(1 + d.IntN(250))})
				r.questions = append(r.questions, d.look(at+d.seconds(40), addr, 50_000))
			}
		}
	}
	return r
}

func office(d *drawer) *recording {
	r := people(d, 200, 1)
	r.about = []string{
		"An office of 200 people behind one IPv4 address. On a working day every second",
		"of them looks up one to three names; on Monday at nine twenty of them at once.",
	}
	return r
}

// people are so many who work behind as many addresses of one IPv4 /24.
func people(d *drawer, n, addresses int) *recording {
	r := new(recording)
	visit := func(at time.Duration) {
		from := netip.AddrFrom4([4]byte{198, 51, 101, byte(80 + d.IntN(addresses))})
		for range 1 + d.IntN(3) {
			r.questions = append(r.questions, d.look(at, from, 20_000))
			at += 3*time.Second + d.seconds(60)
		}
	}
	for range n / 10 {
		visit(9*time.Hour + d.seconds(30))
	}
	for date := range 5 {
		for range n / 2 {
			visit(d.between(date, 8, 18))
		}
	}
	return r
}

func university(d *drawer) *recording {
	r := &recording{about: []string{
		"A university's IPv4 /24: 5,000 people behind 40 addresses, 250 look-ups on a working",
		"day and some at night. On Wednesday at ten a class of 60 looks up five names each",
		"within 20 minutes, from two addresses.",
	}}
	host := func(n int) netip.Addr { return netip.AddrFrom4([4]byte{203, 0, 113, byte(10 + n)}) }
	for date := range 5 {
		for range 250 {
			r.questions = append(r.questions, d.look(d.between(date, 7, 24), host(d.IntN(40)), 50_000))
		}
	}
	for student := range 60 {
		at := 2*day + 10*time.Hour + d.seconds(300)
		for range 5 {
			r.questions = append(r.questions, d.look(at, host(student%2), 200))
			at += 20*time.Second + d.seconds(200)
		}
	}
	return r
}

func carrier(d *drawer) *recording {
	r := &recording{about: []string{
		"One IPv4 address of a mobile carrier, shared by 800 subscribers (CGNAT). One in",
		"ten of them looks up one to three names on a day, until late in the evening.",
	}}
	from := netip.MustParseAddr("192.0.2.200")
	for date := range 7 {
		for range 80 {
			at := d.between(date, 6, 24)
			for range 1 + d.IntN(3) {
				r.questions = append(r.questions, d.look(at, from, 50_000))
				at += 5*time.Second + d.seconds(50)
			}
		}
	}
	return r
}

func monitor(d *drawer) *recording {
	r := &recording{daily: true, about: []string{
		"A monitor of certificates: every night the 2,000 names of its customers, in",
		"alphabetical order, one every five seconds, with fieldSet=brief. One IPv6 address.",
	}}
	var names []string
	for n := range 2000 {
		names = append(names, nameOf(n*7))
	}
	slices.Sort(names)
	from := ratelimit.Client{Addr: netip.MustParseAddr("2001:db8:4d:1::7")}
	for i, name := range names {
		at := time.Hour + time.Duration(i)*5*time.Second
		r.questions = append(r.questions, question{at: at, from: from, window: "brief", key: name, names: 1})
	}
	return r
}

func shop(d *drawer) *recording {
	r := &recording{daily: true, about: []string{
		"A reseller's shop without an account: 400 visitors a day, for each of whom it asks",
		"whether twelve names are free, at once, three times over. One IPv4 address.",
	}}
	from := ratelimit.Client{Addr: netip.MustParseAddr("192.0.2.44")}
	for range 400 {
		at := d.between(0, 7, 24).Truncate(time.Second)
		for try := range 3 {
			r.questions = append(r.questions, question{at: at + time.Duration(try)*20*time.Second, from: from, window: "das", names: 12})
		}
	}
	return r
}

func researcher(d *drawer) *recording {
	r := &recording{daily: true, about: []string{
		"A researcher who asks for a random sample of 2,500 names a day, with --no-personal,",
		"one every four seconds; one in ten of them is gone. One IPv4 address.",
	}}
	from := netip.MustParseAddr("198.51.100.140")
	for i := range 2500 {
		q := brief(d.look(8*time.Hour+time.Duration(i)*4*time.Second, from, 1))
		q.key, q.missed = nameOf(d.IntN(343_000)), d.IntN(10) == 0
		r.questions = append(r.questions, q)
	}
	return r
}

func script(d *drawer) *recording {
	r := &recording{daily: true, waits: true, about: []string{
		"A script with a list of 1,500 names in no order. It asks without a pause, with",
		"fieldSet=brief, and when refused waits as long as Retry-After says. One IPv4 address.",
	}}
	from := netip.MustParseAddr("198.51.100.201")
	for i := range 1500 {
		q := brief(d.look(2*time.Hour, from, 1))
		q.key = nameOf(1_000 + i*11)
		r.questions = append(r.questions, q)
	}
	return r
}

func registrar(d *drawer) *recording {
	r := &recording{daily: true, about: []string{
		"A registrar with an account. At night it compares 600 names with its own books, in",
		"order, five a second; by day 600 look-ups by its staff and customers; around the",
		"clock its shop asks whether names are free, 500 at a time.",
	}}
	from := ratelimit.Client{Account: "nordlys", Addr: netip.MustParseAddr("192.0.2.1")}
	look := func(at time.Duration, key string) {
		q := d.look(at, from.Addr, 50_000)
		q.from, q.window = from, "rdap"
		if key != "" {
			q.key, q.missed = key, false
		}
		r.questions = append(r.questions, q)
	}
	var names []string
	for n := range 600 {
		names = append(names, nameOf(n*13))
	}
	slices.Sort(names)
	for i, name := range names {
		look(3*time.Hour+time.Duration(i)*time.Second/5, name)
	}
	for range 600 {
		look(d.between(0, 7, 20), "")
	}
	for range 200 {
		r.questions = append(r.questions, question{at: d.between(0, 0, 24).Truncate(time.Second), from: from, window: "das", names: 500})
	}
	return r
}
