package das_test

import (
	"bufio"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"registerd/das"
	"registerd/internal/visitor"
	"registerd/listen"
	"registerd/ratelimit"
)

func TestEachStateOfANameHasItsAnswer(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	for _, tt := range []struct{ ask, want string }{
		{"shop.example", "%RC=0\r\nDomain: shop.example\r\nStatus: NOT AVAILABLE\r\n"},
		{"  Shop.EXAMPLE.\t", "%RC=0\r\nDomain: shop.example\r\nStatus: NOT AVAILABLE\r\n"},
		{"free.example", "%RC=0\r\nDomain: free.example\r\nStatus: AVAILABLE\r\n"},
		{"reserved.example", "%RC=0\r\nDomain: reserved.example\r\nStatus: NOT ALLOWED\r\n"},
		{"blåbær.test", "%RC=0\r\nDomain: blåbær.test\r\nA-label: xn--blbr-roah.test\r\nStatus: NOT AVAILABLE\r\n"},
		{"xn--blbr-roah.test", "%RC=0\r\nDomain: blåbær.test\r\nA-label: xn--blbr-roah.test\r\nStatus: NOT AVAILABLE\r\n"},
		{"blåbær.example", "%RC=0\r\nDomain: blåbær.example\r\nA-label: xn--blbr-roah.example\r\nStatus: AVAILABLE\r\n"},
		{"example", "%RC=0\r\nDomain: example\r\nStatus: NOT ALLOWED\r\n"},
		{"www.shop.example", "%RC=0\r\nDomain: www.shop.example\r\nStatus: NOT ALLOWED\r\n"},
		{"shop.invalid", "%RC=0\r\nDomain: shop.invalid\r\nStatus: NOT ALLOWED\r\n"},
		{"-shop.example", "%RC=0\r\nStatus: NOT ALLOWED\r\n"},
		{"two words.example", "%RC=0\r\nStatus: NOT ALLOWED\r\n"},
		{"\xff.example", "%RC=0\r\nStatus: NOT ALLOWED\r\n"},
		{"", "%RC=0\r\nStatus: NOT ALLOWED\r\n"},
		{strings.Repeat("a", 64) + ".example", "%RC=0\r\nStatus: NOT ALLOWED\r\n"},
	} {
		for _, end := range []string{"\r\n", "\n"} {
			if got := withoutRemarks(ask(t, l, tt.ask+end)); got != tt.want+"\r\n" {
				t.Errorf("%q: heard %q, want %q", tt.ask, got, tt.want+"\r\n")
			}
		}
	}
}

// withoutRemarks leaves out what a program passes over.
func withoutRemarks(answer string) string {
	var b strings.Builder
	for line := range strings.Lines(answer) {
		if !strings.HasPrefix(line, "% ") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// answers reads answers up to the end: of each, its lines without remarks.
func answers(text string) [][]string {
	var all [][]string
	for block := range strings.SplitSeq(withoutRemarks(text), "\r\n\r\n") {
		if block != "" {
			all = append(all, strings.Split(block, "\r\n"))
		}
	}
	return all
}

func TestTenThousandNamesAreAnsweredInOrder(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	const n = 10_000 / effort
	names := make([]string, n)
	for i := range names {
		switch i % 4 {
		case 0:
			names[i] = "shop.example"
		case 1:
			names[i] = "not a name"
		default:
			names[i] = fmt.Sprintf("free-%d.example", i)
		}
	}
	c := visitor.Call(t, l)
	go func() {
		io.WriteString(c, strings.Join(names, "\r\n")) // the last line ends with our half
		c.CloseWrite()
	}()
	got := answers(visitor.Hear(t, c))
	if len(got) != n {
		t.Fatalf("%d answers to %d names", len(got), n)
	}
	for i, name := range names {
		want := []string{"%RC=0", "Domain: " + name, "Status: AVAILABLE"}
		switch i % 4 {
		case 0:
			want[2] = "Status: NOT AVAILABLE"
		case 1:
			want = []string{"%RC=0", "Status: NOT ALLOWED"}
		}
		if diff := cmp.Diff(want, got[i]); diff != "" {
			t.Fatalf("answer %d, about %q (-want +got):\n%s", i, name, diff)
		}
	}
}

func TestAFailureIsNeverAvailable(t *testing.T) {
	r := registerOf(t)
	l := serve(t, deskOver(t, r, ratelimit.Unlimited()), nil)
	r.broken.Store(true)
	heard := ask(t, l, "free.example\r\nshop.example\r\nnot a name\r\n")
	if got, want := answers(heard), [][]string{{"%RC=-1"}, {"%RC=-1"}, {"%RC=-1"}}; !cmp.Equal(got, want) {
		t.Errorf("heard %q, want %q", got, want)
	}
	if strings.Contains(heard, "AVAILABLE") || strings.Contains(heard, "page 17") {
		t.Errorf("a failure says %q", heard)
	}
	if !strings.Contains(heard, operator.Email) {
		t.Errorf("a failure does not say whom to turn to: %q", heard)
	}
	r.broken.Store(false)
	if got := ask(t, l, "free.example\n"); !strings.Contains(got, "Status: AVAILABLE") {
		t.Errorf("after the failure: heard %q", got)
	}
}

func TestALineThatIsTooLongEndsTheConnection(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	got := answers(ask(t, l, "free.example\n"+strings.Repeat("a", 1025)+"\nfree.example\n"))
	want := [][]string{{"%RC=0", "Domain: free.example", "Status: AVAILABLE"}, {"%RC=0", "Status: NOT ALLOWED"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestANameMayComeInPieces(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	c := visitor.Call(t, l)
	check(t, c.SetNoDelay(true))
	for _, b := range []byte("shop.example\nfree.example\r\n") {
		visitor.Say(t, c, string(b))
	}
	check(t, c.CloseWrite())
	got := answers(visitor.Hear(t, c))
	if len(got) != 2 || got[0][2] != "Status: NOT AVAILABLE" || got[1][2] != "Status: AVAILABLE" {
		t.Errorf("heard %q", got)
	}
}

func TestAnAnswerDoesNotWaitForTheNextName(t *testing.T) {
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	c := visitor.Call(t, l)
	lines := bufio.NewReader(c)
	for range 3 {
		visitor.Say(t, c, "free.example\n")
		for _, want := range []string{"%RC=0\r\n", "Domain: free.example\r\n", "Status: AVAILABLE\r\n", "\r\n"} {
			if got, err := lines.ReadString('\n'); err != nil || got != want {
				t.Fatalf("heard %q, %v, want %q", got, err, want)
			}
		}
	}
}

func TestManyNamesTakeLittleMemory(t *testing.T) {
	oncePerGate(t)
	l := serve(t, deskOver(t, registerOf(t), ratelimit.Unlimited()), nil)
	c := visitor.Call(t, l)
	const rounds, answer = 1000, int64(len("%RC=0\r\nDomain: free.example\r\nStatus: AVAILABLE\r\n\r\n"))
	some := strings.Repeat("free.example\n", 100)
	for range 10 { // what is made once, for a batch too, is made and heard of now
		visitor.Say(t, c, some)
		_, err := io.CopyN(io.Discard, c, 100*answer)
		check(t, err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	done := make(chan int64)
	go func() {
		n, _ := io.Copy(io.Discard, c)
		done <- n
	}()
	for range rounds {
		visitor.Say(t, c, some)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	check(t, c.CloseWrite())
	if n, want := <-done, rounds*100*answer; n != want {
		t.Errorf("heard %d bytes, want %d", n, want)
	}
	// The answers alone are 5 MB.
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 2<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
}

func TestAServerWithAPartMissingIsRefused(t *testing.T) {
	if _, err := das.New(das.Config{}); err == nil {
		t.Error("a server without a desk")
	}
	if _, err := das.New(das.Config{Desk: deskOver(t, registerOf(t), ratelimit.Unlimited())}); err == nil {
		t.Error("a server without a log")
	}
}

func BenchmarkPipelinedNames(b *testing.B) {
	l := serve(b, deskOver(b, registerOf(b), ratelimit.Unlimited()), nil)
	benchmark(b, l)
}

func benchmark(b *testing.B, l *listen.Listener) {
	c := visitor.Call(b, l)
	check(b, c.SetDeadline(time.Time{}))
	b.ResetTimer()
	go func() {
		w := bufio.NewWriterSize(c, 32<<10)
		for i := range b.N {
			if i%2 == 0 {
				w.WriteString("shop.example\r\n")
			} else {
				w.WriteString("free.example\r\n")
			}
		}
		w.Flush()
		c.CloseWrite()
	}()
	if n, err := io.Copy(io.Discard, c); err != nil || n < int64(b.N) {
		b.Fatalf("heard %d bytes, %v", n, err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "names/s")
}
