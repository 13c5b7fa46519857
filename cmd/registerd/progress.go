package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"registerd/service"
)

// progress tells how far a long work is: on a terminal a bar, elsewhere a log
// line every few seconds.
type progress struct {
	out      io.Writer
	log      *slog.Logger // nil on a terminal
	every    time.Duration
	began    time.Time
	told     time.Time
	stage    string
	anything bool
}

const (
	barEvery  = 200 * time.Millisecond
	lineEvery = 5 * time.Second
	barWidth  = 30
)

func newProgress(con console) *progress {
	p := &progress{out: con.err, every: lineEvery, told: time.Now()}
	if isTerminal(con.err) {
		p.every = barEvery
	} else {
		p.log = service.NewLog(con.err)
	}
	return p
}

// report is called often; it tells seldom. total is 0 when it is not known.
func (p *progress) report(stage string, done, total int) {
	now := time.Now()
	if stage != p.stage {
		p.stage, p.began = stage, now
	}
	if now.Sub(p.told) < p.every {
		return
	}
	p.told, p.anything = now, true
	rate := float64(done) / max(now.Sub(p.began).Seconds(), 0.001)
	var left time.Duration
	if total > done && rate > 0 {
		left = time.Duration(float64(total-done) / rate * float64(time.Second)).Round(time.Second)
	}
	if p.log != nil {
		p.log.Info("still working", "stage", stage, "done", done, "total", total, "per_second", int(rate), "left", left)
		return
	}
	bar := ""
	if total > 0 {
		full := min(barWidth*done/total, barWidth)
		bar = "[" + strings.Repeat("#", full) + strings.Repeat(".", barWidth-full) + "] "
	}
	fmt.Fprintf(p.out, "\r%-10s %s%d  %.0f/s  %s left   ", stage, bar, done, rate, left)
}

// end leaves the bar's line.
func (p *progress) end() {
	if p.log == nil && p.anything {
		fmt.Fprintln(p.out)
		p.anything = false
	}
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
