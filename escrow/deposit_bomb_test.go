package escrow

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
)

// repeated is a head, a piece over and over, and a tail, never in memory at once.
type repeated struct {
	head, piece, tail string
	n                 int
	rest              string
}

func (r *repeated) Read(p []byte) (int, error) {
	for r.rest == "" {
		switch {
		case r.head != "":
			r.rest, r.head = r.head, ""
		case r.n > 0:
			k := min(r.n, 1024)
			r.rest, r.n = strings.Repeat(r.piece, k), r.n-k
		case r.tail != "":
			r.rest, r.tail = r.tail, ""
		default:
			return 0, io.EOF
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// watched notes how large the heap is while it is read.
type watched struct {
	r    io.Reader
	n    int
	peak uint64
}

func (w *watched) Read(p []byte) (int, error) {
	if w.n++; w.n%64 == 0 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		w.peak = max(w.peak, m.HeapInuse)
	}
	return w.r.Read(p)
}

const bombHead = `<deposit type="FULL" id="1" ` + textSpaces + `><watermark>2026-01-01T00:00:00Z</watermark>`

// Each of these would take hundreds of megabytes of a reader without bounds.
func TestABombIsRefusedInLittleMemory(t *testing.T) {
	const mega = 1 << 20
	const ceiling = 128 << 20 // the store's sorting memory included
	for name, bomb := range map[string]*repeated{
		"open tags":                    {head: bombHead + "<contents>", piece: "<a>", n: 64 * mega},
		"a huge attribute":             {head: bombHead + `<contents a="`, piece: "aaaaaaaa", n: 32 * mega},
		"a huge name":                  {head: bombHead + "<", piece: "aaaaaaaa", n: 32 * mega},
		"a huge comment":               {head: bombHead + "<!--", piece: "aaaaaaaa", n: 32 * mega},
		"a huge CDATA":                 {head: bombHead + "<![CDATA[", piece: "aaaaaaaa", n: 32 * mega},
		"a huge text":                  {head: bombHead + "<contents>", piece: "aaaaaaaa", n: 32 * mega},
		"a text in pieces":             {head: bombHead + "<contents><h:header><h:tld>", piece: strings.Repeat("a", 1000) + "<!---->", n: mega / 4},
		"a huge object":                {head: bombHead + "<contents><d:domain>", piece: "<d:contact>H-1</d:contact>", n: 16 * mega},
		"many attributes":              {head: bombHead + "<contents ", piece: `a="" `, n: 64 * mega},
		"many menu entries":            {head: bombHead + "<rdeMenu>", piece: "<objURI>a</objURI>", n: 32 * mega},
		"entities":                     {head: `<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">`, piece: `<!ENTITY b "&a;&a;&a;">`, n: 8 * mega},
		"a huge directive":             {head: "<!DOCTYPE ", piece: "aaaaaaaa", n: 32 * mega},
		"a huge declaration":           {head: "<?xml ", piece: "aaaaaaaa", n: 32 * mega},
		"elements nested in an object": {head: bombHead + "<contents><d:domain>", piece: "<d:ns>", n: 32 * mega},
	} {
		t.Run(name, func(t *testing.T) {
			r := newTestRegister(t)
			w := &watched{r: bomb}
			report, err := r.importer(t, nil).Deposit(t.Context(), w)
			if !errors.As(err, new(*RefusedError)) || report.Refusals != 1 {
				t.Errorf("not refused for one reason: %v, %v", err, report.Problems)
			}
			if w.peak > ceiling {
				t.Errorf("the heap grew to %d MiB", w.peak>>20)
			}
			if bomb.n == 0 {
				t.Error("it was read to its end")
			}
		})
	}
}

func TestAGzipBombIsRefused(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := io.Copy(z, &repeated{head: bombHead, piece: strings.Repeat(" ", 1000) + "<!---->", n: 12 << 10}); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	r := newTestRegister(t)
	report, err := r.importer(t, nil).Deposit(t.Context(), &zipped)
	if !errors.As(err, new(*RefusedError)) || !strings.Contains(report.Problems[0].Detail, "grows to more than 100 times") {
		t.Errorf("%v, %v", err, report.Problems)
	}
}

func TestAGzipDepositIsTaken(t *testing.T) {
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := io.WriteString(z, fullText("A", day1, contactText("H-1", "C1-TEST", "")).String()); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	whole := zipped.Bytes()
	r := newTestRegister(t)
	for _, cut := range []int{len(whole) / 2, len(whole) - 4} {
		if _, err := r.importer(t, nil).Deposit(t.Context(), bytes.NewReader(whole[:cut])); !errors.As(err, new(*RefusedError)) {
			t.Errorf("cut off at %d: %v", cut, err)
		}
	}
	if _, err := r.importer(t, nil).Deposit(t.Context(), bytes.NewReader(whole)); err != nil {
		t.Error(err)
	}
}

func TestMemoryDoesNotGrowWithTheDeposit(t *testing.T) {
	const domains = 1200
	w := &watched{r: &bigDeposit{n: domains}}
	g, err := open(&source{ctx: t.Context(), r: w})
	if err != nil {
		t.Fatal(err)
	}
	d := newDepositReader(g, &Report{Skipped: map[string]int{}})
	defer d.close()
	d.now, d.progress = time.Now, func(string, int, int) {}
	d.root()
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	d.read(func([]item) bool { return true })
	if d.err != nil || d.report.Read != 6*domains+1 {
		t.Fatal(d.err, d.report.Read)
	}
	if w.peak > before.HeapInuse+16<<20 {
		t.Errorf("6 MB of deposit took %d MiB", (w.peak-before.HeapInuse)>>20)
	}
}

// A disk that fails is not a deposit that is wrong.
func TestAFailureToReadIsNotARefusal(t *testing.T) {
	broken := errors.New("the disk is on fire")
	whole := fullText("A", day1, contactText("H-1", "C1-TEST", "")).String()
	for _, cut := range []int{0, 1, 100, len(whole) / 2, len(whole) - 3} {
		r := newTestRegister(t)
		in := io.MultiReader(strings.NewReader(whole[:cut]), failing{broken})
		_, err := r.importer(t, nil).Deposit(t.Context(), in)
		if !errors.Is(err, broken) || errors.As(err, new(*RefusedError)) {
			t.Errorf("broken at %d: %v", cut, err)
		}
		if _, err := r.reader.Edition(t.Context()); err == nil {
			t.Errorf("broken at %d: it was published", cut)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
