package main

import (
	"fmt"
	"io"
	"runtime"
	"text/tabwriter"
	"time"
)

// table is what a run has found.
type table struct {
	began                time.Time
	domains, mmap        int     // the latter in MiB
	seeded               float64 // domains a second; 0 when the register was there
	size                 int64   // of the database, bytes
	imported, importedMB float64 // domains and megabytes of XML a second
	idle, loaded         int64   // anonymous memory of the server, bytes
	answers, wrong       uint64  // of registerd
	rows                 []row
	searched             []searched
	attacked             []attacked
	keeping              keeping
}

type row struct {
	what       string
	bytes      int
	real, bare figures
}

func (t *table) add(what string, bytes int, real, bare figures) {
	t.rows = append(t.rows, row{what, bytes, real, bare})
}

// steps keeps what is told of all steps together.
func (t *table) steps(s step, r *result) {
	if !s.Bare {
		t.loaded = max(t.loaded, r.Memory)
		t.answers += r.Answered
		t.wrong += r.Wrong
	}
}

func (t *table) print(to io.Writer) {
	fmt.Fprintf(to, "%s, %s/%s, %d cores, %s, %d domains, %d MiB mapped\n\n", t.began.Format("2006-01-02 15:04 UTC"),
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), t.domains, t.mmap)
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\tbytes\tbest/s\tbare/s\tratio\tp50 ms\tp99 ms\tbare p99\tCPU µs\tbare CPU\tCPU ratio\t")
	for _, r := range t.rows {
		fmt.Fprintf(w, "%s\t%d\t%.0f\t%.0f\t%.2f\t%.2f\t%.2f\t%.2f\t%.1f\t%.1f\t%.2f\t\n", r.what, r.bytes,
			r.real.Best, r.bare.Best, r.real.Best/r.bare.Best,
			ms(r.real.Calm.P50), ms(r.real.Calm.P99), ms(r.bare.Calm.P99),
			us(r.real.Flat.CPU), us(r.bare.Flat.CPU), us(r.bare.Flat.CPU)/us(r.real.Flat.CPU))
	}
	w.Flush()
	t.printSearches(to)
	t.printHostile(to)
	t.printBackup(to)
	printLimiter(to)
	decided := deciding()
	seeded := fmt.Sprintf("%.0f domains/s", t.seeded)
	if t.seeded == 0 {
		seeded = "not measured, the register was there"
	}
	fmt.Fprintf(to, `
seed                 %s
import of XML        %.0f domains/s, %.1f MB/s
database             %.0f MB, %.0f bytes a domain
memory (RssAnon)     %.0f MiB idle, %.0f MiB at most under load
deciding             %.1f µs for a domain's view, %.1f %% of a uniform answer over RDAP
answers looked at    %d, wrong %d
`, seeded, t.imported, t.importedMB, float64(t.size)/1e6, float64(t.size)/float64(t.domains),
		mib(t.idle), mib(t.loaded), us(decided), 100*us(decided)/us(t.rows[0].real.Flat.CPU), t.answers, t.wrong)
}

// printSearches tells what one client waits for a page.
func (t *table) printSearches(to io.Writer) {
	fmt.Fprintln(to)
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "search, one at a time\tself links\tbytes\tp50 ms\tp99 ms\tCPU ms\t")
	for _, s := range t.searched {
		fmt.Fprintf(w, "%s\t%d\t%d\t%.2f\t%.2f\t%.2f\t%s\n", s.what, s.objects, s.bytes, ms(s.p50), ms(s.p99), ms(s.cpu), s.unanswered)
	}
	w.Flush()
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
func us(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
func mib(n int64) float64        { return float64(n) / (1 << 20) }
