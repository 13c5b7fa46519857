package statistics

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// Plot is a picture of a table: bars, one below another, or a line from left to right.
type Plot struct {
	ID    string // of its file
	Title string
	Line  bool
	Rows  []Row // the last key is what stands beside a bar or below a place on the line
}

// most is how many bars there are; what is beyond is one bar.
const most = 12

// Plots are the report's pictures. One without numbers is left out.
func (r *Report) Plots() []Plot {
	var out []Plot
	for _, p := range []struct {
		id   string
		line bool
	}{
		{"trend", true}, {"domains-by-day", true}, {"created", true}, {"state", false}, {"registrar", false}, {"holder", false},
		{"age", false}, {"script", false}, {"questions", true}, {"limits", false},
	} {
		t := r.table(p.id)
		plot := Plot{ID: p.id, Title: t.Title, Line: p.line, Rows: t.Rows}
		switch p.id {
		case "trend":
			plot.Title, plot.Rows = "Domains by month", of(t.Rows, "domains")
		case "questions":
			days := r.table("questions-by-day")
			plot.Title, plot.Rows = days.Title, added(days.Rows, r.table("service-by-day").Rows)
		case "registrar", "script":
			plot.Rows = largest(t.Rows)
		}
		if plot.shows() {
			out = append(out, plot)
		}
	}
	return out
}

// shows reports that there is more than one number.
func (p *Plot) shows() bool {
	n := 0
	for _, r := range p.Rows {
		if r.Why == "" {
			n++
		}
	}
	return n > 1
}

func (r Row) label() string { return r.Keys[len(r.Keys)-1] }

// Measures of a picture, in its own units.
const (
	wide      = 640
	beside    = 200 // for what stands beside the bars
	barHeight = 22
	margin    = 44
	tall      = 240 // of a line
)

// SVG is the picture: for readers without sight it has a title, and a description that
// says every number. It is dark where its reader's screen is.
func (p *Plot) SVG() string {
	var b strings.Builder
	height := tall
	if !p.Line {
		height = margin + barHeight*len(p.Rows) + 8
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-labelledby="%s-title %s-desc" class="plot">`+"\n",
		wide, height, p.ID, p.ID)
	fmt.Fprintf(&b, "<title id=\"%s-title\">%s</title>\n<desc id=\"%s-desc\">%s</desc>\n", p.ID, escape(p.Title), p.ID, escape(p.describe()))
	b.WriteString(plotStyle)
	fmt.Fprintf(&b, "<text x=\"0\" y=\"18\" class=\"head\">%s</text>\n", escape(p.Title))
	if p.Line {
		p.line(&b)
	} else {
		p.bars(&b)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

const plotStyle = `<style>.plot{color:#1a1a1a;font:13px system-ui,sans-serif}.plot text{fill:currentColor}.plot .head{font-weight:bold;font-size:15px}` +
	`.plot rect,.plot circle{fill:#2a6fb0}.plot polyline{fill:none;stroke:#2a6fb0;stroke-width:2}.plot .axis{stroke:currentColor;stroke-opacity:.25}` +
	`@media (prefers-color-scheme:dark){.plot{color:#eee}.plot rect,.plot circle{fill:#7db8ef}.plot polyline{stroke:#7db8ef}}</style>` + "\n"

func escape(s string) string { return html.EscapeString(printable([]string{s})[0]) }

func (p *Plot) describe() string {
	said := make([]string, len(p.Rows))
	for i, r := range p.Rows {
		said[i] = r.label() + ": " + r.Value.String()
	}
	return strings.Join(said, "; ")
}

func (p *Plot) highest() float64 {
	top := 1.0
	for _, r := range p.Rows {
		top = math.Max(top, r.Value.N)
	}
	return top
}

func (p *Plot) bars(b *strings.Builder) {
	top := p.highest()
	for i, r := range p.Rows {
		y := margin - 12 + i*barHeight
		long := math.Round(r.Value.N / top * (wide - beside - 100))
		fmt.Fprintf(b, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", beside-8, y+14, escape(short(r.label())))
		if r.Why == "" {
			fmt.Fprintf(b, "<rect x=\"%d\" y=\"%d\" width=\"%g\" height=\"%d\"/>", beside, y+2, long, barHeight-6)
		}
		fmt.Fprintf(b, "<text x=\"%g\" y=\"%d\">%s</text>\n", beside+long+6, y+14, r.Value)
	}
}

// short leaves out the end of what has no room beside a bar.
func short(s string) string {
	if r := []rune(s); len(r) > 26 {
		return string(r[:25]) + "…"
	}
	return s
}

// line goes from the lowest number to the highest; where there is no number, it has a gap.
func (p *Plot) line(b *strings.Builder) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, r := range p.Rows {
		if r.Why == "" {
			low, high = math.Min(low, r.Value.N), math.Max(high, r.Value.N)
		}
	}
	const left, right, up, down = 90, wide - 20, margin, tall - 30
	if low == high {
		low--
	}
	for _, v := range []float64{low, high} {
		y := down - (v-low)/(high-low)*(down-up)
		fmt.Fprintf(b, "<line x1=\"%d\" x2=\"%d\" y1=\"%g\" y2=\"%g\" class=\"axis\"/><text x=\"%d\" y=\"%g\" text-anchor=\"end\">%.0f</text>\n",
			left, right, y, y, left-8, y+4, v)
	}
	var points []string
	end := func() {
		if len(points) > 1 {
			fmt.Fprintf(b, "<polyline points=\"%s\"/>\n", strings.Join(points, " "))
		}
		points = nil
	}
	for i, r := range p.Rows {
		x := math.Round(left + float64(i)/math.Max(1, float64(len(p.Rows)-1))*(right-left))
		if r.Why != "" {
			end()
			continue
		}
		y := math.Round(down - (r.Value.N-low)/(high-low)*(down-up))
		points = append(points, fmt.Sprintf("%g,%g", x, y))
		fmt.Fprintf(b, "<circle cx=\"%g\" cy=\"%g\" r=\"3\"/>", x, y)
	}
	end()
	first, last := p.Rows[0].label(), p.Rows[len(p.Rows)-1].label()
	fmt.Fprintf(b, "<text x=\"%d\" y=\"%d\">%s</text><text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n",
		left, tall-8, escape(first), right, tall-8, escape(last))
}
